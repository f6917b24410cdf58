import { WaitError, type WaitReport } from 'unsleep';
import { formatDuration, toMilliseconds } from '../duration.ts';
import { framesOf } from '../stack.ts';
import { type End, nameOf, UnreadableStatus } from './follow.ts';
import type { Operation } from './operation.ts';
import { type CancelRequest, OperationError } from './operation-error.ts';

/** What is known of the call, for its error. */
export interface Ending {
  /** Where it was made. */
  readonly stack: { readonly stack?: string | undefined };
  /** When, as an instant of `settings.now`. */
  readonly since: number;
}

/** The error of a wait that ended without success. */
export function toOperationError<T>(
  operation: Operation<T>,
  { outcome, known, error }: Exclude<End<T>, { outcome: 'succeeded' }>,
  { stack, since }: Ending,
  cancel?: CancelRequest,
): OperationError {
  const { token, last, polls, softUntil, settings } = operation;
  const held = softUntil - settings.now();
  const isOurs = error instanceof WaitError;
  const report = isOurs ? error.report : abortedReport(operation, settings.now() - since);
  const headline = isOurs ? error.message : `${report}: aborted`;
  const remarks = [
    ...(!known && outcome !== 'gone' && operation.canBePolled && operation.resultUrl === undefined
      ? ['it may still be running: `error.token` goes on with it']
      : []),
    ...(operation.resultUrl === undefined ? [] : ['it succeeded: only its result is not there']),
    ...(cancel === undefined ? [] : [`cancelling it was ${cancel}`]),
  ];
  const reason = last && 'cause' in last && last.cause !== undefined ? { error: last.cause } : undefined;
  const own = isOurs ? 'cause' in error && { error: unwrapped(error.cause) } : { error };
  return new OperationError(
    {
      message: [headline, ...remarks.map((remark) => `  ${remark}`)].join(remarks.length > 0 ? '\n\n' : ''),
      report,
      cause: (isOurs ? (reason ?? own) : own) || undefined,
      frames: framesOf(isOurs ? error : stack),
    },
    { outcome, known, token, last, polls, notBefore: held > 0 ? Date.now() + held : undefined, cancel },
  );
}

function unwrapped(cause: unknown): unknown {
  return cause instanceof UnreadableStatus ? cause.reason : cause;
}

/** What can be told of a wait that its signal ended: that is no failure of the loop, which then makes no report. */
function abortedReport<T>(operation: Operation<T>, elapsed: number): WaitReport {
  const { settings, polls, last } = operation;
  const { name = () => nameOf(operation), timeout } = settings.shared;
  const report = {
    ...{ name: typeof name === 'function' ? name() : name, caller: '', elapsed, looks: polls, wokenLooks: 0 },
    ...{ timeout: toMilliseconds('timeout', timeout), failedLooks: 0, timeline: [], omitted: 0, sources: [] },
    ...{ lastValue: last, lastError: undefined },
  };
  const text = `${report.name}: ${formatDuration(elapsed)}, ${polls} poll${polls === 1 ? '' : 's'}`;
  return { ...report, toJSON: () => ({ ...report, lastValue: last?.kind }), toString: () => text };
}

import { formatDuration } from '../duration.ts';
import type { Observation, OperationFailure } from './observation.ts';
import type { Operation } from './operation.ts';
import type { OperationSettings } from './options.ts';
import { quoted } from './quoted.ts';
import { tellCause } from './tell-cause.ts';

/** How a wait for an operation can end. The server said the first three; otherwise its fate is not known. */
export type Outcome =
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'gone'
  | 'unavailable'
  | 'rejected'
  | 'unrecognized'
  | 'no-monitor'
  | 'timeout'
  | 'aborted';

/** What was seen last means for a wait. */
export type Judgement =
  | { readonly is: 'pending' }
  | { readonly is: 'done'; readonly value: unknown }
  | {
      readonly is: 'over';
      readonly outcome: Exclude<Outcome, 'succeeded'>;
      readonly because: string;
      /** Whether the fate of the operation is known. */
      readonly known: boolean;
    };

/** When a wait has to have polled for the last time. */
export interface Limits {
  /** Milliseconds until the last poll may begin, 0 or less when that was it. */
  readonly left: number;
  /** The whole budget. */
  readonly timeout: number;
  /** Whether events may bring a poll forward. */
  readonly hasSources: boolean;
}

const PENDING: Judgement = { is: 'pending' };

/** Says what the last observation means for a wait with these limits. */
export function judge<T>(operation: Operation<T>, settings: OperationSettings<T>, limits: Limits): Judgement {
  const { last } = operation;
  if (last === undefined) return PENDING;
  const isDeleted = last.kind === 'gone' || last.kind === 'notfound';
  if (isDeleted && settings.expect === 'deleted' && operation.resultUrl === undefined) {
    // A replica may not have it yet, or not any more.
    const isConfirmed = last.kind === 'gone' || operation.notFounds >= settings.confirm;
    if (isConfirmed) return { is: 'done', value: undefined };
    return isLast(operation, limits) ? outOfTime(operation, settings, limits) : PENDING;
  }
  const end = endOf(last, operation, settings);
  // When there is no time to see an end again, the one that was seen is told.
  const isFinal =
    end && (!operation.verdict || operation.isSettled() || (end.is === 'over' && isLast(operation, limits)));
  if (end && isFinal) return end;
  const isHopeless = isLast(operation, limits) || asksForTooLong(operation, settings);
  return isHopeless ? outOfTime(operation, settings, limits) : PENDING;
}

function endOf<T>(
  last: Observation<T>,
  operation: Operation<T>,
  { maxUnreadable, notFoundBudget }: OperationSettings<T>,
): Judgement | undefined {
  switch (last.kind) {
    case 'pending':
      return undefined;
    case 'succeeded':
      return last.resultUrl === undefined ? { is: 'done', value: last.value } : undefined;
    case 'failed':
      return over('failed', `failed: ${tell(last.error)}`, true);
    case 'cancelled':
      return over('cancelled', last.error ? `cancelled: ${tell(last.error)}` : 'cancelled', true);
    case 'unrecognized':
      return over('unrecognized', `status '${quoted(last.state, 120)}' is none that the dialect knows`);
    case 'no-monitor':
      return over('no-monitor', last.because);
    case 'gone':
      return over('gone', `gone${told(last.cause)}`);
    case 'notfound':
      return notFound(last.cause, operation, notFoundBudget);
    case 'rejected':
      return rejected(last.cause, operation);
    case 'unreadable':
      return unreadable(last.cause, operation, maxUnreadable);
  }
}

function notFound<T>(cause: unknown, { hasBeenSeen, notFounds }: Operation<T>, budget: number): Judgement | undefined {
  if (hasBeenSeen) return over('gone', `gone, though it was there before${told(cause)}`);
  if (notFounds <= budget) return undefined;
  return over('gone', `not there at ${count(notFounds, 'poll')} in a row${told(cause)}`);
}

function rejected<T>(cause: unknown, { resultUrl, polls }: Operation<T>): Judgement {
  if (resultUrl !== undefined)
    return over('unavailable', `succeeded, but its result may not be read${told(cause)}`, true);
  return polls === 0
    ? over('rejected', `the request that was to start it was refused${told(cause)}`)
    : over('rejected', `its status may not be read${told(cause)}`);
}

function unreadable<T>(cause: unknown, operation: Operation<T>, most: number): Judgement | undefined {
  const { unreadables, resultUrl, canBePolled } = operation;
  if (unreadables <= most && canBePolled) return undefined;
  const often = `${count(unreadables, 'time')} in a row${told(cause)}`;
  if (resultUrl !== undefined) return over('unavailable', `succeeded, but its result could not be read ${often}`, true);
  return over('unavailable', `its status could not be read ${often}`);
}

/** Whether nothing that may still be read could change the outcome. */
function isLast<T>({ softUntil, hardUntil, settings }: Operation<T>, { left, hasSources }: Limits): boolean {
  const now = settings.now();
  if (hardUntil > now + left) return true;
  return !hasSources && (left <= 0 || softUntil > now + left);
}

function asksForTooLong<T>({ softUntil }: Operation<T>, { now, maxRetryAfter }: OperationSettings<T>): boolean {
  return softUntil - now() > maxRetryAfter;
}

function outOfTime<T>(operation: Operation<T>, settings: OperationSettings<T>, { timeout }: Limits): Judgement {
  const { softUntil, verdict } = operation;
  const held = softUntil - settings.now();
  const asked =
    held > 0 ? `: the server wants to be asked again in ${formatDuration(held)}, at ${instantIn(held)}` : '';
  if (operation.resultUrl !== undefined) {
    return over(
      'unavailable',
      `succeeded, but its result was not read within ${formatDuration(timeout)}${asked}`,
      true,
    );
  }
  const seen = verdict ? `, though it was ${verdict.kind} for a moment` : '';
  if (asksForTooLong(operation, settings)) {
    const most = formatDuration(settings.maxRetryAfter);
    return over('timeout', `gave up${asked}, and maxRetryAfter is ${most}`);
  }
  return over('timeout', `not over within ${formatDuration(timeout)}${asked}${seen}`);
}

function over(outcome: Exclude<Outcome, 'succeeded'>, because: string, known = false): Judgement {
  return { is: 'over', outcome, because, known };
}

/** What a server says is foreign text: of any length, on any number of lines. */
function tell({ code, message }: OperationFailure): string {
  return quoted(code === undefined || code === message ? message : `${code}: ${message}`, 500);
}

function told(cause: unknown): string {
  return cause === undefined ? '' : `: ${tellCause(cause)}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function instantIn(milliseconds: number): string {
  const instant = new Date(Date.now() + milliseconds);
  return Number.isNaN(instant.getTime()) ? 'no date that there is' : instant.toISOString();
}

import { check, checkOptions } from '../check.ts';
import { toMilliseconds } from '../duration.ts';
import { type Caller, callerOf, captureStack, checked } from '../stack.ts';
import { requestCancel } from './cancel.ts';
import { type Ending, toOperationError } from './ending.ts';
import { type End, follow, type Start } from './follow.ts';
import type { Outcome } from './judge.ts';
import { Operation } from './operation.ts';
import type { CancelRequest, OperationError } from './operation-error.ts';
import { type OperationOptions, type OperationSettings, toOperationSettings } from './options.ts';
import { operationOfAnswer, operationOfToken, share } from './sharing.ts';
import type { ResponseLike } from './to-status-response.ts';
import { isToken, type OperationToken, toToken } from './token.ts';

/**
 * What an operation is followed from: the answer to the request that started it, its token, or a function that sends the
 * request, once every wake source is live.
 */
export type OperationStart =
  | ResponseLike
  | OperationToken
  | ((signal: AbortSignal) => ResponseLike | PromiseLike<ResponseLike>);

/** How an operation ended, as data. */
export type Verdict<T = unknown> =
  | {
      /** It succeeded. */
      readonly outcome: 'succeeded';
      /** Its result. */
      readonly value: T;
    }
  | {
      /** What it ended as; only after `failed` and `cancelled` the server said so. */
      readonly outcome: Exclude<Outcome, 'succeeded'>;
      /** All that is known, its token among it. Not thrown. */
      readonly error: OperationError;
    };

/**
 * The same wait as `waitForOperation`, which gives the verdict as data instead of throwing it. It rejects only for what is
 * no verdict on the operation: a wrong option, an error of a function of yours, a request of yours that failed.
 *
 * @throws RangeError or TypeError for a wrong option or start; what the start, `onToken` or `poll` threw. All as rejections.
 * @example
 * ```ts
 * import { settleOperation } from 'unsleep/operation';
 *
 * const fetch = async () => Response.json({ status: 'Failed', error: { code: 'QuotaExceeded', message: 'no room' } });
 * const token = { v: 1, dialect: 'plain', url: 'https://api.example/jobs/41', startedAt: Date.now() } as const;
 * const verdict = await settleOperation(token, { fetch });
 * verdict.outcome; // => 'failed'
 * verdict.outcome === 'failed' && verdict.error.failure?.code; // => 'QuotaExceeded'
 * ```
 */
export function settleOperation<T = unknown>(
  start: OperationStart,
  options: OperationOptions<T> = {},
): Promise<Verdict<T>> {
  return settle(start, options, callerOf(options, settleOperation));
}

/** The verdict, for a caller of another name. Runs up to the first look before it returns. */
export async function settle<T>(
  start: OperationStart,
  options: OperationOptions<T>,
  caller: Caller,
): Promise<Verdict<T>> {
  const [settings, from] = checked(() => {
    checkOptions(options);
    const settings = toOperationSettings(options);
    return [settings, toSource(start, settings)] as const;
  }, caller);
  const ending: Ending = { stack: captureStack(caller), since: settings.now() };
  const leave = share(from.operation);
  try {
    const end = await follow(from.operation, from, settings, caller);
    return await conclude(from, settings, end, ending, caller);
  } finally {
    leave();
    from.abandon();
  }
}

/** Cancels, if that was asked for, and waits for what comes of it. */
async function conclude<T>(
  source: Source<T>,
  settings: OperationSettings<T>,
  end: End<T>,
  ending: Ending,
  caller: Caller,
): Promise<Verdict<T>> {
  const { operation } = source;
  const { onAbort, onTimeout, shared, cancelTimeout } = settings;
  const leaving = end.outcome === 'aborted' ? onAbort : end.outcome === 'timeout' ? onTimeout : 'detach';
  if (leaving === 'detach') return toVerdict(operation, end, ending);
  const asked = settings.now();
  const cancel = await requestCancel(operation, source.started(), settings);
  if (leaving === 'cancel-and-wait' && cancel === 'requested') {
    const { signal: _, ...rest } = shared;
    const timeout = Math.max(1, toMilliseconds('cancelTimeout', cancelTimeout) - (settings.now() - asked));
    const later = await follow(operation, {}, { ...settings, shared: { ...rest, timeout } }, caller);
    if (later.outcome === 'succeeded' || later.known) return toVerdict(operation, later, ending, cancel);
  }
  return toVerdict(operation, end, ending, cancel);
}

function toVerdict<T>(operation: Operation<T>, end: End<T>, ending: Ending, cancel?: CancelRequest): Verdict<T> {
  if (end.outcome === 'succeeded') return end;
  return { outcome: end.outcome, error: toOperationError(operation, end, ending, cancel) };
}

/** What is followed, and how it began. */
interface Source<T> extends Start {
  readonly operation: Operation<T>;
  /** The answer to the request, once it was sent. */
  readonly started: () => PromiseLike<unknown> | undefined;
  /** Gives up a request that is still under way. */
  readonly abandon: () => void;
}

function toSource<T>(start: OperationStart, settings: OperationSettings<T>): Source<T> {
  const [none, abandon] = [() => undefined, () => {}];
  if (typeof start === 'function') return toSending(start, settings);
  const isAnswer = typeof start === 'object' && start !== null && !('then' in start);
  check('start', start, isAnswer, 'an answer, a token, or a function that sends the request; a promise of one is none');
  if (isToken(start)) {
    const token = toToken(start, settings.dialect.name);
    const isKnown = token.url !== undefined || settings.reading.poll !== undefined;
    check('start', start, isKnown, 'a token with a `url`, unless `poll` is given');
    return { operation: operationOfToken(token, settings), started: none, abandon };
  }
  return { operation: operationOfAnswer(start, settings), answer: () => start, started: none, abandon };
}

function toSending<T>(send: (signal: AbortSignal) => unknown, settings: OperationSettings<T>): Source<T> {
  const { onAbort, onTimeout } = settings;
  const sending = new AbortController();
  let started: Promise<unknown> | undefined;
  const answer = (signal: AbortSignal) => {
    // Who wants it cancelled must learn what there is to cancel, so its own request goes on.
    const isKept = onAbort !== 'detach' || onTimeout !== 'detach';
    started = (async () => send(isKept ? sending.signal : signal))();
    started.catch(() => {});
    return started;
  };
  return { operation: new Operation(settings), answer, started: () => started, abandon: () => sending.abort() };
}

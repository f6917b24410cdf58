import pTimeout, { type ClearablePromise, TimeoutError } from 'p-timeout';
import { formatDuration } from './duration.ts';
import type { CurrentLook } from './look.ts';
import type { Settings } from './options.ts';
import { alarmTimers } from './pause.ts';

/** `clear` clears its timer. */
export type Limited<T> = ClearablePromise<T>;

/** Cuts a look that takes longer than one look may: tells it to stop, and rejects with a `TimeoutError`. */
export function limitLook<T>(look: CurrentLook, answer: PromiseLike<T>, settings: Settings): Promise<T> {
  const { attemptTimeout } = settings;
  // p-timeout calls `cancel` of what it is given, and may leave a rejection of a foreign thenable unhandled.
  const promise = Promise.resolve(answer);
  if (attemptTimeout === Number.POSITIVE_INFINITY) return promise;
  const limited = limit(promise, attemptTimeout, settings, () => {
    const error = new TimeoutError(`the look had no answer within ${formatDuration(attemptTimeout)}`);
    look.cut(error);
    throw error;
  });
  look.limitedBy(limited.clear);
  return limited;
}

/** Settles as the promise does, or as the fallback says once the time is up. */
export function limit<T>(
  promise: PromiseLike<T>,
  milliseconds: number,
  { clock, unref }: Pick<Settings, 'clock' | 'unref'>,
  fallback: () => T,
): Limited<T> {
  // p-timeout refuses 0, and then leaves its promise without a handler.
  return pTimeout(promise, {
    milliseconds: Math.max(1, milliseconds),
    customTimers: alarmTimers(clock, unref),
    fallback,
  });
}

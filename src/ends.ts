import { type Hubs, joinListeners } from './shared-listener.ts';

const signals: Hubs<AbortSignal, []> = new WeakMap();

/** Calls back, in the same turn, when the signal aborts; gives back how to stop. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const attach = (notify: () => void) => {
    signal.addEventListener('abort', notify, { once: true });
    return () => signal.removeEventListener('abort', notify);
  };
  return joinListeners(signals, signal, attach, callback);
}

/** How a promise settled. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

interface Watched {
  outcome: Outcome | undefined;
  readonly callbacks: Set<(outcome: Outcome) => void>;
}

const promises = new WeakMap<PromiseLike<unknown>, Watched>();

/**
 * Calls back when the promise settles; gives back how to stop.
 *
 * A promise cannot be let go of, so each gets one reaction for good, however many waits come and go: with one for each
 * wait, a promise that lives as long as the process would keep them all.
 */
export function onSettled(promise: PromiseLike<unknown>, callback: (outcome: Outcome) => void): () => void {
  const watched = promises.get(promise) ?? watch(promise);
  const { outcome } = watched;
  if (outcome) void Promise.resolve().then(() => watched.callbacks.has(callback) && callback(outcome));
  watched.callbacks.add(callback);
  return () => watched.callbacks.delete(callback);
}

function watch(promise: PromiseLike<unknown>): Watched {
  const watched: Watched = { outcome: undefined, callbacks: new Set() };
  const settle = (outcome: Outcome) => {
    watched.outcome = outcome;
    for (const callback of watched.callbacks) callback(outcome);
  };
  promise.then(
    (value) => settle({ value }),
    (error) => settle({ error }),
  );
  promises.set(promise, watched);
  return watched;
}

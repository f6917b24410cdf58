/** Who wants to be told that a signal aborted. */
export interface Abortable {
  onAborted(signal: AbortSignal): void;
}

interface Watchers {
  readonly all: Set<Abortable>;
  readonly notify: () => void;
}

// One listener a signal, however many watch it: no platform warns of a leak, and leaving costs the same for each.
const watchers = new WeakMap<AbortSignal, Watchers>();

/** Tells the watcher, in the same turn, when the signal aborts. */
export function watchSignal(signal: AbortSignal, watcher: Abortable): void {
  const watching = watchers.get(signal) ?? openWatch(signal);
  watching.all.add(watcher);
}

/** Tells it no more. */
export function unwatchSignal(signal: AbortSignal, watcher: Abortable): void {
  const watching = watchers.get(signal);
  if (!watching?.all.delete(watcher) || watching.all.size > 0) return;
  watchers.delete(signal);
  signal.removeEventListener('abort', watching.notify);
}

function openWatch(signal: AbortSignal): Watchers {
  const all = new Set<Abortable>();
  const notify = () => {
    for (const watcher of all) watcher.onAborted(signal);
  };
  signal.addEventListener('abort', notify, { once: true });
  const watching = { all, notify };
  watchers.set(signal, watching);
  return watching;
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

/** Who aborted a wait knows of it, so its rejection is none that the process should die of for lack of a listener. */
export function quiet(promise: () => Promise<unknown> | undefined): void {
  const listen = () => promise()?.catch(() => {});
  // At once, as bun looks for rejections that nobody hears before any microtask, when a hook aborts and then throws. In a
  // microtask, as a signal that was aborted before ends the wait before there is a promise.
  if (!listen()) queueMicrotask(listen);
}

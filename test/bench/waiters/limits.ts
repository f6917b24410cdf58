import { BARE, type Prepare, type Waiter } from './waiter.ts';

type Condition = () => unknown;

const limit = (name: string, prepare: Prepare, lacks: Waiter['lacks'] = []): Waiter => ({
  name,
  kind: 'limit',
  host: 'node',
  notYet: 'falsy',
  lacks,
  load: async () => prepare,
});

/** What is written by hand: the loops of a program that has no library, and what a crowd would cost that shared its timers. */
export const LIMITS: readonly Waiter[] = [
  limit(
    BARE,
    ({ interval, timeout, signal }) =>
      (condition) =>
        bareLoop(condition, interval, timeout, signal),
  ),
  limit(
    'bare await loop',
    ({ interval, timeout, signal }) =>
      (condition) =>
        bareAwaitLoop(condition, interval, timeout, signal),
  ),
  limit('ticker', ticker, ['signal', 'async']),
  limit('bucket', bucket, ['signal', 'async']),
  limit('`await` a new promise', () => () => new Promise((resolve) => resolve(true)), ['pause']),
  // What is awaited need not be a promise, and that is the point.
  limit('`await undefined`', () => () => undefined as unknown as Promise<unknown>, ['pause']),
];

/** A loop of callbacks. It knows conditions with and without promises, a deadline and a signal, and nothing else. */
function bareLoop(condition: Condition, interval: number, timeout?: number, signal?: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const deadline = timeout === undefined ? undefined : performance.now() + timeout;
    const look = () => {
      if (signal?.aborted) return reject(signal.reason);
      try {
        const answer = condition();
        if (isPromise(answer)) answer.then(judge, reject);
        else judge(answer);
      } catch (error) {
        reject(error);
      }
    };
    const judge = (answer: unknown) => {
      if (answer) resolve(answer);
      else if (deadline !== undefined && performance.now() >= deadline) reject(new Error('timed out'));
      else setTimeout(look, interval);
    };
    look();
  });
}

/** The same with `await`, as most would write it. */
async function bareAwaitLoop(
  condition: Condition,
  interval: number,
  timeout?: number,
  signal?: AbortSignal,
): Promise<unknown> {
  const deadline = timeout === undefined ? undefined : performance.now() + timeout;
  for (;;) {
    signal?.throwIfAborted();
    let answer = condition();
    if (isPromise(answer)) answer = await answer;
    if (answer) return answer;
    if (deadline !== undefined && performance.now() >= deadline) throw new Error('timed out');
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}

interface Waiting {
  readonly condition: Condition;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  readonly deadline: number;
  due: number;
}

/** Whether this one waits on. */
function looksAgain({ condition, resolve, reject, deadline }: Waiting, now: number): boolean {
  const answer = condition();
  if (answer) resolve(answer);
  else if (now >= deadline) reject(new Error('timed out'));
  else return true;
  return false;
}

function join(condition: Condition, timeout: number | undefined, admit: (waiting: Waiting) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const now = timeout === undefined ? 0 : performance.now();
    const deadline = timeout === undefined ? Number.POSITIVE_INFINITY : now + timeout;
    const waiting = { condition, resolve, reject, deadline, due: 0 };
    if (looksAgain(waiting, now)) admit(waiting);
  });
}

/** One interval that looks for all of them, in step. */
function ticker({ interval, timeout }: Parameters<Prepare>[0]) {
  const all: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  const tick = () => {
    const now = performance.now();
    let left = 0;
    for (const waiting of all) {
      if (looksAgain(waiting, now)) all[left++] = waiting;
    }
    all.length = left;
    if (left === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
  return (condition: Condition) =>
    join(condition, timeout, (waiting) => {
      all.push(waiting);
      timer ??= setInterval(tick, interval);
    });
}

/** One timer for all that pause equally long, and a queue of them: each keeps its own beat. */
function bucket({ interval, timeout }: Parameters<Prepare>[0]) {
  let queue: Waiting[] = [];
  let isArmed = false;
  const ring = () => {
    const now = performance.now();
    const later = queue.findIndex(({ due }) => due > now);
    const due = later === -1 ? queue : queue.slice(0, later);
    queue = later === -1 ? [] : queue.slice(later);
    for (const waiting of due) {
      if (!looksAgain(waiting, now)) continue;
      waiting.due = now + interval;
      queue.push(waiting);
    }
    const [next] = queue;
    isArmed = next !== undefined;
    if (next) setTimeout(ring, Math.max(1, Math.ceil(next.due - now)));
  };
  return (condition: Condition) =>
    join(condition, timeout, (waiting) => {
      waiting.due = performance.now() + interval;
      queue.push(waiting);
      if (!isArmed) setTimeout(ring, interval);
      isArmed = true;
    });
}

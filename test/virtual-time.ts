import { pendingWaits } from 'unsleep';
import { afterEach, beforeEach, expect, vi } from 'vitest';

/** Fakes time for each test of the file, and proves after each that nothing is left running. */
export function useVirtualTime(): void {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    expect(vi.getTimerCount(), 'timers left behind').toBe(0);
    expect(pendingWaits(), 'waits left behind').toEqual([]);
    vi.useRealTimers();
  });
}

/** Lets so much virtual time pass while the promise settles, and tells how it did. */
export async function settle<T>(promise: Promise<T>, milliseconds: number): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([promise, vi.advanceTimersByTimeAsync(milliseconds)]);
  return result;
}

/** How the promise rejects when so much virtual time passes. */
export async function rejection(promise: Promise<unknown>, milliseconds: number): Promise<Error> {
  const result = await settle(promise, milliseconds);
  expect(result.status).toBe('rejected');
  return (result as PromiseRejectedResult).reason;
}

/** Whether the promise has yet to settle, also when all reactions that wait for their turn have run. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let isSettled = false;
  const settled = () => {
    isSettled = true;
  };
  promise.then(settled, settled);
  await vi.advanceTimersByTimeAsync(0);
  return !isSettled;
}

/** A function that notes the virtual instants, from now on, at which it is called, and knows how often it was. */
export function stampedCalls<R, T extends unknown[] = []>(
  action: (calls: number, ...args: T) => R,
): { readonly at: number[]; readonly call: (...args: T) => R } {
  const start = performance.now();
  const at: number[] = [];
  return { at, call: (...args) => action(at.push(performance.now() - start), ...args) };
}

/** A promise that the test settles. */
export function deferred<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
} {
  let [resolve, reject] = [(_: T) => {}, (_: unknown) => {}];
  const promise = new Promise<T>((...settlers) => {
    [resolve, reject] = settlers;
  });
  return { promise, resolve, reject };
}

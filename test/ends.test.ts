import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { onSettled, unwatchSignal, watchSignal } from '../src/ends.ts';

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function controllerOf() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

const countListeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

describe('watchSignal', () => {
  const watcher = () => ({ onAborted: vi.fn() });

  test('tells once, in the turn of the abort, and by which signal', () => {
    const { signal, ...controller } = controllerOf();
    const watching = watcher();
    watchSignal(signal, watching);
    expect(watching.onAborted).not.toHaveBeenCalled();
    controller.abort();
    expect(watching.onAborted.mock.calls).toEqual([[signal]]);
    expect(countListeners(signal)).toBe(0);
  });

  test('has one listener on a signal, however many watch it, and none once they have left', () => {
    const { signal } = new AbortController();
    const watching = Array.from({ length: 1_000 }, watcher);
    for (const each of watching) watchSignal(signal, each);
    expect(countListeners(signal)).toBe(1);
    for (const each of watching) unwatchSignal(signal, each);
    expect(countListeners(signal)).toBe(0);
  });

  test('does not tell those who have left', () => {
    const { signal, ...controller } = controllerOf();
    const [left, stayed] = [watcher(), watcher()];
    watchSignal(signal, left);
    watchSignal(signal, stayed);
    unwatchSignal(signal, left);
    controller.abort();
    expect(left.onAborted).not.toHaveBeenCalled();
    expect(stayed.onAborted).toHaveBeenCalledOnce();
  });

  test('keeps signals apart, and may be left by who never came', () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const watching = watcher();
    unwatchSignal(one.signal, watching);
    watchSignal(one.signal, watching);
    unwatchSignal(one.signal, watcher());
    other.abort();
    expect(watching.onAborted).not.toHaveBeenCalled();
    expect(countListeners(one.signal)).toBe(1);
  });
});

describe('onSettled', () => {
  test.each([
    ['resolves', () => Promise.resolve(5), { value: 5 }],
    ['resolves to nothing', () => Promise.resolve(), { value: undefined }],
    ['rejects', () => Promise.reject('gone'), { error: 'gone' }],
  ])('tells how a promise settled that %s', async (_, make, outcome) => {
    const promise = make();
    const callback = vi.fn();
    onSettled(promise, callback);
    await Promise.allSettled([promise]);
    expect(callback).toHaveBeenCalledExactlyOnceWith(outcome);
  });

  test('reacts to a promise once, however many wait for it', async () => {
    const { promise, resolve } = deferred<number>();
    const then = vi.spyOn(promise, 'then');
    const callbacks = Array.from({ length: 100 }, () => vi.fn());
    for (const callback of callbacks) onSettled(promise, callback);
    expect(then).toHaveBeenCalledOnce();
    resolve(5);
    await promise;
    for (const callback of callbacks) expect(callback).toHaveBeenCalledExactlyOnceWith({ value: 5 });
  });

  test('tells of a promise that had settled before, in a later turn', async () => {
    const promise = Promise.resolve(5);
    onSettled(promise, () => {});
    await promise;
    const callback = vi.fn();
    onSettled(promise, callback);
    expect(callback).not.toHaveBeenCalled();
    await Promise.resolve();
    expect(callback).toHaveBeenCalledExactlyOnceWith({ value: 5 });
  });

  test('does not tell those who have left', async () => {
    const { promise, resolve } = deferred<number>();
    const [left, leftLater] = [vi.fn(), vi.fn()];
    onSettled(promise, left)();
    resolve(5);
    await promise;
    onSettled(promise, leftLater)();
    await Promise.resolve();
    expect(left).not.toHaveBeenCalled();
    expect(leftLater).not.toHaveBeenCalled();
  });

  test('takes a promise of any make, also one that settles at once', async () => {
    const callback = vi.fn();
    // biome-ignore lint/suspicious/noThenProperty: a foreign promise is the point
    onSettled({ then: (_, reject) => reject?.('gone') as never }, callback);
    await Promise.resolve();
    expect(callback).toHaveBeenCalledExactlyOnceWith({ error: 'gone' });
  });
});

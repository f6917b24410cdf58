import { expect, test, vi } from 'vitest';
import { setUnfakedTimer } from '../src/unfaked-timer.ts';

/** Rings a millisecond of real time from now. */
const later = () => new Promise<void>((ring) => setUnfakedTimer(ring, 1));

test('rings, whatever is faked', async () => {
  vi.useFakeTimers();
  await later();
  vi.useRealTimers();
});

test('rings with a time of 0 too, and not at once', async () => {
  const ring = vi.fn();
  setUnfakedTimer(ring, 0);
  expect(ring).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(ring).toHaveBeenCalledOnce());
});

test('does not ring once cleared', async () => {
  const ring = vi.fn();
  setUnfakedTimer(ring, 1)?.clear();
  await later();
  await later();
  expect(ring).not.toHaveBeenCalled();
});

test('still rings when it no longer keeps the process alive', async () => {
  await new Promise<void>((ring) => setUnfakedTimer(ring, 1)?.unref());
});

test('is not there without shared memory, or without a way to wait for it', () => {
  vi.stubGlobal('SharedArrayBuffer', undefined);
  expect(setUnfakedTimer(() => {}, 1)).toBe(undefined);
  vi.unstubAllGlobals();
  vi.stubGlobal('Atomics', {});
  expect(setUnfakedTimer(() => {}, 1)).toBe(undefined);
  vi.unstubAllGlobals();
});

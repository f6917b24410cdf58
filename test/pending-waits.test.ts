import { pendingWaits, waitFor } from 'unsleep';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});

afterEach(() => {
  expect(vi.getTimerCount(), 'timers left behind').toBe(0);
  vi.useRealTimers();
});

describe('pendingWaits', () => {
  test('lists no wait that was done at its first look', async () => {
    const waiting = waitFor(() => 5);
    expect(pendingWaits()).toEqual([]);
    await waiting;
  });

  test('lists the waits that are alive, oldest first, with what they have seen', async () => {
    let isDone = false;
    const settings = { interval: 100, random: () => 0 };
    const waits = ['door', 'window'].map((name) => waitFor(() => isDone, { ...settings, name }));
    await vi.advanceTimersByTimeAsync(250);
    expect(pendingWaits().map(({ name, looks, elapsed }) => [name, looks, elapsed])).toEqual([
      ['door', 3, 250],
      ['window', 3, 250],
    ]);
    isDone = true;
    await vi.advanceTimersByTimeAsync(50);
    await Promise.all(waits);
    expect(pendingWaits()).toEqual([]);
  });

  test('lists a wait no longer that has failed', async () => {
    const waiting = waitFor(() => false, { timeout: 100 }).catch(() => 'failed');
    expect(pendingWaits()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(await waiting).toBe('failed');
    expect(pendingWaits()).toEqual([]);
  });
});

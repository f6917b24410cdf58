import { realClock, type WaitOptions, type WaitReport, waitFor } from 'unsleep';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Clock } from '../src/clock.ts';
import { startProgress } from '../src/progress.ts';

const report = { name: 'door' } as WaitReport;

/** A wait that can report, and be failed. */
function createWait() {
  const clock = globalThis as unknown as Clock;
  return { settings: { clock, unref: false }, report: () => report, fail: vi.fn() };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});

afterEach(() => {
  expect(vi.getTimerCount(), 'timers left behind').toBe(0);
  vi.useRealTimers();
});

describe('startProgress', () => {
  test('reports at each interval, until it is stopped', () => {
    const reported: unknown[] = [];
    const stop = startProgress(
      { every: 100, report: (given, { aborted }) => reported.push([performance.now(), given, aborted]) },
      createWait(),
    );
    vi.advanceTimersByTime(250);
    stop();
    vi.advanceTimersByTime(1_000);
    expect(reported).toEqual([
      [100, report, false],
      [200, report, false],
    ]);
  });

  test('tells nothing when naming the wait ended it', () => {
    const told = vi.fn();
    const wait = createWait();
    const name = () => {
      stop();
      return report;
    };
    const stop = startProgress({ every: 100, report: told }, { ...wait, report: name });
    vi.advanceTimersByTime(1_000);
    expect(told).not.toHaveBeenCalled();
  });

  test('gives one signal to all reports of a wait, which aborts when the wait has ended', () => {
    const signals: AbortSignal[] = [];
    const [stop, stopOther] = [1, 2].map(() =>
      startProgress({ every: 100, report: (_, ended) => signals.push(ended) }, createWait()),
    );
    vi.advanceTimersByTime(200);
    expect(signals).toHaveLength(4);
    expect(new Set(signals).size).toBe(2);
    stop?.();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false, true, false]);
    stopOther?.();
  });

  test('makes no signal for a wait that ends before its first report', () => {
    const make = vi.spyOn(globalThis, 'AbortController');
    startProgress({ every: 100, report: () => {} }, createWait())();
    expect(make).not.toHaveBeenCalled();
    make.mockRestore();
  });

  test.each([
    ['done', { until: ({ now }: { now: number }) => now >= 250 }],
    ['out of time', { timeout: 250 }],
    ['aborted', { abortAt: 250 }],
  ])(
    'tells that the wait has ended when it is %s',
    async (_, { abortAt, ...options }: WaitOptions<{ now: number }> & { abortAt?: number }) => {
      const controller = new AbortController();
      if (abortAt) setTimeout(() => controller.abort(), abortAt);
      const told: number[] = [];
      const waiting = waitFor(() => ({ now: performance.now() }), {
        until: () => false,
        interval: 50,
        random: () => 0,
        signal: controller.signal,
        progress: {
          every: 100,
          report: (_, ended) => {
            if (told.length === 0) ended.addEventListener('abort', () => told.push(performance.now()), { once: true });
            told.push(0);
          },
        },
        ...options,
      });
      await Promise.allSettled([waiting, vi.advanceTimersByTimeAsync(1_000)]);
      expect(told).toEqual([0, 0, 250]);
    },
  );

  test('fails the wait with what the report throws', () => {
    const error = new Error('log is full');
    const wait = createWait();
    const stop = startProgress(
      {
        every: 100,
        report: () => {
          throw error;
        },
      },
      wait,
    );
    vi.advanceTimersByTime(100);
    stop();
    expect(wait.fail).toHaveBeenCalledExactlyOnceWith(error);
  });

  test('can be stopped by its own report', () => {
    const tell = vi.fn(() => stop());
    const stop = startProgress({ every: 100, report: tell }, createWait());
    vi.advanceTimersByTime(1_000);
    expect(tell).toHaveBeenCalledOnce();
  });

  test('holds the process no longer than its wait does', () => {
    const timers: NodeJS.Timeout[] = [];
    const hold = (timer: unknown) => timers[timers.push(timer as NodeJS.Timeout) - 1];
    const clock = {
      ...realClock,
      setTimeout: (ring: () => void, pause: number) => hold(realClock.setTimeout(ring, pause)),
    };
    const stops = [true, false].map((unref) =>
      startProgress({ every: 1_000, report: () => {} }, { ...createWait(), settings: { clock, unref } }),
    );
    expect(timers.map((timer) => timer.hasRef())).toEqual([false, true]);
    for (const stop of stops) stop();
  });

  test('tells of a wait what it has seen so far', async () => {
    const seen: (readonly [number, number, unknown])[] = [];
    const waiting = waitFor(({ elapsed }) => elapsed >= 250 && 'open', {
      interval: 100,
      random: () => 0,
      progress: { every: 120, report: ({ elapsed, looks, lastValue }) => seen.push([elapsed, looks, lastValue]) },
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await waiting).toBe('open');
    expect(seen).toEqual([
      [120, 2, false],
      [240, 3, false],
    ]);
  });
});

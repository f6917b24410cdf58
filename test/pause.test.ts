import { realClock } from 'unsleep';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Clock } from '../src/clock.ts';
import { Alarm, alarmTimers } from '../src/pause.ts';

const clock = globalThis as unknown as Clock;
const LONGEST_TIMER = 2 ** 31 - 1;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});

afterEach(() => {
  expect(vi.getTimerCount(), 'timers left behind').toBe(0);
  vi.useRealTimers();
});

/** An alarm, and the instants at which it rang. */
function createAlarm({ on = clock, unref = false }: { on?: Clock; unref?: boolean } = {}) {
  const rang: number[] = [];
  return { alarm: new Alarm(on, unref, () => rang.push(performance.now())), rang };
}

describe('Alarm', () => {
  test('does not ring for another one that a clock rings although it was cleared', () => {
    const callbacks: (() => void)[] = [];
    const on = { ...clock, setTimeout: (callback: () => void) => callbacks.push(callback), clearTimeout: () => {} };
    const [cleared, later] = [createAlarm({ on }), createAlarm({ on })];
    cleared.alarm.set(100);
    cleared.alarm.clear();
    later.alarm.set(60_000);
    callbacks[0]?.();
    expect(later.rang).toEqual([]);
    callbacks[1]?.();
    expect(later.rang).toHaveLength(1);
  });

  test('rings once, at the very instant', () => {
    const { alarm, rang } = createAlarm();
    alarm.set(100);
    vi.advanceTimersByTime(99);
    expect(rang).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(rang).toEqual([100]);
  });

  test('rounds a broken millisecond up, and rings once', () => {
    const { alarm, rang } = createAlarm();
    alarm.set(99.1);
    vi.advanceTimersByTime(1_000);
    expect(rang).toEqual([100]);
  });

  test('rings after a pause of 0 in a later turn, not in this one', () => {
    const { alarm, rang } = createAlarm();
    alarm.set(0);
    expect(rang).toEqual([]);
    expect(vi.getTimerCount()).toBe(1);
    vi.runAllTimers();
    expect(rang).toEqual([0]);
  });

  test('takes a pause below 0 for one of 0', () => {
    const { alarm, rang } = createAlarm();
    alarm.set(-5);
    vi.runAllTimers();
    expect(rang).toEqual([0]);
  });

  test('rings after a pause of 0 before a timer of 1 ms', () => {
    const { alarm, rang } = createAlarm();
    const timer = vi.fn(() => expect(rang).toEqual([0]));
    setTimeout(timer, 1);
    alarm.set(0);
    vi.runAllTimers();
    expect(timer).toHaveBeenCalledOnce();
  });

  test('sleeps longer than a timer can, in pieces', () => {
    const setTimeout = vi.spyOn(globalThis, 'setTimeout');
    const { alarm, rang } = createAlarm();
    alarm.set(2.5 * 2 ** 31);
    vi.advanceTimersByTime(2.5 * 2 ** 31 - 1);
    expect(rang).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(rang).toEqual([2.5 * 2 ** 31]);
    expect(setTimeout.mock.calls.map(([, milliseconds]) => milliseconds)).toEqual([
      LONGEST_TIMER,
      LONGEST_TIMER,
      2 ** 30 + 2,
    ]);
  });

  test('needs one timer for the longest that a timer can', () => {
    const setTimeout = vi.spyOn(globalThis, 'setTimeout');
    const { alarm, rang } = createAlarm();
    alarm.set(LONGEST_TIMER);
    vi.advanceTimersByTime(LONGEST_TIMER);
    expect(rang).toEqual([LONGEST_TIMER]);
    expect(setTimeout).toHaveBeenCalledOnce();
  });

  test('holds an endless pause with a timer, and never rings', () => {
    const { alarm, rang } = createAlarm();
    alarm.set(Number.POSITIVE_INFINITY);
    vi.advanceTimersByTime(5 * 2 ** 31);
    expect(vi.getTimerCount()).toBe(1);
    expect(rang).toEqual([]);
    alarm.clear();
  });

  test.each([0, 100, 2 ** 40, Number.POSITIVE_INFINITY])('does not ring once cleared: %d ms', (milliseconds) => {
    const { alarm, rang } = createAlarm();
    alarm.set(milliseconds);
    alarm.clear();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(3 * 2 ** 31);
    expect(rang).toEqual([]);
  });

  test('clears the later pieces of a long pause', () => {
    const { alarm, rang } = createAlarm();
    alarm.set(2 ** 33);
    vi.advanceTimersByTime(2 ** 32);
    alarm.clear();
    expect(vi.getTimerCount()).toBe(0);
    expect(rang).toEqual([]);
  });

  test.each([
    [100, 300],
    [300, 100],
    [2 ** 40, 100],
    [2 ** 40, 0],
    [0, 100],
    [100, 0],
  ])('rings as it was set last: after %d ms, anew to %d ms', (first, second) => {
    const { alarm, rang } = createAlarm();
    alarm.set(first);
    alarm.set(second);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1_000);
    expect(rang).toEqual([second]);
  });

  test('can be set anew while it rings', () => {
    const rang: number[] = [];
    const alarm = new Alarm(clock, false, () => {
      if (rang.push(performance.now()) < 3) alarm.set(10);
    });
    alarm.set(10);
    vi.advanceTimersByTime(100);
    expect(rang).toEqual([10, 20, 30]);
  });

  test('clears nothing when it was never set, has rung, or was cleared', () => {
    const clearTimeout = vi.spyOn(globalThis, 'clearTimeout');
    const { alarm } = createAlarm();
    alarm.clear();
    alarm.set(1);
    vi.advanceTimersByTime(1);
    alarm.clear();
    expect(clearTimeout).not.toHaveBeenCalled();
    alarm.set(1);
    alarm.clear();
    alarm.clear();
    expect(clearTimeout).toHaveBeenCalledOnce();
  });

  test.each([0, 100])(
    'clears with the function that belongs to the timer, though timers became real: %d ms',
    (pause) => {
      const { alarm, rang } = createAlarm();
      alarm.set(pause);
      const fakes = { setTimeout, clearTimeout, setImmediate, clearImmediate };
      const foreign = vi.fn();
      Object.assign(globalThis, { clearTimeout: foreign, clearImmediate: foreign });
      alarm.clear();
      Object.assign(globalThis, fakes);
      expect(foreign).not.toHaveBeenCalled();
      expect(vi.getTimerCount()).toBe(0);
      expect(rang).toEqual([]);
    },
  );

  test('calls the functions of a clock as its methods', () => {
    const calls: string[] = [];
    const own = {
      setTimeout() {
        calls.push(`setTimeout of ${this === own}`);
      },
      clearTimeout() {
        calls.push(`clearTimeout of ${this === own}`);
      },
      setImmediate() {
        calls.push(`setImmediate of ${this === own}`);
      },
      clearImmediate() {
        calls.push(`clearImmediate of ${this === own}`);
      },
      performance,
    };
    const { alarm } = createAlarm({ on: own });
    alarm.set(5);
    alarm.set(0);
    alarm.clear();
    expect(calls).toEqual([
      'setTimeout of true',
      'clearTimeout of true',
      'setImmediate of true',
      'clearImmediate of true',
    ]);
  });

  test.each([
    ['setImmediate', { setImmediate: undefined }],
    ['clearImmediate', { clearImmediate: undefined }],
  ])('makes a pause of 0 a setTimeout of 0 where there is no %s', (_, missing) => {
    const setTimeout = vi.spyOn(globalThis, 'setTimeout');
    const { performance, clearTimeout, setImmediate, clearImmediate } = globalThis;
    const on = { performance, clearTimeout, setImmediate, clearImmediate, setTimeout, ...missing };
    const { alarm, rang } = createAlarm({ on: on as unknown as Clock });
    alarm.set(0);
    expect(setTimeout).toHaveBeenCalledExactlyOnceWith(expect.any(Function), 0);
    vi.runAllTimers();
    expect(rang).toEqual([0]);
  });

  test.each([0, 100, Number.POSITIVE_INFINITY])('keeps the process alive, or does not with unref: %d ms', (pause) => {
    const timers: NodeJS.Timeout[] = [];
    const hold = <T>(timer: T) => {
      timers.push(timer as NodeJS.Timeout);
      return timer;
    };
    const on: Clock = {
      ...realClock,
      setTimeout: (callback, milliseconds) => hold(realClock.setTimeout(callback, milliseconds)),
      setImmediate: (callback) => hold(realClock.setImmediate?.(callback)),
    };
    const [held, free] = [createAlarm({ on }), createAlarm({ on, unref: true })];
    held.alarm.set(pause);
    free.alarm.set(pause);
    expect(timers.map((timer) => timer.hasRef())).toEqual([true, false]);
    held.alarm.clear();
    free.alarm.clear();
  });

  test('takes a timer that is a number, which nobody can unref', () => {
    const on = { ...realClock, setTimeout: () => 5, clearTimeout: vi.fn() };
    const { alarm } = createAlarm({ on, unref: true });
    alarm.set(10);
    alarm.clear();
    expect(on.clearTimeout).toHaveBeenCalledExactlyOnceWith(5);
  });
});

describe('alarmTimers', () => {
  test('are timers that hold beyond 2^31-1 ms', () => {
    const ring = vi.fn();
    const timers = alarmTimers(clock, false);
    timers.setTimeout(ring, 2 ** 31);
    vi.advanceTimersByTime(2 ** 31 - 1);
    expect(ring).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(ring).toHaveBeenCalledOnce();
  });

  test('clear what they set, and let go of nothing at all', () => {
    const ring = vi.fn();
    const timers = alarmTimers(clock, false);
    timers.clearTimeout(timers.setTimeout(ring, 10));
    timers.clearTimeout(undefined);
    vi.advanceTimersByTime(100);
    expect(ring).not.toHaveBeenCalled();
  });
});

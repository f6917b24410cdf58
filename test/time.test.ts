import { mock } from 'node:test';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Clock } from '../src/clock.ts';
import { timeOf } from '../src/time.ts';

const globalClock = globalThis as unknown as Clock;

afterEach(() => {
  mock.timers.reset();
  vi.useRealTimers();
});

/** Measures as a wait does: from now on. */
class Stopwatch {
  readonly #time;
  readonly #start;

  constructor(clock: Clock) {
    this.#time = timeOf(clock);
    this.#start = this.#time.now();
  }

  elapsed(): number {
    return this.#time.now() - this.#start;
  }

  /** As a timer does that is due so long after the start. */
  ring(instant: number): void {
    this.#time.reached(this.#start + instant);
  }
}

describe('Time', () => {
  /** A clock that shows what it is told. */
  function hand(now: number) {
    const clock = { ...globalClock, performance: { now: () => clock.time }, time: now };
    return clock;
  }

  test('counts from its start, whatever its clock shows then', () => {
    const clock = hand(5_000);
    const stopwatch = new Stopwatch(clock);
    expect(stopwatch.elapsed()).toBe(0);
    clock.time = 5_250;
    expect(stopwatch.elapsed()).toBe(250);
  });

  test('goes on from where it was when the clock jumps back', () => {
    const clock = hand(1_000);
    const stopwatch = new Stopwatch(clock);
    clock.time = 1_100;
    expect(stopwatch.elapsed()).toBe(100);
    clock.time = 20;
    expect(stopwatch.elapsed()).toBe(100);
    clock.time = 50;
    expect(stopwatch.elapsed()).toBe(130);
  });

  test('goes on from where it was when the clock jumps back to before its start only', () => {
    const clock = hand(1_000);
    const stopwatch = new Stopwatch(clock);
    clock.time = 990;
    expect(stopwatch.elapsed()).toBe(0);
    clock.time = 1_000;
    expect(stopwatch.elapsed()).toBe(10);
  });

  test('goes on from where it was when the clock is exchanged, for one that shows more as for one that shows less', () => {
    const clock = hand(1_000);
    const stopwatch = new Stopwatch(clock);
    clock.time = 1_100;
    stopwatch.elapsed();
    clock.performance = { now: () => 9_000_000 };
    expect(stopwatch.elapsed()).toBe(100);
    clock.performance = { now: () => 3 };
    expect(stopwatch.elapsed()).toBe(100);
  });

  test('is not read after a look of many that are surely quick, unless the clock is exchanged among them', () => {
    const clock = hand(1_000);
    const time = timeOf(clock);
    const start = time.now();
    for (let times = 0; times < 100; times++) {
      time.looking();
      time.looked();
    }
    time.looking();
    clock.time += 30;
    expect(time.afterLook() - start).toBe(0);
    clock.setTimeout = (callback, milliseconds) => setTimeout(callback, milliseconds);
    time.afterLook();
    clock.time += 40;
    expect(time.afterLook() - start).toBe(40);
    time.looked();
    time.looking();
    clock.time += 2;
    expect(time.afterLook() - start).toBe(42);
  });

  test('notices that time is faked in the middle, and that it is real again', () => {
    const stopwatch = new Stopwatch(globalClock);
    vi.useFakeTimers({ now: 0 });
    const before = stopwatch.elapsed();
    expect(stopwatch.elapsed()).toBe(before);
    vi.advanceTimersByTime(300);
    expect(stopwatch.elapsed()).toBe(before + 300);
    vi.useRealTimers();
    expect(stopwatch.elapsed()).toBeGreaterThanOrEqual(before + 300);
    expect(stopwatch.elapsed()).toBeLessThan(before + 60_000);
  });

  test('goes on when `performance` alone becomes another object', () => {
    const clock = { ...hand(100), performance: { now: () => 100 } };
    const stopwatch = new Stopwatch(clock);
    const other = hand(5_000);
    clock.performance = other.performance;
    expect(stopwatch.elapsed()).toBe(0);
    other.time = 5_030;
    expect(stopwatch.elapsed()).toBe(30);
  });

  test('believes a timer that rings before the clock shows its time', () => {
    const clock = hand(0);
    const stopwatch = new Stopwatch(clock);
    clock.time = 99.2;
    stopwatch.ring(100);
    expect(stopwatch.elapsed()).toBe(100);
  });

  test('waits for the clock after a timer that rang before it showed its time', () => {
    const clock = hand(0);
    const stopwatch = new Stopwatch(clock);
    clock.time = 99.5;
    stopwatch.ring(100);
    clock.time = 99.9;
    expect(stopwatch.elapsed()).toBe(100);
    clock.time = 109.5;
    expect(stopwatch.elapsed()).toBe(109);
  });

  test('does not run ahead of a clock that counts in steps, as that of a browser does', () => {
    const clock = hand(0);
    const stopwatch = new Stopwatch(clock);
    for (const instant of [10, 20, 30]) stopwatch.ring(instant);
    clock.time = 16;
    expect(stopwatch.elapsed()).toBe(30);
    clock.time = 32;
    expect(stopwatch.elapsed()).toBe(32);
  });

  test('believes its timers while the clock stands still', () => {
    const stopwatch = new Stopwatch(hand(7));
    stopwatch.ring(100);
    stopwatch.ring(250);
    expect(stopwatch.elapsed()).toBe(250);
  });

  test('is not turned back by a timer that rings late', () => {
    const clock = hand(0);
    const stopwatch = new Stopwatch(clock);
    clock.time = 400;
    stopwatch.ring(100);
    expect(stopwatch.elapsed()).toBe(400);
  });
});

describe('Time, where the timers and `Date` are faked without `performance`', () => {
  test('counts what was ticked', () => {
    mock.timers.enable();
    const stopwatch = new Stopwatch(globalClock);
    mock.timers.tick(1_000);
    expect(stopwatch.elapsed()).toBe(1_000);
  });

  test('goes on from there when they are real again', () => {
    mock.timers.enable();
    const stopwatch = new Stopwatch(globalClock);
    mock.timers.tick(60_000);
    expect(stopwatch.elapsed()).toBe(60_000);
    mock.timers.reset();
    expect(stopwatch.elapsed()).toBe(60_000);
  });

  test('does not follow a `Date` that is faked alone', () => {
    mock.timers.enable({ apis: ['Date'] });
    const stopwatch = new Stopwatch(globalClock);
    mock.timers.setTime(3_600_000);
    expect(stopwatch.elapsed()).toBeLessThan(3_600_000);
  });
});

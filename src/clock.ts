/**
 * Where time comes from. `globalThis` is one, and so is a clock of `@sinonjs/fake-timers`.
 *
 * Everything is read at the moment of use, so that timers faked later are noticed.
 *
 * @example
 * ```ts
 * import { createClock } from '@sinonjs/fake-timers';
 * import { waitFor } from 'unsleep';
 *
 * const clock = createClock();
 * const waiting = waitFor(() => clock.now >= 60_000, { clock, timeout: '5m' });
 * await clock.tickAsync('02:00');
 * await waiting; // => true
 * ```
 */
export interface Clock {
  /** Calls back once, so many milliseconds from now. */
  readonly setTimeout: (callback: () => void, milliseconds: number) => unknown;
  /** Takes back what `setTimeout` gave. */
  readonly clearTimeout: (timer: never) => void;
  /** Used for pauses of 0 where it exists; otherwise they are a `setTimeout` of 0. */
  readonly setImmediate?: ((callback: () => void) => unknown) | undefined;
  /** Takes back what `setImmediate` gave. */
  readonly clearImmediate?: ((timer: never) => void) | undefined;
  /** What tells the time. */
  readonly performance: {
    /** Milliseconds that only ever grow. */
    now(): number;
  };
}

const { setTimeout, clearTimeout, performance } = globalThis;
const setImmediate = globalThis.setImmediate as typeof globalThis.setImmediate | undefined;
const clearImmediate = globalThis.clearImmediate as typeof globalThis.clearImmediate | undefined;
const nativeNow = performance.now.bind(performance);

/**
 * Real time, also while the application's timers are faked: the functions that were there when unsleep was loaded.
 *
 * @example
 * ```ts
 * import { realClock, waitFor } from 'unsleep';
 *
 * const server = { ready: true };
 * await waitFor(() => server.ready, { clock: realClock });
 * ```
 */
export const realClock: Clock = {
  // Called through wrappers: browsers refuse a setTimeout whose `this` is not the window.
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer),
  setImmediate: setImmediate && ((callback) => setImmediate(callback)),
  clearImmediate: clearImmediate && ((timer) => clearImmediate(timer)),
  performance: { now: nativeNow },
};

/** Whether somebody else moves this clock: its timers are not the ones that unsleep was loaded with. */
export function isFaked(clock: Clock): boolean {
  return clock !== realClock && clock.setTimeout !== setTimeout;
}

/**
 * The time of one wait: monotonic, and never behind its own timers.
 *
 * A timer that rings says that its time has come, whatever the clock says: platforms ring up to a millisecond early,
 * and a suite may fake only the timers or only the clock.
 */
export class Stopwatch {
  readonly #clock: Clock;
  #now: () => number;
  #start: number;
  #last: number;
  #elapsed = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#now = clock.performance.now;
    this.#start = clock.performance.now();
    this.#last = this.#start;
  }

  /** Milliseconds since the start. A clock that jumps back, or is exchanged for another, goes on from here. */
  elapsed(): number {
    const { performance } = this.#clock;
    const now = performance.now();
    if (performance.now !== this.#now || now < this.#last) {
      this.#now = performance.now;
      this.#start = now - this.#elapsed;
    }
    this.#last = now;
    this.#elapsed = Math.max(this.#elapsed, now - this.#start);
    return this.#elapsed;
  }

  /** A timer due at this instant has rung. */
  reached(instant: number): void {
    // The start stays: the clocks of browsers count in steps, and would be ahead by what was added between two of them.
    this.#elapsed = Math.max(this.elapsed(), instant);
  }
}

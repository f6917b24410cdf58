import { type Clock, fakeOf, isFaked } from './clock.ts';

const { now: performanceNow } = globalThis.performance;

// How often looks that rang together took less than can be measured before it is relied on: what a look that is slow all
// of a sudden takes is then not counted, once, for those that ring with it.
const SURELY_QUICK = 100;

const times = new WeakMap<Clock, Time>();

/** The one time that is kept by this clock. */
export function timeOf(clock: Clock): Time {
  const known = times.get(clock);
  if (known) return known;
  const time = new Time(clock);
  times.set(clock, time);
  return time;
}

/**
 * The time of all that is measured with one clock: monotonic, and never behind its own timers.
 *
 * A timer that rings says that its time has come, whatever the clock says: platforms ring up to a millisecond early,
 * and a suite may fake only the timers or only the clock.
 */
export class Time {
  readonly clock: Clock;
  /** Whether somebody else moves it. */
  isFaked = false;
  /** Counts how often the clock became another one. */
  exchanges = 0;
  /** What was read last. */
  recent = 0;
  #setTimeout: Clock['setTimeout'] | undefined;
  #isMarked = false;
  #performance: Clock['performance'] | undefined;
  #now: (() => number) | undefined;
  #source!: { now(): number };
  #shown = 0;
  #offset = 0;
  #isOneInstant = false;
  #quickInARow = 0;
  #began = 0;

  constructor(clock: Clock) {
    this.clock = clock;
    this.now();
  }

  /** Whole milliseconds since some instant. A clock that jumps back, or is exchanged for another, goes on from here. */
  now(): number {
    const { setTimeout, performance } = this.clock;
    // Looked at each time, as whoever fakes a clock tells nobody; bun fakes the very functions that were there before.
    const isSame = setTimeout === this.#setTimeout && 'clock' in setTimeout === this.#isMarked;
    if (!isSame || performance !== this.#performance || performance.now !== this.#now) this.#exchange();
    // Whole, as timers count no less, and a number that is not whole is an object to every engine: one more for each wait.
    const shown = Math.floor(this.#source.now());
    if (shown < this.#shown) this.#offset = this.recent - shown;
    this.#shown = shown;
    const now = shown + this.#offset;
    if (now > this.recent) this.recent = now;
    return this.recent;
  }

  /** The same, after a look: of quick ones that ring together the clock is read once, after all of them. */
  afterLook(): number {
    return this.#isOneInstant && this.clock.setTimeout === this.#setTimeout ? this.recent : this.now();
  }

  /** What follows are looks that ring together, until `looked`. */
  looking(): void {
    this.#began = this.recent;
    this.#isOneInstant = this.#quickInARow >= SURELY_QUICK;
  }

  looked(): void {
    this.#isOneInstant = false;
    // One more may be the end of a millisecond that had begun before.
    this.#quickInARow = this.now() - this.#began > 1 ? 0 : this.#quickInARow + 1;
  }

  /** A timer due at this instant has rung. */
  reached(instant: number): void {
    // The offset stays: the clocks of browsers count in steps, and would be ahead by what was added between two of them.
    if (instant > this.recent) this.recent = instant;
  }

  #exchange(): void {
    const { clock } = this;
    this.#setTimeout = clock.setTimeout;
    this.#isMarked = 'clock' in clock.setTimeout;
    this.#performance = clock.performance;
    this.#now = clock.performance.now;
    this.isFaked = isFaked(clock);
    this.exchanges++;
    this.#source = sourceOf(clock);
    this.#isOneInstant = false;
    this.#quickInARow = 0;
    // As a jump back: it goes on from here.
    this.#shown = Number.POSITIVE_INFINITY;
  }
}

/** What tells the time of a clock: not `performance` where the timers and `Date` are faked without it, as by node:test. */
function sourceOf(clock: Clock): { now(): number } {
  const isPerformanceReal = clock.performance.now === performanceNow;
  return isPerformanceReal && ('isMock' in Date || 'isFake' in Date) && fakeOf(clock) ? Date : clock.performance;
}

import type { Backoff } from 'unsleep';
import { render } from '../render.ts';

/**
 * Exponential from `min` to `max`, each pause random between `min` and that: the jitter goes on past the ceiling, where
 * many waits would otherwise poll together.
 *
 * @see https://smithy.io/2.0/additional-specs/waiters.html
 */
export function jittered(min: number, max: number): Backoff {
  return ({ attempt, random }) => min + (1 - random()) * (Math.min(max, min * 2 ** (attempt - 1)) - min);
}

/** What the next pause depends on. */
export interface PaceState {
  /** Observations since the server last said when it wants to be asked. */
  readonly steps: number;
  /** Milliseconds since the operation began. */
  readonly age: number;
  /** The last pause of the backoff. */
  readonly previousPause: number;
  /** How far it says that it is, in percent. */
  readonly progress?: number | undefined;
  readonly random: () => number;
}

/** The pause after a poll that told nothing of when to come back. */
export function pauseOf(backoff: Backoff, state: PaceState, isPacedByProgress: boolean): number {
  const { steps, age, previousPause, progress, random } = state;
  // At 0 it tells nothing yet, and at 100 there is nothing left to reckon with.
  if (isPacedByProgress && progress !== undefined && progress > 0 && progress < 100) {
    return Math.min(30_000, Math.max(1_000, (age * (100 - progress)) / progress / 2));
  }
  const pause = backoff({ attempt: Math.max(1, steps), elapsed: age, previousPause, random });
  if (typeof pause === 'number' && pause >= 0) return pause;
  throw new RangeError(`\`interval\` must give a number of milliseconds >= 0; it gave ${render(pause)}`);
}

/**
 * The pause that a server asked for, once: at least as long, and up to a tenth longer, as all who were told the same would
 * otherwise come at once. Not shorter than a short pause of one's own.
 */
export function askedPause(asked: number, own: number, random: () => number): number {
  return Math.max(asked, Math.min(own, 1_000)) * (1 + 0.1 * random());
}

/**
 * Makes the poll that would come last come as late as one may: `left` is how long that is from now. With nothing left there
 * is no further poll. One that comes a moment before would waste it.
 */
export function untilLast(pause: number, left: number): number {
  if (left <= 0) return Number.POSITIVE_INFINITY;
  return pause > left - Math.min(1_000, pause) ? left : pause;
}

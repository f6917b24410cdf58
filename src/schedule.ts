import { pauseOf, type Settings } from './options.ts';
import type { AskedPause } from './transient.ts';

/** How long a wait pauses. Counts the looks on schedule alone: events must not make a backoff grow. */
export class Schedule {
  #steps = 0;
  #lastPause = 0;
  #previousPause = 0;

  /** A look that no event brought forward. */
  step(): void {
    this.#steps++;
    this.#previousPause = this.#lastPause;
  }

  /** The pause after a look, which may have asked for one of its own. */
  pause({ backoff, random }: Settings, elapsed: number, asked: AskedPause | undefined): number {
    if (asked?.isInstead) return asked.milliseconds;
    this.#lastPause = pauseOf(backoff, {
      attempt: this.#steps,
      elapsed,
      previousPause: this.#previousPause,
      random,
    });
    return asked ? Math.max(this.#lastPause, asked.milliseconds) : this.#lastPause;
  }
}

import type { Clock } from './clock.ts';

// Longer timers fire at once on every platform, so longer pauses are slept in pieces.
const LONGEST_TIMER = 2 ** 31 - 1;

/** One timer that can be set again and again, for pauses of any length: 0, beyond 2^31-1 ms, or endless. */
export class Alarm {
  readonly #clock: Clock;
  readonly #unref: boolean;
  readonly #ring: () => void;
  #cancel: ((timer: never) => void) | undefined;
  #timer: unknown;
  #left = 0;

  constructor(clock: Clock, unref: boolean, ring: () => void) {
    this.#clock = clock;
    this.#unref = unref;
    this.#ring = ring;
  }

  /** Rings once, this many milliseconds from now, unless it is set anew or cleared before. */
  set(milliseconds: number): void {
    this.clear();
    const { setImmediate, clearImmediate, setTimeout, clearTimeout } = this.#clock;
    if (milliseconds <= 0 && setImmediate && clearImmediate) {
      this.#cancel = clearImmediate;
      this.#left = 0;
      this.#hold(setImmediate.call(this.#clock, this.#onTimer));
    } else {
      // An endless pause sleeps in pieces too: without a timer the process would end in the middle of the wait.
      const piece = Math.min(Math.ceil(milliseconds), LONGEST_TIMER);
      // The function that belongs to this timer: another one may be in its place when it is cleared.
      this.#cancel = clearTimeout;
      this.#left = milliseconds - piece;
      this.#hold(setTimeout.call(this.#clock, this.#onTimer, piece));
    }
  }

  clear(): void {
    this.#cancel?.call(this.#clock, this.#timer as never);
    this.#cancel = undefined;
    this.#timer = undefined;
  }

  #hold(timer: unknown): void {
    this.#timer = timer;
    if (this.#unref) (timer as { unref?(): void } | undefined)?.unref?.();
  }

  readonly #onTimer = (): void => {
    this.#cancel = undefined;
    if (this.#left > 0) this.set(this.#left);
    else this.#ring();
  };
}

/** Timers in the shape that p-timeout takes: its own fire at once beyond 2^31-1 ms, and cannot be unref'd. */
export function alarmTimers(clock: Clock, unref: boolean) {
  const timers = {
    setTimeout: (ring: () => void, milliseconds: number) => {
      const alarm = new Alarm(clock, unref, ring);
      alarm.set(milliseconds);
      return alarm;
    },
    clearTimeout: (alarm: Alarm | undefined) => alarm?.clear(),
  };
  return timers as unknown as { setTimeout: typeof setTimeout; clearTimeout: typeof clearTimeout };
}

import { type Budget, carryBudget } from './budget.ts';

/** What caused a look: the start of the wait, its schedule, an event of a wake source, or the deadline. */
export type WokenBy = 'start' | 'schedule' | 'event' | 'deadline';

/** What a condition is told about its look. */
export interface Look<Triggered = unknown> {
  /** Looks so far, this one included. */
  readonly attempt: number;
  /** Milliseconds since the wait began. */
  readonly elapsed: number;
  /** Milliseconds until the deadline, or until the end of a hold beyond it; never less than 0. An inner wait that is given `look.signal` knows it. */
  readonly remaining: number;
  /**
   * Aborts when this look is cut or the wait ends in the middle of it. Made on first use. A wait that is given it ends
   * with this one: at the deadline it looks once more, and its message says whose budget ran out.
   */
  readonly signal: AbortSignal;
  /** What caused this look. */
  readonly wokenBy: WokenBy;
  /** The answer of the last look that gave one. */
  readonly lastValue: unknown;
  /** The error of the last look that threw one. */
  readonly lastError: unknown;
  /** What the `trigger` resolved to. */
  readonly triggered: Triggered;
}

/** What is told after a look. */
export interface LookRecord {
  /** Looks so far, this one included. */
  readonly attempt: number;
  /** When it began, in milliseconds from the start of the wait. */
  readonly at: number;
  /** How long it took, in milliseconds. */
  readonly took: number;
  /** What caused this look. */
  readonly wokenBy: WokenBy;
  /** What it meant. `'done'` is not the end yet while `holdFor` holds. */
  readonly verdict: 'done' | 'not yet' | 'never';
  /** What the condition answered, if it answered. */
  readonly value?: unknown;
  /** What the condition threw, if it threw. */
  readonly error?: unknown;
}

/** The part of a wait that a look shows. */
interface Wait {
  readonly lastValue: unknown;
  readonly lastError: { readonly error: unknown } | undefined;
  readonly triggered: unknown;
  readonly budget: Budget;
  elapsed(): number;
  remaining(): number;
}

/** One look of a wait. A look keeps what it was told: one that was cut may still read it while the next is under way. */
export class CurrentLook implements Look {
  readonly attempt: number;
  readonly wokenBy: WokenBy;
  readonly startedAt: number;
  readonly lastValue: unknown;
  readonly lastError: unknown;
  readonly triggered: unknown;
  readonly #wait: Wait;
  #clearLimit: (() => void) | undefined;
  #controller: AbortController | undefined;
  #cut: { readonly reason: unknown } | undefined;

  constructor(wait: Wait, attempt: number, wokenBy: WokenBy, startedAt: number) {
    this.#wait = wait;
    this.attempt = attempt;
    this.wokenBy = wokenBy;
    this.startedAt = startedAt;
    this.lastValue = wait.lastValue;
    this.lastError = wait.lastError?.error;
    this.triggered = wait.triggered;
  }

  get elapsed(): number {
    return this.#wait.elapsed();
  }

  get remaining(): number {
    return this.#wait.remaining();
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      carryBudget(this.#controller.signal, this.#wait.budget);
    }
    if (this.#cut) this.#controller.abort(this.#cut.reason);
    return this.#controller.signal;
  }

  /** The signal, if anybody has asked for it. */
  get usedSignal(): AbortSignal | undefined {
    return this.#controller?.signal;
  }

  /** It has a limit: how the timer of that is cleared, should the look be cut. */
  limitedBy(clear: () => void): void {
    this.#clearLimit = clear;
  }

  /** Tells whoever works on this look's behalf to stop. */
  cut(reason: unknown): void {
    this.#clearLimit?.();
    this.#cut = { reason };
    this.#controller?.abort(reason);
  }
}

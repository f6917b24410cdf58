import { type Budget, isOurs } from './budget.ts';
import { buildReport, failed, type Known, nameOf, timedOut } from './diagnosis.ts';
import { type Outcome, onSettled, quiet, unwatchSignal, watchSignal } from './ends.ts';
import { mindFakedTime } from './faked-time.ts';
import { isGiveUp } from './give-up.ts';
import { Hold } from './hold.ts';
import { Journal } from './journal.ts';
import type { Settings } from './options.ts';
import { listPending, unlistPending } from './pending-waits.ts';
import { startProgress } from './progress.ts';
import { isErrorLike, render } from './render.ts';
import type { WaitReport } from './report.ts';
import { isTimeout } from './transient.ts';
import { Subscriptions } from './wake.ts';
import type { AnyCondition, Way } from './way.ts';

/**
 * All of a wait but its looks: who may end it and how, and what is told of it.
 *
 * A class below the loop, its journal and the alarm of its pauses below it, as a hundred thousand of them are then as many
 * objects.
 */
export abstract class Lifetime extends Journal {
  protected readonly condition: AnyCondition;
  protected readonly way: Way;
  readonly hold: Hold | undefined;
  /** How it ended, once it has. */
  protected outcome: Outcome | undefined;
  protected isAttached = false;

  protected subscriptions: Subscriptions | undefined;
  #isTimeMinded = false;
  #closers: (() => void)[] | undefined;
  #promise: Promise<unknown> | undefined;
  #resolve: ((value: unknown) => void) | undefined;

  constructor(condition: AnyCondition, way: Way, settings: Settings) {
    super(settings);
    this.condition = condition;
    this.way = way;
    this.hold = settings.holdFor === undefined ? undefined : new Hold(settings.holdFor);
  }

  /** Where it was started. */
  protected abstract origin(): Known['stack'];
  /** The look under way, if there is one. */
  abstract looking(): object | undefined;
  /** Milliseconds until its timer rings. */
  abstract left(): number;
  /** Sets its timer anew. */
  abstract rearm(): void;
  /** It has ended: lets go of what is under way. */
  protected abstract stop(outcome: Outcome): void;

  /** Begins to listen. Gives back whether it may look: not when it was aborted before. */
  protected open(): boolean {
    const { failFast } = this.settings;
    const { sources = this.settings.sources } = this.way;
    // Before all else, though the wait may end at once: a rejection must not become an unhandled one by chance.
    if (failFast !== undefined) this.atEnd(onSettled(failFast, (outcome) => endFast(this, outcome)));
    if (this.isAborted()) return false;
    if (sources.length > 0) this.subscriptions = new Subscriptions(sources, this);
    return true;
  }

  abstract onWake(): void;

  /** What the user gets. A wait that is over when it has hardly begun needs nothing to settle it with. */
  protected promise(): Promise<unknown> {
    const { outcome } = this;
    if (outcome && !('error' in outcome)) return Promise.resolve(outcome.value);
    this.#promise = outcome
      ? Promise.reject(outcome.error)
      : new Promise((resolve) => {
          this.#resolve = resolve;
        });
    return this.#promise;
  }

  /** What a wait needs only once it is pending: a condition that is true at the first look pays for none of it. */
  protected attach(): void {
    if (this.isAttached || this.outcome) return;
    this.isAttached = true;
    const { signals, progress } = this.settings;
    listPending(this);
    for (const signal of signals) watchSignal(signal, this);
    if (progress) this.atEnd(startProgress(progress, this));
    this.isAborted();
  }

  private atEnd(close: () => void): void {
    this.#closers ??= [];
    this.#closers.push(close);
  }

  protected mindTime(): void {
    if (!this.time.isFaked || this.#isTimeMinded) return;
    this.#isTimeMinded = true;
    this.atEnd(mindFakedTime(this));
  }

  /** Ends the wait if a signal was aborted while nobody listened to it. */
  protected isAborted(): boolean {
    for (const signal of this.settings.signals) {
      if (signal.aborted) {
        this.onAborted(signal);
        return true;
      }
    }
    return false;
  }

  onAborted(signal: AbortSignal): void {
    const { reason = new DOMException('This operation was aborted', 'AbortError') } = signal;
    // A deadline, said with a signal; anything else is the caller's own decision, and comes back as it is.
    const isDeadline = isTimeout(reason);
    if (!isDeadline) quiet(() => this.#promise);
    this.end({ error: isDeadline ? timedOut(this.known(), [], { error: reason, isOurs: isOurs(signal) }) : reason });
  }

  protected timeOut(remarks: readonly string[]): void {
    const isFakedSince = this.isAttached && !this.#isTimeMinded && this.time.isFaked;
    const faked = isFakedSince ? ['timers were faked after it began, and it went on in real time'] : [];
    this.end({ error: timedOut(this.known(), [...remarks, ...faked]) });
  }

  /** Ends the wait with this very error, or with what `giveUp` gave as the reason. */
  fail(error: unknown): void {
    if (!isGiveUp(error)) this.end({ error });
    else if (isErrorLike(error.reason)) this.end({ error: error.reason });
    else this.failBecause(error.message, error.cause);
  }

  failBecause(reason: string, cause?: unknown): void {
    this.end({ error: failed(this.known(), reason, cause === undefined ? undefined : { error: cause }) });
  }

  /** The one end of every wait: leaves nothing behind, then settles. */
  protected end(outcome: Outcome): void {
    if (this.outcome) return;
    this.outcome = outcome;
    this.clear();
    this.subscriptions?.close();
    if (this.isAttached) {
      unlistPending(this);
      for (const signal of this.settings.signals) unwatchSignal(signal, this);
    }
    for (const close of this.#closers ?? []) close();
    this.stop(outcome);
    this.#resolve?.('error' in outcome ? rejection(outcome.error) : outcome.value);
  }

  report(): WaitReport {
    return buildReport(this.known());
  }

  protected known(): Known {
    return {
      settings: this.settings,
      journal: this,
      hold: this.hold,
      elapsed: this.elapsed(),
      sources: this.subscriptions?.report() ?? [],
      title: this.way.title(this.condition),
      remarks: this.way.remarks?.(this, this.settings) ?? [],
      stack: this.origin(),
    };
  }

  remaining(): number {
    return Math.max(0, Math.max(this.settings.timeout, this.hold?.end ?? 0) - this.elapsed());
  }

  /** What a wait inside a look of this one shares. */
  get budget(): Budget {
    const { timeout, clock } = this.settings;
    return {
      timeout,
      clock,
      name: () => nameOf(this.settings.name, this.way.title(this.condition)),
      remaining: () => this.remaining(),
    };
  }

  endsBy(signal: AbortSignal): boolean {
    return this.settings.signals.includes(signal) || this.way.endsBy?.includes(signal) === true;
  }
}

/** `failFast` settled. */
function endFast(wait: Lifetime, outcome: Outcome): void {
  const reason = 'error' in outcome ? outcome.error : outcome.value;
  if (isErrorLike(reason)) wait.fail(reason);
  else wait.failBecause(typeof reason === 'string' ? reason : `failFast settled with ${render(reason)}`);
}

/**
 * A promise that is resolved with this rejects at once, as its `then` cannot be read. To keep its `reject` too would be
 * one more object for each wait; a `then` that rejects would be called a microtask later.
 */
function rejection(error: unknown): PromiseLike<never> {
  return {
    // biome-ignore lint/suspicious/noThenProperty: it is to be taken for a promise
    get then(): never {
      throw error;
    },
  };
}

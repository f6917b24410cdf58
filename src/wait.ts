import { TimeoutError } from 'p-timeout';
import { type Budget, isOurs } from './budget.ts';
import { checkOptions } from './check.ts';
import { buildReport, exhausted, failed, type Known, nameOf, timedOut } from './diagnosis.ts';
import { formatDuration } from './duration.ts';
import { type Outcome, onSettled, quiet, unwatchSignal, watchSignal } from './ends.ts';
import { WaitTimeoutError } from './errors.ts';
import { mindFakedTime } from './faked-time.ts';
import { isGiveUp } from './give-up.ts';
import { Hold } from './hold.ts';
import { Journal } from './journal.ts';
import { isFinal, pauseAskedBy, read } from './judge.ts';
import { GRACE, Lateness } from './lateness.ts';
import { type Limited, limit, limitLook } from './limit.ts';
import { CurrentLook, type WokenBy } from './look.ts';
import { pauseOf, type Settings, toSettings, type WaitOptions } from './options.ts';
import { Overdue } from './overdue.ts';
import { Ringing } from './pause.ts';
import { isCrowded, listPending, unlistPending, waitsUnder } from './pending-waits.ts';
import { startProgress } from './progress.ts';
import { isErrorLike, render } from './render.ts';
import type { WaitReport } from './report.ts';
import { type Caller, callerOf, captureStack, pointTo } from './stack.ts';
import { type AskedPause, isTimeout } from './transient.ts';
import { isPromiseLike, Subscriptions, WakeLimit } from './wake.ts';
import type { Way } from './way.ts';

/**
 * Looks, pauses and looks again, until done, failed, out of time or aborted.
 *
 * `options` are the user's; `adapt` turns them into those of the loop, once they are known to be an object.
 */
export function wait<T, Options extends object = WaitOptions<never>>(
  toWay: (options: Options) => Way,
  options: Options,
  called: Caller,
  adapt?: (options: Options) => WaitOptions<never>,
): Promise<T> {
  const caller = callerOf(options, called);
  try {
    checkOptions(options);
    // Inside of `try`: of a function that ends with a call JavaScriptCore keeps no frame, and so no line of the caller.
    const waiting = new Wait(toWay(options), toSettings(adapt ? adapt(options) : options), caller);
    const promise = waiting.start();
    // Here, as the engine reads each frame between the caller and where it is asked.
    if (waiting.isPending) waiting.stack = captureStack(caller, wait, isCrowded() ? FRAMES_IN_A_CROWD : undefined);
    return promise as Promise<T>;
  } catch (error) {
    return Promise.reject(pointTo(error, caller, wait));
  }
}

// How long a source that connects is waited for before the trigger runs.
const LONGEST_CONNECT = 10_000;
// How much of the stack is kept of each of a crowd.
const FRAMES_IN_A_CROWD = 2;

/** Rings when its pause is over. */
class Wait extends Ringing {
  // In this order, as what each look reads and writes is then side by side: where a hundred thousand wait, most of what a
  // look costs is to fetch that.
  readonly settings: Settings;
  readonly #way: Way;
  readonly #journal = new Journal();
  readonly #startedAt: number;
  #state: 'starting' | 'looking' | 'pausing' | 'settled' = 'starting';
  /** What the next look will be caused by. */
  #cause: WokenBy = 'start';
  #lastPause = 0;
  /** The pause before the last look that no event brought forward. */
  #previousPause = 0;
  /** Until when not even an event may cause a look. */
  #firmUntil = 0;
  #wasWoken = false;
  #isAttached = false;
  #isTimeMinded = false;
  #outcome: Outcome | undefined;
  #lateness: Lateness | undefined;
  readonly hold: Hold | undefined;
  triggered: unknown;

  /** The look, or the trigger, that is under way. Whatever answers for another one comes too late. */
  #look: CurrentLook | undefined;
  #limited: Limited<unknown> | undefined;
  #overdue: Overdue | undefined;
  #subscriptions: Subscriptions | undefined;
  #wakeLimit: WakeLimit | undefined;
  #promise: Promise<unknown> | undefined;
  #resolve: ((value: unknown) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;
  #closers: (() => void)[] | undefined;
  readonly #caller: Caller;
  /** Where the wait was started; noted only if it is pending then. */
  stack: { readonly stack?: string | undefined } | undefined;

  constructor(way: Way, settings: Settings, caller: Caller) {
    super(settings.time, settings.unref);
    this.settings = settings;
    this.hold = settings.holdFor === undefined ? undefined : new Hold(settings.holdFor);
    this.#way = way;
    this.#caller = caller;
    this.#startedAt = this.time.now();
  }

  get isPending(): boolean {
    return this.#outcome === undefined;
  }

  start(): Promise<unknown> {
    const { failFast, trigger } = this.settings;
    const { sources = this.settings.sources } = this.#way;
    // Before all else, though the wait may end at once: a rejection must not become an unhandled one by chance.
    if (failFast !== undefined) this.#atEnd(onSettled(failFast, (outcome) => this.#failedFast(outcome)));
    if (!this.#isAborted()) {
      if (sources.length > 0) this.#subscriptions = new Subscriptions(sources, this);
      if (trigger) void this.#pull(trigger);
      else this.#lookNow('start', 0);
    }
    return this.#outcome ? this.#settled(this.#outcome) : this.#pending();
  }

  /** A wait that is over when it has hardly begun needs a promise, and nothing to settle it with. */
  #settled(outcome: Outcome): Promise<unknown> {
    if (!('error' in outcome)) return Promise.resolve(outcome.value);
    this.#promise = Promise.reject(outcome.error);
    return this.#promise;
  }

  #pending(): Promise<unknown> {
    this.#promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    return this.#promise;
  }

  /** Runs the action that is waited for, once no source could miss what it causes. */
  async #pull(trigger: (signal: AbortSignal) => unknown): Promise<void> {
    const look = new CurrentLook(this, 0, 'start', 0);
    this.#look = look;
    this.#attach();
    if (this.#look === look) this.#watch(look);
    try {
      await this.#sourcesLive();
      if (this.#look !== look) return;
      this.triggered = await trigger(look.signal);
    } catch (error) {
      if (this.#look === look) this.fail(error);
    }
    if (this.#look !== look) return;
    this.#look = undefined;
    this.#lookNow('start', this.elapsed());
  }

  async #sourcesLive(): Promise<void> {
    const live = this.#subscriptions?.live;
    if (!live) return;
    const patience = Math.min(this.settings.timeout / 4, LONGEST_CONNECT);
    this.#limited = limit<unknown>(live, patience, this.settings, () => undefined);
    await this.#limited;
  }

  #lookNow(wokenBy: WokenBy, startedAt: number): void {
    const look = new CurrentLook(this, this.#journal.looks + 1, wokenBy, startedAt);
    this.#journal.begin(look);
    if (wokenBy !== 'event') this.#previousPause = this.#lastPause;
    this.#state = 'looking';
    this.#wasWoken = false;
    let outcome: Outcome;
    try {
      // Not as a method: it is none, and a stack would name it as one.
      const { condition } = this.#way;
      const answer = condition(look as never);
      if (isPromiseLike(answer)) {
        this.#await(look, answer);
        return;
      }
      outcome = { value: answer };
    } catch (error) {
      outcome = { error };
    }
    // The condition itself may have ended the wait.
    if (this.#outcome) cutLook(look, this.#outcome);
    else this.#judge(look, outcome);
  }

  #await(look: CurrentLook, answer: PromiseLike<unknown>): void {
    const isLimited = this.settings.attemptTimeout !== Number.POSITIVE_INFINITY;
    const limited = limitLook(look, answer, this.settings);
    limited.then(
      (value) => this.#answered(look, { value }),
      (error) => this.#answered(look, { error }),
    );
    if (!this.#outcome) this.#attach();
    // The condition itself may have ended the wait, or a signal that nobody listened to.
    if (this.#outcome) {
      if (isLimited) limited.clear?.();
      cutLook(look, this.#outcome);
      return;
    }
    // Not before, and not for a look that needs no promise: an old object that points to a new one costs every collection.
    this.#look = look;
    // Without a limit it is the promise of the user, who may have a `clear` of their own.
    if (isLimited) this.#limited = limited;
    this.#watch(look);
  }

  #answered(look: CurrentLook, outcome: Outcome): void {
    if (look !== this.#look) return;
    this.#look = undefined;
    // A clock that somebody made may know of one timer at a time only.
    if (this.time.isFaked) this.#overdue?.clear();
    this.#judge(look, outcome);
  }

  #watch(look: CurrentLook): void {
    this.#overdue ??= new Overdue(this);
    this.#overdue.watch(look);
    this.#mindTime();
  }

  #judge(look: CurrentLook, outcome: Outcome): void {
    try {
      this.#conclude(look, outcome);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Says what the look meant. Whatever is thrown here ends the wait. */
  #conclude(look: CurrentLook, outcome: Outcome): void {
    const { onLook, tolerate, timeout } = this.settings;
    const answer = read(this.#way, outcome);
    const now = this.elapsed();
    const isNever = answer.kind === 'error' && isFinal(answer.error, tolerate, now >= timeout);
    const isDone = answer.kind === 'value' && answer.isDone;
    this.#journal.end(look, now, answer, isDone && !this.hold);
    if (onLook) {
      const { attempt, startedAt: at, wokenBy } = look;
      const verdict = isNever ? 'never' : isDone ? 'done' : 'not yet';
      onLook({ attempt, at, took: now - at, wokenBy, verdict, ...outcome });
    }
    // By the condition or by `onLook`, before the wait listened.
    if (this.#outcome || (!this.#isAttached && this.#isAborted())) return;
    if (isNever) throw answer.error;
    const asked = pauseAskedBy(outcome, answer);
    if (isDone) this.#done(answer.value, asked);
    else this.#notYet(asked);
  }

  #done(value: unknown, asked: AskedPause | undefined): void {
    const { hold } = this;
    const now = this.#recent();
    if (hold && !hold.isOver(now)) {
      hold.since ??= now;
      this.#pause(asked, hold.end);
    } else if (!hold || !this.#looksOnceMore()) {
      this.#end({ value });
    }
  }

  #notYet(asked: AskedPause | undefined): void {
    const { hold } = this;
    const { timeout } = this.settings;
    const now = this.#recent();
    if (hold?.since !== undefined) {
      this.#journal.relapsed(hold.since);
      hold.since = undefined;
    }
    if (now >= timeout) {
      if (!this.#looksOnceMore()) this.#timeOut([]);
    } else if (asked?.isFirm && now + asked.milliseconds > timeout) {
      const pause = formatDuration(asked.milliseconds);
      this.#timeOut([`gave up after ${formatDuration(now)}: it must not look again for ${pause}, which is too late`]);
    } else {
      this.#pause(asked, timeout);
    }
  }

  #looksOnceMore(): boolean {
    const { maxAttempts } = this.settings;
    if (this.#journal.looks >= maxAttempts) return false;
    if (!this.#lateness?.looksOnceMore(this.time.isFaked)) return false;
    this.#state = 'pausing';
    this.#cause = 'deadline';
    this.setToRealTurn();
    return true;
  }

  #pause(asked: AskedPause | undefined, end: number): void {
    if (this.#journal.looks >= this.settings.maxAttempts) this.#end({ error: exhausted(this.#known()) });
    this.#attach();
    if (this.#state === 'settled') return;
    const elapsed = this.#recent();
    const pause = this.#lengthOfPause(asked, elapsed);
    const left = Math.max(0, end - elapsed);
    this.#cause = pause >= left && this.hold?.since === undefined ? 'deadline' : 'schedule';
    this.#firmUntil = asked?.isFirm ? elapsed + asked.milliseconds : 0;
    this.#state = 'pausing';
    this.#sleep(Math.min(pause, left));
    if (this.#wasWoken) this.#bringForward();
  }

  /** Counts the looks on schedule alone: events must not make a backoff grow. */
  #lengthOfPause(asked: AskedPause | undefined, elapsed: number): number {
    if (asked?.isInstead) return asked.milliseconds;
    const { backoff, random } = this.settings;
    const { looks, wokenLooks } = this.#journal;
    const previousPause = this.#previousPause;
    // Whole, as the alarm counts.
    this.#lastPause = Math.ceil(pauseOf(backoff, { attempt: looks - wokenLooks, elapsed, previousPause, random }));
    return asked ? Math.max(this.#lastPause, asked.milliseconds) : this.#lastPause;
  }

  /** An event: it only brings the next look forward, and what the look sees decides. */
  onWake(): void {
    if (this.#state === 'looking') this.#wasWoken = true;
    if (this.#state !== 'pausing' || this.#cause === 'event') return;
    if (this.#way.isToldByEvents) this.#lookAtOnce();
    else this.#bringForward();
  }

  #lookAtOnce(): void {
    this.clear();
    this.#lookNow('event', this.elapsed());
  }

  #bringForward(): void {
    this.#wakeLimit ??= new WakeLimit();
    const now = this.elapsed();
    const delay = Math.max(this.#wakeLimit.delay(now), this.#firmUntil - now);
    if (delay >= this.left()) return;
    this.#wakeLimit.count(now);
    this.#cause = 'event';
    this.#sleep(delay);
  }

  /** From when the time was read last: that is now, or when the look was judged. */
  #sleep(milliseconds: number): void {
    this.set(milliseconds, this.time.recent);
    this.#mindTime();
  }

  override approach(): number {
    return typeof this.#way.condition === 'function' && this.triggered === undefined ? this.#journal.looks : 1;
  }

  protected override onRing(): void {
    const late = this.time.recent - this.due;
    if (late > GRACE || this.#lateness) this.lateness.noted(late);
    this.#lookNow(this.#cause, this.#recent());
  }

  get lateness(): Lateness {
    this.#lateness ??= new Lateness();
    return this.#lateness;
  }

  /** The time of a look is up. */
  cut(look: CurrentLook): void {
    const took = formatDuration(this.elapsed() - look.startedAt);
    if (look.attempt > 0) this.#journal.timeline.add(look.startedAt, { kind: 'unanswered' });
    const what = look.attempt > 0 ? `look ${look.attempt}` : 'the trigger';
    const inner = look.usedSignal
      ? waitsUnder(look.usedSignal).map((wait) => `, in a wait for ${wait.report().name}`)
      : [];
    this.#timeOut([`${what} was still pending after ${took}${inner.join('')}`]);
  }

  /** What a wait needs only once it is pending: a condition that is true at the first look pays for none of it. */
  #attach(): void {
    if (this.#isAttached || this.#outcome) return;
    this.#isAttached = true;
    const { signals, progress } = this.settings;
    listPending(this);
    for (const signal of signals) watchSignal(signal, this);
    if (progress) this.#atEnd(startProgress(progress, this));
    this.#isAborted();
  }

  #atEnd(close: () => void): void {
    this.#closers ??= [];
    this.#closers.push(close);
  }

  #mindTime(): void {
    if (this.#isTimeMinded || !this.time.isFaked) return;
    this.#isTimeMinded = true;
    this.#atEnd(mindFakedTime(this));
  }

  /** Ends the wait if a signal was aborted while nobody listened to it. */
  #isAborted(): boolean {
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
    this.#end({ error: isDeadline ? timedOut(this.#known(), [], { error: reason, isOurs: isOurs(signal) }) : reason });
  }

  #failedFast(outcome: Outcome): void {
    const reason = 'error' in outcome ? outcome.error : outcome.value;
    if (isErrorLike(reason)) this.fail(reason);
    else this.failBecause(typeof reason === 'string' ? reason : `failFast settled with ${render(reason)}`);
  }

  #timeOut(remarks: readonly string[]): void {
    const isFakedSince = this.#isAttached && !this.#isTimeMinded && this.time.isFaked;
    const faked = isFakedSince ? ['timers were faked after it began, and it went on in real time'] : [];
    this.#end({ error: timedOut(this.#known(), [...remarks, ...faked]) });
  }

  /** Ends the wait with this very error, or with what `giveUp` gave as the reason. */
  fail(error: unknown): void {
    if (!isGiveUp(error)) this.#end({ error });
    else if (isErrorLike(error.reason)) this.#end({ error: error.reason });
    else this.failBecause(error.message, error.cause);
  }

  failBecause(reason: string, cause?: unknown): void {
    this.#end({ error: failed(this.#known(), reason, cause === undefined ? undefined : { error: cause }) });
  }

  /** The one end of every wait: leaves nothing behind, then settles. */
  #end(outcome: Outcome): void {
    if (this.#state === 'settled') return;
    this.#state = 'settled';
    this.#outcome = outcome;
    const look = this.#look;
    this.#look = undefined;
    this.#detach();
    if (look) cutLook(look, outcome);
    if ('error' in outcome) this.#reject?.(outcome.error);
    else this.#resolve?.(outcome.value);
  }

  #detach(): void {
    this.clear();
    this.#overdue?.clear();
    this.#limited?.clear?.();
    this.#subscriptions?.close();
    if (this.#isAttached) {
      unlistPending(this);
      for (const signal of this.settings.signals) unwatchSignal(signal, this);
    }
    for (const close of this.#closers ?? []) close();
  }

  report(): WaitReport {
    return buildReport(this.#known());
  }

  #known(): Known {
    return {
      settings: this.settings,
      journal: this.#journal,
      elapsed: this.elapsed(),
      sources: this.#subscriptions?.report() ?? [],
      title: this.#way.title(),
      remarks: this.#way.remarks?.(this.#journal, this.settings) ?? [],
      stack: this.stack ?? captureStack(this.#caller, wait),
    };
  }

  get lastValue(): unknown {
    return this.#journal.lastValue;
  }

  get lastError(): unknown {
    return this.#journal.lastError?.error;
  }

  get slowest(): number {
    return this.#journal.slowest;
  }

  looking(): CurrentLook | undefined {
    return this.#look;
  }

  elapsed(): number {
    return this.time.now() - this.#startedAt;
  }

  /** The same, when the time was read last: where nothing of the user's has run since, it is that still. */
  #recent(): number {
    return this.time.recent - this.#startedAt;
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
      name: () => nameOf(this.settings.name, this.#way.title()),
      remaining: () => this.remaining(),
    };
  }

  endsBy(signal: AbortSignal): boolean {
    return this.settings.signals.includes(signal) || this.#way.endsBy?.includes(signal) === true;
  }

  left(): number {
    return Math.max(0, this.#next.due - this.time.now());
  }

  rearm(): void {
    this.#next.set(this.left());
    this.#mindTime();
  }

  /** What rings next. */
  get #next(): Ringing {
    return this.#look && this.#overdue ? this.#overdue : this;
  }
}

/** Tells a look that the wait has ended in the middle of it, which it only does with an error. */
function cutLook(look: CurrentLook, outcome: Outcome): void {
  const { error } = outcome as { readonly error: unknown };
  look.cut(error instanceof WaitTimeoutError ? new TimeoutError(error.message.split('\n', 1)[0]) : error);
}

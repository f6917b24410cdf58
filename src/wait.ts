import { TimeoutError } from 'p-timeout';
import { isAgain } from './again.ts';
import { type Budget, isOurs } from './budget.ts';
import { checkOptions } from './check.ts';
import { buildReport, exhausted, failed, type Known, nameOf, timedOut } from './diagnosis.ts';
import { formatDuration } from './duration.ts';
import { type Outcome, onSettled, quiet, unwatchSignal, watchSignal } from './ends.ts';
import { WaitTimeoutError } from './errors.ts';
import { mindFakedTime } from './faked-time.ts';
import { isGiveUp } from './give-up.ts';
import { Journal } from './journal.ts';
import { GRACE, Lateness } from './lateness.ts';
import { type Limited, limit, limitLook } from './limit.ts';
import { CurrentLook, type WokenBy } from './look.ts';
import { immediate, type Settings, toSettings, type WaitOptions } from './options.ts';
import { Alarm } from './pause.ts';
import { isCrowded, isEndingUnder, listPending, unlistPending, waitsUnder } from './pending-waits.ts';
import { startProgress } from './progress.ts';
import { isErrorLike, render } from './render.ts';
import type { WaitReport } from './report.ts';
import { Schedule } from './schedule.ts';
import { type Caller, callerOf, captureStack, pointTo } from './stack.ts';
import { type Time, timeOf } from './time.ts';
import type { Answer } from './timeline.ts';
import { type AskedPause, askedPause, isNamed, isTimeout } from './transient.ts';
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
    return new Wait(toWay(options), toSettings(adapt ? adapt(options) : options), caller).start() as Promise<T>;
  } catch (error) {
    return Promise.reject(pointTo(error, caller, wait));
  }
}

// How long a source that connects is waited for before the trigger runs.
const LONGEST_CONNECT = 10_000;
// How much of the stack is kept of each of a crowd.
const FRAMES_IN_A_CROWD = 2;

class Wait {
  readonly settings: Settings;
  readonly #way: Way;
  readonly #caller: Caller;
  readonly #journal = new Journal();
  readonly #schedule = new Schedule();
  readonly #time: Time;
  readonly #startedAt: number;
  #state: 'starting' | 'looking' | 'pausing' | 'settled' = 'starting';
  #outcome: Outcome | undefined;
  #promise: Promise<unknown> | undefined;
  #resolve: ((value: unknown) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  /** The look, or the trigger, that is under way. Whatever answers for another one comes too late. */
  #look: CurrentLook | undefined;
  #limited: Limited<unknown> | undefined;
  /** Rings when the pause is over, and what the look will then be caused by. */
  #pauseOver: Alarm | undefined;
  #cause: WokenBy = 'start';
  /** Rings when a look must be cut. Left as it is between two looks: most of them need none. */
  #overdue: Alarm | undefined;
  #lateness: Lateness | undefined;

  #subscriptions: Subscriptions | undefined;
  #wasWoken = false;
  #wakeLimit: WakeLimit | undefined;
  /** Until when not even an event may cause a look. */
  #firmUntil = 0;

  #heldSince: number | undefined;
  triggered: unknown;

  /** Where the wait was started; noted once it is pending. */
  #stack: { readonly stack?: string | undefined } | undefined;
  #isTimeMinded = false;
  #closers: (() => void)[] | undefined;

  constructor(way: Way, settings: Settings, caller: Caller) {
    this.settings = settings;
    this.#way = way;
    this.#caller = caller;
    this.#time = timeOf(settings.clock);
    this.#startedAt = this.#time.now();
  }

  start(): Promise<unknown> {
    const { failFast, sources, trigger } = this.settings;
    // Before all else, though the wait may end at once: a rejection must not become an unhandled one by chance.
    if (failFast !== undefined) this.#atEnd(onSettled(failFast, (outcome) => this.#failedFast(outcome)));
    if (!this.#isAborted()) {
      const wake = () => this.#wake();
      if (sources.length > 0) this.#subscriptions = new Subscriptions(sources, wake, () => this.elapsed());
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
    if (this.#look === look) this.#limitLook(look);
    try {
      await this.#sourcesLive();
      if (this.#look !== look) return;
      this.triggered = await trigger(look.signal);
    } catch (error) {
      if (this.#look === look) this.fail(error);
    }
    if (this.#look === look) this.#lookNow('start', this.elapsed());
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
    if (wokenBy !== 'event') this.#schedule.step();
    this.#state = 'looking';
    this.#look = look;
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
    this.#judge(look, outcome);
  }

  #await(look: CurrentLook, answer: PromiseLike<unknown>): void {
    const isLimited = this.settings.attemptTimeout !== Number.POSITIVE_INFINITY;
    const limited = limitLook(look, answer, this.settings);
    limited.then(
      (value) => this.#judge(look, { value }),
      (error) => this.#judge(look, { error }),
    );
    // The condition itself may have ended the wait.
    if (look === this.#look) this.#attach();
    if (look !== this.#look) {
      if (isLimited) limited.clear?.();
      return;
    }
    // Without a limit it is the promise of the user, who may have a `clear` of their own.
    if (isLimited) this.#limited = limited;
    this.#limitLook(look);
  }

  /** Sees to it that an alarm rings at the limit of the look, or before: then it is set anew. */
  #limitLook(look: CurrentLook): void {
    this.#overdue ??= new Alarm(this.settings.clock, this.settings.unref, () => this.#onOverdue());
    const left = this.#limitOf(look) - this.elapsed();
    const { recent } = this.#time;
    if (!this.#overdue.isSet || this.#overdue.due > recent + left) this.#overdue.set(left, recent);
    this.#mindTime();
  }

  /** When a look is cut: at the deadline, unless that would be sooner than the looks before it were answered. */
  #limitOf({ attempt, startedAt }: CurrentLook): number {
    const { timeout } = this.settings;
    if (attempt === 0) return timeout;
    const { slowest } = this.#journal;
    const grace = Math.max(GRACE, slowest);
    // What is held must not fail because a look happens to be under way when it has been held long enough.
    if (this.#heldSince !== undefined) return Math.max(timeout, Math.max(this.#holdEnd, startedAt) + grace);
    return startedAt < timeout ? Math.max(timeout, startedAt + slowest) : startedAt + grace;
  }

  get #holdEnd(): number {
    const { holdFor } = this.settings;
    return this.#heldSince === undefined || holdFor === undefined ? 0 : this.#heldSince + holdFor;
  }

  #judge(look: CurrentLook, outcome: Outcome): void {
    if (look !== this.#look) return;
    this.#look = undefined;
    // A clock that somebody made may know of one timer at a time only.
    if (this.#time.isFaked) this.#overdue?.clear();
    try {
      this.#conclude(look, outcome);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Says what the look meant. Whatever is thrown here ends the wait. */
  #conclude(look: CurrentLook, outcome: Outcome): void {
    const { onLook, holdFor } = this.settings;
    const answer = this.#read(outcome);
    const isNever = answer.kind === 'error' && this.#isFinal(answer.error);
    const isDone = answer.kind === 'value' && answer.isDone;
    const now = this.elapsed();
    this.#journal.end(look, now, answer, isDone && holdFor === undefined);
    if (onLook) {
      const { attempt, startedAt: at, wokenBy } = look;
      const verdict = isNever ? 'never' : isDone ? 'done' : 'not yet';
      onLook({ attempt, at, took: now - at, wokenBy, verdict, ...outcome });
    }
    // By the condition or by `onLook`, before the wait listened.
    if (this.#state === 'settled' || this.#isAborted()) return;
    if (isNever) throw answer.error;
    const asked = answer.kind === 'error' ? askedPause(answer.error) : askedByAgain(outcome);
    if (isDone) this.#done(answer.value, asked);
    else this.#notYet(asked);
  }

  #isFinal(error: unknown): boolean {
    if (isGiveUp(error)) return true;
    // An inner wait that had what was left of this budget: that it ran out says nothing of what is waited for.
    const isOver = this.elapsed() >= this.settings.timeout && isNamed(error, 'WaitTimeoutError');
    return !isOver && !immediate('tolerate', this.settings.tolerate(error));
  }

  #read(outcome: Outcome): Answer {
    const way = this.#way;
    if ('error' in outcome) return { kind: 'error', error: way.blame ? way.blame(outcome.error) : outcome.error };
    const { value } = outcome;
    try {
      if (isAgain(value)) return { kind: 'value', value: undefined, isDone: way.isDone(value), word: 'again' };
      return { kind: 'value', value, isDone: way.isDone(value), word: way.word?.() };
    } catch (error) {
      return { kind: 'error', error, value, word: way.word?.() };
    }
  }

  #done(value: unknown, asked: AskedPause | undefined): void {
    const now = this.#recent();
    const isHeld = this.#heldSince !== undefined && now >= this.#holdEnd;
    if (this.settings.holdFor === undefined || (isHeld && !this.#looksOnceMore())) {
      this.#end({ value });
    } else if (!isHeld) {
      this.#heldSince ??= now;
      this.#pause(asked, this.#holdEnd);
    }
  }

  #notYet(asked: AskedPause | undefined): void {
    const { timeout } = this.settings;
    const now = this.#recent();
    if (this.#heldSince !== undefined) this.#journal.relapsed(this.#heldSince);
    this.#heldSince = undefined;
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
    if (!this.#lateness?.looksOnceMore(this.#time.isFaked)) return false;
    this.#state = 'pausing';
    this.#cause = 'deadline';
    this.#pauseAlarm().setToRealTurn();
    return true;
  }

  #pause(asked: AskedPause | undefined, end: number): void {
    if (this.#journal.looks >= this.settings.maxAttempts) this.#end({ error: exhausted(this.#known()) });
    this.#attach();
    if (this.#state === 'settled') return;
    const elapsed = this.#recent();
    const pause = this.#schedule.pause(this.settings, elapsed, asked);
    const left = Math.max(0, end - elapsed);
    this.#cause = pause >= left && this.#heldSince === undefined ? 'deadline' : 'schedule';
    this.#firmUntil = asked?.isFirm ? elapsed + asked.milliseconds : 0;
    this.#state = 'pausing';
    this.#sleep(Math.min(pause, left));
    if (this.#wasWoken) this.#wake();
  }

  /** An event: it only brings the next look forward, and what the look sees decides. */
  #wake(): void {
    if (this.#state === 'looking') this.#wasWoken = true;
    if (this.#state !== 'pausing' || this.#cause === 'event') return;
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
    this.#pauseAlarm().set(milliseconds, this.#time.recent);
    this.#mindTime();
  }

  #pauseAlarm(): Alarm {
    this.#pauseOver ??= new Alarm(this.settings.clock, this.settings.unref, () => this.#onPauseOver());
    return this.#pauseOver;
  }

  #onPauseOver(): void {
    const late = this.#time.recent - (this.#pauseOver as Alarm).due;
    if (late > GRACE || this.#lateness) this.#lateOnes().noted(late);
    this.#lookNow(this.#cause, this.#recent());
  }

  #onOverdue(): void {
    const look = this.#look;
    const alarm = this.#overdue as Alarm;
    // Between two looks. The next one sets it anew.
    if (!look) return;
    const late = this.elapsed() - this.#limitOf(look);
    const { isFaked } = this.#time;
    if (late < 0) alarm.set(-late);
    else if (isEndingUnder(look.usedSignal, late)) alarm.setToRealTurn();
    else {
      const allowed = this.#lateOnes().allowance(late, isFaked);
      if (allowed === 'time') alarm.set(GRACE);
      else if (allowed === 'turn') alarm.setToRealTurn();
      else this.#cut(look);
    }
  }

  #lateOnes(): Lateness {
    this.#lateness ??= new Lateness();
    return this.#lateness;
  }

  #cut(look: CurrentLook): void {
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
    if (this.#stack || this.#state === 'settled') return;
    this.#stack = captureStack(this.#caller, wait, isCrowded() ? FRAMES_IN_A_CROWD : undefined);
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
    if (this.#isTimeMinded || !this.#time.isFaked) return;
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
    const isFakedSince = this.#stack !== undefined && !this.#isTimeMinded && this.#time.isFaked;
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
    if ('error' in outcome) {
      const { error } = outcome;
      look?.cut(error instanceof WaitTimeoutError ? new TimeoutError(error.message.split('\n', 1)[0]) : error);
      this.#reject?.(error);
    } else {
      this.#resolve?.(outcome.value);
    }
  }

  #detach(): void {
    this.#pauseOver?.clear();
    this.#overdue?.clear();
    this.#limited?.clear?.();
    this.#subscriptions?.close();
    if (this.#stack) {
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
      stack: this.#stack ?? captureStack(this.#caller, wait),
    };
  }

  get lastValue(): unknown {
    return this.#journal.lastValue;
  }

  get lastError(): unknown {
    return this.#journal.lastError?.error;
  }

  looking(): object | undefined {
    return this.#look;
  }

  elapsed(): number {
    return this.#time.now() - this.#startedAt;
  }

  /** The same, when the time was read last: where nothing of the user's has run since, it is that still. */
  #recent(): number {
    return this.#time.recent - this.#startedAt;
  }

  remaining(): number {
    return Math.max(0, Math.max(this.settings.timeout, this.#holdEnd) - this.elapsed());
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
    return Math.max(0, this.#nextAlarm.due - this.#time.now());
  }

  rearm(): void {
    this.#nextAlarm.set(this.left());
    this.#mindTime();
  }

  get #nextAlarm(): Alarm {
    return (this.#look ? this.#overdue : this.#pauseOver) as Alarm;
  }
}

function askedByAgain(outcome: Outcome): AskedPause | undefined {
  const after = 'value' in outcome && isAgain(outcome.value) ? outcome.value.after : undefined;
  return after === undefined ? undefined : { milliseconds: after, isFirm: false, isInstead: true };
}

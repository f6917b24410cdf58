import { TimeoutError } from 'p-timeout';
import { isAgain } from './again.ts';
import { type Budget, isOurs } from './budget.ts';
import { checkOptions } from './check.ts';
import { isFaked, realClock } from './clock.ts';
import { buildReport, exhausted, failed, type Known, nameOf, timedOut } from './diagnosis.ts';
import { formatDuration } from './duration.ts';
import { type Outcome, onAbort, onSettled } from './ends.ts';
import { WaitTimeoutError } from './errors.ts';
import { mindFakedTime } from './faked-time.ts';
import { isGiveUp } from './give-up.ts';
import { Journal } from './journal.ts';
import { type Limited, limit, limitLook } from './limit.ts';
import { CurrentLook, type WokenBy } from './look.ts';
import { immediate, pauseOf, type Settings, toSettings, type WaitOptions } from './options.ts';
import { Alarm } from './pause.ts';
import { listPending, type PendingWait, waitsUnder } from './pending-waits.ts';
import { startProgress } from './progress.ts';
import { isErrorLike, render } from './render.ts';
import type { WaitReport } from './report.ts';
import { type Caller, callerOf, captureStack, checked } from './stack.ts';
import { Stopwatch } from './time.ts';
import type { Answer } from './timeline.ts';
import { type AskedPause, askedPause, isNamed, isTimeout } from './transient.ts';
import { isPromiseLike, Subscriptions, WakeLimit } from './wake.ts';

/** A way to look. It is all in which the waiters of this package differ. */
export interface Way {
  /** The user's function. */
  readonly condition: (look: never) => unknown;
  /** Whether an answer, `again()` among them, is done. What it throws counts as thrown by the condition. */
  readonly isDone: (value: unknown) => boolean;
  /** What an error of the condition means to this waiter. Without it, what it is. */
  readonly blame?: (error: unknown) => unknown;
  /** The word by which the last answer is known. Without one, answers are told apart as they are. */
  readonly word?: () => string | undefined;
  /** What is waited for, when the user gave no name. */
  readonly title: () => string;
  /** What else to say of a wait that failed. */
  readonly remarks?: (journal: Journal, settings: Settings) => readonly string[];
  /** What aborts the wait by way of its own signal. */
  readonly endsBy?: readonly AbortSignal[];
}

/**
 * Looks, pauses and looks again, until done, failed, out of time or aborted.
 *
 * `options` are the user's; `adapt` turns them into those of the loop, once they are known to be an object.
 */
export function wait<T, Options extends object = WaitOptions<never>>(
  toWay: () => Way,
  options: Options,
  called: Caller,
  adapt: (options: Options) => WaitOptions<never> = (options) => options,
): Promise<T> {
  let promise: Promise<T> | undefined;
  promise = new Promise<T>((resolve, reject) => {
    const caller = callerOf(options, called);
    const [way, settings] = checked(
      () => {
        checkOptions(options);
        return [toWay(), toSettings(adapt(options))];
      },
      caller,
      wait,
    );
    const abandon = () => quiet(() => promise);
    new Wait(way, settings, caller, { resolve: resolve as (value: unknown) => void, reject, abandon }).start();
  });
  return promise;
}

/** Who aborted a wait knows of it, so its rejection is none that the process should die of for lack of a listener. */
export function quiet(promise: () => Promise<unknown> | undefined): void {
  const listen = () => promise()?.catch(() => {});
  // At once, as bun looks for rejections that nobody hears before any microtask, when a hook aborts and then throws. In a
  // microtask, as a signal that was aborted before ends the wait before there is a promise.
  if (!listen()) queueMicrotask(listen);
}

interface Settlers {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  readonly abandon: () => void;
}

// What the look at the deadline gets at least; and how late a timer must ring for the event loop to have been blocked.
const GRACE = 50;
// How long a source that connects is waited for before the trigger runs.
const LONGEST_CONNECT = 10_000;
const NOT_HELD = Number.NEGATIVE_INFINITY;

class Wait {
  readonly settings: Settings;
  readonly #way: Way;
  readonly #caller: Caller;
  readonly #settlers: Settlers;
  readonly #journal = new Journal();
  readonly #stopwatch: Stopwatch;
  readonly #alarm: Alarm;
  #turn: Alarm | undefined;
  readonly #closers: (() => void)[] = [];
  #subscriptions: Subscriptions | undefined;
  #stack: { readonly stack?: string | undefined } | undefined;
  #state: 'starting' | 'looking' | 'pausing' | 'settled' = 'starting';

  /** The look, or the trigger, that is under way. Whatever answers for another one comes too late. */
  #look: CurrentLook | undefined;
  #limited: Limited<unknown> | undefined;
  /** Whether the alarm that rang last came late. */
  #isLate = false;
  #hasLookedOnceMore = false;
  #isGraced = false;

  /** When the alarm rings, and what the look will then be caused by. */
  #due = 0;
  #cause: WokenBy = 'start';
  #firmUntil = 0;
  #wasWoken = false;
  #wakeLimit: WakeLimit | undefined;
  #isTimeMinded = false;

  /** Looks made on schedule: events must not make a backoff grow. */
  #steps = 0;
  #lastPause = 0;
  #previousPause = 0;
  #heldSince = 0;
  #holdEnd = NOT_HELD;
  triggered: unknown;

  constructor(way: Way, settings: Settings, caller: Caller, settlers: Settlers) {
    this.settings = settings;
    this.#way = way;
    this.#caller = caller;
    this.#settlers = settlers;
    this.#stopwatch = new Stopwatch(settings.clock);
    this.#alarm = new Alarm(settings.clock, settings.unref, () => this.#onAlarm());
  }

  start(): void {
    const { failFast, sources, trigger } = this.settings;
    // Before all else, though the wait may end at once: a rejection must not become an unhandled one by chance.
    if (failFast !== undefined) this.#closers.push(onSettled(failFast, (outcome) => this.#failedFast(outcome)));
    if (this.#isAborted()) return;
    if (sources.length > 0) {
      const wake = () => this.#wake();
      this.#subscriptions = new Subscriptions(sources, wake, () => this.elapsed());
    }
    if (trigger) void this.#pull(trigger);
    else this.#lookNow('start');
  }

  /** Runs the action that is waited for, once no source could miss what it causes. */
  async #pull(trigger: (signal: AbortSignal) => unknown): Promise<void> {
    const look = new CurrentLook(this, 0, 'start');
    this.#look = look;
    this.#attach();
    this.#setAlarm(this.settings.timeout);
    try {
      await this.#sourcesLive();
      if (this.#look !== look) return;
      this.triggered = await trigger(look.signal);
    } catch (error) {
      if (this.#look === look) this.fail(error);
    }
    if (this.#look === look) this.#lookNow('start');
  }

  async #sourcesLive(): Promise<void> {
    const live = this.#subscriptions?.live;
    if (!live) return;
    const patience = Math.min(this.settings.timeout / 4, LONGEST_CONNECT);
    this.#limited = limit<unknown>(live, patience, this.settings, () => undefined);
    await this.#limited;
  }

  #lookNow(wokenBy: WokenBy): void {
    const look = new CurrentLook(this, this.#journal.looks + 1, wokenBy);
    this.#journal.begin(look);
    if (wokenBy !== 'event') {
      this.#steps++;
      this.#previousPause = this.#lastPause;
    }
    this.#state = 'looking';
    this.#look = look;
    this.#wasWoken = false;
    let outcome: Outcome | undefined;
    try {
      // Not as a method: it is none, and a stack would name it as one.
      const { condition } = this.#way;
      const answer = condition(look as never);
      if (isPromiseLike(answer)) this.#await(look, answer);
      else outcome = { value: answer };
    } catch (error) {
      outcome = { error };
    }
    if (outcome) this.#judge(look, outcome);
  }

  #await(look: CurrentLook, answer: PromiseLike<unknown>): void {
    const limited = limitLook(look, answer, this.settings);
    // Without a limit it is the promise of the user, who may have a `clear` of their own.
    this.#limited = this.settings.attemptTimeout === Number.POSITIVE_INFINITY ? undefined : limited;
    limited.then(
      (value) => this.#judge(look, { value }),
      (error) => this.#judge(look, { error }),
    );
    // The condition itself may have ended the wait.
    if (look !== this.#look) {
      this.#limited?.clear?.();
      return;
    }
    this.#setAlarm(this.#limitOf(look) - this.elapsed());
    this.#attach();
  }

  /** When a look is cut: at the deadline, unless that would be sooner than the looks before it were answered. */
  #limitOf({ startedAt }: CurrentLook): number {
    const { timeout } = this.settings;
    const { slowest } = this.#journal;
    const grace = Math.max(GRACE, slowest);
    // What is held must not fail because a look happens to be under way when it has been held long enough.
    if (this.#holdEnd !== NOT_HELD) return Math.max(timeout, Math.max(this.#holdEnd, startedAt) + grace);
    return startedAt < timeout ? Math.max(timeout, startedAt + slowest) : startedAt + grace;
  }

  #judge(look: CurrentLook, outcome: Outcome): void {
    if (look !== this.#look) return;
    this.#look = undefined;
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
    const { isDone, word, blame } = this.#way;
    if ('error' in outcome) return { kind: 'error', error: blame ? blame(outcome.error) : outcome.error };
    const { value } = outcome;
    try {
      if (isAgain(value)) return { kind: 'value', value: undefined, isDone: isDone(value), word: 'again' };
      return { kind: 'value', value, isDone: isDone(value), word: word?.() };
    } catch (error) {
      return { kind: 'error', error, value, word: word?.() };
    }
  }

  #done(value: unknown, asked: AskedPause | undefined): void {
    const { holdFor } = this.settings;
    const now = this.elapsed();
    if (holdFor === undefined || (this.#holdEnd !== NOT_HELD && now >= this.#holdEnd)) {
      if (holdFor === undefined || !this.#looksOnceMore()) this.#end({ value });
      return;
    }
    if (this.#holdEnd === NOT_HELD) {
      this.#holdEnd = now + holdFor;
      this.#heldSince = now;
    }
    this.#pause(asked, this.#holdEnd);
  }

  #notYet(asked: AskedPause | undefined): void {
    const { timeout } = this.settings;
    const now = this.elapsed();
    if (this.#holdEnd !== NOT_HELD) this.#journal.relapsed(this.#heldSince);
    this.#holdEnd = NOT_HELD;
    if (now >= timeout) {
      if (!this.#looksOnceMore()) this.#timeOut([]);
    } else if (asked?.isFirm && now + asked.milliseconds > timeout) {
      const pause = formatDuration(asked.milliseconds);
      this.#timeOut([`gave up after ${formatDuration(now)}: it must not look again for ${pause}, which is too late`]);
    } else {
      this.#pause(asked, timeout);
    }
  }

  /**
   * A faked clock that is moved all at once: what was due on the way may come only now, and one more look will tell.
   * Not in real time: who else is out of time, such as the test, must not get in before the message of this wait.
   */
  #looksOnceMore(): boolean {
    if (!this.#isLate || this.#hasLookedOnceMore || !isFaked(this.settings.clock)) return false;
    if (this.#journal.looks >= this.settings.maxAttempts) return false;
    this.#hasLookedOnceMore = true;
    this.#state = 'pausing';
    this.#cause = 'deadline';
    this.#ringAfterTurn();
    return true;
  }

  /** A turn of the real event loop: the timers of a faked clock may all ring in one. */
  #ringAfterTurn(): void {
    this.#alarm.clear();
    this.#turn ??= new Alarm(realClock, this.settings.unref, () => this.#onAlarm());
    this.#turn.set(0);
  }

  #pause(asked: AskedPause | undefined, end: number): void {
    const { backoff, maxAttempts, random } = this.settings;
    if (this.#journal.looks >= maxAttempts) this.#end({ error: exhausted(this.#known()) });
    this.#attach();
    if (this.#state === 'settled') return;
    const elapsed = this.elapsed();
    const look = { attempt: this.#steps, elapsed, previousPause: this.#previousPause, random };
    if (!asked?.isInstead) this.#lastPause = pauseOf(backoff, look);
    const pause = asked?.isInstead ? asked.milliseconds : Math.max(this.#lastPause, asked?.milliseconds ?? 0);
    const left = Math.max(0, end - elapsed);
    this.#cause = pause >= left && this.#holdEnd === NOT_HELD ? 'deadline' : 'schedule';
    this.#firmUntil = asked?.isFirm ? elapsed + asked.milliseconds : 0;
    this.#state = 'pausing';
    this.#setAlarm(Math.min(pause, left));
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
    this.#setAlarm(delay);
  }

  #setAlarm(milliseconds: number): void {
    // Timers count whole milliseconds; a fraction less, and they would ring before the instant that they are for.
    const pause = Math.ceil(milliseconds);
    this.#due = this.elapsed() + pause;
    this.#turn?.clear();
    this.#alarm.set(pause);
    if (!this.#isTimeMinded && isFaked(this.settings.clock)) {
      this.#isTimeMinded = true;
      this.#closers.push(mindFakedTime(this));
    }
  }

  #onAlarm(): void {
    const late = this.elapsed() - this.#due;
    this.#stopwatch.reached(this.#due);
    const look = this.#look;
    if (!look) {
      this.#isLate = late > GRACE;
      this.#lookNow(this.#cause);
    } else if (this.#isEndingInside(look)) {
      this.#ringAfterTurn();
    } else if (late > GRACE && !this.#isGraced) {
      // The event loop was blocked, and the answer may be waiting in it.
      this.#isGraced = true;
      this.#isLate = true;
      this.#setAlarm(GRACE);
    } else if (isFaked(this.settings.clock) && !this.#isGraced) {
      // Moved past its deadline all at once, by something that waits for no promise.
      this.#isGraced = true;
      this.#isLate = true;
      this.#ringAfterTurn();
    } else {
      const took = formatDuration(this.elapsed() - look.startedAt);
      if (look.attempt > 0) this.#journal.timeline.add(look.startedAt, { kind: 'unanswered' });
      const what = look.attempt > 0 ? `look ${look.attempt}` : 'the trigger';
      const inner = this.#inside(look).map((wait) => `, in a wait for ${wait.report().name}`);
      this.#timeOut([`${what} was still pending after ${took}${inner.join('')}`]);
    }
  }

  /** Whether a wait inside this look, which had no more time than this one, is about to have its last look judged. */
  #isEndingInside(look: CurrentLook): boolean {
    const late = this.elapsed() - this.#limitOf(look);
    return late < 2 * GRACE && this.#inside(look).some((wait) => wait.elapsed() > late && wait.remaining() < 1);
  }

  #inside({ usedSignal }: CurrentLook): PendingWait[] {
    return usedSignal ? waitsUnder(usedSignal) : [];
  }

  /** What a wait needs only once it is pending: a condition that is true at the first look pays for none of it. */
  #attach(): void {
    if (this.#stack || this.#state === 'settled') return;
    this.#stack = captureStack(this.#caller, wait);
    const { signals, progress } = this.settings;
    this.#closers.push(listPending(this));
    for (const signal of signals) this.#closers.push(onAbort(signal, () => this.#aborted(signal)));
    if (progress) this.#closers.push(startProgress(progress, this));
    this.#isAborted();
  }

  /** Ends the wait if a signal was aborted while nobody listened to it. */
  #isAborted(): boolean {
    const aborted = this.settings.signals.find((signal) => signal.aborted);
    if (aborted) this.#aborted(aborted);
    return aborted !== undefined;
  }

  #aborted(signal: AbortSignal): void {
    const { reason = new DOMException('This operation was aborted', 'AbortError') } = signal;
    // A deadline, said with a signal; anything else is the caller's own decision, and comes back as it is.
    const isDeadline = isTimeout(reason);
    if (!isDeadline) this.#settlers.abandon();
    this.#end({ error: isDeadline ? timedOut(this.#known(), [], { error: reason, isOurs: isOurs(signal) }) : reason });
  }

  #failedFast(outcome: Outcome): void {
    const reason = 'error' in outcome ? outcome.error : outcome.value;
    if (isErrorLike(reason)) this.fail(reason);
    else this.failBecause(typeof reason === 'string' ? reason : `failFast settled with ${render(reason)}`);
  }

  #timeOut(remarks: readonly string[]): void {
    const isFakedSince = this.#due > 0 && !this.#isTimeMinded && isFaked(this.settings.clock);
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
    const look = this.#look;
    this.#look = undefined;
    this.#alarm.clear();
    this.#turn?.clear();
    this.#limited?.clear?.();
    this.#subscriptions?.close();
    for (const close of this.#closers) close();
    if ('error' in outcome) {
      const { error } = outcome;
      look?.cut(error instanceof WaitTimeoutError ? new TimeoutError(error.message.split('\n', 1)[0]) : error);
      this.#settlers.reject(error);
    } else {
      this.#settlers.resolve(outcome.value);
    }
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
    return this.#stopwatch.elapsed();
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
    return Math.max(0, this.#due - this.elapsed());
  }

  rearm(): void {
    this.#setAlarm(this.left());
  }
}

function askedByAgain(outcome: Outcome): AskedPause | undefined {
  const after = 'value' in outcome && isAgain(outcome.value) ? outcome.value.after : undefined;
  return after === undefined ? undefined : { milliseconds: after, isFirm: false, isInstead: true };
}

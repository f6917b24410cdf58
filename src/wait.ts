import { TimeoutError } from 'p-timeout';
import { checkOptions } from './check.ts';
import { exhausted } from './diagnosis.ts';
import { formatDuration } from './duration.ts';
import type { Outcome } from './ends.ts';
import { WaitTimeoutError } from './errors.ts';
import { isFinal, pauseAskedBy, read } from './judge.ts';
import { GRACE, Lateness } from './lateness.ts';
import { Lifetime } from './lifetime.ts';
import { limit, limitLook } from './limit.ts';
import { CurrentLook, type WokenBy } from './look.ts';
import { pauseOf, type Settings, toSettings, type WaitOptions } from './options.ts';
import { Overdue } from './overdue.ts';
import type { Ringing } from './pause.ts';
import { isCrowded, waitsUnder } from './pending-waits.ts';
import { type Caller, callerOf, captureStack, pointTo } from './stack.ts';
import type { AskedPause } from './transient.ts';
import { isPromiseLike, type Subscriptions } from './wake.ts';
import type { AnyCondition, Way } from './way.ts';

/**
 * Looks, pauses and looks again, until done, failed, out of time or aborted.
 *
 * `condition` and `options` are the user's; `adapt` turns these into those of the loop, once they are known to be an object.
 */
export function wait<T, Options extends object = WaitOptions<never>>(
  condition: AnyCondition,
  toWay: (condition: AnyCondition, options: Options) => Way,
  options: Options,
  called: Caller,
  adapt?: (options: Options) => WaitOptions<never>,
): Promise<T> {
  const caller = callerOf(options, called);
  try {
    checkOptions(options);
    // Inside of `try`: of a function that ends with a call JavaScriptCore keeps no frame, and so no line of the caller.
    const way = toWay(condition, options);
    const waiting = new Wait(condition, way, toSettings(adapt ? adapt(options) : options), caller);
    const promise = waiting.start();
    // Only if anybody may ask. The engine reads each frame from there on, so there are few between.
    if (waiting.isPending) waiting.startedFrom(captureStack(caller, wait, isCrowded() ? FRAMES_IN_A_CROWD : undefined));
    return promise as Promise<T>;
  } catch (error) {
    return Promise.reject(pointTo(error, caller, wait));
  }
}

// How long a source that connects is waited for before the trigger runs.
const LONGEST_CONNECT = 10_000;
// How much of the stack is kept of each of a crowd.
const FRAMES_IN_A_CROWD = 2;

/** Looks, pauses, and looks again. It rings when a pause is over. */
class Wait extends Lifetime {
  #lastPause = 0;
  #state: 'starting' | 'looking' | 'woken' | 'pausing' = 'starting';
  /** What the next look will be caused by. */
  #cause: WokenBy = 'start';
  /** The pause before the last look that no event brought forward. */
  #previousPause = 0;
  triggered: unknown;

  /** The look, or the trigger, that is under way. Whatever answers for another one comes too late. */
  #look: CurrentLook | undefined;
  #overdue: Overdue | undefined;
  #lateness: Lateness | undefined;

  /** Where the wait was started; until that is noted, which it is only if it is pending then, what the user called. */
  #origin: { readonly stack?: string | undefined } | Caller;

  constructor(condition: AnyCondition, way: Way, settings: Settings, caller: Caller) {
    super(condition, way, settings);
    this.#origin = caller;
  }

  start(): Promise<unknown> {
    const { trigger } = this.settings;
    if (this.open()) {
      if (trigger) void this.#pull(trigger);
      else this.#lookNow('start', 0);
    }
    return this.promise();
  }

  get isPending(): boolean {
    return this.outcome === undefined;
  }

  startedFrom(origin: { readonly stack?: string | undefined }): void {
    this.#origin = origin;
  }

  /** Runs the action that is waited for, once no source could miss what it causes. */
  async #pull(trigger: (signal: AbortSignal) => unknown): Promise<void> {
    const look = new CurrentLook(this, 0, 'start', 0);
    this.#look = look;
    this.attach();
    // Ended by a signal that nobody listened to before.
    if (this.#look !== look) return;
    this.#watch(look);
    try {
      await this.#sourcesLive(look);
      if (this.#look !== look) return;
      this.triggered = await trigger(look.signal);
    } catch (error) {
      if (this.#look === look) this.fail(error);
    }
    if (this.#look !== look) return;
    this.#look = undefined;
    this.#lookNow('start', this.elapsed());
  }

  async #sourcesLive(look: CurrentLook): Promise<void> {
    const live = this.subscriptions?.live;
    if (!live) return;
    const patience = Math.min(this.settings.timeout / 4, LONGEST_CONNECT);
    const limited = limit<unknown>(live, patience, this.settings, () => undefined);
    look.limitedBy(limited.clear);
    await limited;
  }

  #lookNow(wokenBy: WokenBy, startedAt: number): void {
    // Another listener may have kept the event from ours.
    if (this.isAborted()) return;
    const look = new CurrentLook(this, this.looks + 1, wokenBy, startedAt);
    this.noteLook(look);
    if (wokenBy !== 'event') this.#previousPause = this.#lastPause;
    this.#state = 'looking';
    let outcome: Outcome;
    try {
      // Not as a method: it is none, and a stack would name it as one.
      const { condition } = this;
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
    if (this.outcome) cutLook(look, this.outcome);
    else this.#judge(look, outcome);
  }

  #await(look: CurrentLook, answer: PromiseLike<unknown>): void {
    limitLook(look, answer, this.settings).then(
      (value) => this.#answered(look, { value }),
      (error) => this.#answered(look, { error }),
    );
    if (!this.outcome) this.attach();
    // The condition itself may have ended the wait, or a signal that nobody listened to.
    if (this.outcome) {
      cutLook(look, this.outcome);
      return;
    }
    // Not before, and not for a look that needs no promise: an old object that points to a new one costs every collection.
    this.#look = look;
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
    this.mindTime();
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
    const answer = read(this.way, outcome);
    const isDone = answer.kind === 'value' && answer.isDone;
    // What ends the wait, holds, or is told, has its very instant; and so has what is thrown, which may ask for a pause.
    const isExact = onLook !== undefined || isDone || answer.kind !== 'value';
    const now = isExact ? this.elapsed() : this.elapsedAfterLook();
    const isNever = answer.kind === 'error' && isFinal(answer.error, tolerate, now >= timeout);
    this.noteAnswer(look, now, answer, isDone && !this.hold);
    if (onLook) {
      const { attempt, startedAt: at, wokenBy } = look;
      const verdict = isNever ? 'never' : isDone ? 'done' : 'not yet';
      onLook({ attempt, at, took: now - at, wokenBy, verdict, ...outcome });
    }
    // By the condition or by `onLook`, before the wait listened.
    if (this.outcome || (!this.isAttached && this.isAborted())) return;
    if (isNever) throw answer.error;
    const asked = pauseAskedBy(outcome, answer);
    if (isDone) this.#done(answer.value, asked);
    else this.#notYet(asked);
  }

  #done(value: unknown, asked: AskedPause | undefined): void {
    const { hold } = this;
    const now = this.recent();
    if (hold && !hold.isOver(now)) {
      hold.since ??= now;
      this.#pause(asked, hold.end);
    } else if (!hold || !this.#looksOnceMore()) {
      this.end({ value });
    }
  }

  #notYet(asked: AskedPause | undefined): void {
    const { timeout } = this.settings;
    const now = this.recent();
    this.hold?.interrupt();
    if (now >= timeout) {
      if (!this.#looksOnceMore()) this.timeOut([]);
    } else if (asked?.isFirm && now + asked.milliseconds > timeout) {
      const pause = formatDuration(asked.milliseconds);
      this.timeOut([`gave up after ${formatDuration(now)}: it must not look again for ${pause}, which is too late`]);
    } else {
      this.#pause(asked, timeout);
    }
  }

  #looksOnceMore(): boolean {
    const { maxAttempts } = this.settings;
    if (this.looks >= maxAttempts) return false;
    if (!this.#lateness?.looksOnceMore(this.time.isFaked)) return false;
    this.#state = 'pausing';
    this.#cause = 'deadline';
    this.setToRealTurn();
    return true;
  }

  #pause(asked: AskedPause | undefined, end: number): void {
    if (this.looks >= this.settings.maxAttempts) this.end({ error: exhausted(this.known()) });
    this.attach();
    if (this.outcome) return;
    const elapsed = this.recent();
    const pause = this.#lengthOfPause(asked, elapsed);
    const left = Math.max(0, end - elapsed);
    this.#cause = pause >= left && this.hold?.since === undefined ? 'deadline' : 'schedule';
    if (asked?.isFirm && this.subscriptions) this.subscriptions.wakeLimit.firmUntil = elapsed + asked.milliseconds;
    const wasWoken = this.#state === 'woken';
    this.#state = 'pausing';
    this.#sleep(Math.min(pause, left));
    if (wasWoken) this.#bringForward();
  }

  /** Counts the looks on schedule alone: events must not make a backoff grow. */
  #lengthOfPause(asked: AskedPause | undefined, elapsed: number): number {
    if (asked?.isInstead) return asked.milliseconds;
    const { backoff, random } = this.settings;
    const attempt = this.looks - this.wokenLooks;
    const previousPause = this.#previousPause;
    // Whole, as the alarm counts.
    this.#lastPause = Math.ceil(pauseOf(backoff, { attempt, elapsed, previousPause, random }));
    return asked ? Math.max(this.#lastPause, asked.milliseconds) : this.#lastPause;
  }

  /** An event: it only brings the next look forward, and what the look sees decides. */
  onWake(): void {
    if (this.#state === 'looking') this.#state = 'woken';
    if (this.#state !== 'pausing' || this.#cause === 'event' || this.outcome) return;
    if (this.way.isToldByEvents) this.#lookAtOnce();
    else this.#bringForward();
  }

  #lookAtOnce(): void {
    this.clear();
    this.#lookNow('event', this.elapsed());
  }

  #bringForward(): void {
    const { wakeLimit } = this.subscriptions as Subscriptions;
    const now = this.elapsed();
    const delay = wakeLimit.delay(now);
    if (delay >= this.left()) return;
    wakeLimit.count(now);
    this.#cause = 'event';
    this.#sleep(delay);
  }

  /** From when the time was read last: that is now, or when the look was judged. */
  #sleep(milliseconds: number): void {
    this.set(milliseconds, this.time.recent);
    this.mindTime();
  }

  /** One field of each 64 bytes that a look needs, which is what is fetched at once. */
  override approach(): number {
    const { due, looks, lastError, isAttached } = this;
    return due + looks + Number(lastError !== undefined) + Number(isAttached) + this.#lastPause;
  }

  protected override onRing(): void {
    // Of a faked clock only: in real time nobody asks for it, and an object more is one more to fetch at each look.
    const late = this.time.isFaked ? this.time.recent - this.due : 0;
    if (late > GRACE || this.#lateness) this.lateness.noted(late);
    // Where looks ring together, the one before may have taken its time unseen: not for those that somebody is told of.
    this.#lookNow(this.#cause, this.settings.onLook ? this.elapsed() : this.recent());
  }

  get lateness(): Lateness {
    this.#lateness ??= new Lateness();
    return this.#lateness;
  }

  /** The time of a look is up. */
  cut(look: CurrentLook): void {
    const took = formatDuration(this.elapsed() - look.startedAt);
    if (look.attempt > 0) this.timeline.add(look.startedAt, { kind: 'unanswered' });
    const what = look.attempt > 0 ? `look ${look.attempt}` : 'the trigger';
    const inner = look.usedSignal
      ? waitsUnder(look.usedSignal).map((wait) => `, in a wait for ${wait.report().name}`)
      : [];
    this.timeOut([`${what} was still pending after ${took}${inner.join('')}`]);
  }

  protected override stop(outcome: Outcome): void {
    this.#overdue?.clear();
    const look = this.#look;
    this.#look = undefined;
    if (look) cutLook(look, outcome);
  }

  protected override origin(): { readonly stack?: string | undefined } {
    return typeof this.#origin === 'function' ? captureStack(this.#origin, wait) : this.#origin;
  }

  looking(): CurrentLook | undefined {
    return this.#look;
  }

  left(): number {
    return Math.max(0, this.#next.due - this.time.now());
  }

  rearm(): void {
    this.#next.set(this.left());
    this.mindTime();
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

import { checkOptions } from './check.ts';
import { exhausted } from './diagnosis.ts';
import { formatDuration } from './duration.ts';
import type { Outcome } from './ends.ts';
import { isFinal, pauseAskedBy, read } from './judge.ts';
import type { CurrentLook, WokenBy } from './look.ts';
import { Looking } from './looking.ts';
import { pauseOf, type Settings, toSettings, type WaitOptions } from './options.ts';
import { isCrowded } from './pending-waits.ts';
import { type Caller, callerOf, captureStack, pointTo } from './stack.ts';
import type { AskedPause } from './transient.ts';
import type { Subscriptions } from './wake.ts';
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

// How much of the stack is kept of each of a crowd.
const FRAMES_IN_A_CROWD = 2;

/** Looks, pauses, and looks again. It rings when a pause is over. */
class Wait extends Looking {
  #lastPause = 0;
  #state: 'starting' | 'looking' | 'woken' | 'pausing' = 'starting';
  /** What the next look will be caused by. */
  #cause: WokenBy = 'start';
  /** The pause before the last look that no event brought forward. */
  #previousPause = 0;
  /** Where the wait was started; until that is noted, which it is only if it is pending then, what the user called. */
  #origin: { readonly stack?: string | undefined } | Caller;

  constructor(condition: AnyCondition, way: Way, settings: Settings, caller: Caller) {
    super(condition, way, settings);
    this.#origin = caller;
  }

  start(): Promise<unknown> {
    const { trigger } = this.settings;
    if (this.open()) {
      if (trigger) void this.pull(trigger);
      else this.lookNow('start', 0);
    }
    return this.promise();
  }

  get isPending(): boolean {
    return this.outcome === undefined;
  }

  startedFrom(origin: { readonly stack?: string | undefined }): void {
    this.#origin = origin;
  }

  protected override lookNow(wokenBy: WokenBy, startedAt: number): void {
    // Another listener may have kept the event from ours.
    if (this.isAborted()) return;
    if (wokenBy !== 'event') this.#previousPause = this.#lastPause;
    this.#state = 'looking';
    super.lookNow(wokenBy, startedAt);
  }

  protected override conclude(look: CurrentLook, outcome: Outcome): void {
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
    if (!this.wasKeptFromLooking()) return false;
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
    this.lookNow('event', this.elapsed());
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
    this.noteLateness();
    // Where looks ring together, the one before may have taken its time unseen: not for those that somebody is told of.
    this.lookNow(this.#cause, this.settings.onLook ? this.elapsed() : this.recent());
  }

  protected override origin(): { readonly stack?: string | undefined } {
    return typeof this.#origin === 'function' ? captureStack(this.#origin, wait) : this.#origin;
  }
}

import { TimeoutError } from 'p-timeout';
import { formatDuration } from './duration.ts';
import type { Outcome } from './ends.ts';
import { WaitTimeoutError } from './errors.ts';
import { GRACE, Lateness } from './lateness.ts';
import { Lifetime } from './lifetime.ts';
import { limit, limitLook } from './limit.ts';
import { CurrentLook, type WokenBy } from './look.ts';
import { Overdue } from './overdue.ts';
import type { Ringing } from './pause.ts';
import { waitsUnder } from './pending-waits.ts';
import { isPromiseLike } from './wake.ts';

// How long a source that connects is waited for before the trigger runs.
const LONGEST_CONNECT = 10_000;

/** A wait as far as it looks: one look at a time, which is asked, waited for and cut. What was seen is for the loop. */
export abstract class Looking extends Lifetime {
  triggered: unknown;
  /** The look, or the trigger, that is under way. Whatever answers for another one comes too late. */
  #look: CurrentLook | undefined;
  #overdue: Overdue | undefined;
  #lateness: Lateness | undefined;

  /** Says what the look meant. Whatever is thrown there ends the wait. */
  protected abstract conclude(look: CurrentLook, outcome: Outcome): void;

  /** Runs the action that is waited for, once no source could miss what it causes, and looks. */
  protected async pull(trigger: (signal: AbortSignal) => unknown): Promise<void> {
    const look = new CurrentLook(this, 0, 'start', 0);
    this.#look = look;
    this.attach();
    // Ended by a signal that nobody listened to before.
    if (this.#look !== look) return;
    this.watch(look);
    try {
      await this.sourcesLive(look);
      if (this.#look !== look) return;
      this.triggered = await trigger(look.signal);
    } catch (error) {
      if (this.#look === look) this.fail(error);
    }
    if (this.#look !== look) return;
    this.#look = undefined;
    this.lookNow('start', this.elapsed());
  }

  private async sourcesLive(look: CurrentLook): Promise<void> {
    const live = this.subscriptions?.live;
    if (!live) return;
    const patience = Math.min(this.settings.timeout / 4, LONGEST_CONNECT);
    const limited = limit<unknown>(live, patience, this.settings, () => undefined);
    look.limitedBy(limited.clear);
    await limited;
  }

  protected lookNow(wokenBy: WokenBy, startedAt: number): void {
    const look = new CurrentLook(this, this.looks + 1, wokenBy, startedAt);
    this.noteLook(look);
    let outcome: Outcome;
    try {
      // Not as a method: it is none, and a stack would name it as one.
      const { condition } = this;
      const answer = condition(look as never);
      if (isPromiseLike(answer)) {
        this.await(look, answer);
        return;
      }
      outcome = { value: answer };
    } catch (error) {
      outcome = { error };
    }
    // The condition itself may have ended the wait.
    if (this.outcome) cutLook(look, this.outcome);
    else this.judge(look, outcome);
  }

  private await(look: CurrentLook, answer: PromiseLike<unknown>): void {
    limitLook(look, answer, this.settings).then(
      (value) => this.answered(look, { value }),
      (error) => this.answered(look, { error }),
    );
    if (!this.outcome) this.attach();
    // The condition itself may have ended the wait, or a signal that nobody listened to.
    if (this.outcome) {
      cutLook(look, this.outcome);
      return;
    }
    // Not before, and not for a look that needs no promise: an old object that points to a new one costs every collection.
    this.#look = look;
    this.watch(look);
  }

  private answered(look: CurrentLook, outcome: Outcome): void {
    if (look !== this.#look) return;
    this.#look = undefined;
    // A clock that somebody made may know of one timer at a time only.
    if (this.time.isFaked) this.#overdue?.clear();
    this.judge(look, outcome);
  }

  private watch(look: CurrentLook): void {
    this.#overdue ??= new Overdue(this);
    this.#overdue.watch(look);
    this.mindTime();
  }

  private judge(look: CurrentLook, outcome: Outcome): void {
    try {
      this.conclude(look, outcome);
    } catch (error) {
      this.fail(error);
    }
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

  looking(): CurrentLook | undefined {
    return this.#look;
  }

  get lateness(): Lateness {
    this.#lateness ??= new Lateness();
    return this.#lateness;
  }

  protected noteLateness(): void {
    // Of a faked clock only: in real time nobody asks for it, and an object more is one more to fetch at each look.
    const late = this.time.isFaked ? this.time.recent - this.due : 0;
    if (late > GRACE || this.#lateness) this.lateness.noted(late);
  }

  /** Whether its alarms rang so late that a look more is due to it. */
  protected wasKeptFromLooking(): boolean {
    return this.#lateness?.looksOnceMore(this.time.isFaked) === true;
  }

  left(): number {
    return Math.max(0, this.next.due - this.time.now());
  }

  rearm(): void {
    this.next.set(this.left());
    this.mindTime();
  }

  /** What rings next. */
  private get next(): Ringing {
    return this.#look && this.#overdue ? this.#overdue : this;
  }
}

/** Tells a look that the wait has ended in the middle of it, which it only does with an error. */
function cutLook(look: CurrentLook, outcome: Outcome): void {
  const { error } = outcome as { readonly error: unknown };
  look.cut(error instanceof WaitTimeoutError ? new TimeoutError(error.message.split('\n', 1)[0]) : error);
}

import { isGiveUp } from './give-up.ts';
import type { WokenBy } from './look.ts';
import type { Settings } from './options.ts';
import { Ringing } from './pause.ts';
import { type Answer, type GivenAnswer, Timeline } from './timeline.ts';

/** The part of a look that is written down. */
export interface JournaledLook {
  readonly attempt: number;
  readonly startedAt: number;
  readonly wokenBy: WokenBy;
}

/**
 * What one wait, or one retry, has seen so far, and since when it is there.
 *
 * Between the alarm and all that waits, by inheritance, as a hundred thousand waits are then as many objects. Here and
 * below, the fields that each look needs come first: what lies together is fetched together.
 */
export abstract class Journal extends Ringing {
  declare readonly settings: Settings;
  readonly #startedAt: number;
  looks = 0;
  wokenLooks = 0;
  /** How long the slowest look took. */
  slowest = 0;
  // A value seen by so many looks in a row that are not told yet. Not as an object: one more for each wait.
  #untold = 0;
  #untoldValue: unknown;
  #untoldWord: string | undefined;
  #isUntoldDone = false;
  lastValue: unknown;
  lastError: { readonly error: unknown; readonly times: number } | undefined;

  #untoldSince = 0;
  #timeline: Timeline | undefined;
  #success: { readonly at: number; readonly answer: GivenAnswer } | undefined;

  constructor(settings: Settings) {
    super(settings);
    this.#startedAt = settings.time.now();
  }

  elapsed(): number {
    return this.time.now() - this.#startedAt;
  }

  /** The same, after a look. */
  elapsedAfterLook(): number {
    return this.time.afterLook() - this.#startedAt;
  }

  /** The same, when the time was read last: where nothing of the user's has run since, it is that still. */
  protected recent(): number {
    return this.time.recent - this.#startedAt;
  }

  /** How many looks threw. */
  get failedLooks(): number {
    return this.lastError?.times ?? 0;
  }

  get timeline(): Timeline {
    this.#timeline ??= new Timeline();
    if (this.#untold > 0) {
      const answer = { value: this.#untoldValue, isDone: this.#isUntoldDone, word: this.#untoldWord };
      this.#timeline.add(this.#untoldSince, { kind: 'value', ...answer }, this.#untold);
      this.#untold = 0;
    }
    if (this.#success) this.#timeline.add(this.#success.at, this.#success.answer);
    this.#success = undefined;
    return this.#timeline;
  }

  protected noteLook(look: JournaledLook): void {
    this.looks = look.attempt;
    if (look.wokenBy === 'event') this.wokenLooks++;
  }

  /**
   * An answer that reads the same whenever it is read is only counted for now, and so is one that seems to end the wait
   * well: most waits succeed, and pay for no diagnosis.
   */
  protected noteAnswer(look: JournaledLook, now: number, answer: Answer, isSuccess: boolean): void {
    const took = now - look.startedAt;
    if (took > this.slowest) this.slowest = took;
    if (answer.kind === 'value' && isSuccess) this.#success = { at: look.startedAt, answer };
    else if (answer.kind === 'value' && isPlain(answer.value)) this.count(look.startedAt, answer);
    else this.timeline.add(look.startedAt, seenOf(answer));
    if (answer.kind !== 'unanswered' && 'value' in answer) this.lastValue = answer.value;
    if (answer.kind === 'error' && !isGiveUp(answer.error)) {
      this.lastError = { error: answer.error, times: this.failedLooks + 1 };
    }
  }

  private count(at: number, { value, isDone, word }: GivenAnswer): void {
    const isSame = isDone === this.#isUntoldDone && word === this.#untoldWord && Object.is(value, this.#untoldValue);
    if (this.#untold > 0 && isSame) {
      this.#untold++;
      return;
    }
    // Makes no timeline where there is nothing to tell yet.
    if (this.#untold > 0) void this.timeline;
    this.#untold = 1;
    this.#untoldSince = at;
    this.#untoldValue = value;
    this.#untoldWord = word;
    this.#isUntoldDone = isDone;
  }
}

/** Whether it reads the same whenever it is read. */
function isPlain(value: unknown): boolean {
  return (typeof value !== 'object' || value === null) && typeof value !== 'function';
}

/** What gave up is the headline of the message; what it gave up on belongs into the timeline. */
function seenOf(answer: Answer): Answer {
  if (answer.kind !== 'error' || !isGiveUp(answer.error)) return answer;
  const { error, value, word } = answer;
  if ('value' in answer) return { kind: 'value', value, isDone: false, word };
  return error.cause === undefined ? answer : { kind: 'error', error: error.cause };
}

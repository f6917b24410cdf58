import { isGiveUp } from './give-up.ts';
import type { WokenBy } from './look.ts';
import { type Answer, Timeline } from './timeline.ts';

/** The part of a look that is written down. */
export interface JournaledLook {
  readonly attempt: number;
  readonly startedAt: number;
  readonly wokenBy: WokenBy;
}

/** Looks in a row that gave the same answer, not yet told. */
interface Run {
  readonly at: number;
  readonly answer: Answer;
  looks: number;
}

/** What one wait has seen so far. */
export class Journal {
  looks = 0;
  wokenLooks = 0;
  failedLooks = 0;
  lastValue: unknown;
  lastError: { readonly error: unknown } | undefined;
  /** How often it was done before it no longer was, and when the last time began, while `holdFor` asked for more. */
  relapse: { readonly times: number; readonly doneAt: number } | undefined;
  /** How long the slowest look took. */
  slowest = 0;
  #timeline: Timeline | undefined;
  #run: Run | undefined;

  get timeline(): Timeline {
    this.#timeline ??= new Timeline();
    if (this.#run) this.#timeline.add(this.#run.at, this.#run.answer, this.#run.looks);
    this.#run = undefined;
    return this.#timeline;
  }

  begin(look: JournaledLook): void {
    this.looks = look.attempt;
    if (look.wokenBy === 'event') this.wokenLooks++;
  }

  /**
   * An answer that reads the same whenever it is read is only counted for now, and so is one that seems to end the wait
   * well: most waits succeed, and pay for no diagnosis.
   */
  end(look: JournaledLook, now: number, answer: Answer, isSuccess: boolean): void {
    this.slowest = Math.max(this.slowest, now - look.startedAt);
    const run = this.#run;
    if (run && isRepeated(run.answer, answer)) {
      run.looks++;
    } else if (isSuccess || isPlain(answer)) {
      // Makes no timeline where there is nothing to tell yet.
      if (run) void this.timeline;
      this.#run = { at: look.startedAt, answer, looks: 1 };
    } else {
      this.timeline.add(look.startedAt, seenOf(answer));
    }
    if (answer.kind !== 'unanswered' && 'value' in answer) this.lastValue = answer.value;
    if (answer.kind === 'error' && !isGiveUp(answer.error)) {
      this.lastError = { error: answer.error };
      this.failedLooks++;
    }
  }

  relapsed(doneAt: number): void {
    this.relapse = { times: (this.relapse?.times ?? 0) + 1, doneAt };
  }
}

function isPlain(answer: Answer): boolean {
  if (answer.kind !== 'value') return false;
  const { value } = answer;
  return (typeof value !== 'object' || value === null) && typeof value !== 'function';
}

function isRepeated(last: Answer, answer: Answer): boolean {
  if (last.kind !== 'value' || answer.kind !== 'value' || last.isDone !== answer.isDone) return false;
  return last.word === answer.word && Object.is(last.value, answer.value) && isPlain(answer);
}

/** What gave up is the headline of the message; what it gave up on belongs into the timeline. */
function seenOf(answer: Answer): Answer {
  if (answer.kind !== 'error' || !isGiveUp(answer.error)) return answer;
  const { error, value, word } = answer;
  if ('value' in answer) return { kind: 'value', value, isDone: false, word };
  return error.cause === undefined ? answer : { kind: 'error', error: error.cause };
}

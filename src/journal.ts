import { isGiveUp } from './give-up.ts';
import type { WokenBy } from './look.ts';
import { type Answer, Timeline } from './timeline.ts';

/** The part of a look that is written down. */
export interface JournaledLook {
  readonly attempt: number;
  readonly startedAt: number;
  readonly wokenBy: WokenBy;
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
  readonly #timeline = new Timeline();
  #unread: { readonly at: number; readonly answer: Answer } | undefined;

  get timeline(): Timeline {
    if (this.#unread) this.#timeline.add(this.#unread.at, this.#unread.answer);
    this.#unread = undefined;
    return this.#timeline;
  }

  begin(look: JournaledLook): void {
    this.looks = look.attempt;
    if (look.wokenBy === 'event') this.wokenLooks++;
  }

  /** An answer that seems to end the wait well is read only if something fails it yet: a success pays for no diagnosis. */
  end(look: JournaledLook, now: number, answer: Answer, isSuccess: boolean): void {
    this.slowest = Math.max(this.slowest, now - look.startedAt);
    if (isSuccess) this.#unread = { at: look.startedAt, answer };
    else this.timeline.add(look.startedAt, seenOf(answer));
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

/** What gave up is the headline of the message; what it gave up on belongs into the timeline. */
function seenOf(answer: Answer): Answer {
  if (answer.kind !== 'error' || !isGiveUp(answer.error)) return answer;
  const { error, value, word } = answer;
  if ('value' in answer) return { kind: 'value', value, isDone: false, word };
  return error.cause === undefined ? answer : { kind: 'error', error: error.cause };
}

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
  /** When it was last done before it no longer was, while `holdFor` asked for more. */
  relapse: { readonly doneAt: number } | undefined;
  /** How long the slowest look took. */
  slowest = 0;
  #timeline: Timeline | undefined;

  get timeline(): Timeline {
    this.#timeline ??= new Timeline();
    return this.#timeline;
  }

  begin(look: JournaledLook): void {
    this.looks = look.attempt;
    if (look.wokenBy === 'event') this.wokenLooks++;
  }

  end(look: JournaledLook, now: number, answer: Answer): void {
    this.slowest = Math.max(this.slowest, now - look.startedAt);
    this.timeline.add(look.startedAt, seenOf(answer));
    if (answer.kind !== 'unanswered' && 'value' in answer) this.lastValue = answer.value;
    if (answer.kind === 'error' && !isGiveUp(answer.error)) {
      this.lastError = { error: answer.error };
      this.failedLooks++;
    }
  }
}

/** What gave up on an answer is the headline of the message; what the answer was belongs into the timeline. */
function seenOf(answer: Answer): Answer {
  if (answer.kind !== 'error' || !isGiveUp(answer.error) || !('value' in answer)) return answer;
  return { kind: 'value', value: answer.value, isDone: false, word: answer.word };
}

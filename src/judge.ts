import { isAgain } from './again.ts';
import type { Outcome } from './ends.ts';
import { isGiveUp } from './give-up.ts';
import { immediate } from './options.ts';
import type { Answer } from './timeline.ts';
import { type AskedPause, askedPause, isNamed } from './transient.ts';
import type { Way } from './way.ts';

/** What a look answered, as the waiter reads it. */
export function read(way: Way, outcome: Outcome): Answer {
  if ('error' in outcome) return { kind: 'error', error: way.blame ? way.blame(outcome.error) : outcome.error };
  const { value } = outcome;
  try {
    if (isAgain(value)) return { kind: 'value', value: undefined, isDone: way.isDone(value), word: 'again' };
    return { kind: 'value', value, isDone: way.isDone(value), word: way.word?.() };
  } catch (error) {
    return { kind: 'error', error, value, word: way.word?.() };
  }
}

/** Whether an error means never. `isOutOfTime` says whether the budget is used up. */
export function isFinal(error: unknown, tolerate: (error: unknown) => unknown, isOutOfTime: boolean): boolean {
  if (isGiveUp(error)) return true;
  // An inner wait that had what was left of this budget: that it ran out says nothing of what is waited for.
  if (isOutOfTime && isNamed(error, 'WaitTimeoutError')) return false;
  return !immediate('tolerate', tolerate(error));
}

/** The pause that a look asked for: with `again(after)`, or with the error that it threw. */
export function pauseAskedBy(outcome: Outcome, answer: Answer): AskedPause | undefined {
  if (answer.kind === 'error') return askedPause(answer.error);
  const after = 'value' in outcome && isAgain(outcome.value) ? outcome.value.after : undefined;
  return after === undefined ? undefined : { milliseconds: after, isFirm: false, isInstead: true };
}

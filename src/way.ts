import type { Journal } from './journal.ts';
import type { Settings } from './options.ts';
import type { WakeSource } from './wake.ts';

/** The user's function, whatever it takes and gives. */
export type AnyCondition = (look: never) => unknown;

/**
 * What answers mean: it is all in which the waiters of this package differ. One that remembers nothing of its wait is for
 * all waits: where a hundred thousand look, each object less is one less to fetch.
 */
export interface Way {
  /** Whether an answer, `again()` among them, is done. What it throws counts as thrown by the condition. */
  isDone(value: unknown): boolean;
  /** What an error of the condition means to this waiter. Without it, what it is. */
  blame?(error: unknown): unknown;
  /** The word by which the last answer is known. Without one, answers are told apart as they are. */
  word?(): string | undefined;
  /** What is waited for, when the user gave no name. */
  title(condition: AnyCondition): string;
  /** What else to say of a wait that failed. */
  remarks?(journal: Journal, settings: Settings): readonly string[];
  /** What wakes it, in place of what the user gave. */
  readonly sources?: readonly WakeSource[];
  /**
   * Whether the events themselves are what it looks at: then it looks in the turn in which one comes, as there is nothing
   * to wait for any longer, and nothing to be asked too often.
   */
  readonly isToldByEvents?: true;
  /** What aborts the wait by way of its own signal. */
  readonly endsBy?: readonly AbortSignal[];
}

/** A way to look that has always something to say. */
export type RemarkingWay = Way & Required<Pick<Way, 'remarks'>>;

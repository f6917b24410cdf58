import { render } from '../render.ts';

/** The words by which a status is known. Compared whole, trimmed and without case, never by part. */
export interface Words {
  /** It is done. @defaultValue `succeeded`, `success`, `completed`, `complete`, `done` */
  readonly succeeded?: readonly string[] | undefined;
  /** It went wrong. @defaultValue `failed`, `failure`, `error`, `errored` */
  readonly failed?: readonly string[] | undefined;
  /** It was cancelled. @defaultValue `canceled`, `cancelled`, `aborted`, `expired` */
  readonly cancelled?: readonly string[] | undefined;
  /**
   * What any other word means: still under way, or the end of the wait as `unrecognized`. A new word for an end, taken
   * for pending, is waited for until the deadline, and named then. @defaultValue `'pending'`
   */
  readonly unknown?: 'pending' | 'fail' | undefined;
}

/** What a word means. */
export type Meaning = 'succeeded' | 'failed' | 'cancelled' | 'pending' | 'unrecognized';

const ENDS = ['succeeded', 'failed', 'cancelled'] as const;
const DEFAULTS = {
  succeeded: ['succeeded', 'success', 'completed', 'complete', 'done'],
  failed: ['failed', 'failure', 'error', 'errored'],
  cancelled: ['canceled', 'cancelled', 'aborted', 'expired'],
} as const satisfies Words;

/**
 * How to read these words.
 *
 * A list that is given takes the place of its default, and a word in it goes before the same word in another default.
 *
 * @throws TypeError for lists that are none of words; RangeError for a blank word, one in two lists, another `unknown`
 */
export function meaningOf(words: Words = {}): (word: string) => Meaning {
  const { unknown = 'pending' } = words;
  if (unknown !== 'pending' && unknown !== 'fail') {
    throw new RangeError(`\`unknown\` must be 'pending' or 'fail'; got ${render(unknown)}`);
  }
  const given = new Map<string, Meaning>();
  const defaults = new Map<string, Meaning>();
  for (const end of ENDS) {
    const list = words[end];
    if (list !== undefined) for (const word of checked(end, list)) add(given, plainWord(word), end);
    else for (const word of DEFAULTS[end]) defaults.set(word, end);
  }
  const otherwise = unknown === 'fail' ? 'unrecognized' : 'pending';
  return (word) => given.get(plainWord(word)) ?? defaults.get(plainWord(word)) ?? otherwise;
}

function add(given: Map<string, Meaning>, word: string, end: Meaning): void {
  const other = given.get(word) ?? end;
  if (other !== end) throw new RangeError(`\`${end}\` must not have the words of \`${other}\`; got ${render(word)}`);
  given.set(word, end);
}

function checked(end: string, list: readonly unknown[]): readonly string[] {
  // Not every(): that passes over holes.
  const isWords = Array.isArray(list) && Array.from(list).every((word) => typeof word === 'string');
  if (!isWords) throw new TypeError(`\`${end}\` must be an array of words; got ${render(list)}`);
  const words = list.map(String);
  if (words.some((word) => plainWord(word) === '')) {
    throw new RangeError(`\`${end}\` must be an array of words that are not blank; got ${render(list)}`);
  }
  return words;
}

function plainWord(word: string): string {
  return word.trim().toLowerCase();
}

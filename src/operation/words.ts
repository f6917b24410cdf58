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

const SUCCEEDED = ['succeeded', 'success', 'completed', 'complete', 'done'];
const FAILED = ['failed', 'failure', 'error', 'errored'];
const CANCELLED = ['canceled', 'cancelled', 'aborted', 'expired'];

/** How to read these words. @throws TypeError for lists that are none of words */
export function meaningOf(words: Words = {}): (word: string) => Meaning {
  const { succeeded = SUCCEEDED, failed = FAILED, cancelled = CANCELLED, unknown = 'pending' } = words;
  if (unknown !== 'pending' && unknown !== 'fail') {
    throw new RangeError(`\`unknown\` must be 'pending' or 'fail'; got ${String(unknown)}`);
  }
  const meanings = new Map<string, Meaning>();
  for (const [meaning, list] of Object.entries({ succeeded, failed, cancelled })) {
    if (!Array.isArray(list) || !list.every((word) => typeof word === 'string')) {
      throw new TypeError(`\`${meaning}\` must be an array of words; got ${String(list)}`);
    }
    for (const word of list) meanings.set(plainWord(word), meaning as Meaning);
  }
  return (word) => meanings.get(plainWord(word)) ?? (unknown === 'fail' ? 'unrecognized' : 'pending');
}

function plainWord(word: string): string {
  return word.trim().toLowerCase();
}

import { type Duration, toMilliseconds } from './duration.ts';

// A registered symbol: the ESM and the CommonJS build of this package may meet in one process.
const AGAIN = Symbol.for('unsleep.again');

/** The answer "not yet" of a condition, with the pause that it asks for. Made by {@link again}. */
export interface Again {
  /** Tells it apart from any other answer. */
  readonly [AGAIN]: true;
  /** Milliseconds until the next look, or `undefined` when the backoff decides. */
  readonly after: number | undefined;
}

/**
 * Answers "not yet" from inside a condition, and says when the next look makes sense: no sooner than `after`.
 *
 * The pause takes the place of the backoff's, this once. An event of a wake source still brings the look forward.
 *
 * @throws RangeError or TypeError for an `after` that is not a duration.
 * @example
 * ```ts
 * import { again, waitFor } from 'unsleep';
 *
 * const answers = [{ progress: 40 }, { progress: 100 }];
 * const upload = await waitFor(() => {
 *   const answer = answers.shift();
 *   return answer?.progress === 100 ? answer : again('10ms');
 * });
 * upload.progress; // => 100
 * ```
 */
export function again(after?: Duration): Again {
  return Object.freeze({
    [AGAIN]: true as const,
    after: after === undefined ? undefined : toMilliseconds('after', after),
  });
}

/** Whether a condition answered with {@link again}. */
export function isAgain(value: unknown): value is Again {
  return typeof value === 'object' && value !== null && AGAIN in value;
}

import { type Again, isAgain } from './again.ts';
import { check } from './check.ts';
import type { Look } from './look.ts';
import type { WaitOptions } from './options.ts';
import { titleOf } from './title.ts';
import { isNamed } from './transient.ts';
import { wait } from './wait.ts';
import type { AnyCondition, Way } from './way.ts';

/** The options of {@link eventually}. */
export interface EventuallyOptions<Triggered = unknown>
  extends Omit<WaitOptions<never, Triggered>, 'until' | 'failWhen'> {
  /**
   * Whether a thrown error means "not yet". `giveUp` is never asked about.
   * @defaultValue everything but `ReferenceError` and `SyntaxError`: a typo does not get better by waiting
   */
  readonly tolerate?: ((error: unknown) => unknown) | undefined;
}

/**
 * Waits until the assertion neither throws nor answers `false`, and resolves to what it answers.
 *
 * For `expect(…)`, which says by throwing that it is not so yet. The last error is the `cause` of a timeout, so that
 * the test runner prints its diff. Every look asserts anew: what throws nothing (`expect.soft`) passes at the first
 * look, and what records (a snapshot) records that one, so both belong after the wait.
 *
 * @throws the same as {@link waitFor}
 * @example
 * ```ts
 * import { strict as assert } from 'node:assert';
 * import { eventually } from 'unsleep';
 *
 * const rows: string[] = [];
 * setTimeout(() => rows.push('a', 'b'), 20);
 * await eventually(() => assert.deepEqual(rows, ['a', 'b']));
 * rows.length; // => 2
 * ```
 */
export function eventually<Value, Triggered = unknown>(
  assertion: (look: Look<Triggered>) => Value | PromiseLike<Value>,
  options: EventuallyOptions<Triggered> = {},
): Promise<Exclude<Value, Again | false>> {
  return wait(assertion, assertionWay, options, eventually, ({ tolerate = isNoTypo, ...rest }) => ({
    ...rest,
    tolerate,
  }));
}

function assertionWay(assertion: AnyCondition): Way {
  check('assertion', assertion, typeof assertion === 'function', 'a function');
  return NOT_FALSE;
}

const NOT_FALSE: Way = {
  isDone: (value) => value !== false && !isAgain(value),
  title: titleOf,
};

function isNoTypo(error: unknown): boolean {
  return !isNamed(error, 'ReferenceError') && !isNamed(error, 'SyntaxError');
}

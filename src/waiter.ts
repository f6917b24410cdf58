import { consistently } from './consistently.ts';
import { eventually } from './eventually.ts';
import { type CommonOptions, check, checkOptions } from './options.ts';
import { retry } from './retry.ts';
import { CALLER, checked } from './stack.ts';
import { waitFor } from './wait-for.ts';
import { waitForEvent } from './wait-for-event.ts';
import { waitForStatus } from './wait-for-status.ts';

/** The defaults of a {@link Waiter}. */
export type WaiterDefaults = CommonOptions;

/** The waiting functions of this package, with defaults of their own. */
export interface Waiter {
  /** {@link waitFor} with these defaults. */
  readonly waitFor: typeof waitFor;
  /** {@link eventually} with these defaults. */
  readonly eventually: typeof eventually;
  /** {@link consistently} with these defaults. */
  readonly consistently: typeof consistently;
  /** {@link waitForStatus} with these defaults. */
  readonly waitForStatus: typeof waitForStatus;
  /** {@link waitForEvent} with these defaults. */
  readonly waitForEvent: typeof waitForEvent;
  /** {@link retry} with these defaults. */
  readonly retry: typeof retry;
}

/**
 * The same functions with defaults of your own, for a suite or a client. An option of a call goes before the default.
 *
 * Each function takes of the defaults what it has an option for: `consistently` no `timeout`, `waitForEvent` no
 * `interval`.
 *
 * @throws TypeError when the defaults are no object; a wrong default is refused by the call that would use it
 * @example
 * ```ts
 * import { createWaiter } from 'unsleep';
 *
 * const { waitFor } = createWaiter({ timeout: '30s', interval: 250 });
 * await waitFor(() => true); // => true
 * ```
 */
export function createWaiter(defaults: WaiterDefaults): Waiter {
  check('defaults', defaults, typeof defaults === 'object' && defaults !== null, 'an object');
  return {
    waitFor: bind(waitFor, 1, defaults),
    eventually: bind(eventually, 1, defaults),
    consistently: bind(consistently, 1, defaults),
    waitForStatus: bind(waitForStatus, 1, defaults),
    waitForEvent: bind(waitForEvent, 2, defaults),
    retry: bind(retry, 1, defaults),
  };
}

/** Puts the defaults under the options, which come after `subjects` other arguments. */
function bind<Wait>(wait: Wait, subjects: number, defaults: WaiterDefaults): Wait {
  const bound = (...args: unknown[]): unknown => {
    const own = args[subjects];
    try {
      if (own !== undefined) checked(() => checkOptions(own), bound);
    } catch (error) {
      return Promise.reject(error);
    }
    const options = { ...defaults, ...given(Object(own)), [CALLER]: bound };
    return (wait as (...args: unknown[]) => unknown)(...args.slice(0, subjects), options);
  };
  return bound as Wait;
}

/** An option that is there but undefined leaves the default in force, as it does without a waiter. */
function given(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

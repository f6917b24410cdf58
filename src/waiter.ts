import { check, checkOptions } from './check.ts';
import { consistently } from './consistently.ts';
import { eventually } from './eventually.ts';
import type { CommonOptions, ScaleOption } from './options.ts';
import { retry } from './retry.ts';
import { CALLER, callerOf, checked } from './stack.ts';
import { waitFor } from './wait-for.ts';
import { waitForEvent } from './wait-for-event.ts';
import { waitForStatus } from './wait-for-status.ts';

/** The defaults of a {@link Waiter}. */
export interface WaiterDefaults extends CommonOptions, ScaleOption {}

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
 * The same functions with defaults of your own, for a suite or a client. An option of a call goes before the default;
 * only signals add up: that of the defaults and that of the call both abort the wait.
 *
 * Given a function, it asks it at each call, for what changes from test to test, such as the signal of the running one.
 *
 * Each function takes of the defaults what it has an option for: `consistently` no `timeout`, `waitForEvent` no
 * `interval`.
 *
 * @throws TypeError when the defaults are no object and no function; a wrong default is refused by the call that would
 * use it, and so is what a function gives
 * @example
 * ```ts
 * import { createWaiter } from 'unsleep';
 *
 * const { waitFor } = createWaiter({ timeout: '30s', interval: 250 });
 * await waitFor(() => true); // => true
 * ```
 */
export function createWaiter(defaults: WaiterDefaults | (() => WaiterDefaults)): Waiter {
  const isFunction = typeof defaults === 'function';
  if (!isFunction) check('defaults', defaults, isObject(defaults), 'an object, or a function that gives one');
  return bindAll(isFunction ? defaults : () => defaults);
}

function bindAll(defaults: () => WaiterDefaults): Waiter {
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
function bind<Wait>(wait: Wait, subjects: number, defaults: () => WaiterDefaults): Wait {
  const bound = (...args: unknown[]): unknown => {
    const own = args[subjects];
    const caller = callerOf(own, bound);
    try {
      if (own !== undefined) checked(() => checkOptions(own), caller);
      // What the function for the defaults throws comes back as it is.
      const common = defaults();
      checked(() => check('defaults', common, isObject(common), 'a function that gives an object'), caller);
      const options = merge(common, given(Object(own)));
      return (wait as (...args: unknown[]) => unknown)(...args.slice(0, subjects), { ...options, [CALLER]: caller });
    } catch (error) {
      return Promise.reject(error);
    }
  };
  return bound as Wait;
}

/** Signals add up: who binds the waits of a test to it means those with a signal of their own as well. */
function merge(defaults: WaiterDefaults, own: WaiterDefaults): WaiterDefaults {
  const both = defaults.signal !== undefined && own.signal !== undefined;
  return { ...defaults, ...own, ...(both && { signal: [own.signal, defaults.signal].flat() }) };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** An option that is there but undefined leaves the default in force, as it does without a waiter. */
function given(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

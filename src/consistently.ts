import { check } from './check.ts';
import { type Duration, formatDuration, toMilliseconds } from './duration.ts';
import { GiveUp, isGiveUp } from './give-up.ts';
import type { Look } from './look.ts';
import type { CommonOptions, Settings } from './options.ts';
import { renderError } from './render.ts';
import { titleOf } from './title.ts';
import { wait } from './wait.ts';

/** The options of {@link consistently}. */
export interface ConsistentlyOptions extends Omit<CommonOptions, 'timeout' | 'tolerate'> {
  /** How long it must hold, from the first answer on. Also the budget of that answer. */
  readonly for: Duration;
}

/**
 * Looks for the whole time whether the condition neither throws nor answers `false`; fails at the first violation.
 *
 * It sees what is so when it looks, also once at the very end: name a wake source for what flickers in between.
 *
 * @throws {@link WaitFailedError} at the first violation, with the error that the condition threw as its cause;
 * otherwise the same as {@link waitFor}
 * @example
 * ```ts
 * import { consistently } from 'unsleep';
 *
 * const alarms: string[] = [];
 * await consistently(() => alarms.length === 0, { for: '50ms' });
 * ```
 */
export function consistently(condition: (look: Look) => unknown, options: ConsistentlyOptions): Promise<void> {
  const toWay = () => {
    check('condition', condition, typeof condition === 'function', 'a function');
    toMilliseconds('for', options.for, 'finite');
    let word: string | undefined;
    return {
      isDone: (value: unknown) => {
        word = undefined;
        if (value === false) throw new GiveUp('did not hold: answered false');
        word = 'held';
        return true;
      },
      blame: (error: unknown) =>
        isGiveUp(error) ? error : new GiveUp(`did not hold: ${renderError(error)}`, { cause: error }),
      word: () => word,
      title: titleOf,
      remarks: (_: unknown, { holdFor = 0 }: Settings) => [`it had to hold for ${formatDuration(holdFor)}`],
    };
  };
  return wait(condition, toWay, options, consistently, (options) => ({
    ...options,
    timeout: options.for,
    holdFor: options.for,
  }));
}

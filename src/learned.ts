import { type Backoff, type BackoffLook, type ProportionalOptions, proportional } from './backoff.ts';
import { checkOptions } from './check.ts';
import { type Duration, toMilliseconds } from './duration.ts';
import { checkDurations, durationsOf, type History, isSame } from './history.ts';
import { shorten } from './jitter.ts';
import { type Pace, type Price, toPace } from './pace.ts';
import { render } from './render.ts';

/**
 * Settings of {@link learned}: what looks may cost, by `looks` or by `lateness`. The others are those of
 * {@link proportional}, and rule where nothing is known: before there is a history, and past everything seen.
 */
export interface LearnedOptions extends ProportionalOptions {
  /**
   * How many looks a usual job may cost, on average, the first and the last included: a number from 3. Not together
   * with `lateness`. @defaultValue `10`
   */
  readonly looks?: number | undefined;
  /**
   * How late the end may be noticed, on average, above 0; it costs as many looks as that takes. Not together with
   * `looks`. No default.
   */
  readonly lateness?: Duration | undefined;
  /** No pause is longer past everything seen; up to there the price rules. @defaultValue `30_000` */
  readonly max?: Duration | undefined;
}

/**
 * A pace that is learned from durations seen before: no look before anything can be done, many where jobs are likely
 * to end, few where not. It takes what looks may cost, and looks where they pay most, at intervals of √(2c / hazard).
 *
 * With an empty history it is {@link proportional}, and past everything seen as well. Old durations count less, and an
 * outlier does little harm.
 *
 * @param history What was seen. It may be empty, and it may grow: it is read when a wait begins.
 * @throws RangeError or TypeError for a setting out of range, for `looks` and `lateness` together, and for a history that holds anything
 * but milliseconds.
 * @example
 * ```ts
 * import { learned, waitFor } from 'unsleep';
 *
 * const earlier = [21, 18, 25, 19, 22];
 * const start = performance.now();
 * await waitFor(() => performance.now() - start > 20, { interval: learned(earlier, { lateness: '2ms' }) }); // => true
 * ```
 */
export function learned(history: History, options: LearnedOptions = {}): Backoff {
  checkOptions(options);
  const { ratio, min = 5, max, jitter = 'phase' } = options;
  const unknown = proportional(options);
  const past = proportional({ ratio, min, max, jitter: 'none' });
  const shortest = toMilliseconds('min', min);
  const paceNow = learner(history, toPrice(options));
  paceNow(true);
  return (look) => {
    const { attempt, elapsed, random } = look;
    const pace = paceNow(attempt === 1);
    if (!pace) return unknown(look);
    // The phase is a part of a look, not of time: so a thousand waits that start together never look together.
    const share = jitter === 'phase' && attempt === 1 ? shorten(1, 'full', random) : 1;
    const pause = elapsed < pace.end ? pauseWithin(pace, look, share) : share * past(look);
    const whole = Math.max(share * shortest, pause);
    return jitter === 'phase' ? whole : shorten(whole, jitter, random);
  };

  function pauseWithin({ usual, end, next }: Pace, look: BackoffLook, share: number): number {
    const { at, left } = next(look.elapsed, share);
    const pause = at - look.elapsed + left * past({ ...look, elapsed: end });
    // A single job that took a hundred times as long as all others must not cost a thousand looks.
    return look.elapsed > usual ? Math.max((share * past(look)) / 4, pause) : pause;
  }
}

/** Learns anew only when the history has changed: to see that it has not costs a thousandth of that. */
function learner(history: History, price: Price): (isBeginning: boolean) => Pace | undefined {
  let known: readonly number[] = [];
  let pace: Pace | undefined;
  return (isBeginning) => {
    if (!isBeginning) return pace;
    const durations = durationsOf(history);
    if (!isSame(durations, known)) {
      known = [...checkDurations(durations)];
      pace = known.length === 0 ? undefined : toPace(known, price);
    }
    return pace;
  };
}

function toPrice({ looks, lateness }: LearnedOptions): Price {
  if (lateness === undefined) {
    if (looks === undefined) return { looks: 10 };
    if (typeof looks === 'number' && looks >= 3 && looks < Number.POSITIVE_INFINITY) return { looks };
    throw new RangeError(`\`looks\` must be a number from 3; got ${render(looks)}`);
  }
  if (looks !== undefined)
    throw new TypeError(`\`looks\` and \`lateness\` are one choice; got ${render({ looks, lateness })}`);
  const milliseconds = toMilliseconds('lateness', lateness, 'finite');
  if (milliseconds === 0) throw new RangeError(`\`lateness\` must be above 0; got ${render(lateness)}`);
  return { lateness: milliseconds };
}

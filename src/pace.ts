import { estimateHazard, type Hazard } from './hazard.ts';

/** What looks may cost: how many of them a usual job takes, or how late its end is noticed in milliseconds, on average. */
export type Price = { readonly looks: number } | { readonly lateness: number };

/** When to look, as far as durations are known. */
export interface Pace {
  /** Past this jobs are rare. */
  readonly usual: number;
  /** Past this nothing is known. */
  readonly end: number;
  /**
   * The instant at which so many looks are due after an instant before `end`, a fraction of one or just one. When they
   * are not all due before `end`, `Infinity` and how many are left then.
   */
  readonly next: (elapsed: number, looks: number) => { readonly at: number; readonly left: number };
}

/** Lets looks fall where they pay most, for that price. There must be a duration. */
export function toPace(durations: readonly number[], price: Price): Pace {
  const hazard = estimateHazard(durations);
  const { times, effort, meanEffort, meanDelay } = hazard;
  // A price c gives a density of √h times `rate`, which is 1 / √2c. Apart from what the effort takes there are two looks:
  // the one at the start, and the one that is the first after the end.
  const rate = 'looks' in price ? (price.looks - 2) / meanEffort : meanDelay / price.lateness;
  const [end, whole] = [last(times), last(effort)];
  return {
    usual: times[hazard.usual] as number,
    end,
    next(elapsed, looks) {
      const wanted = effortAt(hazard, elapsed) + looks / rate;
      if (wanted >= whole) return { at: end, left: Math.min(looks, (wanted - whole) * rate) };
      return { at: interpolate(effort, times, wanted), left: 0 };
    },
  };
}

function effortAt({ times, effort }: Hazard, elapsed: number): number {
  return elapsed <= (times[0] as number) ? 0 : interpolate(times, effort, elapsed);
}

/** The value that belongs to `x`, where `xs` rises and `x` is below its last. */
function interpolate(xs: Float64Array, ys: Float64Array, x: number): number {
  let [low, high] = [0, xs.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((xs[middle] as number) <= x) low = middle;
    else high = middle;
  }
  const [x0 = 0, x1 = 0, y0 = 0, y1 = 0] = [xs[low], xs[high], ys[low], ys[high]];
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}

function last(values: Float64Array): number {
  return values[values.length - 1] as number;
}

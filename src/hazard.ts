import { type Density, estimateDensity, type Kernel } from './density.ts';

/**
 * Where looks are worth it, on a grid of instants.
 *
 * A look pays where a job that is still under way is likely to end. The square-root law says how much: looks that cost
 * as much as being late by `c` are best at a density of √(h / 2c), where the hazard h is the share of the jobs under way
 * that end per millisecond. So √h alone gives the form of the schedule, and the price its scale.
 *
 * @see Barlow, Hunter, Proschan: Optimum Checking Procedures, J. SIAM 11 (1963); Keller: Optimum Checking Schedules for
 * Systems Subject to Random Failure, Management Science 21 (1974)
 */
export interface Hazard {
  /** Instants, in milliseconds. What comes after the last has never been seen. */
  readonly times: Float64Array;
  /** The integral of √h up to each of the instants. */
  readonly effort: Float64Array;
  /** The effort of a usual job, on average. */
  readonly meanEffort: number;
  /** How late the end of a usual job is seen at a density of √h, on average. */
  readonly meanDelay: number;
  /** The cell in which the last of the usual jobs end. */
  readonly usual: number;
}

const CELLS = 256;
// How much sooner than all that was seen, and later, the next may end.
const BEYOND = /* @__PURE__ */ Math.log(3);

/**
 * The hazard of the durations, of which there must be one at least, the newest last.
 *
 * The less is known, the more of a prior without scale is mixed in: the next one may well be none of those seen.
 */
export function estimateHazard(durations: readonly number[]): Hazard {
  const density = estimateDensity(durations);
  const low = Math.min(...density.kernels.map(({ center, reach }) => center - reach)) - BEYOND;
  const high = Math.max(...density.kernels.map(({ center, reach }) => center + reach));
  const seen = shareLeft(density, low, high);
  const prior = 1 / (density.size + 1);
  const times = new Float64Array(CELLS + 1);
  const effort = new Float64Array(CELLS + 1);
  times[0] = Math.exp(low);
  let before = 1;
  for (let cell = 1; cell <= CELLS; cell++) {
    const at = low + ((high - low) * cell) / CELLS;
    times[cell] = Math.exp(at);
    const after = (1 - prior) * get(seen, cell) + prior * ((high + BEYOND - at) / (high + BEYOND - low));
    // By what ends within the cell, as a kernel may be narrower than it.
    const ended = Math.log(before / after);
    effort[cell] = get(effort, cell - 1) + Math.sqrt(ended * (get(times, cell) - get(times, cell - 1)));
    before = after;
  }
  return { times, effort, ...means(times, effort, seen) };
}

/** What a usual job costs: a single one that took a hundred times as long must not use up the budget of all. */
function means(
  times: Float64Array,
  effort: Float64Array,
  seen: Float64Array,
): Pick<Hazard, 'meanEffort' | 'meanDelay' | 'usual'> {
  const fourFifths = seen.findIndex((left) => left <= 0.2);
  const longest = 2 * get(effort, fourFifths);
  let [meanEffort, delay, cell] = [0, 0, 1];
  for (; cell < effort.length && get(effort, cell) <= longest; cell++) {
    const [before, after] = [get(seen, cell - 1), get(seen, cell)];
    const cost = get(effort, cell) - get(effort, cell - 1);
    meanEffort += (cost * (before + after)) / 2;
    delay += ((before - after) * (get(times, cell) - get(times, cell - 1))) / (2 * cost);
  }
  return { meanEffort, meanDelay: delay / (1 - get(seen, cell - 1)), usual: cell - 1 };
}

/** The share of the jobs that is under way at each instant of the grid. */
function shareLeft({ kernels }: Density, low: number, high: number): Float64Array {
  const step = (high - low) / CELLS;
  const left = new Float64Array(CELLS + 1);
  const endedFrom = new Float64Array(CELLS + 2);
  for (const kernel of kernels) {
    const first = Math.max(0, Math.ceil((kernel.center - kernel.reach - low) / step));
    const last = Math.min(CELLS, Math.floor((kernel.center + kernel.reach - low) / step));
    for (let index = first; index <= last; index++) left[index] = get(left, index) - ended(kernel, low + step * index);
    endedFrom[last + 1] = get(endedFrom, last + 1) + kernel.share;
  }
  let gone = 0;
  return left.map((within, index) => {
    gone += get(endedFrom, index);
    return Math.max(0, 1 + within - gone);
  });
}

/** The integral of the biweight kernel: smooth, and nothing beyond its reach, where no look is due. */
function ended({ center, reach, share }: Kernel, at: number): number {
  const z = Math.min(1, Math.max(-1, (at - center) / reach));
  const square = z * z;
  return share * (0.5 + z * (15 / 16 - square * (5 / 8 - square * (3 / 16))));
}

function get(values: Float64Array, index: number): number {
  return values[index] as number;
}

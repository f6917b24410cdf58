import type { Distribution } from './distributions.ts';

/** What a schedule costs, and what it gives. */
export interface Outcome {
  /** Looks after the one at the start, on average. */
  readonly looks: number;
  /** How much later than its end a job is seen to have ended, on average. */
  readonly lateness: number;
}

/** A distribution as instants at which one may look, and the share of the jobs that are then still under way. */
export interface Grid {
  readonly times: readonly number[];
  readonly left: readonly number[];
  readonly mean: number;
}

/**
 * The least lateness that so many looks allow when the distribution is known: what nobody can beat.
 *
 * A dynamic programme over the instants of a grid: from the last backwards, the best next look from each of them, when
 * a look costs `price`. The price is then sought at which the looks are as many as wanted.
 */
export function optimum(distribution: Distribution, looks: number): Outcome {
  const grid = toGrid(distribution, 700);
  let [cheap, dear] = [-16, 6];
  let found = { looks: Number.POSITIVE_INFINITY, lateness: 0 };
  for (let step = 0; step < 30 && Math.abs(found.looks - looks) > 0.001; step++) {
    const middle = (cheap + dear) / 2;
    found = bestAt(grid, Math.exp(middle));
    if (found.looks > looks) cheap = middle;
    else dear = middle;
  }
  return found;
}

/** The best schedule when each look costs as much as being late by `price`. */
export function bestAt({ times, left, mean }: Grid, price: number): Outcome {
  const last = times.length - 1;
  const cost = new Float64Array(times.length);
  const next = new Int32Array(times.length);
  for (let from = last - 1; from >= 0; from--) {
    let best = Number.POSITIVE_INFINITY;
    for (let to = from + 1; to <= last; to++) {
      const total = at(times, to) * (at(left, from) - at(left, to)) + at(cost, to);
      if (total < best) [best, next[from]] = [total, to];
    }
    cost[from] = best + price * at(left, from);
  }
  let [looks, seen] = [0, 0];
  for (let from = 0; from < last; from = at(next, from)) {
    looks += at(left, from);
    seen += at(times, at(next, from)) * (at(left, from) - at(left, at(next, from)));
  }
  return { looks, lateness: seen - mean };
}

/** Finer where fewer jobs are left, as one long job there counts for many. */
function toGrid({ quantile }: Distribution, size: number): Grid {
  const left = Array.from({ length: size + 1 }, (_, index) => (1 - index / size) ** 2);
  const times = left.map((share, index) => {
    if (index === 0) return 0;
    return quantile(1 - Math.max(share, 1e-7));
  });
  let mean = 0;
  for (let index = 1; index <= size; index++) {
    mean += ((at(times, index) + at(times, index - 1)) / 2) * (at(left, index - 1) - at(left, index));
  }
  return { times, left, mean };
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}

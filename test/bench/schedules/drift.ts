import { type Backoff, learned, proportional } from 'unsleep';
import { DISTRIBUTIONS, type Distribution, drawHistory } from './distributions.ts';
import { type Outcome, optimum } from './optimum.ts';
import { looksOf } from './play.ts';
import { seededRandom } from './random.ts';
import { rounded, type Table } from './table.ts';
import { tune } from './tune.ts';

const [FIRST_MEDIAN, JOBS, LOOKS] = [30_000, 200, 10];
const SHAPE = DISTRIBUTIONS[0] as Distribution;

/** A backoff for the next job, given what was seen of those before, and the median that nobody knows. */
type Follow = (seen: readonly number[], median: number, setting: number) => Backoff;

const max = Number.POSITIVE_INFINITY;
const FOLLOWERS: readonly (readonly [name: string, bounds: readonly [number, number], follow: Follow])[] = [
  ['`learned`, from what it saw', [3, 60], (seen, _, looks) => learned(seen, { looks })],
  ['`expected`: the median of each job', [0.005, 5], (_, expected, ratio) => proportional({ ratio, expected, max })],
  [
    '`expected`: the median of the first job',
    [0.005, 5],
    (_s, _m, ratio) => proportional({ ratio, expected: FIRST_MEDIAN, max }),
  ],
  ['`proportional`', [0.05, 10], (_s, _m, ratio) => proportional({ ratio, min: 100, max })],
];

/** Lateness by schedule, when jobs get ten times as long, and ten times as short, as a multiple of the optimum. */
export interface Drifts {
  readonly table: Table;
  readonly multiples: ReadonlyMap<string, readonly number[]>;
}

/** What becomes of a schedule while the jobs change: the median moves by a factor of ten over 200 jobs. */
export function compareOnDrift(runs: number): Drifts {
  const best = optimum(SHAPE, LOOKS).lateness;
  const multiples = FOLLOWERS.map(([name, bounds, follow]) => {
    const cells = [10, 0.1].map((factor) => {
      return tune(LOOKS, bounds, (setting) => drift(follow, setting, factor, runs)).lateness / best;
    });
    return [name, cells] as const;
  });
  const title = `Lateness at ${LOOKS} looks, as a multiple of the least possible, while the median moves over ${JOBS} jobs (lognormal, from ${FIRST_MEDIAN / 1_000} s)`;
  const rows = multiples.map(([name, cells]) => [name, ...cells.map(rounded)]);
  return { table: { title, head: ['schedule', 'to 10 ×', 'to a tenth'], rows }, multiples: new Map(multiples) };
}

function drift(follow: Follow, setting: number, factor: number, runs: number): Outcome {
  let [looks, lateness] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const random = seededRandom(1_000 + run);
    const seen = drawHistory(SHAPE, 20, random).map((duration) => duration * FIRST_MEDIAN);
    for (const [index, duration] of drawHistory(SHAPE, JOBS, random).entries()) {
      const median = FIRST_MEDIAN * factor ** (index / JOBS);
      const times = looksOf(follow(seen, median, setting), duration * median, random);
      const [before = 0, last = 0] = [times.at(-2), times.at(-1)];
      looks += times.length;
      lateness += last / median - duration;
      // As a recorder does: nobody knows more of the end than the two looks.
      seen.push((before + last) / 2);
    }
  }
  return { looks: looks / (runs * JOBS), lateness: lateness / (runs * JOBS) };
}

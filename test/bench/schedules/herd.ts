import { type Backoff, constant, exponential, learned, proportional } from 'unsleep';
import { DISTRIBUTIONS, type Distribution, drawHistory } from './distributions.ts';
import { MEDIAN, sampleOf } from './equal-looks.ts';
import { smithy, wobbling } from './peers.ts';
import { looksOf, play } from './play.ts';
import { seededRandom } from './random.ts';
import { rounded, type Table } from './table.ts';

/** How much of a burst the looks of many are that start together: the peak over the mean, of looks per 100 ms. */
export interface Herd {
  /** From 1 s to 30 s. */
  readonly early: number;
  /** From 30 s to 2 min. */
  readonly late: number;
}

const BIN = 100;

/** So many waiters start together, and nothing ends. */
export function herd(backoff: Backoff, waiters = 1_000): Herd {
  const random = seededRandom(3);
  const bins = new Float64Array(120_000 / BIN);
  for (let waiter = 0; waiter < waiters; waiter++) {
    for (const time of looksOf(backoff, 120_000, random)) {
      const bin = Math.floor(time / BIN);
      if (bin < bins.length) bins[bin] = (bins[bin] as number) + 1;
    }
  }
  return { early: peakOverMean(bins.subarray(10, 300)), late: peakOverMean(bins.subarray(300)) };
}

function peakOverMean(bins: Float64Array): number {
  const sum = bins.reduce((sum, count) => sum + count, 0);
  return (Math.max(...bins) * bins.length) / sum;
}

const [none, min] = ['none', 100] as const;
const SEEN = drawHistory(DISTRIBUTIONS[0] as Distribution, 20, seededRandom(1)).map((duration) => duration * MEDIAN);
// What spreads the looks, and the same without it.
const PAIRS: readonly (readonly [name: string, spread: Backoff, plain: Backoff])[] = [
  ['`constant(5_000)`', constant(5_000), constant(5_000, { jitter: none })],
  ['`proportional()`', proportional(), proportional({ jitter: none })],
  [
    '`proportional({ ratio: 0.3, min: 100 })`',
    proportional({ ratio: 0.3, min }),
    proportional({ ratio: 0.3, min, jitter: none }),
  ],
  [
    '`proportional({ expected: 30_000 })`',
    proportional({ expected: MEDIAN }),
    proportional({ expected: MEDIAN, jitter: none }),
  ],
  ['`learned` from 20', learned(SEEN), learned(SEEN, { jitter: none })],
  ['`exponential({ max: 8_000 })`', exponential({ max: 8_000 }), exponential({ max: 8_000, jitter: none })],
  ...(['equal', 'full', 'decorrelated'] as const).map((jitter) => {
    return [
      `exponential, jitter ${jitter}`,
      exponential({ max: 8_000, jitter }),
      exponential({ max: 8_000, jitter: none }),
    ] as const;
  }),
  ['5 s ± 10 %', wobbling(constant(5_000, { jitter: none }), 0.1), constant(5_000, { jitter: none })],
  ['Smithy, 0.25 s to 8 s', smithy(250, 8_000), exponential({ initial: 250, max: 8_000, jitter: none })],
];

/** What spreading the looks gains, and what it costs. */
export interface Herds {
  readonly table: Table;
  readonly herds: ReadonlyMap<string, Herd & { readonly moreLateness: number }>;
}

/** A thousand waiters that start together, with the jitter of each schedule and without. */
export function compareHerds(jobs: number): Herds {
  const sample = sampleOf(DISTRIBUTIONS[0] as Distribution, jobs);
  const rows: (string | number)[][] = [];
  const herds = new Map<string, Herd & { moreLateness: number }>();
  for (const [name, spread, plain] of PAIRS) {
    const [crowd, together] = [herd(spread), herd(plain)];
    const [played, unspread] = [play(spread, sample, 24), play(plain, sample, 1)];
    const moreLateness = played.lateness / unspread.lateness - 1;
    herds.set(name, { ...crowd, moreLateness });
    const peaks = [together.early, crowd.early, together.late, crowd.late].map(rounded);
    rows.push([name, ...peaks, rounded(played.looks), `${(100 * moreLateness).toFixed(1)} %`]);
  }
  const head = ['schedule', '1–30 s, no jitter', '1–30 s', '30–120 s, no jitter', '30–120 s', 'looks', 'more lateness'];
  return {
    table: {
      title: '1,000 waiters that start together: the peak of looks per 100 ms, as a multiple of their mean',
      head,
      rows,
    },
    herds,
  };
}

import { learned } from 'unsleep';
import { DISTRIBUTIONS, type Distribution, draw, drawHistory } from './distributions.ts';
import { familiesFor } from './families.ts';
import { type Outcome, optimum } from './optimum.ts';
import { play } from './play.ts';
import { seededRandom } from './random.ts';
import { rounded, type Table } from './table.ts';
import { tune } from './tune.ts';

/** The median of the jobs, in milliseconds. */
export const MEDIAN = 30_000;
const LOOKS = 10;
const RUNS = 24;
// Somebody's history may be a lucky one.
const HISTORIES = 12;

/** Lateness by schedule and distribution, as a multiple of the optimum. */
export interface EqualLooks {
  readonly table: Table;
  readonly multiples: ReadonlyMap<string, readonly number[]>;
}

/** Which schedule sees it first, when all take as many looks. */
export function compareAtEqualLooks(jobs: number): EqualLooks {
  const cells = DISTRIBUTIONS.map((distribution) => ({
    distribution,
    best: optimum(distribution, LOOKS).lateness * MEDIAN,
    sample: sampleOf(distribution, jobs),
  }));
  const schedules = [
    ...[100, 20, 5].map((size) => ({
      name: `\`learned\` from ${size}`,
      knows: `${size} durations`,
      outcome: ({ distribution, sample }: (typeof cells)[number]) =>
        tune(LOOKS, [3, 60], (looks) => playLearned(distribution, size, looks, sample)),
    })),
    ...familiesFor(MEDIAN, 100).map(({ name, knows, bounds, make }) => ({
      name,
      knows,
      outcome: ({ sample }: (typeof cells)[number]) =>
        tune(LOOKS, bounds, (setting) => play(make(setting), sample, RUNS)),
    })),
  ].map(({ name, knows, outcome }) => ({
    name,
    knows,
    cells: cells.map((cell) => {
      const { looks, lateness } = outcome(cell);
      return { looks, multiple: lateness / cell.best };
    }),
  }));
  const title = `Lateness at ${LOOKS} looks, as a multiple of the least that is possible (median ${MEDIAN / 1_000} s, first pause 100 ms at most)`;
  const rows = schedules.map(({ name, knows, cells }) => [
    name,
    knows,
    ...cells.map(({ looks, multiple }) =>
      // A family that cannot be brought to so many looks says how many it took.
      Math.abs(looks / LOOKS - 1) < 0.02 ? rounded(multiple) : `${rounded(multiple)} (${looks.toFixed(0)} looks)`,
    ),
  ]);
  const optima = ['the optimum', 'the distribution', ...cells.map(() => 1)];
  return {
    table: { title, head: ['schedule', 'knows', ...DISTRIBUTIONS.map(({ name }) => name)], rows: [optima, ...rows] },
    multiples: new Map(schedules.map(({ name, cells }) => [name, cells.map(({ multiple }) => multiple)])),
  };
}

/** Jobs that stand for all of the distribution, in milliseconds. */
export function sampleOf(distribution: Distribution, jobs: number): number[] {
  return draw(distribution, jobs, seededRandom(7)).map((duration) => duration * MEDIAN);
}

/** What is learned from so many durations, on average over several histories. */
export function playLearned(
  distribution: Distribution,
  size: number,
  looks: number,
  sample: readonly number[],
): Outcome {
  const outcomes = Array.from({ length: HISTORIES }, (_, index) => {
    const seen = drawHistory(distribution, size, seededRandom(100 + index));
    const backoff = learned(
      seen.map((duration) => duration * MEDIAN),
      { looks },
    );
    return play(backoff, sample, 4);
  });
  const mean = (value: (outcome: Outcome) => number) =>
    outcomes.reduce((sum, outcome) => sum + value(outcome), 0) / HISTORIES;
  return { looks: mean(({ looks }) => looks), lateness: mean(({ lateness }) => lateness) };
}

import { DISTRIBUTIONS, type Distribution } from './distributions.ts';
import { MEDIAN, playLearned, sampleOf } from './equal-looks.ts';
import { familiesFor } from './families.ts';
import { optimum } from './optimum.ts';
import { play } from './play.ts';
import { tune } from './tune.ts';

/** What each look more gains, for a chart. */
export interface Point {
  readonly schedule: string;
  readonly looks: number;
  /** In medians. */
  readonly lateness: number;
}

const BUDGETS = [5, 7, 10, 15, 20, 30, 40];
const DRAWN = ['`proportional({ expected })`', '`proportional`', '`exponential`', 'exponential, full jitter'];

/** Lateness against looks for jobs whose length is lognormal. */
export function curves(jobs: number): Point[] {
  const shape = DISTRIBUTIONS[0] as Distribution;
  const sample = sampleOf(shape, jobs);
  const families = familiesFor(MEDIAN, 100).filter(({ name }) => DRAWN.includes(name));
  return BUDGETS.flatMap((looks) => [
    { schedule: 'the optimum', looks, lateness: optimum(shape, looks).lateness },
    {
      schedule: 'learned from 20',
      looks,
      lateness: tune(looks, [3, 100], (budget) => playLearned(shape, 20, budget, sample)).lateness / MEDIAN,
    },
    ...families.map(({ name, bounds, make }) => ({
      schedule: name.replaceAll('`', ''),
      looks,
      lateness:
        tune(looks, [bounds[0] / 10, bounds[1]], (setting) => play(make(setting), sample, 24)).lateness / MEDIAN,
    })),
  ]);
}

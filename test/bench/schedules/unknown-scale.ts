import { draw } from './distributions.ts';
import { familiesFor } from './families.ts';
import { play } from './play.ts';
import { seededRandom } from './random.ts';
import { rounded, type Table } from './table.ts';
import { tune } from './tune.ts';

const [SHORTEST, LONGEST, FIRST] = [500, 3_600_000, 250];
const BUDGETS = [12, 20, 40] as const;

/** Lateness by schedule and budget, as a share of the length of the job. */
export interface UnknownScale {
  readonly table: Table;
  readonly shares: ReadonlyMap<string, readonly { readonly mean: number; readonly worst: number }[]>;
}

/** One setting for jobs of half a second and of an hour, which are as likely as each other: who notices the end in time? */
export function compareOnUnknownScale(jobs: number): UnknownScale {
  const quantile = (probability: number) => SHORTEST * (LONGEST / SHORTEST) ** probability;
  const sample = draw({ name: 'any scale', quantile }, jobs, seededRandom(7));
  // In the middle of them; a hint of how long it takes is what there is none of.
  const families = familiesFor(quantile(0.5), FIRST).filter(({ name }) => !name.includes('expected'));
  const played = families.map(({ name, bounds, make }) => ({
    name,
    cells: BUDGETS.map((looks) => {
      const found = tune(looks, bounds, (setting) => play(make(setting), sample, 24, (late, job) => late / job));
      return { looks: found.looks, mean: found.lateness, worst: found.worst() };
    }),
  }));
  const head = ['schedule', ...BUDGETS.flatMap((looks) => [`${looks} looks: mean`, '99 % below'])];
  const rows = played.map(({ name, cells }): (string | number)[] => [
    name,
    ...cells.flatMap(({ looks, mean, worst }, index): (string | number)[] => {
      const isThere = Math.abs(looks / (BUDGETS[index] as number) - 1) < 0.02;
      return isThere ? [rounded(mean), rounded(worst)] : ['–', '–'];
    }),
  ]);
  const title =
    'Lateness as a share of the length of the job, for jobs from 0.5 s to 1 h, all scales alike (first pause 250 ms at most)';
  return { table: { title, head, rows }, shares: new Map(played.map(({ name, cells }) => [name, cells])) };
}

import type { Schedules } from './schedules/index.ts';
import type { Measured } from './statistics.ts';

/** All that one Node was measured to do. */
export interface Run {
  readonly node: string;
  readonly date: string;
  readonly isFull: boolean;
  readonly machine: { readonly processor: string; readonly cores: number; readonly gigabytes: number };
  /** Of the packages that were measured. */
  readonly versions: Readonly<Record<string, string>>;
  /** By the names of the jobs. */
  readonly jobs: Readonly<Record<string, readonly Measured[]>>;
}

/** What stands in `docs/benchmarks.json`, and all that the page is written from. */
export interface Results {
  /** The latest of each line of Node, the oldest line first. */
  readonly runs: readonly Run[];
  readonly schedules: Schedules;
}

/** The results with this run in the place of an earlier one of the same line of Node. */
export function withRun(runs: readonly Run[], run: Run): readonly Run[] {
  const others = runs.filter(({ node }) => lineOf(node) !== lineOf(run.node));
  return [...others, run].toSorted((a, b) => lineOf(a.node) - lineOf(b.node));
}

export function lineOf(node: string): number {
  return Number(node.split('.')[0]);
}

/** To four digits that count, as no more are worth to be kept. */
export function asKept(measured: readonly Measured[]): Measured[] {
  return measured.map((one) => ({
    ...one,
    figures: Object.fromEntries(
      Object.entries(one.figures)
        .filter(([, figure]) => Number.isFinite(figure))
        .map(([name, figure]) => [name, Number(figure.toPrecision(4))]),
    ),
  }));
}

import { compareOnDrift } from './drift.ts';
import { compareAtEqualLooks } from './equal-looks.ts';
import { compareHerds } from './herd.ts';
import type { Table } from './table.ts';
import { compareOnUnknownScale } from './unknown-scale.ts';

/** What the simulation of schedules says. */
export interface Schedules {
  readonly tables: readonly Table[];
  /** What targets are checked against, by name. */
  readonly results: ScheduleResults;
}

/**
 * Figures as they stand in the tables. Those of lateness at ten looks are multiples of the optimum, for the distribution
 * that is worst of the four with one peak, unless they say which.
 */
interface ScheduleResults {
  readonly learned20: number;
  readonly learned20Bimodal: number;
  readonly expected: number;
  /** A limit, not a fault: who does not look before half of the median is late by 7 times the optimum for the first peak alone. */
  readonly expectedBimodal: number;
  readonly learnedWhileDrifting: number;
  /** Where nothing is known: the lateness of `exponential` over that of the best peer that spreads looks too, on the mean of all five. */
  readonly nothingKnown: number;
  /** The same for `proportional`, over the best peer whatever it spreads: it pays for looking at jobs of 100 ms in time. */
  readonly nothingKnownProportional: number;
  /** Where not even the scale is known, at 20 looks: `proportional` over the best peer, on average. */
  readonly anyScaleMean: number;
  /** The same for what 99 % of the jobs are below. */
  readonly anyScaleWorst: number;
  readonly constantHerd: number;
  readonly proportionalHerdEarly: number;
  readonly proportionalHerdLate: number;
  /** The share of lateness that spreading adds to these two, the greater. */
  readonly herdMoreLateness: number;
}

const BIMODAL = 2;
// Of the peers those that know nothing, and may be set to as many looks.
const SPREAD_PEERS = ['exponential, equal jitter', 'exponential, full jitter'];
const PEERS = ['exponential, no jitter', ...SPREAD_PEERS];

/** Plays every schedule in virtual time, for so many jobs of each distribution. The same at every run. */
export function simulateSchedules(jobs = 5_000): Schedules {
  const equalLooks = compareAtEqualLooks(jobs);
  const anyScale = compareOnUnknownScale(jobs);
  const drifts = compareOnDrift(Math.max(1, Math.round(jobs / 800)));
  const crowds = compareHerds(jobs);

  const multiplesOf = (name: string) => of(equalLooks.multiples, name);
  const [learned20, expected] = [multiplesOf('`learned` from 20'), multiplesOf('`proportional({ expected })`')];
  const onePeak = (multiples: readonly number[]) => Math.max(...multiples.filter((_, index) => index !== BIMODAL));
  const mean = (name: string) => multiplesOf(name).reduce((sum, multiple) => sum + multiple, 0);
  const best = (names: readonly string[], value: (name: string) => number) => Math.min(...names.map(value));
  const meanShare = (name: string) => of(anyScale.shares, name)[1]?.mean ?? Number.NaN;
  const worstShare = (name: string) => of(anyScale.shares, name)[1]?.worst ?? Number.NaN;
  const [constant, proportional] = [of(crowds.herds, '`constant(5_000)`'), of(crowds.herds, '`proportional()`')];
  return {
    tables: [equalLooks, anyScale, drifts, crowds].map(({ table }) => table),
    results: {
      learned20: onePeak(learned20),
      learned20Bimodal: learned20[BIMODAL] ?? Number.NaN,
      expected: onePeak(expected),
      expectedBimodal: expected[BIMODAL] ?? Number.NaN,
      learnedWhileDrifting: Math.max(...of(drifts.multiples, '`learned`, from what it saw')),
      nothingKnown: mean('`exponential`') / best(SPREAD_PEERS, mean),
      nothingKnownProportional: mean('`proportional`') / best(PEERS, mean),
      anyScaleMean: meanShare('`proportional`') / best(PEERS, meanShare),
      anyScaleWorst: worstShare('`proportional`') / best(PEERS, worstShare),
      constantHerd: Math.max(constant.early, constant.late),
      proportionalHerdEarly: proportional.early,
      proportionalHerdLate: proportional.late,
      herdMoreLateness: Math.max(constant.moreLateness, proportional.moreLateness),
    },
  };
}

function of<T>(values: ReadonlyMap<string, T>, name: string): T {
  const value = values.get(name);
  if (value === undefined) throw new Error(`there is no schedule ${name}`);
  return value;
}

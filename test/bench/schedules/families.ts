import { type Backoff, constant, exponential, proportional } from 'unsleep';
import { fibonacci, smithy } from './peers.ts';

/** Schedules with one setting, which is chosen so that all take as many looks. */
export interface Family {
  readonly name: string;
  /** What whoever chooses the setting has to know. */
  readonly knows: string;
  readonly bounds: readonly [low: number, high: number];
  readonly make: (setting: number) => Backoff;
}

/** The families for jobs with this median, all with a first pause of `first` at most, in milliseconds. */
export function familiesFor(median: number, first: number): readonly Family[] {
  const max = Number.POSITIVE_INFINITY;
  const min = first;
  const pauses = { knows: 'the median', bounds: [first, 100 * median] as const };
  const hint = { knows: 'the median, roughly', bounds: [0.005, 5] as const };
  const growth = { knows: 'nothing', bounds: [0.05, 10] as const };
  const growing = (jitter: 'none' | 'equal' | 'full' | 'phase') => (growth: number) =>
    exponential({ initial: first, factor: 1 + growth, max, jitter });
  const expecting = (expected: number) => (ratio: number) => proportional({ ratio, expected, min, max });
  const doubling = (jitter: 'none' | 'decorrelated') => (cap: number) =>
    exponential({ initial: first, max: Math.max(first, cap), jitter });
  return [
    { ...hint, name: '`proportional({ expected })`', make: expecting(median) },
    { ...hint, name: '`proportional({ expected })`, a fifth of it', make: expecting(median / 5) },
    { ...pauses, name: '`constant`', make: (pause) => constant(pause) },
    { ...pauses, name: 'exponential × 2, capped', make: doubling('none') },
    { ...pauses, name: 'Smithy', make: (cap) => smithy(first, cap) },
    { ...pauses, name: 'decorrelated jitter, capped', make: doubling('decorrelated') },
    { ...hint, name: 'Fibonacci', bounds: [1, median], make: fibonacci },
    { ...growth, name: '`exponential`', make: growing('phase') },
    { ...growth, name: '`proportional`', make: (ratio) => proportional({ ratio, min, max }) },
    { ...growth, name: 'exponential, no jitter', make: growing('none') },
    { ...growth, name: 'exponential, equal jitter', make: growing('equal') },
    { ...growth, name: 'exponential, full jitter', make: growing('full') },
  ];
}

import { WITHOUT_RENDERING } from './jobs/size.ts';
import { WAIT_FOR_EVENT, WAIT_FOR_ON } from './waiters/hearers.ts';

/** A figure of one way to wait, if it was measured. */
export type At = (job: string, name: string, figure: string) => number | undefined;

/** Something that is to be reached, and how it is told from the figures. */
export interface Target {
  readonly text: string;
  /** What its figure is a number of. */
  readonly unit: string;
  readonly limit: number;
  /** Where the limit is the least, and not the most. */
  readonly isFloor?: boolean;
  /** Whose figures count, if not those of `waitFor`. */
  readonly ours?: string;
  /** From the figures of one way to wait, so that the best peer is told by the same rule. */
  readonly figure: (at: At) => number | undefined;
}

/** The highest, or nothing where one is missing: who cannot do a part of it has not done it. */
function worst(job: string, cases: readonly string[], ...figures: readonly string[]) {
  return (at: At): number | undefined => {
    const found = cases.flatMap((name) => figures.map((figure) => at(job, name, figure)));
    const numbers = found.filter((figure) => figure !== undefined);
    return numbers.length < found.length ? undefined : Math.max(...numbers);
  };
}

function least(job: string, cases: readonly string[], figure: string) {
  return (at: At): number | undefined => {
    const numbers = cases.map((name) => at(job, name, figure)).filter((found) => found !== undefined);
    return numbers.length < cases.length ? undefined : Math.min(...numbers);
  };
}

const withLimits = (name: string) => [name, `${name}, timeout`, `${name}, timeout and signal`];
const crowds = (size: string) => [`${size} waits, together`, `${size} waits, spread`];
const ONE_BY_ONE = ['one wait after the other'];
const ALL = ['10,000 waits on one emitter'];
const WAITING = ['10,000 waits, with timeout and signal'];
const IN_A_ROW = ['true at the first look, one after the other'];
const AT_ONCE = ['true at the second look, 10,000 at once'];
const ENDS = ['done', 'timeout in a pause', 'timeout in a look', 'abort in a pause', 'abort in a look'];

const events = (ours: string): Target[] => [
  {
    ours,
    text: `Subscribe and wake one: ${ours}`,
    unit: '× raw',
    limit: 1.5,
    figure: worst('events', ONE_BY_ONE, 'ns x'),
  },
  { ours, text: `Wake all of 10,000: ${ours}`, unit: 'µs each', limit: 0.5, figure: worst('events', ALL, 'wake') },
  {
    ours,
    text: `The same, each against each of 1,000: ${ours}`,
    unit: '×',
    limit: 2,
    figure: (at) => {
      const [large, small] = [
        at('events', '10,000 waits on one emitter', 'wake'),
        at('events', '1,000 waits on one emitter', 'wake'),
      ];
      return large !== undefined && small !== undefined ? large / small : undefined;
    },
  },
];

/** What this package is to reach, in the order of the page. "× B" is against the bare loop of the same rounds. */
export const TARGETS: readonly Target[] = [
  { text: 'Import, CPU', unit: '× one line', limit: 1.2, figure: worst('import', ['await import()'], 'cpu x') },
  { text: 'Size of `waitFor`, brotli', unit: 'bytes', limit: 4_000, figure: worst('size', ['one import'], 'brotli') },
  {
    text: 'The loop without rendering, brotli',
    unit: 'bytes',
    limit: 1_500,
    ours: WITHOUT_RENDERING,
    figure: worst('size', ['one import'], 'brotli'),
  },
  {
    text: 'True at the first look, sync: with and without timeout and signal',
    unit: '× B',
    limit: 1.3,
    figure: worst('first-look', withLimits('sync'), 'ns x'),
  },
  {
    text: 'Timers, listeners, errors and controllers built for it',
    unit: '',
    limit: 0,
    figure: worst('built', ['sync', 'sync, timeout and signal'], 'timers', 'listeners', 'errors', 'signals'),
  },
  {
    text: 'True at the first look, async: with and without timeout and signal',
    unit: '× B',
    limit: 1.5,
    figure: worst('first-look', withLimits('async'), 'ns x'),
  },
  {
    text: 'CPU per look, 200 waits, 1 ms, sync',
    unit: '× B',
    limit: 0.8,
    figure: worst('looks', ['200 waits, sync'], 'cpu x'),
  },
  {
    text: 'CPU per look, 200 waits, 1 ms, async with timeout',
    unit: '× B',
    limit: 1.1,
    figure: worst('looks', ['200 waits, async, timeout'], 'cpu x'),
  },
  {
    text: 'CPU per look, 10,000 waits, together or spread',
    unit: '× B',
    limit: 0.4,
    figure: worst('crowd', crowds('10,000'), 'cpu x'),
  },
  {
    text: 'CPU per look, 100,000 waits, together or spread',
    unit: '× B',
    limit: 0.2,
    figure: worst('crowd', crowds('100,000'), 'cpu x'),
  },
  {
    text: 'Looks done of those due, 100,000 waits',
    unit: '',
    limit: 0.95,
    isFloor: true,
    figure: least('crowd', crowds('100,000'), 'done'),
  },
  { text: 'CPU, 100,000 waits', unit: '% of a core', limit: 25, figure: worst('crowd', crowds('100,000'), 'percent') },
  {
    text: 'Delay of the event loop, p99, 100,000 waits',
    unit: 'ms',
    limit: 30,
    figure: worst('crowd', crowds('100,000'), 'p99'),
  },
  {
    text: 'Memory of a waiting wait, timeout and signal included',
    unit: 'bytes',
    limit: 800,
    figure: worst('memory', WAITING, 'bytes'),
  },
  // The two are to be 0; these are what the heap moves by itself.
  { text: 'Growth per look', unit: 'bytes', limit: 1, figure: worst('memory', WAITING, 'growth') },
  { text: 'Left of a finished wait', unit: 'bytes', limit: 5, figure: worst('memory', WAITING, 'left') },
  {
    text: '100,000 waits on one signal: listeners left, warnings',
    unit: '',
    limit: 0,
    figure: worst('signal', [...IN_A_ROW, ...AT_ONCE], 'left', 'warnings'),
  },
  { text: 'A wait on it, in a row', unit: 'µs', limit: 0.5, figure: worst('signal', IN_A_ROW, 'cpu') },
  {
    text: 'The price of it, 10,000 waits at once',
    unit: 'µs each',
    limit: 0.5,
    figure: worst('signal', AT_ONCE, 'price'),
  },
  ...events(WAIT_FOR_EVENT),
  ...events(WAIT_FOR_ON),
  {
    text: 'Looks that a burst of 1,000 events causes',
    unit: '',
    limit: 1,
    ours: WAIT_FOR_ON,
    figure: worst('events', ['a burst'], 'looks'),
  },
  { text: 'Looks after done, timeout or abort', unit: '', limit: 0, figure: worst('endings', ENDS, 'calls') },
  { text: 'Until the process ends after that', unit: 'ms', limit: 5, figure: worst('endings', ENDS, 'exit') },
  {
    text: 'Looks per second with `interval: 0`',
    unit: '× B',
    limit: 100,
    isFloor: true,
    figure: worst('no-pause', ['1 wait'], 'rate x'),
  },
  {
    text: 'Ticks of an interval of 1 ms beside it, in 100 ms',
    unit: '',
    limit: 50,
    isFloor: true,
    figure: worst('no-pause', ['1 wait'], 'ticks'),
  },
  ...schedules(),
];

/** Those that no Node has a part in, as they are simulated. */
function schedules(): Target[] {
  const simulated = (text: string, unit: string, limit: number, name: string): Target => ({
    text,
    unit,
    limit,
    figure: worst('schedules', ['results'], name),
  });
  const late = 'Lateness at 10 looks';
  return [
    simulated(`${late}, nothing known: against the best that knows nothing`, '×', 1, 'nothingKnown'),
    simulated(`${late}, \`expected\`: against the optimum`, '×', 2.1, 'expected'),
    simulated(`${late}, \`learned\` from 20`, '×', 1.5, 'learned20'),
    simulated(`${late}, \`learned\` from 20, bimodal`, '×', 1.8, 'learned20Bimodal'),
    simulated('1,000 waits started together, peak over mean: `constant`', '×', 2, 'constantHerd'),
    simulated('The same, `proportional`, from 1 to 30 s', '×', 8.5, 'proportionalHerdEarly'),
    simulated('The same, from 30 to 120 s', '×', 4, 'proportionalHerdLate'),
    simulated('The share of lateness that this adds', '', 0.01, 'herdMoreLateness'),
  ];
}

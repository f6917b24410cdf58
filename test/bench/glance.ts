import type { Run } from './results.ts';
import { markdown, numberText } from './tables.ts';
import { kindOf } from './waiters/kind.ts';
import { BARE, OURS } from './waiters/waiter.ts';

/** Around the rows that other pages quote. */
export const [GLANCE_START, GLANCE_END] = ['<!-- benchmarks at a glance -->', '<!-- /benchmarks at a glance -->'];

interface Row {
  readonly text: string;
  readonly unit: string;
  readonly job: string;
  readonly name: string;
  readonly figure: string;
  readonly factor?: number;
  readonly isMore?: boolean;
}

const SPREAD = '100,000 waits, spread';

const ROWS: readonly Row[] = [
  {
    text: 'a wait that is done at its first look, with a timeout',
    unit: 'ns',
    job: 'first-look',
    name: 'sync, timeout',
    figure: 'ns',
  },
  { text: 'the same, with a promise', unit: 'ns', job: 'first-look', name: 'async, timeout', figure: 'ns' },
  {
    text: '10,000 waits, each looking every 100 ms',
    unit: '% CPU',
    job: 'crowd',
    name: '10,000 waits, spread',
    figure: 'percent',
  },
  { text: '100,000 waits', unit: '% CPU', job: 'crowd', name: SPREAD, figure: 'percent' },
  { text: 'of their looks are made', unit: '%', job: 'crowd', name: SPREAD, figure: 'done', factor: 100, isMore: true },
  {
    text: 'a wait weighs, with timeout and signal',
    unit: 'bytes',
    job: 'memory',
    name: '10,000 waits, with timeout and signal',
    figure: 'bytes',
  },
];

/** The rows of the table at the top: ours, the bare loop, and the best of the peers. */
export function glance(run: Run): string {
  const rows = ROWS.map(({ text, unit, job, name, figure, factor = 1, isMore = false }) => {
    const found = (run.jobs[job] ?? []).filter((one) => one.case === name && one.figures[figure] !== undefined);
    const value = (waiter: string | undefined) => found.find((one) => one.waiter === waiter)?.figures[figure];
    const told = (waiter: string | undefined) => {
      const number = value(waiter);
      return number === undefined ? '–' : `${numberText(number * factor)} ${unit}`;
    };
    const [best] = found
      .map(({ waiter }) => waiter)
      .filter((waiter) => kindOf(waiter) === 'peer')
      .toSorted((a, b) => ((value(a) ?? 0) - (value(b) ?? 0)) * (isMore ? -1 : 1));
    return [text, told(OURS), told(BARE), best === undefined ? '–' : `${told(best)}, ${best}`];
  });
  const table = markdown({ head: ['', 'unsleep', 'a loop written by hand', 'the best peer'], rows });
  return `${GLANCE_START}\n${table}\n${GLANCE_END}`;
}

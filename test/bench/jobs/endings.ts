import type { Job, PlannedTask, Task } from '../job.ts';
import { notLoaded } from '../rounds.ts';
import type { Sample } from '../statistics.ts';
import { loadWaiters } from '../waiters/all.ts';
import { BARE, conditionFor, type Feature, type Terms } from '../waiters/waiter.ts';

const PAUSE = 1_000;
const ABORT_AT = 50;

interface Case {
  readonly name: string;
  readonly needs: readonly Feature[];
  /** What a look answers; without it, a promise that never settles. */
  readonly look?: () => boolean;
  readonly terms: Terms;
  readonly aborts?: boolean;
}

let looks = 0;

const CASES: readonly Case[] = [
  { name: 'done', needs: [], look: () => ++looks === 2, terms: { interval: 20, timeout: 60_000 } },
  { name: 'timeout in a pause', needs: ['timeout'], look: () => false, terms: { interval: PAUSE, timeout: 100 } },
  { name: 'timeout in a look', needs: ['timeout', 'async'], terms: { interval: PAUSE, timeout: 100 } },
  { name: 'abort in a pause', needs: ['signal'], look: () => false, terms: { interval: PAUSE }, aborts: true },
  { name: 'abort in a look', needs: ['signal', 'async'], terms: { interval: PAUSE }, aborts: true },
];

/** What goes on when a wait is over. */
export const ENDINGS: Job = {
  name: 'endings',
  title: 'After the end',
  how: `One wait in a process that has nothing else to do, with pauses of ${PAUSE / 1_000} s (20 ms where it is done); a look under way never answers. Counted are the looks after the wait has
settled, and the milliseconds until the process ends by itself: who leaves a timer, keeps it. Timeouts are 100 ms, aborts come at ${ABORT_AT} ms.`,
  columns: [
    { figure: 'exit', title: 'ms until the process ends' },
    { figure: 'calls', title: 'looks after the end' },
    { figure: 'settled', title: 'settled at, ms' },
  ],
  paired: [],
  tasks: (plan) =>
    CASES.flatMap(({ name, needs }) =>
      plan
        .waiters([...needs, 'pause'], [BARE, 'p-wait-for'])
        .map((waiter): PlannedTask => ({ case: name, waiters: [waiter], host: 'node', rounds: 1, numbers: {} })),
    ),
  measure,
};

async function measure(task: Task): Promise<Sample[] | (() => Sample[])> {
  const found = CASES.find(({ name }) => name === task.case);
  const [[loaded], failed] = await loadWaiters(task.waiters, task.builds);
  if (!loaded || !found) return failed.map((name) => notLoaded(task, name));
  const { waiter, prepare } = loaded;
  const { look, terms, aborts } = found;
  const controller = new AbortController();
  let [calls, isOver, settled, over] = [0, false, 0, 0];
  const start = performance.now();
  const counted = <T>(look: () => T) => {
    return () => {
      if (isOver) calls++;
      return look();
    };
  };
  const condition = look ? conditionFor(waiter, counted(look), false) : counted(() => new Promise(() => {}));
  if (aborts) setTimeout(() => controller.abort(), ABORT_AT);
  const end = () => {
    over = performance.now();
    [isOver, settled] = [true, over - start];
  };
  prepare(aborts ? { ...terms, signal: controller.signal } : terms)(condition).then(end, end);
  return () => {
    const sample = { case: task.case, waiter: waiter.name, round: 0 };
    if (!isOver) return [{ ...sample, figures: {}, note: 'never settles' }];
    return [{ ...sample, figures: { exit: performance.now() - over, calls, settled } }];
  };
}

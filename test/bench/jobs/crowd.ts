import type { Job, Plan, PlannedTask, Task } from '../job.ts';
import { notLoaded } from '../rounds.ts';
import { type Sample, shuffled } from '../statistics.ts';
import { loadWaiters } from '../waiters/all.ts';
import { BARE, conditionFor, type Terms, type Wait } from '../waiters/waiter.ts';
import { sleep, watchCrowd } from './watch-crowd.ts';

const INTERVAL = 100;
const LIMITS = [BARE, 'ticker'];
const LARGEST = 100_000;
const SIZES = [1_000, 10_000, LARGEST];
/** How far apart those start that start together: not at all; and the others: one interval. */
const STARTS = { together: 0, spread: INTERVAL } as const;

/** Very many waits at once. */
export const CROWD: Job = {
  name: 'crowd',
  title: 'A crowd',
  how: `So many waits, each looking every ${INTERVAL} ms, in a process of its own: started in one turn (together), or within ${INTERVAL} ms (spread), where
unsleep spreads its first pauses besides, as is its default. Measured for more than a second (\`--full\`: four), once all have looked a few times. "Looks done" is the share of
those that were due, an overshoot of a millisecond for each timer being 0.99. The delay of the event loop is what \`monitorEventLoopDelay\` says
with a resolution of 10 ms, which is its reading in an idle process too.`,
  columns: [
    { figure: 'percent', title: 'CPU %' },
    { figure: 'cpu', title: 'CPU µs per look' },
    { figure: 'cpu x', title: '× bare loop' },
    { figure: 'done', title: 'looks done / due' },
    { figure: 'p50', title: 'delay p50, ms' },
    { figure: 'p99', title: 'delay p99, ms' },
    { figure: 'setup', title: 'start, ms' },
  ],
  paired: ['cpu'],
  tasks: (plan) => plan.sizes(plan.isFull ? SIZES : [10_000, LARGEST]).flatMap((size) => ofSize(size, plan)),
  measure,
};

/** Each round in an order of chance, and each wait in a process of its own. */
function ofSize(size: number, plan: Plan): PlannedTask[] {
  const quick = size < LARGEST ? [BARE, 'p-wait-for'] : LIMITS;
  const rounds = plan.rounds(1, size === SIZES[0] ? 1 : 2);
  return Object.entries(STARTS).flatMap(([start, spread]) =>
    (['node', 'vitest'] as const).flatMap((host) => {
      // What runs there only, and who it is compared with.
      if (host === 'vitest' && (!plan.isFull || size === LARGEST)) return [];
      const waiters = plan.waiters(['pause'], quick, host);
      return Array.from({ length: rounds }, (_, round) =>
        shuffled(waiters).map((waiter) => ({
          case: `${size.toLocaleString('en')} waits, ${start}${host === 'vitest' ? ', inside vitest' : ''}`,
          waiters: [waiter],
          host,
          rounds: 1,
          round,
          numbers: { size, spread, window: plan.isFull ? 4_000 : 1_200 },
        })),
      ).flat();
    }),
  );
}

async function measure(task: Task): Promise<Sample[]> {
  const { size = 0, spread = 0, window = 0 } = task.numbers;
  const [[loaded], failed] = await loadWaiters(task.waiters, task.builds);
  if (!loaded) return failed.map((name) => notLoaded(task, name));
  const { waiter, prepare } = loaded;
  let looks = 0;
  const condition = conditionFor(
    waiter,
    () => {
      looks++;
      return false;
    },
    false,
  );
  const terms: Terms = { interval: INTERVAL, isInStep: spread === 0 };
  const begun = performance.now();
  const held: Promise<unknown>[] = [];
  await startWaits(held, prepare(terms), condition, size, spread);
  const setup = performance.now() - begun;
  await sleep(5 * INTERVAL);
  const figures = { ...(await watchCrowd(size, INTERVAL, window, () => looks)), setup };
  return [{ case: task.case, waiter: waiter.name, round: task.round ?? 0, figures }];
}

/** In one turn, or spread over so many milliseconds. The promises are held, as a program would. */
async function startWaits(
  held: Promise<unknown>[],
  wait: Wait,
  condition: () => unknown,
  size: number,
  spread: number,
) {
  const begun = performance.now();
  while (held.length < size) {
    const share = spread === 0 ? 1 : Math.min(1, (performance.now() - begun) / spread);
    while (held.length < size * share) held.push(wait(condition));
    if (held.length < size) await sleep(1);
  }
}

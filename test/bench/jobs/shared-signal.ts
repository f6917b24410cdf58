import { getEventListeners } from 'node:events';
import type { Job, PlannedTask, Task } from '../job.ts';
import { notLoaded, timed } from '../rounds.ts';
import { median, type Sample } from '../statistics.ts';
import { loadWaiters } from '../waiters/all.ts';
import { BARE, conditionFor, type Wait } from '../waiters/waiter.ts';

interface Case {
  readonly name: string;
  /** The look at which the condition is true. */
  readonly look: 1 | 2;
  readonly atOnce: number;
}

const CASES: readonly Case[] = [
  { name: 'true at the first look, one after the other', look: 1, atOnce: 1 },
  { name: 'true at the second look, 1,000 at once', look: 2, atOnce: 1_000 },
  { name: 'true at the second look, 10,000 at once', look: 2, atOnce: 10_000 },
];
const WAITS = 100_000;
// A loop whose cost grows with every wait would take a quarter of an hour.
const PATIENCE = 4_000;
const TIMES = 9;

/** Many waits that one signal could abort. */
export const SHARED_SIGNAL: Job = {
  name: 'signal',
  title: 'One signal for all',
  how: `${WAITS.toLocaleString('en')} waits that share one AbortSignal, which stays. Its price is the CPU time of a wait less that of the same wait without a signal. What is left, is
left when all waits are over. Who is not through after ${PATIENCE / 1_000} s is stopped. The bare loop asks \`signal.aborted\` before each look, and does not listen.`,
  columns: [
    { figure: 'cpu', title: 'CPU µs per wait' },
    { figure: 'price', title: 'of it for the signal' },
    { figure: 'left', title: 'listeners left' },
    { figure: 'bytes', title: 'heap left, bytes per wait' },
    { figure: 'warnings', title: 'warnings' },
    { figure: 'waits', title: 'waits done' },
  ],
  paired: [],
  tasks: (plan) =>
    CASES.filter(({ atOnce }) => plan.isFull || atOnce !== 1_000).flatMap(({ name, look, atOnce }) =>
      plan.waiters(['signal', 'pause'], look === 1 ? [BARE, 'p-wait-for'] : [BARE]).map(
        (waiter): PlannedTask => ({
          case: name,
          waiters: [waiter],
          host: 'node',
          rounds: 1,
          numbers: { look, atOnce },
        }),
      ),
    ),
  measure,
};

async function measure(task: Task): Promise<Sample[]> {
  const { look = 1, atOnce = 1 } = task.numbers;
  const [[loaded], failed] = await loadWaiters(task.waiters, task.builds);
  if (!loaded) return failed.map((name) => notLoaded(task, name));
  const { waiter, prepare } = loaded;
  let warnings = 0;
  process.on('warning', () => warnings++);
  const { signal } = new AbortController();
  const toCondition = () => {
    let looks = 0;
    return conditionFor(waiter, () => ++looks >= look, false);
  };
  const run = (wait: Wait, waits: number) => cpuOf(wait, toCondition, waits, atOnce);
  const [without, withSignal] = [prepare({ interval: 1 }), prepare({ interval: 1, signal })];
  for (const wait of [without, withSignal, without]) await run(wait, WAITS / 10);
  const before = await heap();
  const found: { cpu: number; waits: number; price: number }[] = [];
  const end = performance.now() + PATIENCE;
  for (let time = 0; time < TIMES && performance.now() < end; time++) {
    // Each of the two goes first as often: whoever does pays for the garbage of before.
    const first = time % 2 === 0 ? await run(without, WAITS / TIMES) : undefined;
    const one = await run(withSignal, WAITS / TIMES);
    const bare = first ?? (await run(without, WAITS / TIMES));
    found.push({ ...one, price: one.cpu - bare.cpu });
  }
  const waits = found.reduce((sum, one) => sum + one.waits, 0);
  const figures = {
    cpu: median(found.map(({ cpu }) => cpu)),
    price: median(found.map(({ price }) => price)),
    left: getEventListeners(signal, 'abort').length,
    bytes: ((await heap()) - before) / waits,
    warnings,
    waits,
  };
  return [{ case: task.case, waiter: waiter.name, round: 0, figures }];
}

/** Microseconds of the processor per wait, and how many there were time for. */
async function cpuOf(wait: Wait, toCondition: () => () => unknown, most: number, atOnce: number) {
  const end = performance.now() + PATIENCE / TIMES;
  let waits = 0;
  const { cpu } = await timed(async () => {
    while (waits < most && performance.now() < end) {
      if (atOnce === 1) await wait(toCondition());
      else await Promise.all(Array.from({ length: atOnce }, () => wait(toCondition())));
      waits += atOnce;
    }
  });
  return { cpu: cpu / waits / 1e3, waits };
}

async function heap(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

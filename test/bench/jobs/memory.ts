import type { Job, PlannedTask, Task } from '../job.ts';
import { notLoaded } from '../rounds.ts';
import type { Sample } from '../statistics.ts';
import { loadWaiters } from '../waiters/all.ts';
import { BARE, conditionFor, type Feature } from '../waiters/waiter.ts';
import { sleep } from './watch-crowd.ts';

const INTERVAL = 100;
const HOUR = 3_600_000;
const BATCHES = 4;
// Each is a full collection, which takes long where waits are large.
const READINGS = 3;

const CASES: readonly (readonly [name: string, needs: readonly Feature[]])[] = [
  ['without', []],
  ['with timeout and signal', ['timeout', 'signal']],
];

/** What waits weigh. */
export const MEMORY: Job = {
  name: 'memory',
  title: 'Memory of a wait',
  how: `So many waits at once. The heap is read after full collections: when two such crowds have come and gone, when ${BATCHES} more have, when another has looked a few times, and a second later.
The promise that the program holds is counted too, about 100 bytes. A few bytes more or less per finished wait, or fractions of one per look, are none: the heap moves as much by itself.`,
  columns: [
    { figure: 'bytes', title: 'bytes per waiting wait' },
    { figure: 'growth', title: 'bytes per look, growth' },
    { figure: 'left', title: 'bytes per finished wait, left' },
  ],
  paired: [],
  tasks: (plan) =>
    plan.sizes([10_000]).flatMap((size) =>
      CASES.filter(([, needs]) => plan.isFull || needs.length > 0).flatMap(([name, needs]) =>
        plan.waiters([...needs, 'pause'], [BARE, 'p-wait-for']).map(
          (waiter): PlannedTask => ({
            case: `${size.toLocaleString('en')} waits, ${name}`,
            waiters: [waiter],
            host: 'node',
            rounds: 1,
            numbers: { size, isLimited: needs.length },
          }),
        ),
      ),
    ),
  measure,
};

async function measure(task: Task): Promise<Sample[]> {
  const { size = 0, isLimited = 0 } = task.numbers;
  const [[loaded], failed] = await loadWaiters(task.waiters, task.builds);
  if (!loaded) return failed.map((name) => notLoaded(task, name));
  const { signal } = new AbortController();
  const terms = isLimited ? { interval: INTERVAL, timeout: HOUR, signal } : { interval: INTERVAL };
  const wait = loaded.prepare(terms);
  let [isDone, looks] = [false, 0];
  const look = () => {
    looks++;
    return isDone;
  };
  const condition = conditionFor(loaded.waiter, look, false);
  const comeAndGo = async (during: () => Promise<unknown>) => {
    isDone = false;
    const waits = Array.from({ length: size }, () => wait(condition));
    await during();
    isDone = true;
    await Promise.all(waits);
  };
  const justLook = () => sleep(INTERVAL / 2);

  for (let batch = 0; batch < 2; batch++) await comeAndGo(justLook);
  const before = await leastHeap();
  for (let batch = 0; batch < BATCHES; batch++) await comeAndGo(justLook);
  const after = await leastHeap();
  const figures = { bytes: 0, growth: 0, left: (after - before) / size / BATCHES };
  await comeAndGo(async () => {
    // Until what is used again, such as lists of timers, has the size that it keeps.
    await sleep(20 * INTERVAL);
    const [during, looksBefore] = [await leastHeap(), looks];
    await sleep(10 * INTERVAL);
    figures.bytes = (during - after) / size;
    figures.growth = ((await leastHeap()) - during) / (looks - looksBefore);
  });
  return [{ case: task.case, waiter: loaded.waiter.name, round: 0, figures }];
}

/** The least of some readings after full collections, spread over an interval: between looks, not in the midst of them. */
async function leastHeap(): Promise<number> {
  const readings: number[] = [];
  for (let times = 0; times < READINGS; times++) {
    globalThis.gc?.();
    readings.push(process.memoryUsage().heapUsed);
    await sleep(INTERVAL / READINGS);
  }
  return Math.min(...readings);
}

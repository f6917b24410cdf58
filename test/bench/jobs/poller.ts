import type { Candidate, Job, PlannedTask, Task } from '../job.ts';
import { notLoaded } from '../rounds.ts';
import { type Sample, shuffled } from '../statistics.ts';
import { loadWaiters } from '../waiters/all.ts';
import { BARE, conditionFor, OURS } from '../waiters/waiter.ts';
import { sleep, watchCrowd } from './watch-crowd.ts';

const INTERVAL = 100;
const POLLER = 'unsleep `createPoller`';
const POLLERS: readonly Candidate[] = [{ name: POLLER, kind: 'ours' }];

/** One read for many waits. */
export const ONE_READ: Job = {
  name: 'poller',
  title: 'One read for many waits',
  how: `So many waits for things that one service lists, each looking every ${INTERVAL} ms: by one read for all (\`createPoller\`), or by a read for each.
The service is in the same process, and answers in the next turn of the event loop: that of a network costs more, for each read.`,
  columns: [
    { figure: 'reads', title: 'reads per second' },
    { figure: 'percent', title: 'CPU %' },
    { figure: 'cpu', title: 'CPU µs per look' },
    { figure: 'cpu x', title: '× bare loop' },
    { figure: 'done', title: 'looks done / due' },
  ],
  paired: ['cpu'],
  tasks: (plan) => {
    const waiters = [...plan.pick(POLLERS, []), ...plan.waiters(['async', 'pause'], [BARE])];
    return plan.sizes([10_000]).flatMap((size) =>
      Array.from({ length: plan.rounds(1, 3) }, (_, round) =>
        shuffled(waiters).map(
          (waiter): PlannedTask => ({
            case: `${size.toLocaleString('en')} waits`,
            waiters: [waiter],
            host: 'node',
            rounds: 1,
            round,
            numbers: { size, window: plan.isFull ? 4_000 : 1_200 },
          }),
        ),
      ).flat(),
    );
  },
  measure,
};

async function measure(task: Task): Promise<Sample[]> {
  const { size = 0, window = 0 } = task.numbers;
  const name = task.waiters[0] ?? BARE;
  let [looks, reads] = [0, 0];
  const read = () => {
    reads++;
    return new Promise<void>((resolve) => void setImmediate(resolve));
  };
  const look = () => {
    looks++;
    return false;
  };
  const begin = name === POLLER ? await beginPolled(task, read, look) : await beginSingle(task, name, read, look);
  if (!begin) return [notLoaded(task, name)];
  for (let key = 0; key < size; key++) void begin(key);
  await sleep(5 * INTERVAL);
  const readsBefore = reads;
  const figures = await watchCrowd(size, INTERVAL, window, () => looks);
  const perSecond = (reads - readsBefore) / (window / 1_000);
  return [{ case: task.case, waiter: name, round: task.round ?? 0, figures: { ...figures, reads: perSecond } }];
}

type Begin = (key: number) => Promise<unknown>;

async function beginPolled(task: Task, read: () => Promise<void>, look: () => boolean): Promise<Begin> {
  const { createPoller }: typeof import('unsleep') = await import(String(task.builds[OURS]));
  const poller = createPoller({
    interval: INTERVAL,
    read: async (keys: readonly number[]) => {
      await read();
      return keys.map((key) => [key, 'running'] as const);
    },
  });
  return (key) => poller.waitFor(key, look, { timeout: Number.POSITIVE_INFINITY });
}

async function beginSingle(task: Task, name: string, read: () => Promise<void>, look: () => boolean) {
  const [[loaded]] = await loadWaiters([name], task.builds);
  if (!loaded) return undefined;
  const wait = loaded.prepare({ interval: INTERVAL });
  const judge = conditionFor(loaded.waiter, look, false);
  const begin: Begin = () =>
    wait(async () => {
      await read();
      return judge();
    });
  return begin;
}

import { createHook } from 'node:async_hooks';
import type { Job, Task } from '../job.ts';
import { notLoaded } from '../rounds.ts';
import type { Sample } from '../statistics.ts';
import { loadWaiters } from '../waiters/all.ts';
import { NEAREST } from '../waiters/peers.ts';
import { conditionFor, type Feature } from '../waiters/waiter.ts';

const WAITS = 50;

const CASES: readonly (readonly [name: string, needs: readonly Feature[]])[] = [
  ['sync', []],
  ['sync, timeout and signal', ['timeout', 'signal']],
  ['async, timeout and signal', ['async', 'timeout', 'signal']],
];

/** What is built for nothing when the answer is there already. */
export const BUILT: Job = {
  name: 'built',
  title: 'What is built before the first look',
  how: `The condition is true at once. What each wait builds is counted, in a run that is not timed: with \`async_hooks\`, and with constructors and functions
replaced before the package is loaded. The promises are those of the measuring loop too, two for each wait.`,
  columns: [
    { figure: 'timers', title: 'timers' },
    { figure: 'listeners', title: 'listeners' },
    { figure: 'errors', title: 'errors' },
    { figure: 'signals', title: 'controllers and signals' },
    { figure: 'promises', title: 'promises' },
  ],
  paired: [],
  tasks: (plan) =>
    CASES.map(([name, needs]) => ({
      case: name,
      waiters: plan.waiters(needs, NEAREST),
      host: 'node' as const,
      rounds: 1,
      numbers: { isAsync: Number(needs.includes('async')), isLimited: Number(needs.includes('timeout')) },
    })),
  measure,
};

async function measure(task: Task): Promise<Sample[]> {
  const { isAsync, isLimited } = task.numbers;
  const counts = countBuilt();
  const { signal } = new AbortController();
  const terms = isLimited ? { interval: 50, timeout: 5_000, signal } : { interval: 50 };
  const [loaded, failed] = await loadWaiters(task.waiters, task.builds);
  const samples = failed.map((name) => notLoaded(task, name));
  for (const { waiter, prepare } of loaded) {
    // After each other, as all of them count in the same place.
    const [wait, condition] = [prepare(terms), conditionFor(waiter, () => true, Boolean(isAsync))];
    for (let done = 0; done < WAITS; done++) await wait(condition);
    const before = { ...counts };
    for (let done = 0; done < WAITS; done++) await wait(condition);
    const figures = Object.fromEntries(
      Object.entries(counts).map(([name, count]) => [name, (count - (before[name] ?? 0)) / WAITS]),
    );
    samples.push({ case: task.case, waiter: waiter.name, round: 0, figures });
  }
  return samples;
}

/** Counts from now on. */
function countBuilt(): Record<string, number> {
  const counts = { timers: 0, listeners: 0, errors: 0, signals: 0, promises: 0 };
  createHook({
    init: (_id, type) => {
      if (type === 'PROMISE') counts.promises++;
      if (type === 'Timeout' || type === 'Immediate') counts.timers++;
    },
  }).enable();
  const counted = <T extends object>(target: T, count: keyof typeof counts): T =>
    new Proxy(target, {
      apply: (callee, self, args) => {
        counts[count]++;
        return Reflect.apply(callee as () => unknown, self, args);
      },
      construct: (target, args, newTarget) => {
        counts[count]++;
        return Reflect.construct(target as new () => object, args, newTarget);
      },
    });
  globalThis.Error = counted(Error, 'errors');
  globalThis.AbortController = counted(AbortController, 'signals');
  AbortSignal.timeout = counted(AbortSignal.timeout, 'signals');
  AbortSignal.any = counted(AbortSignal.any, 'signals');
  EventTarget.prototype.addEventListener = counted(EventTarget.prototype.addEventListener, 'listeners');
  return counts;
}

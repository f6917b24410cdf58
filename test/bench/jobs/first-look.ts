import type { Job, Plan, PlannedTask } from '../job.ts';
import { inThreeProcesses, timed, waitersInRounds } from '../rounds.ts';
import type { Loaded } from '../waiters/all.ts';
import { BARE, conditionFor, type Feature, type Wait } from '../waiters/waiter.ts';

const CASES: readonly (readonly [name: string, needs: readonly Feature[]])[] = [
  ['sync', []],
  ['sync, timeout', ['timeout']],
  ['sync, timeout and signal', ['timeout', 'signal']],
  ['async', ['async']],
  ['async, timeout', ['async', 'timeout']],
  ['async, timeout and signal', ['async', 'timeout', 'signal']],
];

// Else the slow ones would be measured while the engine still compiles them, and seem slower still.
const WARMING_WAITS = 10_000;

const AWAIT = '`await undefined`';

/** A condition that is already true: what a wait costs that need not wait. */
export const FIRST_LOOK: Job = {
  name: 'first-look',
  title: 'True at the first look',
  how: `The condition is true at once, with a promise (async) or without (sync). Waits are awaited one after the other, for some milliseconds.
\`await\` alone is the price of awaiting what is there already, and no wait can be cheaper.`,
  columns: [
    { figure: 'ns', title: 'ns per wait' },
    { figure: 'ns x', title: '× bare loop' },
    { figure: 'cpu', title: 'CPU ns per wait' },
  ],
  paired: ['ns', 'cpu'],
  tasks: (plan) =>
    (['node', 'vitest'] as const).flatMap((host) =>
      CASES.map(
        ([name, needs]): PlannedTask => ({
          case: host === 'node' ? name : `${name}, inside vitest`,
          waiters: plan.waiters(needs, [BARE, AWAIT, 'p-wait-for', 'async-retry', 'vi.waitUntil'], host),
          host,
          rounds: plan.rounds(9, 21),
          numbers: {
            isAsync: Number(needs.includes('async')),
            timeout: Number(needs.includes('timeout')),
            signal: Number(needs.includes('signal')),
            milliseconds: plan.isFull ? 25 : 10,
          },
        }),
      )
        .filter((task) => host === 'node' || isWorthIt(task, plan))
        .flatMap(inThreeProcesses),
    ),
  measure: async (task) => {
    const { isAsync, timeout, signal, milliseconds = 10 } = task.numbers;
    // A signal for each: what one leaves on it must not weigh on the others.
    const toTerms = () => ({
      interval: 50,
      timeout: timeout ? 5_000 : undefined,
      signal: signal ? new AbortController().signal : undefined,
    });
    const look = () => true;
    return waitersInRounds(task, ({ waiter, prepare }: Loaded) =>
      toMeasure(prepare(toTerms()), conditionFor(waiter, look, Boolean(isAsync)), milliseconds),
    );
  },
};

/** Inside vitest only what runs there is of interest, and starting it takes a while. */
function isWorthIt({ waiters, numbers }: PlannedTask, { isFull }: Plan): boolean {
  return waiters.some((name) => name.startsWith('vi.')) && (isFull || numbers['timeout'] === 1);
}

/** As many waits as take about so long, once they are warm. */
async function toMeasure(wait: Wait, condition: () => unknown, milliseconds: number) {
  const run = async (count: number) => {
    for (let done = 0; done < count; done++) await wait(condition);
  };
  await run(WARMING_WAITS);
  let count = 1;
  while ((await timed(() => run(count))).wall < milliseconds * 1e6) count *= 2;
  return async () => {
    const { wall, cpu } = await timed(() => run(count));
    return { ns: wall / count, cpu: cpu / count };
  };
}

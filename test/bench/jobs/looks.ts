import type { Job, Task } from '../job.ts';
import { inThreeProcesses, timed, waitersInRounds } from '../rounds.ts';
import { NEAREST } from '../waiters/peers.ts';
import { conditionFor, type Feature } from '../waiters/waiter.ts';

const LOOKS = 100;
// What makes and ends a wait is run once for a hundred looks, and has to be compiled before those are measured, too: one
// function that the engine optimizes meanwhile takes as long as thousands of looks.
const WARMING_CROWDS = 10;
const WARMING_WAITS = 1_000;

const CASES: readonly (readonly [name: string, waits: number, needs: readonly Feature[]])[] = [
  ['1 wait, sync', 1, []],
  ['200 waits, sync', 200, []],
  ['200 waits, async, timeout', 200, ['async', 'timeout']],
];

/** What a look costs, and the pause that comes with it. */
export const LOOKS_AND_PAUSES: Job = {
  name: 'looks',
  title: 'Cost of a look',
  how: `Waits with pauses of 1 ms, all at once, whose condition is true at look ${LOOKS}. A single wait is bound by the timer of the system, and
costs 50 to 90 µs for each time that the process wakes up, whatever the loop; what a loop itself costs shows with many.`,
  columns: [
    { figure: 'cpu', title: 'CPU µs per look' },
    { figure: 'cpu x', title: '× bare loop' },
    { figure: 'wall', title: 'µs per look' },
  ],
  paired: ['cpu', 'wall'],
  tasks: (plan) =>
    (['node', 'vitest'] as const).flatMap((host) =>
      CASES.filter(([, waits]) => plan.isFull || waits > 1)
        .map(([name, waits, needs]) => ({
          case: host === 'node' ? name : `${name}, inside vitest`,
          waiters: plan.waiters([...needs, 'pause'], NEAREST, host),
          host,
          rounds: plan.rounds(host === 'node' ? 6 : 3, 9),
          numbers: { waits, isAsync: Number(needs.includes('async')), timeout: Number(needs.includes('timeout')) },
        }))
        .flatMap(inThreeProcesses),
    ),
  measure,
};

async function measure(task: Task) {
  const { waits = 1, isAsync, timeout } = task.numbers;
  const terms = { interval: 1, timeout: timeout ? 60_000 : undefined };
  return waitersInRounds(task, async ({ waiter, prepare }) => {
    const wait = prepare(terms);
    const run = async (waits: number, most = LOOKS) => {
      const waiting: Promise<unknown>[] = [];
      for (let begun = 0; begun < waits; begun++) {
        let looks = 0;
        waiting.push(wait(conditionFor(waiter, () => ++looks >= most, Boolean(isAsync))));
      }
      await Promise.all(waiting);
    };
    // Warm: what is measured is the code as it runs for long.
    for (let crowd = 0; crowd < WARMING_CROWDS; crowd++) await run(WARMING_WAITS, 2);
    for (let time = 0; time < 2; time++) await run(waits);
    return async () => {
      const { wall, cpu } = await timed(() => run(waits));
      const looks = waits * LOOKS * 1e3;
      return { wall: wall / looks, cpu: cpu / looks };
    };
  });
}

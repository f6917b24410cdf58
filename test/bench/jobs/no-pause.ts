import type { Job } from '../job.ts';
import { waitersInRounds } from '../rounds.ts';
import { BARE, conditionFor } from '../waiters/waiter.ts';

const SPAN = 100;
// By then, whoever lets timers run has seen the flag.
const TOO_MANY = 500_000;

/** Looking as often as possible. */
export const NO_PAUSE: Job = {
  name: 'no-pause',
  title: 'An interval of 0',
  how: `One wait with \`interval: 0\`, for a flag that a timer sets after ${SPAN} ms, beside an interval of 1 ms. Node makes 1 ms of a timer of 0. Without any turn of the
event loop between two looks no timer ever runs, the flag is never set, and a program hangs for good.`,
  columns: [
    { figure: 'rate', title: 'looks per second' },
    { figure: 'rate x', title: '× bare loop' },
    { figure: 'ticks', title: 'ticks of the interval' },
  ],
  paired: ['rate'],
  tasks: (plan) => [
    {
      case: '1 wait',
      waiters: plan.waiters(['pause'], [BARE, 'p-wait-for', 'p-retry', 'effect']),
      host: 'node',
      rounds: plan.rounds(3, 9),
      numbers: {},
    },
  ],
  measure: (task) =>
    waitersInRounds(task, ({ waiter, prepare }) => {
      const wait = prepare({ interval: 0 });
      return async () => {
        let [isSet, looks, ticks] = [false, 0, 0];
        const start = performance.now();
        const timer = setTimeout(() => {
          isSet = true;
        }, SPAN);
        const ticker = setInterval(() => ticks++, 1);
        await wait(conditionFor(waiter, () => isSet || ++looks >= TOO_MANY, false));
        const seconds = (performance.now() - start) / 1_000;
        clearInterval(ticker);
        clearTimeout(timer);
        return { rate: looks / seconds, ticks };
      };
    }),
};

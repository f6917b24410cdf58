import { setImmediate as turn } from 'node:timers/promises';
import type { Job, PlannedTask, Task } from '../job.ts';
import { inRounds, type Runner, timed } from '../rounds.ts';
import type { Figures } from '../statistics.ts';
import { allHearers, type Hearing, RAW } from '../waiters/hearers.ts';
import { OURS } from '../waiters/waiter.ts';

const BURST = 1_000;
const IN_A_ROW = 1_000;
// Else the engine would still compile what is measured.
const WARMING_WAITS = 10_000;
const FEW = 100;
const SIZES = [FEW, 1_000, 10_000];
const ONE_AFTER_THE_OTHER = 'one wait after the other';
const QUICK = [RAW, 'array of resolvers', 'p-event', 'p-event, filter', 'events.once(EventTarget)'];

/** Waits that an event ends. */
export const EVENTS: Job = {
  name: 'events',
  title: 'Woken by an event',
  how: `A wait subscribes to one emitter, the event comes, the wait is over; then so many waits on one emitter, and one event for all. With \`waitFor\` and \`on()\` the event
only brings a look forward, and the pause until the next look would be an hour. A burst is ${BURST.toLocaleString('en')} events in one turn: how many looks does it cause?`,
  columns: [
    { figure: 'ns', title: 'ns per wait' },
    { figure: 'ns x', title: '× raw `once`' },
    { figure: 'wake', title: 'to wake, µs each' },
    { figure: 'wake x', title: '× raw `once`' },
    { figure: 'subscribe', title: 'to subscribe, µs each' },
    { figure: 'looks', title: 'looks' },
  ],
  paired: ['ns', 'wake'],
  base: RAW,
  tasks: (plan) => {
    const names = plan.pick(allHearers(''), QUICK);
    const task = (name: string, size: number, waiters = names): PlannedTask => ({
      case: name,
      waiters,
      host: 'node',
      rounds: plan.rounds(size === 10_000 ? 2 : 5, size === 10_000 ? 5 : 15),
      numbers: { size },
    });
    return [
      task(ONE_AFTER_THE_OTHER, 1),
      ...plan.sizes(SIZES).map((size) => task(`${size.toLocaleString('en')} waits on one emitter`, size)),
      task('a burst', 0),
    ];
  },
  measure,
};

async function measure(task: Task) {
  const { size = 1 } = task.numbers;
  const runners: Runner[] = [];
  for (const { name, load } of allHearers(String(task.builds[OURS]))) {
    if (!task.waiters.includes(name)) continue;
    const hearing = await load();
    if (size === 0 && !hearing().looks) continue;
    const measureOne = async (atOnce = size) => {
      if (size === 0) return burst(hearing());
      return size === 1 ? oneByOne(hearing()) : all(hearing(), atOnce);
    };
    // Few at once, as what some of the peers do grows with the square of them.
    for (let warm = 0; warm < WARMING_WAITS; warm += size === 1 ? IN_A_ROW : FEW) await measureOne(FEW);
    runners.push({ name, measure: () => measureOne() });
  }
  return inRounds(task, runners);
}

async function oneByOne({ wait, emit }: Hearing): Promise<Figures> {
  const { wall } = await timed(async () => {
    for (let done = 0; done < IN_A_ROW; done++) {
      const waiting = wait();
      emit();
      await waiting;
    }
  });
  return { ns: wall / IN_A_ROW };
}

async function all({ wait, emit }: Hearing, size: number): Promise<Figures> {
  const waits: Promise<unknown>[] = [];
  const subscribe = await timed(async () => {
    for (let begun = 0; begun < size; begun++) waits.push(wait());
  });
  // An event wakes whoever is subscribed, and that may take a turn.
  await turn();
  const wake = await timed(async () => {
    emit();
    await Promise.all(waits);
  });
  return { wake: wake.wall / size / 1e3, subscribe: subscribe.wall / size / 1e3 };
}

async function burst({ wait, emit, looks }: Hearing): Promise<Figures> {
  const waiting = wait();
  await turn();
  const before = looks?.() ?? 0;
  for (let emitted = 0; emitted < BURST; emitted++) emit();
  await waiting;
  return { looks: (looks?.() ?? 0) - before };
}

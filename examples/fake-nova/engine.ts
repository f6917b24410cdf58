import { openAction } from './actions.ts';
import type { Flow, Step } from './flow.ts';
import { perform } from './perform.ts';
import { fork, type Random } from './random.ts';
import { createSlots, type Slots } from './slots.ts';
import { delayOf, unknownStatus } from './step-faults.ts';
import type { World } from './world.ts';

/** What a request knows of the flow that it starts. */
type FlowStart = Omit<
  Flow,
  'id' | 'abortRequested' | 'commitBefore' | 'lastSeen' | 'written' | 'reason' | 'newFlavor' | 'migrationId' | 'dest'
> & {
  readonly newFlavor?: Flow['newFlavor'];
  readonly migrationId?: number | null;
  readonly dest?: string | null;
  /** A flow without an action of its own, such as a periodic task's. */
  readonly silent?: true;
};

/** Runs step tables, each flow at its own pace. */
export interface Engine {
  /** Writes the first steps at once (they belong to the request), and the rest in time. */
  readonly start: (start: FlowStart, now: readonly Step[], later: readonly Step[]) => Flow;
  /** Takes a flow off its way, out of gate, queue or timer, and lets it go on by these steps. */
  readonly divert: (flow: Flow, steps: readonly Step[]) => void;
  readonly end: (flow: Flow) => void;
  readonly running: (serverId?: string) => readonly Flow[];
  /** Told after each written step. */
  readonly onStep: (listener: (flow: Flow, step: Step) => void) => void;
  readonly close: () => void;
}

interface Run {
  readonly flow: Flow;
  readonly random: Random;
  steps: readonly Step[];
  /** Undoes whatever the flow waits for now. */
  leave: () => void;
  /** The host on which it holds a place. */
  slot: string | null;
}

/** Makes an engine that writes into the given world. The world's engine is this one, once it is made. */
export function createEngine(world: () => World): Engine {
  const runs = new Map<number, Run>();
  const listeners = new Set<(flow: Flow, step: Step) => void>();
  const slots = createSlots(() => world().scenario.maxConcurrentLiveMigrations);
  const runner = createRunner({ world, runs, listeners, slots });
  let flows = 0;
  return {
    start({ silent, ...start }, now, later) {
      flows += 1;
      const flow = flowOf(world(), flows, start);
      if (!silent) openAction(world(), flow);
      const run: Run = { flow, random: fork(world().scenario.seed, flows), steps: later, leave: () => {}, slot: null };
      for (const step of now) perform(world(), flow, step);
      runs.set(flow.id, run);
      runner.advance(run);
      return flow;
    },
    divert(flow, steps) {
      const run = runs.get(flow.id);
      if (!run) return;
      run.leave();
      run.steps = steps;
      runner.advance(run);
    },
    end(flow) {
      const run = runs.get(flow.id);
      if (run) runner.end(run);
    },
    running: (serverId) =>
      [...runs.values()].map(({ flow }) => flow).filter((flow) => serverId === undefined || flow.serverId === serverId),
    onStep: (listener) => void listeners.add(listener),
    close() {
      runner.close();
      for (const run of [...runs.values()]) run.leave();
      runs.clear();
    },
  };
}

function flowOf(world: World, id: number, start: Omit<FlowStart, 'silent'>): Flow {
  const fresh = { abortRequested: false, commitBefore: world.store.commit(), lastSeen: start.before, reason: '' };
  const given = { newFlavor: start.before.flavor, migrationId: null, dest: null, ...start };
  return { ...given, ...fresh, id, written: [] };
}

interface Runner {
  readonly advance: (run: Run) => void;
  readonly end: (run: Run) => void;
  readonly close: () => void;
}

interface RunnerParts {
  readonly world: () => World;
  readonly runs: Map<number, Run>;
  readonly listeners: ReadonlySet<(flow: Flow, step: Step) => void>;
  readonly slots: Slots;
}

/** A step on its way: its delay, then its gate, then its place on the host, then the write. */
function createRunner({ world, runs, listeners, slots }: RunnerParts): Runner {
  let closed = false;
  const end = (run: Run) => {
    run.leave();
    runs.delete(run.flow.id);
    const { slot } = run;
    run.slot = null;
    if (slot !== null) slots.free(slot);
  };
  const advance = (run: Run) => {
    const [step] = run.steps;
    if (!step || closed) return end(run);
    const delay = step.delay ?? delayOf(world(), run.flow, step, run.random);
    const timer = world().clock.setTimeout(() => arrive(run, step), delay);
    run.leave = () => world().clock.clearTimeout(timer);
  };
  const arrive = (run: Run, step: Step) => {
    const leaveGate = world().gates.hold(step.name, run.flow.serverId, () => takeSlot(run, step));
    if (leaveGate) run.leave = leaveGate;
    else takeSlot(run, step);
  };
  const takeSlot = (run: Run, step: Step) => {
    run.leave = () => {};
    const host = run.flow.source ?? '';
    if (!step.slot || run.slot !== null) return write(run, step);
    let isIn = false;
    const leaveQueue = slots.take(host, () => {
      isIn = true;
      run.slot = host;
      run.leave = () => {};
      write(run, step);
    });
    // Once it is in, what it waits for is something else already.
    if (!isIn) run.leave = leaveQueue;
  };
  const write = (run: Run, step: Step) => {
    const { flow } = run;
    if (isOver(world(), flow, step)) return end(run);
    run.steps = run.steps.slice(1);
    perform(world(), flow, step);
    const way = step.next?.(flow, world());
    if (typeof way === 'object') run.steps = way;
    const strange = unknownStatus(world(), flow, step);
    if (strange) run.steps = [strange, ...run.steps];
    for (const listener of listeners) listener(flow, step);
    // A listener may have ended the flow in the meantime.
    if (runs.get(flow.id) === run && way !== 'park') advance(run);
  };
  return {
    advance,
    end,
    close() {
      closed = true;
    },
  };
}

/** A deleted server is written no more; only its old host may still say that it has cleaned up. */
function isOver(world: World, flow: Flow, step: Step): boolean {
  const isGone = world.store.servers.get(flow.serverId)?.deleted === true;
  return isGone && flow.operation !== 'delete' && step.name !== 'evac.sourceBack';
}

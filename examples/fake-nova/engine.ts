import { openAction } from './actions.ts';
import type { Flow, Step } from './flow.ts';
import { perform } from './perform.ts';
import { fork, type Random } from './random.ts';
import { delayOf, unknownStatus } from './step-faults.ts';
import type { World } from './world.ts';

/** What a request knows of the flow that it starts. */
export type FlowStart = Omit<
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
  slot: string | null;
}

/** Makes an engine that writes into the given world. The world's engine is this one, once it is made. */
export function createEngine(world: () => World): Engine {
  const runs = new Map<number, Run>();
  const queue: { readonly run: Run; readonly host: string; readonly go: () => void }[] = [];
  const listeners = new Set<(flow: Flow, step: Step) => void>();
  let flows = 0;
  let closed = false;

  const isFull = (host: string) => {
    const busy = [...runs.values()].filter((run) => run.slot === host).length;
    return busy >= world().scenario.maxConcurrentLiveMigrations;
  };
  const freeSlot = () => {
    const index = queue.findIndex(({ host }) => !isFull(host));
    const next = index < 0 ? undefined : queue.splice(index, 1)[0];
    if (!next) return;
    next.run.slot = next.host;
    next.go();
  };
  const end = (run: Run) => {
    run.leave();
    runs.delete(run.flow.id);
    if (run.slot !== null) freeSlot();
  };

  const write = (run: Run, step: Step) => {
    const { flow } = run;
    if (world().store.servers.get(flow.serverId)?.deleted && flow.operation !== 'delete') return end(run);
    run.steps = run.steps.slice(1);
    perform(world(), flow, step);
    const way = step.next?.(flow, world());
    if (typeof way === 'object') run.steps = way;
    const strange = unknownStatus(world(), flow, step);
    if (strange) run.steps = [strange, ...run.steps];
    for (const listener of listeners) listener(flow, step);
    // A listener may have ended the flow, or sent it another way.
    if (runs.get(flow.id) === run && way !== 'park') advance(run);
  };
  const takeSlot = (run: Run, step: Step) => {
    const host = run.flow.source ?? '';
    if (!step.slot || run.slot !== null) return write(run, step);
    if (!isFull(host)) {
      run.slot = host;
      return write(run, step);
    }
    const place = { run, host, go: () => resume(run, step) };
    queue.push(place);
    run.leave = () => void queue.splice(queue.indexOf(place) >>> 0, 1);
  };
  const resume = (run: Run, step: Step) => {
    run.leave = () => {};
    write(run, step);
  };
  const arrive = (run: Run, step: Step) => {
    const leaveGate = world().gates.hold(step.name, run.flow.serverId, () => {
      run.leave = () => {};
      takeSlot(run, step);
    });
    run.leave = leaveGate ?? (() => {});
    if (!leaveGate) takeSlot(run, step);
  };
  const advance = (run: Run) => {
    const [step] = run.steps;
    if (!step || closed) return end(run);
    const delay = step.delay ?? delayOf(world(), run.flow, step, run.random);
    const timer = world().clock.setTimeout(() => arrive(run, step), delay);
    run.leave = () => world().clock.clearTimeout(timer);
  };

  return {
    start(start, now, later) {
      flows += 1;
      const { silent, ...given } = start;
      const flow: Flow = {
        newFlavor: start.before.flavor,
        migrationId: null,
        dest: null,
        ...given,
        id: flows,
        abortRequested: false,
        commitBefore: world().store.commit(),
        lastSeen: start.before,
        written: [],
        reason: '',
      };
      if (!silent) openAction(world(), flow);
      const run: Run = { flow, random: fork(world().scenario.seed, flows), steps: later, leave: () => {}, slot: null };
      for (const step of now) perform(world(), flow, step);
      runs.set(flow.id, run);
      advance(run);
      return flow;
    },
    divert(flow, steps) {
      const run = runs.get(flow.id);
      if (!run) return;
      run.leave();
      run.steps = steps;
      advance(run);
    },
    end(flow) {
      const run = runs.get(flow.id);
      if (run) end(run);
    },
    running: (serverId) =>
      [...runs.values()].map(({ flow }) => flow).filter((flow) => serverId === undefined || flow.serverId === serverId),
    onStep: (listener) => void listeners.add(listener),
    close() {
      closed = true;
      queue.length = 0;
      for (const run of [...runs.values()]) run.leave();
      runs.clear();
    },
  };
}

import type { Flow, Step } from '../flow.ts';
import type { ServerRow } from '../store.ts';
import type { World } from '../world.ts';
import {
  type ColdFailure,
  finishFailed,
  noHost,
  prepFailed,
  rescheduled,
  sourceFailed,
  sourceRefused,
} from './cold-failures.ts';
import { autoConfirm } from './confirm.ts';
import { accepted, schedule, strike } from './failing.ts';

const EVENTS = ['cold_migrate', 'conductor_migrate_server'] as const;
const PREP = 'compute_prep_resize';
const RESIZE = 'compute_resize_instance';
const FINISH = 'compute_finish_resize';

/** What the API writes before it answers 202. */
export const COLD_ACCEPT: readonly Step[] = [
  { name: 'cold.resizePrep', actor: 'api', server: { taskState: 'resize_prep' } },
];

/** Power off, copy, power on elsewhere: the host moves long before the end, and the record finishes first. */
const MOVE: readonly Step[] = [
  {
    name: 'cold.migrating',
    actor: 'source',
    migration: { status: 'migrating' },
    begin: [RESIZE],
    next: moving,
  },
  { name: 'cold.resizeMigrating', actor: 'source', server: { taskState: 'resize_migrating' } },
  { name: 'cold.resize.start', actor: 'source', emit: 'instance.resize.start' },
  { name: 'cold.postMigrating', actor: 'source', migration: { status: 'post-migrating' } },
  {
    name: 'cold.hostMoved',
    actor: 'source',
    server: ({ dest }) => ({ host: dest, taskState: 'resize_migrated', powerState: 4 }),
  },
  { name: 'cold.resize.end', actor: 'source', emit: 'instance.resize.end', begin: [FINISH], end: [RESIZE] },
  { name: 'cold.resizeFinish', actor: 'dest', server: resizeFinish },
  {
    name: 'cold.finish.start',
    actor: 'dest',
    emit: 'instance.resize_finish.start',
    next: (flow, world) => (accepted(world, flow, ['C6']) ? finishFailed() : undefined),
  },
  { name: 'cold.finished', actor: 'dest', migration: { status: 'finished' } },
  {
    name: 'cold.verifyResize',
    actor: 'dest',
    server: ({ dest, before }, world) => ({
      vmState: 'resized',
      taskState: null,
      oldVmState: before.vmState,
      powerState: before.vmState === 'stopped' ? 4 : 1,
      launchedAt: world.timeOn(dest),
    }),
  },
  {
    name: 'cold.finish.end',
    actor: 'dest',
    emit: 'instance.resize_finish.end',
    end: [FINISH],
    next: confirmLater,
  },
];

/** Claims the destination; comes again if that fails and another host is left. */
const PREPARE: readonly Step[] = [
  { name: 'cold.exists', actor: 'dest', emit: 'instance.exists', begin: [PREP] },
  { name: 'cold.prep.start', actor: 'dest', emit: 'instance.resize_prep.start', next: preparing },
  {
    name: 'cold.destSet',
    actor: 'dest',
    migration: ({ dest }) => ({ destCompute: dest, destNode: dest, destHost: '127.0.0.1' }),
  },
  { name: 'cold.prep.end', actor: 'dest', emit: 'instance.resize_prep.end', end: [PREP] },
  ...MOVE,
];

/** A cold migration or a resize, up to VERIFY_RESIZE. */
export const COLD: readonly Step[] = [
  {
    name: 'cold.preMigrating',
    actor: 'conductor',
    migration: ({ source }) => ({ status: 'pre-migrating', sourceNode: source }),
    begin: EVENTS,
  },
  { name: 'cold.select.start', actor: 'scheduler', emit: 'scheduler.select_destinations.start', next: scheduled },
  {
    name: 'cold.select.end',
    actor: 'scheduler',
    emit: 'scheduler.select_destinations.end',
    end: EVENTS.toReversed(),
  },
  ...PREPARE,
];

function resizeFinish({ before, newFlavor }: Flow): Partial<ServerRow> {
  return { taskState: 'resize_finish', oldFlavor: before.flavor, flavor: newFlavor };
}

function scheduled(flow: Flow, world: World): readonly Step[] | undefined {
  const fits = schedule(world, flow);
  const variant = accepted(world, flow, ['', 'C1']);
  if (fits && variant === undefined) return undefined;
  const what = flow.operation === 'resize' ? 'resize' : 'cold migrate';
  if (variant === undefined) flow.reason = `No valid host was found. No valid host found for ${what}`;
  return noHost();
}

function preparing(flow: Flow, world: World): readonly Step[] | undefined {
  const again = strike(world, flow, 'F28');
  const passed = flow.written.filter((name) => name === 'cold.prep.error').length;
  if (again && passed < again.attempts) {
    flow.reason = 'Insufficient compute resources: Free memory.';
    return [...rescheduled(), ...PREPARE];
  }
  return accepted(world, flow, ['C3']) ? prepFailed(flow) : undefined;
}

const SOURCE_FAILURES: Readonly<Partial<Record<ColdFailure, () => readonly Step[]>>> = {
  C4: sourceRefused,
  C5: sourceFailed,
};

function moving(flow: Flow, world: World): readonly Step[] | undefined {
  const variant = accepted(world, flow, ['C4', 'C5']);
  return variant === 'C4' || variant === 'C5' ? SOURCE_FAILURES[variant]?.() : undefined;
}

/** F08 or the scenario's window confirms by itself; F07 holds that off. */
function confirmLater(flow: Flow, world: World): undefined {
  const fault = strike(world, flow, 'F08');
  const window = fault?.ms ?? world.scenario.resizeConfirmWindow;
  if (fault || (window > 0 && !strike(world, flow, 'F07'))) autoConfirm(world, flow, window);
  return undefined;
}

import type { Change, Flow, Step } from '../flow.ts';
import type { MigrationRow } from '../store.ts';
import type { World } from '../world.ts';
import { accepted, RECORD_FAULT, schedule } from './failing.ts';

const CONDUCTOR = 'rebuild_server';
const REBUILD = 'compute_rebuild_instance';

/** What the API writes before it answers 200. */
export const EVACUATE_ACCEPT: readonly Step[] = [
  { name: 'evac.rebuilding', actor: 'api', server: { taskState: 'rebuilding' } },
  {
    name: 'evac.accepted',
    actor: 'api',
    migration: ({ source }) => ({ status: 'accepted', sourceNode: source }),
  },
  { name: 'evac.evacuate', actor: 'api', emit: 'instance.evacuate', begin: [CONDUCTOR] },
];

const LAST: readonly Step[] = [
  { name: 'evac.rebuild.end', actor: 'dest', emit: 'instance.rebuild.end' },
  { name: 'evac.hostMoved', actor: 'dest', server: ({ dest }) => ({ host: dest }) },
  {
    name: 'evac.done',
    actor: 'dest',
    migration: unlessBack('done'),
    end: [REBUILD],
  },
];

/** ACTIVE on the wrong host first, then (mostly) SHUTOFF, then the host, and the record at last. */
export const EVACUATE: readonly Step[] = [
  { name: 'evac.select.start', actor: 'scheduler', emit: 'scheduler.select_destinations.start', next: scheduled },
  { name: 'evac.select.end', actor: 'scheduler', emit: 'scheduler.select_destinations.end' },
  { name: 'evac.scheduled', actor: 'conductor', emit: 'instance.rebuild_scheduled', end: [CONDUCTOR] },
  {
    name: 'evac.preMigrating',
    actor: 'dest',
    migration: (flow, world) => ({
      ...(statusOf(flow, world) === 'accepted' && { status: 'pre-migrating' }),
      destCompute: flow.dest,
      destNode: flow.dest,
      destHost: '127.0.0.1',
    }),
    begin: [REBUILD],
  },
  { name: 'evac.exists', actor: 'dest', emit: 'instance.exists' },
  { name: 'evac.rebuild.start', actor: 'dest', emit: 'instance.rebuild.start', next: rebuilding },
  { name: 'evac.blockDevices', actor: 'dest', server: { taskState: 'rebuild_block_device_mapping' } },
  { name: 'evac.spawning', actor: 'dest', server: { taskState: 'rebuild_spawning' } },
  {
    name: 'evac.active',
    actor: 'dest',
    server: ({ dest }, world) => ({
      vmState: 'active',
      taskState: null,
      powerState: 1,
      fault: null,
      launchedAt: world.timeOn(dest),
    }),
    next: (flow) => (endsStopped(flow) ? [...STOPPING, ...LAST] : undefined),
  },
  ...LAST,
];

const STOPPING: readonly Step[] = [
  { name: 'evac.poweringOff', actor: 'dest', server: { taskState: 'powering-off' } },
  { name: 'evac.powerOff.start', actor: 'dest', emit: 'instance.power_off.start' },
  { name: 'evac.stopped', actor: 'dest', server: { vmState: 'stopped', taskState: null, powerState: 4 } },
  { name: 'evac.powerOff.end', actor: 'dest', emit: 'instance.power_off.end' },
];

/** The source compute, restarted, finds that its server has left, and says so in the record. */
export function sourceBack(migrationId: number): readonly Step[] {
  return [
    {
      name: 'evac.sourceBack',
      actor: 'source',
      migration(_flow, world) {
        const status = world.store.migrations.get(migrationId)?.status ?? '';
        return ['accepted', 'pre-migrating', 'done'].includes(status) ? { status: 'completed' } : undefined;
      },
    },
  ];
}

/** A source that came back in the meantime has already called the record completed. */
function unlessBack(status: string): Change<MigrationRow> {
  return (flow, world) => (statusOf(flow, world) === 'completed' ? undefined : { status });
}

function statusOf({ migrationId }: Flow, world: World): string | undefined {
  return migrationId === null ? undefined : world.store.migrations.get(migrationId)?.status;
}

/** From 2.95 on evacuated servers stay off, but for those that were in error. */
function endsStopped({ before, minor }: Flow): boolean {
  return minor >= 95 ? before.vmState !== 'error' : before.vmState === 'stopped';
}

function scheduled(flow: Flow, world: World): readonly Step[] | undefined {
  return schedule(world, flow) ? undefined : NO_HOST;
}

/** E1. */
const NO_HOST: readonly Step[] = [
  { name: 'evac.error', actor: 'conductor', migration: unlessBack('error') },
  { name: 'evac.serverError', actor: 'conductor', server: { vmState: 'error', taskState: null } },
  RECORD_FAULT,
  {
    name: 'evac.notifyError',
    actor: 'conductor',
    emit: 'compute_task.rebuild_server.error',
    end: [{ event: CONDUCTOR, result: 'Error' }],
  },
];

function rebuilding(flow: Flow, world: World): readonly Step[] | undefined {
  const variant = accepted(world, flow, ['', 'E2', 'E3']);
  if (variant === undefined) return undefined;
  return [...FAILED, ...(variant === 'E2' ? REFUSED : BROKEN)];
}

const FAILED: readonly Step[] = [
  {
    name: 'evac.failed',
    actor: 'dest',
    migration: unlessBack('failed'),
    end: [{ event: REBUILD, result: 'Error' }],
  },
  { name: 'evac.rebuild.error', actor: 'dest', emit: { type: 'instance.rebuild.error', withFault: true } },
];

/** E2: the claim or the group policy says no, and the server stays what it was. */
const REFUSED: readonly Step[] = [
  { name: 'evac.reset', actor: 'dest', server: ({ before }) => ({ vmState: before.vmState, taskState: null }) },
];

/** E3: the rebuild itself fails. */
const BROKEN: readonly Step[] = [
  { name: 'evac.serverError', actor: 'dest', server: { vmState: 'error' } },
  RECORD_FAULT,
  { name: 'evac.taskCleared', actor: 'dest', server: { taskState: null } },
];

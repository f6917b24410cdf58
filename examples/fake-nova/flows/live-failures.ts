import type { Flow, Step } from '../flow.ts';
import type { World } from '../world.ts';
import { RECORD_FAULT, strike } from './failing.ts';

const CONDUCTOR_FAILED = { event: 'conductor_live_migrate_instance', result: 'Error' } as const;

/** L1: no valid host, or a failed check. The server is as it was, and only the record says error. */
export function noHost(): readonly Step[] {
  return [
    { name: 'live.reset', actor: 'conductor', server: { taskState: null } },
    RECORD_FAULT,
    { name: 'live.notifyError', actor: 'conductor', emit: 'compute_task.migrate_server.error' },
    { name: 'live.error', actor: 'conductor', migration: { status: 'error' }, end: [CONDUCTOR_FAILED] },
  ];
}

/** L2: all retries used up; the record says failed first, and then error. */
export function retriesExhausted(): readonly Step[] {
  return [{ name: 'live.failed', actor: 'conductor', migration: { status: 'failed' } }, ...noHost()];
}

/** L3: something that the conductor did not expect; the server ends in ERROR. */
export function unexpected(): readonly Step[] {
  return [
    { name: 'live.serverError', actor: 'conductor', server: { vmState: 'error', taskState: null } },
    RECORD_FAULT,
    { name: 'live.error', actor: 'conductor', migration: { status: 'error' }, end: [CONDUCTOR_FAILED] },
  ];
}

/** L4: the destination could not prepare. The record says error, and failed only after the rollback. */
export function preFailed(gap: number): readonly Step[] {
  const error: Step = {
    name: 'live.error',
    actor: 'source',
    migration: { status: 'error' },
    end: [{ event: 'compute_pre_live_migration', result: 'Error' }],
  };
  return [error, ...rolledBack('failed').map((step) => (step.name === 'live.failed' ? { ...step, delay: gap } : step))];
}

/** L5 and L6: back to the source. No fault, no Error event; only the record tells. */
export function rolledBack(
  status: 'failed' | 'cancelled',
  last: readonly Step[] = [],
  delay?: number,
): readonly Step[] {
  const start: Step = { name: 'live.rollback.start', actor: 'source', emit: 'instance.live_migration_rollback.start' };
  return [
    delay === undefined ? start : { ...start, delay },
    // An abort leaves nothing at the destination that it would have to be told of.
    ...(status === 'failed' ? ROLLBACK_DEST : []),
    {
      name: 'live.rollback.serverActive',
      actor: 'source',
      server: ({ before }) => ({ vmState: before.vmState, taskState: null, progress: 0 }),
    },
    { name: 'live.rollback.end', actor: 'source', emit: 'instance.live_migration_rollback.end' },
    { name: status === 'failed' ? 'live.failed' : 'live.cancelled', actor: 'source', migration: { status } },
    ...last,
  ];
}

const ROLLBACK_DEST: readonly Step[] = [
  {
    name: 'live.rollbackDest.start',
    actor: 'dest',
    emit: 'instance.live_migration_rollback_dest.start',
    begin: ['compute_rollback_live_migration_at_destination'],
  },
  {
    name: 'live.rollbackDest.end',
    actor: 'dest',
    emit: 'instance.live_migration_rollback_dest.end',
    end: ['compute_rollback_live_migration_at_destination'],
  },
];

/** L7: the driver raises after the guest has moved. */
export function postRaises(): readonly Step[] {
  return [
    { name: 'live.serverMoved', actor: 'source', server: ({ dest }) => ({ host: dest, taskState: null }) },
    { name: 'live.error', actor: 'source', migration: { status: 'error' } },
    { name: 'live.serverError', actor: 'source', server: { vmState: 'error', taskState: null } },
    RECORD_FAULT,
  ];
}

/** L8 (F13): the allocation cannot be deleted, so completed turns into error after all. */
export function allocationLost(world: World, flow: Flow): readonly Step[] | undefined {
  const fault = strike(world, flow, 'F13');
  if (!fault) return undefined;
  flow.reason = 'Failed to delete the allocation of the migration.';
  return [
    { name: 'live.completedError', actor: 'source', migration: { status: 'error' }, delay: fault.ms },
    { name: 'live.serverError', actor: 'source', server: { vmState: 'error', taskState: null } },
    RECORD_FAULT,
  ];
}

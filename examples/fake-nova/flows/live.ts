import type { Flow, Step } from '../flow.ts';
import type { World } from '../world.ts';
import { accepted, schedule, strike } from './failing.ts';
import {
  allocationLost,
  noHost,
  postRaises,
  preFailed,
  retriesExhausted,
  rolledBack,
  unexpected,
} from './live-failures.ts';

const CONDUCTOR = 'conductor_live_migrate_instance';
const CHECKS = ['compute_check_can_live_migrate_destination', 'compute_check_can_live_migrate_source'] as const;
const TRANSFER = 'compute_live_migration';
const PRE = 'compute_pre_live_migration';
const POST_DEST = 'compute_post_live_migration_at_destination';

/** What the API writes before it answers 202. There is no migration record yet. */
export const LIVE_ACCEPT: readonly Step[] = [
  { name: 'live.migrating', actor: 'api', server: { taskState: 'migrating' } },
];

/** From the end of the transfer on: the server moves first, the record follows. Nothing can abort it. */
export const LIVE_POST: readonly Step[] = [
  { name: 'live.post.start', actor: 'source', emit: 'instance.live_migration_post.start', next: afterTransfer },
  { name: 'live.postDest.start', actor: 'dest', emit: 'instance.live_migration_post_dest.start', begin: [POST_DEST] },
  {
    name: 'live.serverActive',
    actor: 'dest',
    server: ({ dest, before }) => ({ vmState: before.vmState, taskState: null, host: dest, progress: 0 }),
  },
  {
    name: 'live.postDest.end',
    actor: 'dest',
    emit: 'instance.live_migration_post_dest.end',
    end: [POST_DEST],
  },
  {
    name: 'live.post.end',
    actor: 'source',
    // The source sends the copy that it loaded before the destination cleared the task.
    emit: { type: 'instance.live_migration_post.end', taskState: 'migrating' },
  },
  {
    name: 'live.completed',
    actor: 'source',
    migration: { status: 'completed' },
    next: (flow, world) => allocationLost(world, flow),
  },
];

/** What conductor, scheduler, source and destination write after the 202, in commit order. */
export const LIVE: readonly Step[] = [
  { name: 'live.accepted', actor: 'conductor', migration: { status: 'accepted' }, begin: [CONDUCTOR] },
  { name: 'live.select.start', actor: 'scheduler', emit: 'scheduler.select_destinations.start', next: scheduled },
  { name: 'live.select.end', actor: 'scheduler', emit: 'scheduler.select_destinations.end' },
  {
    name: 'live.destSet',
    actor: 'conductor',
    migration: ({ source, dest }) => ({ sourceNode: source, destCompute: dest, destNode: dest, destHost: '127.0.0.1' }),
    begin: [...CHECKS, TRANSFER],
    end: [...CHECKS.toReversed(), CONDUCTOR],
  },
  { name: 'live.queued', actor: 'source', migration: { status: 'queued' }, end: [TRANSFER], next: queued },
  {
    name: 'live.preparing',
    actor: 'source',
    migration: { status: 'preparing' },
    begin: [PRE],
    slot: true,
    next: preparing,
  },
  { name: 'live.pre.start', actor: 'dest', emit: 'instance.live_migration_pre.start', next: prepare },
  { name: 'live.pre.end', actor: 'dest', emit: 'instance.live_migration_pre.end', end: [PRE], next: prepared },
  { name: 'live.running', actor: 'source', migration: { status: 'running' }, next: running },
];

function scheduled(flow: Flow, world: World): readonly Step[] | undefined {
  const fits = schedule(world, flow);
  const variant = accepted(world, flow, ['', 'L1', 'L2', 'L3']);
  if (variant === 'L2') return retriesExhausted();
  if (variant === 'L3') return unexpected();
  return fits && variant === undefined ? undefined : noHost();
}

/** L10: the source shuts down with the job still queued, and nobody tells the server. */
function queued(flow: Flow, world: World): readonly Step[] | undefined {
  const stuck = strike(world, flow, 'F06', ({ variant }) => variant === 'a');
  return stuck && [{ name: 'live.cancelled', actor: 'source', migration: { status: 'cancelled' } }];
}

/** L9: the source restarts, resets the server, and leaves the record as it is. */
function preparing(flow: Flow, world: World): readonly Step[] | undefined {
  const orphaned = strike(world, flow, 'F06', ({ variant }) => variant === 'c');
  return orphaned && [{ name: 'live.reset', actor: 'source', server: { taskState: null } }];
}

function prepare(flow: Flow, world: World): readonly Step[] | undefined {
  const failed = strike(world, flow, 'F04');
  if (!failed) return undefined;
  flow.reason = failed.reason;
  return preFailed(failed.ms);
}

function prepared(flow: Flow): readonly Step[] | undefined {
  return flow.abortRequested ? rolledBack('cancelled', [ABORT_END_AGAIN]) : undefined;
}

/** An abort while preparing is told twice: when it is taken, and when it has been carried out. */
export const ABORT_END_AGAIN: Step = {
  name: 'abort.endAgain',
  actor: 'source',
  emit: 'instance.live_migration_abort.end',
};

function running(flow: Flow, world: World): readonly Step[] | 'park' {
  const rollback = strike(world, flow, 'F03');
  if (rollback) {
    flow.reason = 'Live migration failed.';
    return rolledBack('failed', [], rollback.ms);
  }
  const split = strike(world, flow, 'F06', ({ variant }) => variant === 'b');
  if (split) return unmoved(split.cleared);
  const stuck = strike(world, flow, 'F05');
  if (stuck) return stuck.sawtooth ? sawtooth(world, stuck.intervalMs) : 'park';
  const { reports } = world.scenario.transfer;
  const shares = Array.from({ length: reports }, (_, index) => (index + 1) / (reports + 1));
  return [...shares.flatMap((share) => report(world, share)), ...LIVE_POST];
}

/** The record says completed, but the guest never left; see F06 b. */
function unmoved(cleared: boolean): readonly Step[] {
  const completed: Step = { name: 'live.completed', actor: 'source', migration: { status: 'completed' } };
  const reset: Step = { name: 'live.reset', actor: 'source', server: { taskState: null } };
  return cleared ? [completed, reset] : [completed];
}

/** A guest that dirties its memory faster than it is copied: the progress falls back for ever. */
function sawtooth(world: World, intervalMs: number): readonly Step[] {
  const [first, ...rest] = [0.3, 0.6, 0.9, 0.2].flatMap((share) => report(world, share, intervalMs));
  const last = rest.pop();
  if (!first || !last) return [];
  return [first, ...rest, { ...last, next: () => sawtooth(world, intervalMs) }];
}

function report(world: World, share: number, delay?: number): readonly Step[] {
  const { memoryBytes, diskBytes } = world.scenario.transfer;
  const memoryProcessed = Math.floor(memoryBytes * share);
  const diskProcessed = Math.floor(diskBytes * share);
  const memory: Step = {
    name: 'live.memory',
    actor: 'source',
    migration: {
      memoryTotal: memoryBytes,
      memoryProcessed,
      memoryRemaining: memoryBytes - memoryProcessed,
      diskTotal: diskBytes,
      diskProcessed,
      diskRemaining: diskBytes - diskProcessed,
    },
  };
  const progress = Math.round((memoryProcessed / Math.max(memoryBytes, 1)) * 100);
  return [
    delay === undefined ? memory : { ...memory, delay },
    { name: 'live.progress', actor: 'source', server: { progress } },
  ];
}

function afterTransfer(flow: Flow, world: World): readonly Step[] | undefined {
  return accepted(world, flow, ['L7']) ? postRaises() : undefined;
}

import type { Flow, Step } from '../flow.ts';
import type { World } from '../world.ts';
import { ABORT_END_AGAIN, LIVE_POST } from './live.ts';
import { rolledBack } from './live-failures.ts';

const ABORT = 'compute_live_migration_abort';
const FORCE = 'compute_live_migration_force_complete';

/** How a live migration is aborted: by what its record says when the source takes the request up. */
export function abortSteps(main: Flow): readonly Step[] {
  return [
    {
      name: 'abort.start',
      actor: 'source',
      emit: 'instance.live_migration_abort.start',
      begin: [ABORT],
      next: (flow, world) => (isQueued(main, world) ? dequeued(main, flow, world) : undefined),
    },
    {
      name: 'abort.end',
      actor: 'source',
      emit: 'instance.live_migration_abort.end',
      end: [ABORT],
      next: (_flow, world) => interrupt(main, world),
    },
  ];
}

/** The request is handed to the driver, which stops waiting for the guest's memory to settle. */
export function forceSteps(main: Flow): readonly Step[] {
  return [
    { name: 'force.start', actor: 'source', emit: 'instance.live_migration_force_complete.start', begin: [FORCE] },
    {
      name: 'force.end',
      actor: 'source',
      emit: 'instance.live_migration_force_complete.end',
      end: [FORCE],
      next(_flow, world) {
        if (!main.written.includes('live.post.start')) world.engine.divert(main, LIVE_POST);
        return undefined;
      },
    },
  ];
}

function isQueued(main: Flow, world: World): boolean {
  return main.migrationId !== null && world.store.migrations.get(main.migrationId)?.status === 'queued';
}

/** L6q: taken out of the pool before it began, so there is nothing to roll back. */
function dequeued(main: Flow, flow: Flow, world: World): readonly Step[] {
  world.engine.end(main);
  flow.migrationId = main.migrationId;
  return [
    { name: 'abort.serverActive', actor: 'source', server: { taskState: null } },
    { name: 'abort.cancelled', actor: 'source', migration: { status: 'cancelled' } },
    { name: 'abort.end', actor: 'source', emit: 'instance.live_migration_abort.end', end: [ABORT] },
  ];
}

function interrupt(main: Flow, world: World): undefined {
  // Once the guest has moved the abort comes too late, and the migration completes.
  if (main.written.includes('live.post.start')) return undefined;
  if (main.written.includes('live.running')) world.engine.divert(main, rolledBack('cancelled'));
  else if (main.written.includes('live.pre.end')) world.engine.divert(main, rolledBack('cancelled', [ABORT_END_AGAIN]));
  else main.abortRequested = true;
  return undefined;
}

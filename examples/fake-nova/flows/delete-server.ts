import { conflict } from '../errors.ts';
import type { Flow } from '../flow.ts';
import { perform } from '../perform.ts';
import type { Identity } from '../scenario.ts';
import type { ServerRow } from '../store.ts';
import type { World } from '../world.ts';
import { DELETE, DELETE_ACCEPT, GHOST_ACCEPT, ghostSteps } from './delete.ts';

/** Whose request it is. */
interface Caller {
  readonly requestId: string;
  readonly identity: Identity;
  readonly minor: number;
}

/**
 * Starts the deletion of a server, and settles once the request for it may be answered.
 * A server that waits for its resize to be confirmed is confirmed first, while the caller waits.
 */
export async function deleteServer(world: World, row: ServerRow, caller: Caller): Promise<void> {
  const { requestId, identity, minor } = caller;
  if (row.locked && identity.role !== 'admin') throw conflict(`Instance ${row.id} is locked`);
  if (row.taskState === 'deleting') return;
  for (const flow of world.engine.running(row.id)) stop(world, flow);
  const resize = world.store.migrations.all().findLast((one) => one.serverId === row.id && one.status === 'finished');
  const isGhost = row.vmState === 'resized' && resize !== undefined;
  const whose = { serverId: row.id, requestId, userId: identity.userId, projectId: identity.projectId, minor };
  const where = { before: row, source: row.host, target: null, operation: 'delete' } as const;
  if (!isGhost) {
    world.engine.start({ ...whose, ...where }, DELETE_ACCEPT, DELETE);
    return;
  }
  const deleting = new Promise<void>((resolve) => {
    world.engine.start(
      { ...whose, ...where, migrationId: resize.id },
      GHOST_ACCEPT,
      ghostSteps(() => resolve()),
    );
  });
  await Promise.race([deleting, world.ended]);
}

const ENDED = ['completed', 'confirmed', 'reverted', 'done', 'failed', 'cancelled', 'error', 'finished'];

/** What is under way on the server breaks off; its record says so. */
function stop(world: World, flow: Flow): void {
  world.engine.end(flow);
  const migration = flow.migrationId === null ? undefined : world.store.migrations.get(flow.migrationId);
  if (!migration || ENDED.includes(migration.status)) return;
  const status = migration.type === 'evacuation' && migration.status === 'pre-migrating' ? 'failed' : 'error';
  perform(world, flow, { name: 'delete.broken', actor: 'source', migration: { status } });
}

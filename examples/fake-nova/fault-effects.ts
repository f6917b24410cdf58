import { deleter } from './fault-middleware.ts';
import type { ActiveFault } from './faults.ts';
import { deleteServer } from './flows/delete-server.ts';
import { addRecord } from './page-faults.ts';
import type { ServerRow } from './store.ts';
import type { World } from './world.ts';

/** Watches the steps of a service for the faults that strike between them (F20, F27). */
export function watchSteps(world: World): void {
  world.engine.onStep((flow, step) => {
    const row = world.store.servers.get(flow.serverId);
    if (!row) return;
    if (step.name === 'create.active') leaveOldRecord(world, row);
    if (row.deleted || flow.operation === 'delete') return;
    const occasion = { operation: flow.operation, serverId: row.id, step: step.name };
    const gone = world.faults.take(
      'F20',
      occasion,
      ({ mode }, { match }) => mode === 'delete' && match.step !== undefined,
    );
    if (gone) void deleteServer(world, row, deleter(world));
  });
}

/** What a fault does at the moment of its coming (F27, and F21 for the streams). */
export function onFaultAdded(world: World, fault: ActiveFault, streams: Set<() => void>): void {
  if (fault.id === 'F21' && fault.params['disconnect'] === true) for (const end of [...streams]) end();
  if (fault.id !== 'F27') return;
  for (const row of world.store.servers.all()) if (row.launchedAt !== null && !row.deleted) leaveOldRecord(world, row);
}

/** F27: an older move of the same server, long over. */
function leaveOldRecord(world: World, row: ServerRow): void {
  const fault = world.faults.take('F27', { operation: 'create', step: 'create.active', serverId: row.id });
  if (!fault) return;
  const { status, type, ageMs } = fault;
  addRecord(world, { serverId: row.id, status, type, ageMs, source: row.host, flavorId: row.flavor.id });
}

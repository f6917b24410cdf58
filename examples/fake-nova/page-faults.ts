import { type HttpContext, occasionOf } from './http.ts';
import type { MigrationRow, MigrationType } from './store.ts';
import type { World } from './world.ts';

/**
 * F30: strangers' records that appear while somebody pages. The ones `before` are newer than
 * everything on the page asked for first; the returned function adds those that come `during` the paging.
 */
export function pageFault(world: World, context: HttpContext): () => void {
  const serverId = context.req.query('instance_uuid');
  const fault = world.faults.take('F30', occasionOf(context, serverId));
  if (!fault) return () => {};
  const whose = fault.sameServer ? serverId : undefined;
  const add = (count: number) => {
    for (let index = 0; index < count; index += 1) addRecord(world, { serverId: whose ?? world.newId() });
  };
  if (context.req.query('marker') === undefined) add(fault.before);
  return () => add(fault.during);
}

/** Adds a record that no flow of this service has made. */
export function addRecord(
  world: World,
  {
    serverId,
    status = 'completed',
    type = 'live-migration',
    ageMs = 0,
    source = null,
    flavorId,
  }: {
    readonly serverId: string;
    readonly status?: string;
    readonly type?: MigrationType;
    readonly ageMs?: number;
    readonly source?: string | null;
    readonly flavorId?: string;
  },
): MigrationRow {
  const { hosts, projectId, userId, flavors } = world.scenario;
  const at = world.clock.now() - ageMs;
  const from = source ?? hosts[0] ?? null;
  const to = hosts.find((host) => host !== from) ?? null;
  const flavor = flavorId ?? flavors[0]?.id ?? '';
  const none = { memoryTotal: null, memoryProcessed: null, memoryRemaining: null };
  const row: MigrationRow = {
    ...{ ...none, diskTotal: null, diskProcessed: null, diskRemaining: null },
    ...{ id: world.newMigrationNumber(), uuid: world.newId(), serverId, type, status },
    ...{ sourceCompute: from, sourceNode: from, destCompute: to, destNode: to, destHost: '127.0.0.1' },
    ...{ oldFlavorId: flavor, newFlavorId: flavor, createdAt: at, updatedAt: at, userId, projectId },
  };
  world.store.migrations.put(row.id, row);
  return row;
}

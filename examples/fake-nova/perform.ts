import { beginEvent, endEvent } from './actions.ts';
import { flowEnvelope, hostOf } from './envelopes.ts';
import type { Emission, Flow, Step } from './flow.ts';
import { wants } from './notifications.ts';
import type { MigrationRow, MigrationType, ServerRow } from './store.ts';
import type { World } from './world.ts';

/** Writes one step: its row, then its notification, then the marks of the flow's action. */
export function perform(world: World, flow: Flow, step: Step): void {
  const host = hostOf(flow, step.actor);
  flow.written.push(step.name);
  if (step.migration) writeMigration(world, flow, step, world.timeOn(host));
  if (step.server) writeServer(world, flow, step, world.timeOn(host));
  for (const event of step.begin ?? []) beginEvent(world, flow, event, host);
  if (step.emit) emit(world, flow, step, typeof step.emit === 'string' ? { type: step.emit } : step.emit);
  for (const end of step.end ?? []) endEvent(world, flow, typeof end === 'string' ? { event: end } : end, host);
}

function note(world: World, flow: Flow, text: string): void {
  world.journal.push({ at: world.clock.now(), serverId: flow.serverId, text });
}

function writeServer(world: World, flow: Flow, step: Step, at: number): void {
  const row = world.store.servers.get(flow.serverId);
  const change = typeof step.server === 'function' ? step.server(flow, world) : step.server;
  if (!row || !change) return;
  flow.commitBefore = world.store.commit();
  flow.lastSeen = row;
  // Nova keeps faults in a table of their own, so recording one does not touch the server.
  const updated = change.fault ? row.updated : at;
  const written = { ...row, updated, ...change };
  world.store.servers.put(flow.serverId, written);
  note(world, flow, tellServer(row, change, written));
  const isMove = written.vmState !== row.vmState || written.taskState !== row.taskState;
  if (isMove && world.scenario.notifications.onStateChange) emit(world, flow, step, { type: 'instance.update' });
}

function tellServer(row: ServerRow, change: Partial<ServerRow>, written: ServerRow): string {
  if (change.fault) return 'S fault';
  if (change.deleted) return 'S gone';
  if (change.locked !== undefined) return change.locked ? 'S locked' : 'S unlocked';
  const state = `${written.vmState}/${written.taskState}`;
  const moved = written.host === row.host ? '' : ` host=${written.host}`;
  if (change.vmState === undefined && change.taskState === undefined) {
    return moved ? `S${moved}` : `S progress=${written.progress}`;
  }
  return `S ${state}${moved}`;
}

function writeMigration(world: World, flow: Flow, step: Step, at: number): void {
  const change = typeof step.migration === 'function' ? step.migration(flow, world) : step.migration;
  if (!change) return;
  const row = flow.migrationId === null ? undefined : world.store.migrations.get(flow.migrationId);
  flow.commitBefore = world.store.commit();
  const written = row ? { ...row, updatedAt: updatedAt(world, flow, at), ...change } : fresh(world, flow, at, change);
  flow.migrationId = written.id;
  world.store.migrations.put(written.id, written);
  note(world, flow, tellMigration(row, change, written));
}

/** F31 keeps a record from ever looking updated, so that a `changes-since` query misses it. */
function updatedAt(world: World, flow: Flow, at: number): number | null {
  const { operation, serverId } = flow;
  return world.faults.take('F31', { operation, serverId }) ? null : at;
}

function tellMigration(row: MigrationRow | undefined, change: Partial<MigrationRow>, written: MigrationRow): string {
  if (!row || change.status !== undefined) return `M ${written.status}`;
  if (change.destCompute !== undefined) return `M dest=${written.destCompute}`;
  return `M memory=${written.memoryRemaining}`;
}

const TYPES: Readonly<Record<string, MigrationType>> = {
  'live-migration': 'live-migration',
  migrate: 'migration',
  resize: 'resize',
  evacuate: 'evacuation',
};

function fresh(world: World, flow: Flow, at: number, change: Partial<MigrationRow>): MigrationRow {
  return {
    id: world.newMigrationNumber(),
    uuid: world.newId(),
    serverId: flow.serverId,
    type: TYPES[flow.operation] ?? 'migration',
    status: 'accepted',
    sourceCompute: flow.source,
    sourceNode: null,
    destCompute: null,
    destNode: null,
    destHost: null,
    oldFlavorId: flow.before.flavor.id,
    newFlavorId: flow.newFlavor.id,
    memoryTotal: null,
    memoryProcessed: null,
    memoryRemaining: null,
    diskTotal: null,
    diskProcessed: null,
    diskRemaining: null,
    createdAt: at,
    updatedAt: null,
    userId: flow.userId,
    projectId: flow.projectId,
    ...change,
  };
}

function emit(world: World, flow: Flow, step: Step, emission: Emission): void {
  const row = world.store.servers.get(flow.serverId);
  if (!row) return;
  note(world, flow, emission.type);
  if (!world.scenario.notifications.versioned) return;
  const { operation, serverId } = flow;
  const occasion = { operation, serverId, step: step.name };
  const early = world.faults.take('F24', occasion, wants(emission.type));
  if (early) world.reads.hold({ serverId, commit: flow.commitBefore, until: world.clock.now() + early.ms });
  world.notifications.publish(flowEnvelope(world, flow, step.actor, emission, row), occasion);
}

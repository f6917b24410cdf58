import { badRequest, conflict, notFound } from '../errors.ts';
import { COLD, COLD_ACCEPT } from '../flows/cold.ts';
import { CONFIRM, CONFIRM_ACCEPT } from '../flows/confirm.ts';
import { EVACUATE, EVACUATE_ACCEPT } from '../flows/evacuate.ts';
import { LIVE, LIVE_ACCEPT } from '../flows/live.ts';
import { REVERT, REVERT_ACCEPT } from '../flows/revert.ts';
import { ADMIN, allow, MANAGER } from '../http.ts';
import { type ActionCall, checkHost, checkLock, checkSource, checkState, flowStart } from '../operations.ts';
import { booleanOf, invalid, objectOf, textOf } from '../schema.ts';
import type { MigrationRow } from '../store.ts';

/** Carries out an action and says how it is answered. */
export type ActionHandler = (call: ActionCall) => { readonly status: 200 | 202 | 204; readonly body?: unknown };

/** `os-migrateLive`: 202, whatever becomes of it. */
export const liveMigrate: ActionHandler = (call) => {
  const { world, minor, identity } = call;
  const force = minor >= 30 && minor <= 67 ? ['force'] : [];
  const required = ['host', 'block_migration', ...(minor <= 24 ? ['disk_over_commit'] : [])];
  const body = objectOf(call.action, call.argument, { required, optional: force });
  const target = hostIn(body['host']);
  const forced = body['force'] !== undefined && booleanOf('force', body['force']);
  if (!(minor >= 25 && body['block_migration'] === 'auto')) booleanOf('block_migration', body['block_migration']);
  if (minor <= 24) booleanOf('disk_over_commit', body['disk_over_commit']);
  allow(identity, MANAGER, 'os-migrate-server:migrate_live');
  if (target !== null) allow(identity, ADMIN, 'os-migrate-server:migrate_live:host');
  if (forced && target === null) throw badRequest("Can't force to a non-provided destination");
  checkHost(call, target);
  checkLock(call);
  checkState(call, ['active', 'paused']);
  world.engine.start({ ...flowStart(call), target }, LIVE_ACCEPT, LIVE);
  return { status: 202 };
};

/** `migrate`: a cold migration up to VERIFY_RESIZE. */
export const migrate: ActionHandler = (call) => {
  const { world, row, minor, identity, argument } = call;
  const named = minor >= 56 && argument !== null;
  // Before 2.56 the value of the key was not looked at.
  const body = named ? objectOf(call.action, argument, { optional: ['host'] }) : {};
  const target = hostIn(body['host'] ?? null);
  allow(identity, MANAGER, 'os-migrate-server:migrate');
  if (target !== null) allow(identity, ADMIN, 'os-migrate-server:migrate:host');
  checkLock(call);
  checkState(call, ['active', 'stopped']);
  if (target !== null && target === row.host) throw badRequest('Cannot migrate to the host where the server exists.');
  checkHost(call, target);
  checkSource(call);
  world.engine.start({ ...flowStart(call), target }, COLD_ACCEPT, COLD);
  return { status: 202 };
};

/** `resize`: the same move, to another flavor. */
export const resize: ActionHandler = (call) => {
  const { world, row } = call;
  const body = objectOf(call.action, call.argument, { required: ['flavorRef'], optional: ['OS-DCF:diskConfig'] });
  const flavorRef = textOf('flavorRef', String(body['flavorRef'] ?? ''));
  checkLock(call);
  checkState(call, ['active', 'stopped']);
  const newFlavor = world.scenario.flavors.find(({ id }) => id === flavorRef);
  if (!newFlavor) throw badRequest(`Flavor ${flavorRef} could not be found.`);
  if (newFlavor.id === row.flavor.id) throw badRequest('When resizing, instances must change flavor!');
  checkSource(call);
  world.engine.start({ ...flowStart(call), newFlavor }, COLD_ACCEPT, COLD);
  return { status: 202 };
};

/** `confirmResize`: 204, and yet not done. */
export const confirmResize: ActionHandler = (call) => {
  const resized = finishedResize(call);
  checkSource(call, resized.sourceCompute);
  call.world.engine.start({ ...flowStart(call), ...movedBy(resized) }, CONFIRM_ACCEPT, CONFIRM);
  return { status: 204 };
};

/** `revertResize`. */
export const revertResize: ActionHandler = (call) => {
  const resized = finishedResize(call);
  call.world.engine.start({ ...flowStart(call), ...movedBy(resized) }, REVERT_ACCEPT, REVERT);
  return { status: 202 };
};

/** `evacuate`: 200, and yet not done. Takes any task_state, and does not ask for the lock. */
export const evacuate: ActionHandler = (call) => {
  const { world, row, minor, operation } = call;
  const force = minor >= 29 && minor <= 67 ? ['force'] : [];
  const shared = minor <= 13 ? ['onSharedStorage'] : [];
  const body = objectOf(call.action, call.argument, { optional: ['host', 'adminPass', ...force, ...shared] });
  const target = hostIn(body['host'] ?? null);
  const forced = body['force'] !== undefined && booleanOf('force', body['force']);
  const adminPass = body['adminPass'] === undefined ? row.id.slice(0, 12) : textOf('adminPass', body['adminPass']);
  allow(call.identity, ADMIN, 'os-evacuate');
  if (forced && target === null) throw badRequest("Can't force to a non-provided destination");
  if (target !== null && !world.hosts.get(target)) throw notFound(`Compute host ${target} not found.`);
  if (target !== null && target === row.host) throw badRequest("The target host can't be the same one.");
  checkState(call, ['active', 'stopped', 'error'], { anyTask: true });
  if (row.host === null) throw conflict(`Instance ${row.id} is in an invalid state for '${call.action}'`);
  const stillUp = world.faults.take('F29', { operation, serverId: row.id }) !== undefined;
  if (stillUp || world.hosts.isUp(row.host)) throw badRequest(`Compute service of ${row.host} is still in use.`);
  // Whatever was under way ran on the host that is gone.
  for (const flow of world.engine.running(row.id)) world.engine.end(flow);
  world.engine.start({ ...flowStart(call), target }, EVACUATE_ACCEPT, EVACUATE);
  return minor >= 14 ? { status: 200 } : { status: 200, body: { adminPass } };
};

function hostIn(value: unknown): string | null {
  if (value === null) return null;
  return typeof value === 'string' ? textOf('host', value) : invalid('host', value, "is not of type 'string', 'null'");
}

function finishedResize(call: ActionCall): MigrationRow {
  checkLock(call);
  checkState(call, ['resized']);
  const rows = call.world.store.migrations.all();
  const resized = rows.findLast(({ serverId, status }) => serverId === call.row.id && status === 'finished');
  if (!resized) throw badRequest('Instance has not been resized.');
  return resized;
}

function movedBy({ id, sourceCompute, destCompute }: MigrationRow) {
  return { migrationId: id, source: sourceCompute, dest: destCompute };
}

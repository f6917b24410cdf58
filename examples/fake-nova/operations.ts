import { badRequest, conflict, unexpectedError } from './errors.ts';
import type { Operation } from './flow.ts';
import type { Identity } from './scenario.ts';
import type { ServerRow } from './store.ts';
import type { World } from './world.ts';

/** One action request on one server, as its handler sees it. */
export interface ActionCall {
  readonly world: World;
  readonly row: ServerRow;
  /** The name of the action in the body, as the error texts use it. */
  readonly action: string;
  readonly operation: Operation;
  readonly argument: unknown;
  readonly identity: Identity;
  readonly minor: number;
  readonly requestId: string;
}

/**
 * Refuses an action that the server's state does not allow: vm_state first, then task_state.
 * @throws ApiError 409, or 500 if a write race (F16) hid the other task from the check.
 */
export function checkState(call: ActionCall, vmStates: readonly string[], options: { anyTask?: true } = {}): void {
  const { world, row, action, operation } = call;
  const refuse = (attribute: string, value: string | null): never => {
    if (value === null) throw conflict(`Instance ${row.id} is in an invalid state for '${action}'`);
    throw conflict(`Cannot '${action}' instance ${row.id} while it is in ${attribute} ${value}`);
  };
  if (!vmStates.includes(row.vmState)) refuse('vm_state', row.vmState);
  if (options.anyTask || row.taskState === null) return;
  if (world.faults.take('F16', { operation, serverId: row.id }, ({ winner }) => winner === 'post')) throw lostRace();
  refuse('task_state', row.taskState);
}

/** What a lost write race on task_state looks like from outside. */
export function lostRace(): Error {
  return unexpectedError('nova.exception.UnexpectedTaskStateError');
}

/**
 * Refuses everybody but admins while the server is locked.
 * @throws ApiError 409
 */
export function checkLock({ row, identity }: ActionCall): void {
  if (row.locked && identity.role !== 'admin') throw conflict(`Instance ${row.id} is locked`);
}

/**
 * Refuses an action whose source compute is not there to carry it out (F34, or a host that is down).
 * @throws ApiError 409
 */
export function checkSource({ world, row, action, operation }: ActionCall, host: string | null = row.host): void {
  if (host === null) throw conflict(`Instance ${row.id} is in an invalid state for '${action}'`);
  const forced = world.faults.take('F34', { operation, serverId: row.id });
  if (forced || !world.hosts.isUp(host)) throw conflict('Service is unavailable at this time.');
}

/**
 * Refuses a host that there is not.
 * @throws ApiError 400
 */
export function checkHost({ world }: ActionCall, host: string | null): void {
  if (host !== null && !world.hosts.get(host)) throw badRequest(`Compute host ${host} could not be found.`);
}

/** What each flow of this request has in common. */
export function flowStart({ world, row, operation, identity, minor, requestId }: ActionCall) {
  const { userId, projectId } = identity;
  const before = world.store.servers.get(row.id) ?? row;
  return { operation, serverId: row.id, requestId, userId, projectId, minor, before, source: row.host, target: null };
}

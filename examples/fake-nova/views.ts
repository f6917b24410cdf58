import type { HttpContext } from './http.ts';
import { apiStatus } from './status.ts';
import type { ActionEvent, ActionRow, MigrationRow, ServerRow, ServiceRow } from './store.ts';
import { microsTime, secondsTime } from './timestamps.ts';
import type { World } from './world.ts';

const WITH_PROGRESS = ['ACTIVE', 'BUILD', 'REBUILD', 'RESIZE', 'VERIFY_RESIZE', 'MIGRATING'];
const WITH_FAULT = ['ERROR', 'DELETED'];

/** The statuses in which a live migration counts as in progress; `accepted` is not among them. */
export const IN_PROGRESS = ['queued', 'preparing', 'running', 'post-migrating'];

/** A server as `GET /servers/{id}` shows it to this caller. */
export function serverView(world: World, context: HttpContext, row: ServerRow): Record<string, unknown> {
  const status = apiStatus(row.vmState, row.taskState);
  const { minor, identity } = context.var;
  const isAdmin = identity.role === 'admin';
  const { flavor } = row;
  return {
    ...serverSummary(context, row),
    status,
    tenant_id: row.projectId,
    user_id: row.userId,
    created: secondsTime(row.created),
    updated: secondsTime(row.updated),
    hostId: row.host === null ? '' : hostId(row.projectId, row.host),
    flavor:
      minor >= 47
        ? { original_name: flavor.name, ram: flavor.ram, vcpus: flavor.vcpus, disk: flavor.disk }
        : { id: flavor.id, links: [] },
    image: { id: row.imageId, links: [] },
    addresses: {},
    metadata: row.metadata,
    ...(WITH_PROGRESS.includes(status) && { progress: row.progress }),
    ...(WITH_FAULT.includes(status) && row.fault && { fault: faultView(row.fault, isAdmin) }),
    ...(minor >= 9 && { locked: row.locked }),
    'OS-DCF:diskConfig': 'MANUAL',
    'OS-EXT-STS:vm_state': row.vmState,
    'OS-EXT-STS:task_state': row.taskState,
    'OS-EXT-STS:power_state': row.powerState,
    'OS-SRV-USG:launched_at': row.launchedAt === null ? null : microsTime(row.launchedAt),
    'OS-SRV-USG:terminated_at': row.terminatedAt === null ? null : microsTime(row.terminatedAt),
    'OS-EXT-AZ:availability_zone': row.host === null ? '' : world.scenario.zone,
    ...(isAdmin && {
      'OS-EXT-SRV-ATTR:host': row.host,
      'OS-EXT-SRV-ATTR:hypervisor_hostname': row.host,
      'OS-EXT-SRV-ATTR:instance_name': `instance-${row.id.slice(0, 8)}`,
    }),
  };
}

/** A server as the short list shows it. */
export function serverSummary(context: HttpContext, { id, name }: ServerRow): Record<string, unknown> {
  return { id, name, links: selfLink(context, `/servers/${id}`) };
}

function faultView(fault: NonNullable<ServerRow['fault']>, isAdmin: boolean) {
  const { code, message, details, created } = fault;
  const shown = { code, created: secondsTime(created), message: message.slice(0, 255) };
  return isAdmin || code !== 500 ? { ...shown, details } : shown;
}

export function selfLink(context: HttpContext, path: string) {
  const { origin } = new URL(context.req.url);
  return [
    { rel: 'self', href: `${origin}/v2.1${path}` },
    { rel: 'bookmark', href: `${origin}${path}` },
  ];
}

/** The same host looks the same to one project, and different to another. */
function hostId(projectId: string, host: string): string {
  let hash = 0x811c9dc5;
  for (const sign of `${projectId}${host}`) hash = Math.imul(hash ^ (sign.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0').repeat(7);
}

/** A record as `GET /os-migrations` lists it; callers without the host policy get nulls, not gaps. */
export function migrationView(context: HttpContext, row: MigrationRow): Record<string, unknown> {
  const { minor } = context.var;
  const isLive = row.type === 'live-migration' && IN_PROGRESS.includes(row.status);
  return {
    ...commonView(context, row),
    instance_uuid: row.serverId,
    old_instance_type_id: Number(row.oldFlavorId) || row.oldFlavorId,
    new_instance_type_id: Number(row.newFlavorId) || row.newFlavorId,
    ...(minor >= 23 && { migration_type: row.type }),
    ...(minor >= 23 && isLive && { links: selfLink(context, `/servers/${row.serverId}/migrations/${row.id}`) }),
  };
}

/** A live migration in progress as the server's own list shows it. */
export function serverMigrationView(context: HttpContext, row: MigrationRow): Record<string, unknown> {
  return {
    ...commonView(context, row),
    server_uuid: row.serverId,
    memory_total_bytes: row.memoryTotal,
    memory_processed_bytes: row.memoryProcessed,
    memory_remaining_bytes: row.memoryRemaining,
    disk_total_bytes: row.diskTotal,
    disk_processed_bytes: row.diskProcessed,
    disk_remaining_bytes: row.diskRemaining,
  };
}

function commonView(context: HttpContext, row: MigrationRow) {
  const { minor, identity } = context.var;
  const host = (value: string | null) => (identity.role === 'admin' ? value : null);
  return {
    id: row.id,
    status: row.status,
    source_compute: host(row.sourceCompute),
    source_node: host(row.sourceNode),
    dest_compute: host(row.destCompute),
    dest_node: host(row.destNode),
    dest_host: host(row.destHost),
    created_at: microsTime(row.createdAt),
    updated_at: row.updatedAt === null ? null : microsTime(row.updatedAt),
    ...(minor >= 59 && { uuid: row.uuid }),
    ...(minor >= 80 && { user_id: row.userId, project_id: row.projectId }),
  };
}

/** An action without its events, as the list shows it. */
export function actionView({ var: { minor } }: HttpContext, row: ActionRow): Record<string, unknown> {
  return {
    action: row.action,
    instance_uuid: row.serverId,
    request_id: row.requestId,
    user_id: row.userId,
    project_id: row.projectId,
    start_time: microsTime(row.startTime),
    message: row.message,
    ...(minor >= 58 && { updated_at: microsTime(row.updatedAt) }),
  };
}

/** One event of an action, as far as this caller may see it. */
export function eventView(context: HttpContext, row: ActionRow, one: ActionEvent): Record<string, unknown> {
  const { minor, identity } = context.var;
  const isAdmin = identity.role === 'admin';
  return {
    event: one.event,
    start_time: microsTime(one.startTime),
    finish_time: one.finishTime === null ? null : microsTime(one.finishTime),
    result: one.result,
    ...(isAdmin && { traceback: one.traceback }),
    ...(minor >= 62 && { hostId: one.host === null ? '' : hostId(row.projectId, one.host) }),
    ...(minor >= 62 && isAdmin && { host: one.host ?? 'controller' }),
    ...(minor >= 84 && { details: one.details }),
  };
}

/** A compute service. */
export function serviceView(world: World, { var: { minor } }: HttpContext, row: ServiceRow): Record<string, unknown> {
  return {
    id: minor >= 53 ? row.id : row.number,
    binary: 'nova-compute',
    host: row.host,
    zone: world.scenario.zone,
    status: row.disabled ? 'disabled' : 'enabled',
    state: world.hosts.isUp(row.host) ? 'up' : 'down',
    updated_at: microsTime(Math.max(world.hosts.lastSeen(row), row.updatedAt)),
    disabled_reason: row.disabledReason,
    ...(minor >= 11 && { forced_down: row.forcedDown }),
  };
}

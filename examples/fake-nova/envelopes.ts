import type { Actor, Emission, Flow } from './flow.ts';
import type { Envelope, Payload } from './notifications.ts';
import type { ServerRow, ServiceRow } from './store.ts';
import { secondsTime } from './timestamps.ts';
import type { World } from './world.ts';

const POWER_WORDS: Readonly<Record<number, string>> = {
  0: 'pending',
  1: 'running',
  3: 'paused',
  4: 'shutdown',
  6: 'crashed',
  7: 'suspended',
};

/** The host whose service acts; the API, the conductor and the scheduler share a machine of their own. */
export function hostOf(flow: Flow, actor: Actor): string | null {
  if (actor === 'source') return flow.source;
  if (actor === 'dest') return flow.dest;
  return null;
}

/** Puts an emission of a flow into the envelope that its event type calls for. */
export function flowEnvelope(world: World, flow: Flow, actor: Actor, emission: Emission, row: ServerRow): Envelope {
  const { type } = emission;
  const failed = type.startsWith('compute_task.') || type === 'compute.exception';
  return envelope(world, {
    publisher: publisherOf(flow, actor),
    type,
    priority: failed || type.endsWith('.error') ? 'ERROR' : 'INFO',
    at: world.timeOn(hostOf(flow, actor)),
    payload: payloadOf(flow, emission, row),
  });
}

/** The notification that a changed service sends; heartbeats send none. */
export function serviceEnvelope(world: World, service: ServiceRow): Envelope {
  const { host, disabled, disabledReason, forcedDown, id } = service;
  return envelope(world, {
    publisher: `nova-compute:${host}`,
    type: 'service.update',
    priority: 'INFO',
    at: world.clock.now(),
    payload: wrap('ServiceStatusPayload', '1.1', {
      host,
      binary: 'nova-compute',
      topic: 'compute',
      disabled,
      disabled_reason: disabledReason,
      forced_down: forcedDown,
      last_seen_up: secondsTime(world.hosts.lastSeen(service)),
      report_count: 1,
      version: 71,
      uuid: id,
      availability_zone: null,
    }),
  });
}

interface Draft {
  readonly publisher: string;
  readonly type: string;
  readonly priority: 'INFO' | 'ERROR';
  readonly at: number;
  readonly payload: Payload;
}

function envelope(world: World, { publisher, type, priority, at, payload }: Draft): Envelope {
  const timestamp = new Date(at).toISOString().replace('T', ' ').replace('Z', '000');
  return { message_id: world.newId(), publisher_id: publisher, event_type: type, priority, timestamp, payload };
}

function publisherOf(flow: Flow, actor: Actor): string {
  if (actor === 'api') return 'nova-api:controller';
  if (actor === 'conductor' || actor === 'scheduler') return `nova-${actor}:controller`;
  return `nova-compute:${hostOf(flow, actor) ?? 'unknown'}`;
}

function payloadOf(flow: Flow, { type, taskState, withFault }: Emission, row: ServerRow): Payload {
  if (type === 'compute.exception') return exceptionPayload(flow);
  if (type.startsWith('compute_task.')) {
    const spec = { instance_uuid: flow.serverId, num_instances: 1 };
    return wrap('ComputeTaskPayload', '1.0', {
      instance_uuid: flow.serverId,
      request_id: flow.requestId,
      state: row.vmState,
      reason: exceptionPayload(flow),
      request_spec: wrap('RequestSpecPayload', '1.1', spec),
    });
  }
  if (type.startsWith('scheduler.')) {
    const spec = { instance_uuid: flow.serverId, request_id: flow.requestId, num_instances: 1 };
    return wrap('RequestSpecPayload', '1.1', spec);
  }
  const task = taskState ?? row.taskState;
  return wrap(payloadName(type), '1.9', {
    ...serverData(flow, row, task),
    ...(type.startsWith('instance.resize_prep') && { new_flavor: flow.newFlavor.id }),
    ...(type === 'instance.update' && { state_update: stateUpdate(flow, row) }),
    fault: withFault ? exceptionPayload(flow) : null,
  });
}

function payloadName(type: string): string {
  if (type.startsWith('instance.create.')) return 'InstanceCreatePayload';
  if (type.startsWith('instance.resize_prep.')) return 'InstanceActionResizePrepPayload';
  if (type.startsWith('instance.rebuild')) return 'InstanceActionRebuildPayload';
  if (type === 'instance.update') return 'InstanceUpdatePayload';
  if (type === 'instance.exists') return 'InstanceExistsPayload';
  return 'InstanceActionPayload';
}

function serverData(flow: Flow, row: ServerRow, taskState: string | null) {
  return {
    uuid: row.id,
    display_name: row.name,
    host: row.host,
    node: row.host,
    state: row.vmState,
    task_state: taskState,
    power_state: POWER_WORDS[row.powerState] ?? 'pending',
    progress: row.progress,
    image_uuid: row.imageId,
    created_at: secondsTime(row.created),
    updated_at: secondsTime(row.updated),
    launched_at: row.launchedAt === null ? null : secondsTime(row.launchedAt),
    terminated_at: row.terminatedAt === null ? null : secondsTime(row.terminatedAt),
    reservation_id: row.reservationId,
    tenant_id: row.projectId,
    user_id: row.userId,
    metadata: row.metadata,
    locked: row.locked,
    request_id: flow.requestId,
    action_initiator_user: flow.userId,
    action_initiator_project: flow.projectId,
  };
}

function stateUpdate(flow: Flow, row: ServerRow): Payload {
  return wrap('InstanceStateUpdatePayload', '1.0', {
    old_state: flow.lastSeen.vmState,
    state: row.vmState,
    old_task_state: flow.lastSeen.taskState,
    new_task_state: row.taskState,
  });
}

function exceptionPayload(flow: Flow): Payload {
  const exception = flow.reason.startsWith('No valid host') ? 'NoValidHost' : 'ComputeException';
  return wrap('ExceptionPayload', '1.1', {
    exception,
    exception_message: flow.reason,
    function_name: flow.operation,
    module_name: 'nova.compute.manager',
    traceback: `Traceback (most recent call last):\n${exception}: ${flow.reason}`,
  });
}

function wrap(name: string, version: string, data: Readonly<Record<string, unknown>>): Payload {
  return {
    'nova_object.name': name,
    'nova_object.namespace': 'nova',
    'nova_object.version': version,
    'nova_object.data': data,
  };
}

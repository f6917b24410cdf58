import type { Flow, Step } from '../flow.ts';
import type { World } from '../world.ts';
import { accepted, RECORD_FAULT } from './failing.ts';

const EVENT = 'compute_confirm_resize';

/** What the API writes before it answers 204; the server row stays as it is. */
export const CONFIRM_ACCEPT: readonly Step[] = [
  { name: 'confirm.confirming', actor: 'api', migration: { status: 'confirming' } },
];

/** The record first, the server second; only the event's Success is the end of it. */
export const CONFIRM: readonly Step[] = [
  {
    name: 'confirm.start',
    actor: 'source',
    emit: 'instance.resize_confirm.start',
    begin: [EVENT],
    next: (flow, world) => (accepted(world, flow, ['', 'C7']) === undefined ? undefined : CONFIRM_FAILED),
  },
  { name: 'confirm.confirmed', actor: 'source', migration: { status: 'confirmed' } },
  {
    name: 'confirm.serverActive',
    actor: 'source',
    server: ({ before }) => ({
      vmState: before.oldVmState === 'stopped' ? 'stopped' : 'active',
      taskState: null,
      oldFlavor: null,
      oldVmState: null,
    }),
  },
  { name: 'confirm.end', actor: 'source', emit: 'instance.resize_confirm.end' },
  { name: 'confirm.cleanup', actor: 'source', end: [EVENT] },
];

/** C7. */
const CONFIRM_FAILED: readonly Step[] = [
  { name: 'confirm.serverError', actor: 'source', server: { vmState: 'error', taskState: null } },
  RECORD_FAULT,
  {
    name: 'confirm.error',
    actor: 'source',
    migration: { status: 'error' },
    end: [{ event: EVENT, result: 'Error' }],
  },
];

/** The destination's periodic task confirms what nobody has confirmed or reverted within the window. */
export function autoConfirm(world: World, resize: Flow, window: number): void {
  const server = world.store.servers.get(resize.serverId);
  if (!server) return;
  const { serverId, userId, projectId, minor, source, dest, migrationId } = resize;
  const requestId = `req-${world.newId()}`;
  const whose = { serverId, requestId, userId, projectId, minor, target: null };
  const flow = { ...whose, operation: 'confirm', before: server, source, dest, migrationId, silent: true } as const;
  world.engine.start(flow, [], [autoCheck(window)]);
}

/** Looks and writes in one step: a request between the two would be answered, and then confirmed over. */
function autoCheck(delay: number): Step {
  let finding: Finding = 'over';
  return {
    name: 'confirm.autoCheck',
    actor: 'dest',
    delay,
    migration(flow, world) {
      finding = find(flow, world);
      return finding === 'confirming' || finding === 'error' ? { status: finding } : undefined;
    },
    next() {
      if (finding === 'source down') return [autoCheck(Math.max(delay, 1000))];
      return finding === 'confirming' ? CONFIRM : [];
    },
  };
}

/** What the check comes to: a status of the record, nothing left to do, or another check later. */
type Finding = 'confirming' | 'error' | 'over' | 'source down';

function find(flow: Flow, world: World): Finding {
  const server = world.store.servers.get(flow.serverId);
  const status = flow.migrationId === null ? undefined : world.store.migrations.get(flow.migrationId)?.status;
  if (status !== 'finished' || server?.taskState === 'deleting' || server?.taskState === 'resize_finish') return 'over';
  if (server?.vmState !== 'resized' || server.taskState !== null) return 'error';
  return world.hosts.isUp(flow.source) ? 'confirming' : 'source down';
}

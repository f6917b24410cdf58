import type { Ending, Flow } from './flow.ts';
import { type ActionRow, actionKey } from './store.ts';
import type { World } from './world.ts';

const ACTION_NAMES: Readonly<Record<string, string>> = {
  confirm: 'confirmResize',
  revert: 'revertResize',
  abort: 'live_migration_cancel',
  'force-complete': 'live_migration_force_complete',
};

/** Opens the action of a request; its events follow as the services take it up. */
export function openAction(world: World, flow: Flow): void {
  const now = world.clock.now();
  const { serverId, requestId, userId, projectId, operation } = flow;
  const action = ACTION_NAMES[operation] ?? operation;
  const row = { requestId, serverId, action, userId, projectId, startTime: now, updatedAt: now };
  world.store.actions.put(actionKey(serverId, requestId), { ...row, message: null, events: [] });
}

/** Starts an event of the flow's action. */
export function beginEvent(world: World, flow: Flow, event: string, host: string | null): void {
  change(world, flow, host, (row, at) => ({
    events: [
      ...row.events,
      { event, startTime: at, finishTime: null, result: null, details: null, traceback: null, host },
    ],
  }));
}

/** Ends an event of the flow's action; an Error marks the action as well. */
export function endEvent(world: World, flow: Flow, { event, result = 'Success' }: Ending, host: string | null): void {
  const failed = result === 'Error';
  const outcome = failed ? { details: flow.reason, traceback: `Traceback: ${flow.reason}` } : {};
  change(world, flow, host, (row, at) => ({
    message: failed ? 'Error' : row.message,
    events: row.events.map((one) =>
      one.event === event && one.finishTime === null ? { ...one, ...outcome, finishTime: at, result } : one,
    ),
  }));
  world.journal.push({ at: world.clock.now(), serverId: flow.serverId, text: `event ${event} ${result}` });
}

function change(
  world: World,
  flow: Flow,
  host: string | null,
  edit: (row: ActionRow, at: number) => Partial<ActionRow>,
): void {
  const key = actionKey(flow.serverId, flow.requestId);
  const row = world.store.actions.get(key);
  // A periodic task (the automatic confirmation) has no request, and so no action.
  if (!row) return;
  const at = world.timeOn(host);
  world.store.actions.put(key, { ...row, updatedAt: at, ...edit(row, at) });
}

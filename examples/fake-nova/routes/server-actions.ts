import { badRequest, conflict } from '../errors.ts';
import type { Operation, Step } from '../flow.ts';
import { START, START_ACCEPT, STOP, STOP_ACCEPT } from '../flows/power.ts';
import { ADMIN, allow, bodyOf, type Routes, serverOf } from '../http.ts';
import { type ActionCall, checkLock, checkState, flowStart, lostRace } from '../operations.ts';
import { invalid, objectOf } from '../schema.ts';
import {
  type ActionHandler,
  confirmResize,
  evacuate,
  liveMigrate,
  migrate,
  resize,
  revertResize,
} from './move-actions.ts';

interface Action {
  readonly operation: Operation;
  readonly handle: ActionHandler;
}

const stop: ActionHandler = (call) => {
  checkLock(call);
  checkState(call, ['active']);
  call.world.engine.start(flowStart(call), STOP_ACCEPT, STOP);
  return { status: 202 };
};

const start: ActionHandler = (call) => {
  checkLock(call);
  checkState(call, ['stopped']);
  call.world.engine.start(flowStart(call), START_ACCEPT, START);
  return { status: 202 };
};

/** Sets the server right by hand; its migrations stay what they are. */
const resetState: ActionHandler = (call) => {
  const { state } = objectOf(call.action, call.argument, { required: ['state'] });
  if (state !== 'active' && state !== 'error') invalid('state', state, "is not one of ['active', 'error']");
  allow(call.identity, ADMIN, 'os-admin-actions:reset_state');
  const step: Step = { name: 'reset.state', actor: 'api', server: { vmState: state, taskState: null } };
  call.world.engine.start(flowStart(call), [step], []);
  return { status: 202 };
};

const lock =
  (locked: boolean): ActionHandler =>
  (call) => {
    call.world.engine.start(flowStart(call), [{ name: 'lock.set', actor: 'api', server: { locked } }], []);
    return { status: 202 };
  };

const ACTIONS = new Map<string, Action>([
  ['os-migrateLive', { operation: 'live-migration', handle: liveMigrate }],
  ['migrate', { operation: 'migrate', handle: migrate }],
  ['resize', { operation: 'resize', handle: resize }],
  ['confirmResize', { operation: 'confirm', handle: confirmResize }],
  ['revertResize', { operation: 'revert', handle: revertResize }],
  ['evacuate', { operation: 'evacuate', handle: evacuate }],
  ['os-stop', { operation: 'stop', handle: stop }],
  ['os-start', { operation: 'start', handle: start }],
  ['os-resetState', { operation: 'resetState', handle: resetState }],
  ['lock', { operation: 'lock', handle: lock(true) }],
  ['unlock', { operation: 'unlock', handle: lock(false) }],
]);

/** `POST /servers/{id}/action`. */
export const serverActionRoutes: Routes = (app, world) => {
  app.post('/v2.1/servers/:id/action', async (context) => {
    const body = await bodyOf(context);
    const [entry, ...others] =
      typeof body === 'object' && body !== null && !Array.isArray(body) ? Object.entries(body) : [];
    if (!entry || others.length > 0) throw badRequest('Malformed request body');
    const [action, argument] = entry;
    const known = ACTIONS.get(action);
    if (!known) throw badRequest(`There is no such action: ${action}`);
    const { identity, minor, requestId } = context.var;
    const { operation } = known;
    // From here to the answer nothing is awaited, so checking and setting task_state is one section.
    const row = serverOf(world(), context);
    const call = { world: world(), row, action, operation, argument, identity, minor, requestId };
    strike(call, known);
    const { status, body: answer } = known.handle(call);
    return answer === undefined ? context.body(null, status) : context.json(answer, status === 204 ? 200 : status);
  });
};

/** F15 and F16: refusals that the state alone does not explain. */
function strike(call: ActionCall, { handle, operation }: Action): void {
  const { world, row, action } = call;
  const occasion = { operation, serverId: row.id, method: 'POST', path: `/v2.1/servers/${row.id}/action` };
  const refused = world.faults.take('F15', occasion);
  if (refused?.reason === 'service') throw conflict('Service is unavailable at this time.');
  if (refused?.reason === 'locked') throw conflict(`Instance ${row.id} is locked`);
  if (refused) {
    const task = row.taskState ?? 'migrating';
    throw conflict(`Cannot '${action}' instance ${row.id} while it is in task_state ${task}`);
  }
  const race = world.faults.take('F16', occasion, ({ winner }) => winner !== 'post');
  if (!race) return;
  if (race.winner === 'rival') handle({ ...call, requestId: `req-${world.newId()}` });
  throw lostRace();
}

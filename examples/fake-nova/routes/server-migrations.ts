import { badRequest, conflict, notFound } from '../errors.ts';
import type { Flow } from '../flow.ts';
import { abortSteps, forceSteps } from '../flows/abort.ts';
import { allow, bodyOf, type HttpContext, MANAGER, occasionOf, type Routes, serverOf } from '../http.ts';
import { objectOf } from '../schema.ts';
import type { MigrationRow } from '../store.ts';
import { IN_PROGRESS, serverMigrationView } from '../views.ts';
import type { World } from '../world.ts';

const PATH = '/v2.1/servers/:id/migrations';

/** A server's live migrations in progress: listing, showing, aborting and forcing them. */
export const serverMigrationRoutes: Routes = (app, world) => {
  app.get(PATH, (context) => {
    const rows = readable(world(), context).filter(isInProgress);
    return context.json({ migrations: rows.map((row) => serverMigrationView(context, row)) });
  });
  app.get(`${PATH}/:mid`, (context) => {
    const row = shown(world(), context);
    return context.json({ migration: serverMigrationView(context, row) });
  });
  app.post(`${PATH}/:mid/action`, async (context) => {
    const body = await bodyOf(context);
    allow(context.var.identity, MANAGER, 'servers:migrations:force_complete');
    requireVersion(context, 22);
    objectOf('body', body, { required: ['force_complete'] });
    forceComplete(world(), context);
    return context.body(null, 202);
  });
  app.delete(`${PATH}/:mid`, (context) => {
    allow(context.var.identity, MANAGER, 'servers:migrations:delete');
    requireVersion(context, 24);
    abort(world(), context);
    return context.body(null, 202);
  });
};

function requireVersion(context: HttpContext, minor: number): void {
  if (context.var.minor < minor) throw notFound('The resource could not be found.');
}

function readable(world: World, context: HttpContext): MigrationRow[] {
  allow(context.var.identity, MANAGER, 'servers:migrations:index');
  requireVersion(context, 23);
  const { id } = serverOf(world, context);
  const asOf = world.reads.view('migration', occasionOf(context, id));
  return world.store.migrations.all(({ serverId }) => asOf(serverId)).filter(({ serverId }) => serverId === id);
}

function isInProgress({ type, status }: MigrationRow): boolean {
  return type === 'live-migration' && IN_PROGRESS.includes(status);
}

/** Success, failure and a migration that is not queued yet all look the same here: 404. */
function shown(world: World, context: HttpContext): MigrationRow {
  const rows = readable(world, context);
  const mid = context.req.param('mid') ?? '';
  const server = context.req.param('id');
  const row = rows.find(({ id }) => String(id) === mid);
  if (!row) throw notFound(`In-progress live migration ${mid} is not found for server ${server}.`);
  if (row.type !== 'live-migration') throw notFound(`Migration ${mid} for server ${server} is not live-migration.`);
  if (!isInProgress(row)) throw notFound(`Live migration ${mid} for server ${server} is not in progress.`);
  return row;
}

interface Underway {
  readonly row: MigrationRow;
  /** Missing if the record was left behind by a flow that is over. */
  readonly flow: Flow | undefined;
}

function find(world: World, context: HttpContext, serverId: string): Underway | undefined {
  const mid = context.req.param('mid') ?? '';
  const row = world.store.migrations.all().find((one) => one.serverId === serverId && String(one.id) === mid);
  const flows = world.engine.running(serverId);
  const flow = flows.find((one) => one.operation === 'live-migration' && one.migrationId === row?.id);
  return row && { row, flow };
}

function abort(world: World, context: HttpContext): void {
  const server = serverOf(world, context);
  const { minor } = context.var;
  if (server.taskState !== 'migrating') throw conflict(stateText('abort live migration', server.id, server.taskState));
  const underway = find(world, context, server.id);
  const mid = context.req.param('mid');
  if (!underway) throw notFound(`Migration ${mid} for server ${server.id} could not be found.`);
  const { row, flow } = underway;
  const able = minor >= 65 ? ['queued', 'preparing', 'running'] : ['running'];
  if (!able.includes(row.status)) {
    throw badRequest(`${wrongState(row)} Cannot abort live migration while the migration is in this state.`);
  }
  // A record whose flow is over (F06) takes the request, and nothing comes of it.
  if (flow) world.engine.start(callOf(context, flow, 'abort'), [], abortSteps(flow));
}

function forceComplete(world: World, context: HttpContext): void {
  const server = serverOf(world, context);
  if (server.vmState !== 'active') {
    throw conflict(`Cannot 'force_complete' instance ${server.id} while it is in vm_state ${server.vmState}`);
  }
  if (server.taskState !== 'migrating') throw conflict(stateText('force_complete', server.id, server.taskState));
  const underway = find(world, context, server.id);
  const mid = context.req.param('mid');
  if (!underway) throw badRequest(`Migration ${mid} for server ${server.id} could not be found.`);
  const { row, flow } = underway;
  if (row.status !== 'running') {
    throw badRequest(`${wrongState(row)} Cannot force complete while the migration is in this state.`);
  }
  if (flow) world.engine.start(callOf(context, flow, 'force-complete'), [], forceSteps(flow));
}

function wrongState({ id, serverId, status }: MigrationRow): string {
  return `Migration ${id} state of instance ${serverId} is ${status}.`;
}

function stateText(action: string, id: string, task: string | null): string {
  if (task === null) return `Instance ${id} is in an invalid state for '${action}'`;
  return `Cannot '${action}' instance ${id} while it is in task_state ${task}`;
}

function callOf(
  { var: { requestId, identity, minor } }: HttpContext,
  main: Flow,
  operation: 'abort' | 'force-complete',
) {
  const { serverId, before, source, dest } = main;
  const { userId, projectId } = identity;
  return { operation, serverId, requestId, userId, projectId, minor, before, source, dest, target: null };
}

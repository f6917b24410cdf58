import { badRequest } from '../errors.ts';
import { allow, type HttpContext, MANAGER, occasionOf, type Routes } from '../http.ts';
import { pageFault } from '../page-faults.ts';
import { changedWithin, pageOf } from '../paging.ts';
import type { MigrationRow } from '../store.ts';
import { migrationView } from '../views.ts';
import type { World } from '../world.ts';

/** `GET /os-migrations`. */
export const migrationRoutes: Routes = (app, world) => {
  app.get('/v2.1/os-migrations', (context) => {
    allow(context.var.identity, MANAGER, 'os-migrations:index');
    return list(world(), context);
  });
};

/** Which filters there are from which minor version on. */
const FILTERS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    status: 1,
    migration_type: 1,
    instance_uuid: 1,
    host: 1,
    source_compute: 1,
    hidden: 1,
    limit: 59,
    marker: 59,
    'changes-since': 59,
    'changes-before': 66,
    user_id: 80,
    project_id: 80,
  }),
);

function list(world: World, context: HttpContext): Response {
  const { minor } = context.var;
  const stray = Object.keys(context.req.query()).find((key) => (FILTERS.get(key) ?? Infinity) > minor);
  // Before 2.59 a filter that there is not was passed over.
  if (stray !== undefined && minor >= 59) {
    throw badRequest(`Additional properties are not allowed ('${stray}' was unexpected)`);
  }
  const after = pageFault(world, context);
  const rows = filtered(world, context);
  const view = (row: MigrationRow) => migrationView(context, row);
  if (minor < 59) return context.json({ migrations: rows.map(view) });
  rows.sort((a, b) => b.createdAt - a.createdAt || b.id - a.id);
  const key = ({ uuid }: MigrationRow) => uuid;
  const page = pageOf(context, rows, world.scenario.maxLimit, key, (marker) => `Marker ${marker} could not be found.`);
  after();
  const links = page.links.length > 0 && { migrations_links: page.links };
  return context.json({ migrations: page.rows.map(view), ...links });
}

function filtered(world: World, context: HttpContext): MigrationRow[] {
  const { identity, minor } = context.var;
  const query = (name: string) => (minor >= (FILTERS.get(name) ?? Infinity) ? context.req.query(name) : undefined);
  const host = query('host');
  const wanted: readonly (readonly [keyof MigrationRow, string | undefined])[] = [
    ['status', query('status')],
    ['type', query('migration_type')],
    ['serverId', query('instance_uuid')],
    ['sourceCompute', query('source_compute')],
    ['userId', query('user_id')],
    ['projectId', query('project_id')],
  ];
  const changed = minor >= 59 ? changedWithin(context) : () => true;
  const asOf = world.reads.view('migration', occasionOf(context, query('instance_uuid')));
  // No record of this service is hidden.
  if (['true', '1'].includes(query('hidden')?.toLowerCase() ?? '')) return [];
  return world.store.migrations
    .all(({ serverId }) => asOf(serverId))
    .filter((row) => identity.role === 'admin' || row.projectId === identity.projectId)
    .filter((row) => wanted.every(([key, value]) => value === undefined || row[key] === value))
    .filter((row) => host === undefined || row.sourceCompute === host || row.destCompute === host)
    .filter((row) => query('instance_uuid') === undefined || !world.store.servers.get(row.serverId)?.deleted)
    .filter((row) => changed(row.updatedAt));
}

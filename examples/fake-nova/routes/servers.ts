import { ApiError, badRequest } from '../errors.ts';
import { CREATE } from '../flows/create.ts';
import { deleteServer } from '../flows/delete-server.ts';
import { ADMIN, allow, bodyOf, type HttpContext, occasionOf, type Routes, serverOf } from '../http.ts';
import { changedWithin, pageOf } from '../paging.ts';
import { uuid } from '../random.ts';
import { booleanOf, integerOf, invalid, objectOf, textOf } from '../schema.ts';
import { apiStatus, isApiStatus } from '../status.ts';
import type { ServerRow } from '../store.ts';
import { selfLink, serverSummary, serverView } from '../views.ts';
import type { World } from '../world.ts';

/** Booting, showing, listing and deleting servers. */
export const serverRoutes: Routes = (app, world) => {
  app.post('/v2.1/servers', async (context) => {
    const body = await bodyOf(context);
    return boot(world(), context, body);
  });
  app.get('/v2.1/servers', (context) => list(world(), context, (row) => serverSummary(context, row)));
  app.get('/v2.1/servers/detail', (context) => list(world(), context, (row) => serverView(world(), context, row)));
  app.get('/v2.1/servers/:id', (context) => {
    const view = world().reads.view('server', occasionOf(context));
    const row = serverOf(world(), context, view(context.req.param('id')));
    return context.json({ server: serverView(world(), context, row) });
  });
  app.delete('/v2.1/servers/:id', async (context) => {
    const row = serverOf(world(), context);
    await deleteServer(world(), row, context.var);
    return context.body(null, 204);
  });
};

function checkQuota(world: World, projectId: string, wanted: number): void {
  const quota = world.scenario.quotaInstances;
  const used = world.store.servers.all().filter((row) => row.projectId === projectId && !row.deleted).length;
  if (used + wanted <= quota) return;
  const use = `Requested ${wanted}, but already used ${used} of ${quota} instances`;
  throw new ApiError(403, `Quota exceeded for instances: ${use}`);
}

interface Order {
  readonly name: string;
  readonly imageId: string;
  readonly flavor: ServerRow['flavor'];
  readonly metadata: Readonly<Record<string, string>>;
  readonly host: string | null;
  readonly count: number;
  readonly wantsReservation: boolean;
}

function boot(world: World, context: HttpContext, body: unknown): Response {
  const order = orderOf(world, context, body);
  const { requestId, identity, minor } = context.var;
  checkQuota(world, identity.projectId, order.count);
  const reservationId = `r-${world.newId().slice(0, 8)}`;
  const rows = Array.from({ length: order.count }, (_, index) => {
    const name = order.count > 1 ? `${order.name}-${index + 1}` : order.name;
    const row = freshServer(world, { ...order, name }, identity, reservationId);
    world.store.servers.put(row.id, row);
    world.journal.push({ at: row.created, serverId: row.id, text: 'S building/scheduling' });
    const { userId, projectId } = identity;
    const start = { serverId: row.id, requestId, userId, projectId, minor, before: row, source: null };
    world.engine.start({ ...start, operation: 'create', target: order.host }, [], CREATE);
    return row;
  });
  if (order.wantsReservation) return context.json({ reservation_id: reservationId }, 202);
  const id = rows[0]?.id ?? '';
  const links = selfLink(context, `/servers/${id}`);
  context.header('Location', links[0]?.href ?? '');
  const adminPass = uuid(() => 0.5).slice(0, 12);
  const server = { id, links, 'OS-DCF:diskConfig': 'MANUAL', security_groups: [{ name: 'default' }], adminPass };
  return context.json({ server }, 202);
}

function orderOf(world: World, context: HttpContext, body: unknown): Order {
  const { minor, identity } = context.var;
  const whole = objectOf('body', body, { required: ['server'], optional: ['os:scheduler_hints'] });
  const server = objectOf('server', whole['server'], {
    required: minor >= 37 ? ['name', 'flavorRef', 'networks'] : ['name', 'flavorRef'],
    optional: [
      ...['imageRef', 'networks', 'min_count', 'max_count', 'return_reservation_id', 'availability_zone'],
      ...['metadata', 'key_name', 'security_groups', 'user_data', 'OS-DCF:diskConfig', 'adminPass', 'config_drive'],
      ...(minor >= 74 ? ['host', 'hypervisor_hostname'] : []),
    ],
  });
  checkNetworks(server['networks'], minor);
  const name = textOf('name', server['name']);
  const flavorRef = textOf('flavorRef', String(server['flavorRef'] ?? ''));
  const flavor = world.scenario.flavors.find(({ id }) => id === flavorRef);
  const image = world.scenario.images.find(({ id }) => id === server['imageRef']);
  if (!image) throw badRequest('Can not find requested image');
  if (!flavor) throw badRequest(`Flavor ${flavorRef} could not be found.`);
  const least = integerOf('min_count', server['min_count'] ?? 1, 1);
  const most = integerOf('max_count', server['max_count'] ?? least, 1);
  if (least > most) throw badRequest('min_count must be <= max_count');
  const host = server['host'] === undefined ? null : textOf('host', server['host']);
  if (host !== null) allow(identity, ADMIN, 'servers:create:requested_destination');
  if (host !== null && !world.hosts.get(host)) throw badRequest(`Compute host ${host} could not be found.`);
  const wantsReservation = booleanOf('return_reservation_id', server['return_reservation_id'] ?? false);
  const metadata = metadataOf(server['metadata'] ?? {});
  return { name, imageId: image.id, flavor, metadata, host, count: most, wantsReservation };
}

function checkNetworks(networks: unknown, minor: number): void {
  if (networks === undefined || Array.isArray(networks)) return;
  if (minor >= 37 && (networks === 'none' || networks === 'auto')) return;
  invalid('networks', networks, `${JSON.stringify(networks)} is not valid under any of the given schemas`);
}

function metadataOf(value: unknown): Readonly<Record<string, string>> {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const entries = Object.entries(objectOf('metadata', value, { optional: keys }));
  return Object.fromEntries(entries.map(([key, text]) => [key, textOf(key, text)]));
}

function freshServer(world: World, order: Order, identity: HttpContext['var']['identity'], reservationId: string) {
  const now = world.clock.now();
  const { name, imageId, flavor, metadata } = order;
  const { projectId, userId } = identity;
  const told = { id: world.newId(), name, projectId, userId, imageId, flavor, metadata, reservationId };
  return {
    ...told,
    host: null,
    vmState: 'building',
    taskState: 'scheduling',
    powerState: 0,
    oldFlavor: null,
    progress: 0,
    created: now,
    updated: now,
    launchedAt: null,
    terminatedAt: null,
    locked: false,
    oldVmState: null,
    fault: null,
    deleted: false,
  } satisfies ServerRow;
}

function list(world: World, context: HttpContext, view: (row: ServerRow) => unknown): Response {
  const { identity, minor } = context.var;
  const { status, name, reservation_id: reservation, host, all_tenants: tenants } = context.req.query();
  if (status !== undefined && !isApiStatus(status.toUpperCase())) {
    if (minor >= 38) throw badRequest('Invalid status value');
    return context.json({ servers: [] });
  }
  const isAdmin = identity.role === 'admin';
  const everyone = tenants !== undefined && isAdmin && (tenants === '' || booleanOf('all_tenants', tenants));
  const changed = changedWithin(context);
  const asOf = world.reads.view('server', occasionOf(context));
  const rows = world.store.servers
    .all(({ id }) => asOf(id))
    .filter((row) => everyone || row.projectId === identity.projectId)
    // Only a query for changes tells of the deleted ones.
    .filter((row) => !row.deleted || context.req.query('changes-since') !== undefined)
    .filter((row) => changed(row.updated))
    .filter((row) => status === undefined || apiStatus(row.vmState, row.taskState) === status.toUpperCase())
    .filter((row) => name === undefined || row.name.includes(name))
    .filter((row) => reservation === undefined || row.reservationId === reservation)
    .filter((row) => host === undefined || !isAdmin || row.host === host)
    .reverse()
    .sort((a, b) => b.created - a.created);
  const { maxLimit } = world.scenario;
  const page = pageOf(
    context,
    rows,
    maxLimit,
    ({ id }) => id,
    (marker) => `marker [${marker}] not found`,
  );
  return context.json({ servers: page.rows.map(view), ...(page.links.length > 0 && { servers_links: page.links }) });
}

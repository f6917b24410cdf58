import { notFound } from '../errors.ts';
import { type HttpContext, occasionOf, type Routes } from '../http.ts';
import { changedWithin, pageOf } from '../paging.ts';
import { type ActionRow, actionKey } from '../store.ts';
import { actionView, eventView } from '../views.ts';
import type { World } from '../world.ts';

const PATH = '/v2.1/servers/:id/os-instance-actions';

/** What was asked of a server, and how far the services got with it. */
export const instanceActionRoutes: Routes = (app, world) => {
  app.get(PATH, (context) => list(world(), context));
  app.get(`${PATH}/:request`, (context) => {
    const id = serverId(world(), context);
    const request = context.req.param('request');
    const asOf = world().reads.view('action', occasionOf(context, id));
    const row = world().store.actions.get(actionKey(id, request), asOf(id));
    if (!row) throw notFound(`Action ${request} not found`);
    const events = row.events.toReversed().map((event) => eventView(context, row, event));
    return context.json({ instanceAction: { ...actionView(context, row), events } });
  });
};

function list(world: World, context: HttpContext): Response {
  const id = serverId(world, context);
  const asOf = world.reads.view('action', occasionOf(context, id));
  const changed = context.var.minor >= 58 ? changedWithin(context) : () => true;
  const rows = world.store.actions
    .all((row) => asOf(row.serverId))
    .filter((row) => row.serverId === id && changed(row.updatedAt))
    .reverse();
  if (context.var.minor < 58) return context.json({ instanceActions: rows.map((row) => actionView(context, row)) });
  const key = ({ requestId }: ActionRow) => requestId;
  const badMarker = (marker: string) => `Marker ${marker} could not be found.`;
  const page = pageOf(context, rows, world.scenario.maxLimit, key, badMarker);
  const links = page.links.length > 0 && { links: page.links };
  return context.json({ instanceActions: page.rows.map((row) => actionView(context, row)), ...links });
}

/** Actions outlive their server: from 2.21 on those of a deleted one can still be read. */
function serverId(world: World, context: HttpContext): string {
  const id = context.req.param('id') ?? '';
  const row = world.store.servers.get(id);
  const { identity, minor } = context.var;
  const isHidden = identity.role !== 'admin' && row?.projectId !== identity.projectId;
  if (!row || isHidden || (row.deleted && minor < 21)) throw notFound(`Instance ${id} could not be found.`);
  return id;
}

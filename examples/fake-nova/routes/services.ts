import { serviceEnvelope } from '../envelopes.ts';
import { ApiError, badRequest, notFound } from '../errors.ts';
import { ADMIN, allow, bodyOf, type HttpContext, type Routes } from '../http.ts';
import { booleanOf, invalid, objectOf, textOf } from '../schema.ts';
import type { ServiceRow } from '../store.ts';
import { serviceView } from '../views.ts';
import type { World } from '../world.ts';

const PATH = '/v2.1/os-services';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The compute services: listing, disabling, and forcing them down. */
export const serviceRoutes: Routes = (app, world) => {
  app.get(PATH, (context) => {
    allow(context.var.identity, ADMIN, 'os-services:list');
    const { host, binary } = context.req.query();
    const rows = world()
      .hosts.list()
      .filter((row) => (host === undefined || row.host === host) && (binary ?? 'nova-compute') === 'nova-compute');
    return context.json({ services: rows.map((row) => serviceView(world(), context, row)) });
  });
  app.put(`${PATH}/:id`, async (context) => {
    const body = await bodyOf(context);
    allow(context.var.identity, ADMIN, 'os-services:update');
    return context.var.minor >= 53 ? updateByUuid(world(), context, body) : updateByName(world(), context, body);
  });
};

function updateByUuid(world: World, context: HttpContext, body: unknown): Response {
  const id = context.req.param('id') ?? '';
  const given = objectOf('body', body, { optional: ['status', 'disabled_reason', 'forced_down'] });
  const { status } = given;
  if (status !== undefined && status !== 'enabled' && status !== 'disabled') {
    invalid('status', status, "is not one of ['enabled', 'disabled']");
  }
  const reason = given['disabled_reason'] === undefined ? null : textOf('disabled_reason', given['disabled_reason']);
  const forcedDown = given['forced_down'] === undefined ? undefined : booleanOf('forced_down', given['forced_down']);
  if (reason !== null && status === 'enabled') {
    throw badRequest("Specifying 'disabled_reason' with status 'enabled' is invalid.");
  }
  if (status === undefined && forcedDown === undefined) {
    throw badRequest("No updates were requested. Fields 'status' or 'forced_down' should be specified.");
  }
  if (!UUID.test(id)) throw badRequest(`Invalid uuid ${id}`);
  const service = world.hosts.list().find((row) => row.id === id);
  if (!service) throw notFound(`Service ${id} could not be found.`);
  if (forcedDown === false) checkForceUp(world, service.host);
  const able = status === undefined ? {} : { disabled: status === 'disabled', disabledReason: reason };
  return changed(world, context, service, { ...able, ...(forcedDown !== undefined && { forcedDown }) });
}

/** A host that others have taken the servers from must first clean up after itself. */
function checkForceUp(world: World, host: string): void {
  const pending = world.store.migrations
    .all()
    .some((row) => row.type === 'evacuation' && row.sourceCompute === host && row.status === 'done');
  if (!pending) return;
  const why = '`done` evacuation migration records remain associated with the host';
  const cure = 'Ensure the compute service has been restarted, allowing these records to move to `completed`';
  throw badRequest(`Unable to force up host ${host} as ${why}. ${cure} before retrying this request.`);
}

function updateByName(world: World, context: HttpContext, body: unknown): Response {
  const action = context.req.param('id') ?? '';
  const extra = { 'disable-log-reason': ['disabled_reason'], 'force-down': ['forced_down'], enable: [], disable: [] };
  const required = Object.hasOwn(extra, action) ? extra[action as keyof typeof extra] : undefined;
  if (!required || (action === 'force-down' && context.var.minor < 11)) throw new ApiError(404, 'Unknown action');
  const given = objectOf('body', body, { required: ['host', 'binary', ...required] });
  const host = textOf('host', given['host']);
  const service = given['binary'] === 'nova-compute' ? world.hosts.get(host) : undefined;
  if (!service) throw notFound(`Could not find binary ${String(given['binary'])} on host ${host}.`);
  if (action === 'force-down') {
    const forcedDown = booleanOf('forced_down', given['forced_down']);
    if (!forcedDown) checkForceUp(world, host);
    return changed(world, context, service, { forcedDown });
  }
  const reason = given['disabled_reason'];
  const disabledReason = reason === undefined ? null : textOf('disabled_reason', reason);
  return changed(world, context, service, { disabled: action !== 'enable', disabledReason });
}

function changed(world: World, context: HttpContext, service: ServiceRow, change: Partial<ServiceRow>): Response {
  const row = world.hosts.change(service.host, change) ?? service;
  if (world.scenario.notifications.versioned) world.notifications.publish(serviceEnvelope(world, row), {});
  return context.json({ service: serviceView(world, context, row) });
}

import type { MiddlewareHandler } from 'hono';
import { ConnectionLost, errorBody, errorResponse, notFound } from './errors.ts';
import type { FaultParams } from './fault-catalogue.ts';
import { deleteServer } from './flows/delete-server.ts';
import { type HttpContext, type HttpEnv, occasionOf, serverIdIn } from './http.ts';
import type { World } from './world.ts';

/** The faults that strike on the wire and in the proxies in front: F17 to F20. */
export function faultMiddleware(world: () => World): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    const occasion = occasionOf(context);
    const { faults, clock, ended } = world();
    const throttled = faults.take('F18', occasion);
    if (throttled) return throttle(throttled, clock.now());
    const unavailable = faults.take('F17', occasion);
    if (unavailable) {
      if (unavailable.after) await next();
      return replace(context, unavailability(unavailable));
    }
    const network = faults.take('F19', occasion);
    if (network) {
      if (network.after || network.kind === 'truncated') await next();
      return replace(context, await breakDown(network.kind, context, ended));
    }
    await gone(world(), context);
    return next();
  };
}

/** An answer given after the request took effect must not keep the headers of the real one. */
function replace(context: HttpContext, response: Response): void {
  if (context.finalized) context.res = undefined;
  context.res = response;
}

function html(status: number, title: string, headers: Readonly<Record<string, string>> = {}): Response {
  const body = `<html><head><title>${status} ${title}</title></head><body><h1>${status} ${title}</h1></body></html>`;
  return new Response(body, { status, headers: { 'Content-Type': 'text/html', ...headers } });
}

function unavailability({ body, retryAfter }: FaultParams<'F17'>): Response {
  const headers: Record<string, string> = retryAfter === '' ? {} : { 'Retry-After': retryAfter };
  const message = 'The server is currently unavailable. Please try again at a later time.';
  if (body === 'html') return html(503, 'Service Unavailable', headers);
  return errorResponse({ status: 503, message, headers });
}

function throttle({ status, retryAfter, format }: FaultParams<'F18'>, now: number): Response {
  // An HTTP date has whole seconds; rounded up, so that nobody who heeds it comes too early.
  const date = new Date(Math.ceil((now + retryAfter * 1000) / 1000) * 1000).toUTCString();
  const value = format === 'date' ? date : String(retryAfter);
  const headers: Record<string, string> = format === 'none' ? {} : { 'Retry-After': value };
  return errorResponse({ status, message: 'This request was rate-limited.', headers });
}

async function breakDown(
  kind: FaultParams<'F19'>['kind'],
  context: HttpContext,
  ended: Promise<void>,
): Promise<Response> {
  if (kind === '408') return html(408, 'Request Time-out');
  if (kind === '504') return html(504, 'Gateway Time-out');
  if (kind === 'reset') throw new ConnectionLost();
  if (kind === 'hang') {
    await Promise.race([ended, aborted(context.req.raw.signal)]);
    throw new ConnectionLost();
  }
  const { status, headers } = context.res;
  const whole = await context.res.text();
  const text = whole === '' ? JSON.stringify(errorBody(status, '')) : whole;
  const kept = new Headers(headers);
  kept.delete('Content-Length');
  return new Response(text.slice(0, Math.ceil(text.length / 2)), {
    status: status === 204 ? 200 : status,
    headers: kept,
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** F20: a one-off 404, or the end of the server that is asked for. */
async function gone(world: World, context: HttpContext): Promise<void> {
  const id = serverIdIn(context.req.path);
  const row = id === undefined ? undefined : world.store.servers.get(id);
  if (!row || row.deleted || context.req.method !== 'GET') return;
  const occasion = occasionOf(context);
  if (world.faults.take('F20', occasion, ({ mode }) => mode === 'once')) {
    throw notFound(`Instance ${row.id} could not be found.`);
  }
  const fault = world.faults.take('F20', occasion, ({ mode }, { match }) => mode === 'delete' && !match.step);
  if (fault) await deleteServer(world, row, deleter(world));
}

/** Somebody else, who deletes a server that others wait for. */
export function deleter(world: World) {
  const { userId, projectId } = world.scenario;
  return {
    requestId: `req-${world.newId()}`,
    identity: { role: 'admin', projectId, userId },
    minor: 1,
  } as const;
}

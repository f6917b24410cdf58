import type { Context, Hono } from 'hono';
import { ApiError, badRequest, forbidden, notFound } from './errors.ts';
import type { Occasion } from './faults.ts';
import type { Identity } from './scenario.ts';
import type { AsOf, ServerRow } from './store.ts';
import type { World } from './world.ts';

/** What the middleware has found out about a request before its route sees it. */
export interface HttpEnv {
  readonly Variables: {
    readonly requestId: string;
    readonly identity: Identity;
    readonly minor: number;
  };
}

export type HttpApp = Hono<HttpEnv>;
export type HttpContext = Context<HttpEnv>;

/** Adds routes to the app. The world is asked for at each request: a reset replaces it. */
export type Routes = (app: HttpApp, world: () => World) => void;

/** Where a fault could strike this request. */
export function occasionOf(context: HttpContext, serverId?: string): Occasion {
  return { method: context.req.method, path: context.req.path, serverId: serverId ?? serverIdIn(context.req.path) };
}

/** The server that a path is about. */
export function serverIdIn(path: string): string | undefined {
  const id = /^\/v2\.1\/servers\/([^/]+)/.exec(path)?.[1];
  return id === 'detail' ? undefined : id;
}

/** As large as Nova takes. */
const MAX_BODY_BYTES = 114_688;

/**
 * Reads a JSON body.
 * @throws ApiError 400 if it is none, 413 if it is too large.
 */
export async function bodyOf(context: HttpContext): Promise<unknown> {
  const bytes = await bytesOf(context.req.raw.body);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw badRequest('Malformed request body');
  }
}

async function bytesOf(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Counted as it comes: a length in the headers need not be there, nor be true.
  for (const reader = body?.getReader(); reader; ) {
    const { value, done } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MAX_BODY_BYTES) throw new ApiError(413, 'Request is too large.');
    chunks.push(value);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/**
 * The caller's server as it is now, or as a stale replica still shows it.
 * @throws ApiError 404 if there is none, or it is another project's.
 */
export function serverOf(world: World, context: HttpContext, asOf: AsOf = {}): ServerRow {
  const id = context.req.param('id') ?? '';
  const row = world.store.servers.get(id, asOf);
  const { role, projectId } = context.var.identity;
  if (!row || row.deleted || (role !== 'admin' && row.projectId !== projectId)) {
    throw notFound(`Instance ${id} could not be found.`);
  }
  return row;
}

/**
 * Lets only these roles pass.
 * @throws ApiError 403 that names the rule.
 */
export function allow(identity: Identity, roles: readonly Identity['role'][], rule: string): void {
  if (!roles.includes(identity.role)) throw forbidden(`os_compute_api:${rule}`);
}

export const ADMIN: readonly Identity['role'][] = ['admin'];
export const MANAGER: readonly Identity['role'][] = ['admin', 'manager'];

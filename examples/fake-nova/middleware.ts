import type { MiddlewareHandler } from 'hono';
import { ApiError, errorResponse } from './errors.ts';
import type { HttpEnv } from './http.ts';
import { requestedMinor, versionHeaders } from './microversion.ts';
import { identify } from './scenario.ts';
import type { World } from './world.ts';

/** One request, as the log keeps it. */
export interface RequestEntry {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** 0 while there is no answer yet, and for ever if the connection was lost. */
  readonly status: number;
  /** When it arrived, in milliseconds since the epoch. */
  readonly at: number;
  readonly requestId: string;
}

/** Gives each request its id and microversion, logs it, and puts the common headers on its answer. */
export function conventions(world: () => World, log: () => RequestEntry[]): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    const requestId = `req-${world().newId()}`;
    const { method, url } = context.req;
    const { pathname: path, search: query } = new URL(url);
    const entries = log();
    const index = entries.push({ method, path, query, status: 0, at: world().clock.now(), requestId }) - 1;
    context.set('requestId', requestId);
    const version = readMinor(context.req.raw.headers);
    context.set('minor', typeof version === 'number' ? version : 1);
    if (typeof version === 'number') await next();
    else context.res = errorResponse(version);
    const headers = { 'x-compute-request-id': requestId, 'x-openstack-request-id': requestId };
    for (const [name, value] of Object.entries({ ...headers, ...versionHeaders(context.var.minor) })) {
      context.header(name, value);
    }
    const entry = entries[index];
    if (entry) entries[index] = { ...entry, status: context.res.status };
  };
}

function readMinor(headers: Headers): number | ApiError {
  try {
    return requestedMinor(headers);
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

/** Lets in whoever has a token. */
export function authentication(world: () => World): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    const identity = identify(world().scenario, context.req.header('X-Auth-Token') ?? '');
    if (!identity) throw new ApiError(401, 'The request you have made requires authentication.');
    context.set('identity', identity);
    await next();
  };
}

/** Nova speaks JSON only. */
export const jsonOnly: MiddlewareHandler<HttpEnv> = async (context, next) => {
  const type = context.req.header('Content-Type');
  const hasBody = context.req.method === 'POST' || context.req.method === 'PUT';
  if (hasBody && type !== undefined && !/^application\/json\s*(;|$)/i.test(type)) {
    throw new ApiError(415, 'Unsupported Content-Type');
  }
  await next();
};

import { NovaError } from './nova-error.ts';
import { ShapeError } from './shape.ts';

/** How to reach the service. */
export interface Connection {
  /** Where the service listens, without the version: `http://127.0.0.1:8774`. */
  readonly url: string;
  readonly token: string;
  readonly microversion: string;
  readonly fetch: typeof globalThis.fetch;
}

/** What every method takes. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

interface Call<Value> extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Reads the value out of the body; without it the body does not matter. */
  readonly read?: (body: unknown) => Value;
}

/** A value, and the id of the request that gave it. */
export interface Answer<Value> {
  readonly value: Value;
  readonly requestId: string;
}

export type Send = <Value>(call: Call<Value>) => Promise<Answer<Value>>;

/**
 * Makes the function that sends requests and turns their answers into values.
 *
 * @throws NovaError, as a rejection, for a refusal, for no answer, and for an answer that nobody can read. Of the last
 * two only those to a GET count as transient: another request may already have taken effect.
 */
export function createSend(connection: Connection): Send {
  return async <Value>(call: Call<Value>) => {
    const response = await request(connection, call);
    const requestId = response.headers.get('x-openstack-request-id') ?? '';
    if (!response.ok) throw await refusal(call, response, requestId);
    const text = await bodyOf(call, response, requestId);
    return { value: call.read ? parse(call, call.read, response, text) : (undefined as Value), requestId };
  };
}

async function request({ url, token, microversion, fetch }: Connection, call: Call<unknown>): Promise<Response> {
  const { method, path, body, signal } = call;
  const headers = {
    Accept: 'application/json',
    'X-Auth-Token': token,
    'OpenStack-API-Version': `compute ${microversion}`,
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
  };
  try {
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    return await fetch(`${url}/v2.1${path}`, { ...init, signal: signal ?? null });
  } catch (error) {
    // An abort is the caller's own decision, and comes back as it is.
    if (signal?.aborted) throw error;
    throw unheard(call, `no answer (${innermost(error)})`, error);
  }
}

async function bodyOf(call: Call<unknown>, response: Response, requestId: string): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    if (call.signal?.aborted) throw error;
    throw unheard(call, `the answer broke off (${innermost(error)})`, error, requestId);
  }
}

function parse<Value>(
  call: Call<Value>,
  read: (body: unknown) => Value,
  { headers, status }: Response,
  text: string,
): Value {
  const type = headers.get('content-type');
  const requestId = headers.get('x-openstack-request-id') ?? undefined;
  if (!isJson(type)) {
    throw unheard(call, `${status} with ${type ?? 'no content type'} instead of JSON`, undefined, requestId);
  }
  try {
    return read(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof ShapeError)) throw error;
    throw unheard(call, `${status} with a body that makes no sense (${error.message})`, error, requestId);
  }
}

/** An error for an answer that was lost on the way, or might as well have been. */
function unheard({ method, path }: Call<unknown>, what: string, error: unknown, requestId?: string): NovaError {
  const place = { method, path, requestId };
  if (method === 'GET') {
    return new NovaError({ ...place, reason: what, code: 'ERR_STREAM_PREMATURE_CLOSE', cause: error });
  }
  // Without its cause: `isTransient` would follow that to a broken connection, and have the request repeated.
  return new NovaError({ ...place, reason: `${what}; whether it took effect is not known` });
}

async function refusal({ method, path, signal }: Call<unknown>, response: Response, requestId: string) {
  const { status, headers } = response;
  const text = await response.text().catch((error: unknown) => {
    if (signal?.aborted) throw error;
    return '';
  });
  const { word, message } = errorIn(text) ?? { message: summary(text, headers.get('content-type')) };
  return new NovaError({
    method,
    path,
    status,
    word,
    reason: message,
    requestId: requestId === '' ? undefined : requestId,
    retryAfter: headers.get('retry-after') ?? undefined,
  });
}

/** Nova's error body: one key that names the kind, and a message below it. A proxy's answer is none. */
function errorIn(text: string): { word: string; message: string } | undefined {
  try {
    const [entry] = Object.entries(JSON.parse(text) as Record<string, { message?: unknown } | null>);
    const message = entry?.[1]?.message;
    return entry && typeof message === 'string' ? { word: entry[0], message } : undefined;
  } catch {
    return undefined;
  }
}

function summary(text: string, type: string | null): string {
  const title = /<title>([^<]{1,100})</i.exec(text)?.[1];
  return title ?? `an answer of ${text.length} characters with ${type ?? 'no content type'}`;
}

function isJson(type: string | null): boolean {
  return type !== null && /^application\/json\s*(;|$)/i.test(type);
}

/** `fetch failed` says nothing; the error it was caused by does. */
function innermost(error: unknown): string {
  let last = error;
  while (last instanceof Error && last.cause instanceof Error) last = last.cause;
  return last instanceof Error ? last.message || last.name : String(last);
}

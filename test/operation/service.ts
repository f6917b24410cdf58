/*
 * A small service that starts operations and tells of them over real HTTP, on a free port of this machine.
 *
 *   const service = await startService();                       // afterEach: await service.close()
 *   const job = service.plain(['running', { status: 503 }, 'done'], { headers: { 'retry-after': '0' } });
 *   await waitForOperation(await job.begin('POST'));            // begin() is fetch(job.start, { method }), not redirected
 *   service.requests.map(({ method, path }) => `${method} ${path}`);
 *
 * It has no clock: an operation is a list of steps, each read of its status gets the next one, and the last one stays.
 * A step is a word of the protocol or an answer of its own: `{ status, headers, body, text }`, PAGE, TRUNCATED or RESET.
 * A 303 leads to the result. Cancelling leads to the steps of `afterCancel`.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import {
  type Answer,
  type AzureScript,
  azureProtocol,
  googleProtocol,
  kubernetesProtocol,
  type PlainScript,
  type Protocol,
  plainProtocol,
  type ScriptOptions,
  type Step,
} from './protocols.ts';

export { PAGE, RESET, TRUNCATED } from './protocols.ts';

/** An operation that is to be started. */
export interface ScriptedOperation {
  /** Where to start it: by any method, but by no GET. */
  readonly start: string;
  readonly status: string;
  readonly result: string;
  /** How often its status was read. */
  readonly reads: number;
  /** Starts it, and follows no redirect. */
  begin(method?: string): Promise<Response>;
}

interface RecordedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Headers;
}

export interface Service {
  /** Its origin. */
  readonly url: string;
  /** What it was asked, the oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** `{ status: word }` at a status address. */
  plain(steps: readonly Step[], options?: PlainScript): ScriptedOperation;
  /** The words of a `status` or `provisioningState`: Running, Succeeded, Failed, Canceled. */
  azure(steps: readonly Step[], options?: AzureScript): ScriptedOperation;
  /** The words `running`, `done`, `failed` and `cancelled`; the name is put into every body. */
  google(steps: readonly Step[], options?: ScriptOptions): ScriptedOperation;
  /**
   * An object of generation 2, whose condition Ready is `True`, `False` or `Unknown`; `stale` is True of generation 1, and
   * `gone` a 404.
   */
  kubernetes(steps: readonly Step[], options?: ScriptOptions): ScriptedOperation;
  close(): Promise<void>;
}

export async function startService(): Promise<Service> {
  const requests: RecordedRequest[] = [];
  const scripts: Script[] = [];
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.all('*', (context) => {
    const { method, url, headers } = context.req.raw;
    const { pathname, search } = new URL(url);
    requests.push({ method, path: pathname + search, headers: new Headers(headers) });
    const [answer = { status: 404, body: { message: 'no such thing' } }] = scripts.flatMap((script) => {
      return script.answerTo(method, pathname, headers) ?? [];
    });
    return respond(answer, context);
  });
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function add(protocol: Protocol, steps: readonly Step[], options: ScriptOptions): ScriptedOperation {
    const script = new Script(url, protocol, steps, options);
    scripts.push(script);
    return script;
  }
  const next = () => scripts.length + 1;
  return {
    url,
    requests,
    plain: (steps, options = {}) => add(plainProtocol(next(), options), steps, options),
    azure: (steps, options = {}) => add(azureProtocol(next(), options), steps, options),
    google: (steps, options = {}) => add(googleProtocol(next()), steps, options),
    kubernetes: (steps, options = {}) => add(kubernetesProtocol(next()), steps, options),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** One operation: what it answers depends on how often it was asked, and on nothing else. */
class Script implements ScriptedOperation {
  reads = 0;
  readonly #origin: string;
  readonly #protocol: Protocol;
  readonly #options: ScriptOptions;
  #steps: readonly Step[];
  #at = 0;

  constructor(origin: string, protocol: Protocol, steps: readonly Step[], options: ScriptOptions) {
    this.#origin = origin;
    this.#protocol = protocol;
    this.#steps = steps;
    this.#options = options;
  }

  get start(): string {
    return this.#origin + this.#protocol.paths.start;
  }

  get status(): string {
    return this.#origin + this.#protocol.paths.status;
  }

  get result(): string {
    return this.#origin + this.#protocol.paths.result;
  }

  begin(method = 'POST'): Promise<Response> {
    return fetch(this.start, { method, redirect: 'manual' });
  }

  /** Undefined for what is not its own. */
  answerTo(method: string, path: string, headers: Headers): Answer | undefined {
    const { start, status, result } = this.#protocol.paths;
    if (method === 'POST' && path === `${status}:cancel`) return this.#cancel();
    if (method === 'GET' && (path === status || path.startsWith(`${status}/`))) return this.#read(headers);
    if (method === 'DELETE' && path === status && status !== start) return this.#cancel();
    if (method === 'GET' && (path === result || path === start)) return this.#options.result ?? this.#protocol.result;
    return path === start ? this.#begin() : undefined;
  }

  #begin(): Answer {
    const { start, paths, hasLocation } = this.#protocol;
    const location = hasLocation ? { location: this.#address(paths.result) } : {};
    return this.#withHeaders({ ...start, ...this.#options.start }, { ...this.#monitor(), ...location });
  }

  #read(headers: Headers): Answer {
    this.reads++;
    const step = this.#steps[Math.min(this.#at++, this.#steps.length - 1)] ?? {};
    const answer = this.#protocol.toAnswer(step);
    const next = this.#options.moves ? this.#monitor() : {};
    if (!this.#options.hasEtag || (answer.status ?? 200) !== 200) return this.#withHeaders(answer, next);
    const etag = `"${Buffer.from(JSON.stringify(answer)).toString('base64url')}"`;
    const isKnown = headers.get('if-none-match') === etag;
    return this.#withHeaders(isKnown ? { status: 304 } : answer, { ...next, etag });
  }

  #cancel(): Answer {
    const { cancel = { status: 202, body: {} }, afterCancel = [this.#protocol.cancelled] } = this.#options;
    if ((cancel.status ?? 200) < 300) [this.#steps, this.#at] = [afterCancel, 0];
    return cancel;
  }

  #monitor(): Record<string, string> {
    const { header, paths } = this.#protocol;
    const path = this.#options.moves ? `${paths.status}/${this.#at}` : paths.status;
    return header === undefined ? {} : { [header]: this.#address(path) };
  }

  #withHeaders(answer: Answer, headers: Readonly<Record<string, string>>): Answer {
    const toResult = answer.status === 303 ? { location: this.#address(this.#protocol.paths.result) } : {};
    return { ...answer, headers: { ...headers, ...toResult, ...this.#options.headers, ...answer.headers } };
  }

  #address(path: string): string {
    return this.#options.isRelative ? path : this.#origin + path;
  }
}

function respond(answer: Answer, context: Context<{ Bindings: HttpBindings }>): Response {
  if (answer.isReset) context.env.incoming.socket.resetAndDestroy();
  const { status = 200, headers, body, text } = answer;
  const content = text ?? (body === undefined ? null : JSON.stringify(body));
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  return new Response(content, { status, headers: { ...type, ...headers } });
}

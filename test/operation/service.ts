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

/** What is answered: 200 unless `status` says otherwise; JSON of `body`, or `text` as it is. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
  /** Resets the connection instead. */
  readonly isReset?: boolean;
}

/** What a read of the status gets. */
export type Step = string | Answer;

/** The page of a proxy, which says 200. */
export const PAGE: Answer = { text: '<html><title>Sign in</title></html>', headers: { 'content-type': 'text/html' } };
/** JSON that is cut short. */
export const TRUNCATED: Answer = { text: '{"status": "runn', headers: { 'content-type': 'application/json' } };
/** A connection that is reset. */
export const RESET: Answer = { isReset: true };

export interface ScriptOptions {
  /** The answer to the request that starts it, in place of the usual one; its headers come on top of the usual ones. */
  readonly start?: Answer;
  /** Headers of the start answer and of every read. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether addresses in headers are paths, and not whole. */
  readonly isRelative?: boolean;
  /** Whether every read names another address for the next one. */
  readonly moves?: boolean;
  /** Whether reads have an ETag, and answer 304 to whoever has it already. */
  readonly hasEtag?: boolean;
  /** What is read at the result, or at the thing itself where that is not the status. */
  readonly result?: Answer;
  /** The answer to a cancel request; a 2xx has the steps of `afterCancel` follow. */
  readonly cancel?: Answer;
  readonly afterCancel?: readonly Step[];
}

export interface PlainScript extends ScriptOptions {
  /** The header that leads to the status. */
  readonly by?: 'location' | 'operation-location' | 'azure-asyncoperation';
}

export interface AzureScript extends ScriptOptions {
  /** What tells: a monitor, a Location that answers 202 until Succeeded, or the resource. */
  readonly by?: 'operation-location' | 'azure-asyncoperation' | 'location' | 'resource';
  /** Whether the start answer names the result by its Location too. */
  readonly hasLocation?: boolean;
}

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

export interface RecordedRequest {
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

interface Protocol {
  readonly paths: { readonly start: string; readonly status: string; readonly result: string };
  /** The header that names the status, if one does. */
  readonly header?: string | undefined;
  readonly start: Answer;
  readonly result: Answer;
  readonly cancelled: string;
  toAnswer(step: Step): Answer;
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
    azure: (steps, options = {}) => add(azureProtocol(next(), options, url), steps, options),
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
    const { start } = this.#protocol;
    return this.#withHeaders({ ...start, ...this.#options.start }, { ...start.headers, ...this.#monitor() });
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

function plainProtocol(id: number, { by = 'location' }: PlainScript): Protocol {
  const start = `/plain/${id}`;
  return {
    paths: { start, status: `${start}/status`, result: `${start}/result` },
    header: by,
    start: { status: 202 },
    result: { body: { made: id } },
    cancelled: 'cancelled',
    toAnswer: (step) => (typeof step === 'string' ? { body: { status: step } } : step),
  };
}

function azureProtocol(id: number, { by = 'operation-location', hasLocation }: AzureScript, origin: string): Protocol {
  const start = `/azure/things/${id}`;
  const paths = {
    start,
    status: by === 'resource' ? start : `/azure/operations/${id}`,
    result: `/azure/results/${id}`,
  };
  const resource = (provisioningState: string) => ({ body: { id: start, properties: { provisioningState } } });
  const words = {
    monitor: (word: string) => ({ body: { status: word } }),
    location: (word: string) => (/^(succeeded|failed|canceled)$/i.test(word) ? resource(word) : { status: 202 }),
    resource,
  };
  const toAnswer = words[by === 'location' || by === 'resource' ? by : 'monitor'];
  return {
    paths,
    header: by === 'resource' ? undefined : by,
    start: {
      ...(by === 'resource' ? { status: 201, ...resource('Creating') } : { status: 202 }),
      ...(hasLocation && { headers: { location: origin + paths.result } }),
    },
    result: resource('Succeeded'),
    cancelled: 'Canceled',
    toAnswer: (step) => (typeof step === 'string' ? toAnswer(step) : step),
  };
}

function googleProtocol(id: number): Protocol {
  const name = `operations/${id}`;
  const words: Record<string, object> = {
    running: {},
    done: { done: true, response: { made: id } },
    failed: { done: true, error: { code: 9, message: 'it is not empty' } },
    cancelled: { done: true, error: { code: 1, message: 'cancelled' } },
  };
  return {
    paths: { start: `/v1/things/${id}`, status: `/v1/${name}`, result: `/v1/things/${id}` },
    start: { body: { name } },
    result: { body: { made: id } },
    cancelled: 'cancelled',
    toAnswer(step) {
      if (typeof step === 'string') return { body: { name, ...words[step] } };
      return typeof step.body === 'object' ? { ...step, body: { name, ...step.body } } : step;
    },
  };
}

function kubernetesProtocol(id: number): Protocol {
  const path = `/apis/example.org/v1/things/thing-${id}`;
  const metadata = { name: `thing-${id}`, uid: `uid-${id}`, generation: 2 };
  const object = (status: object) => ({ apiVersion: 'example.org/v1', kind: 'Thing', metadata, status });
  const gone = { kind: 'Status', status: 'Failure', reason: 'NotFound', message: 'not found', code: 404 };
  const ready = (status: string, observedGeneration = 2) => ({
    body: object({ observedGeneration, conditions: [{ type: 'Ready', status }] }),
  });
  return {
    paths: { start: path, status: path, result: path },
    start: { body: object({}) },
    result: ready('True'),
    cancelled: 'False',
    toAnswer(step) {
      if (typeof step !== 'string') return step;
      if (step === 'gone') return { status: 404, body: gone };
      return step === 'stale' ? ready('True', 1) : ready(step);
    },
  };
}

function respond(answer: Answer, context: Context<{ Bindings: HttpBindings }>): Response {
  if (answer.isReset) context.env.incoming.socket.resetAndDestroy();
  const { status = 200, headers, body, text } = answer;
  const content = text ?? (body === undefined ? null : JSON.stringify(body));
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  return new Response(content, { status, headers: { ...type, ...headers } });
}

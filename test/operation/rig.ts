import type { Wake, WakeSource } from 'unsleep';
import type { OperationError, OperationToken, Verdict } from 'unsleep/operation';
import { vi } from 'vitest';
import { settle } from '../virtual-time.ts';

/** An answer of a scripted server, an error of the network, or what makes one of them. */
export type Step = Response | Error | ((init: RequestInit) => Response | Promise<Response>);

/** A request that a scripted server got, and when, in virtual milliseconds from the first line of the test. */
interface Asked {
  readonly at: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly credentials: RequestCredentials | undefined;
}

export const HOME = 'https://api.example/jobs';
export const STATUS = 'https://api.example/operations/41';

/** A server that gives these answers one after the other, and the last one for ever. */
export function scripted(...steps: readonly Step[]) {
  const began = performance.now();
  const asked: Asked[] = [];
  const fetch = vi.fn(async (url: string | URL | Request, init: RequestInit = {}) => {
    const { method = 'GET', headers, credentials } = init;
    asked.push({ at: performance.now() - began, method, url: String(url), headers: new Headers(headers), credentials });
    const step = steps[Math.min(asked.length, steps.length) - 1];
    if (step instanceof Error) throw step;
    const response = typeof step === 'function' ? await step(init) : step?.clone();
    return at(response ?? json({}), String(url));
  }) as unknown as typeof globalThis.fetch;
  return { fetch, asked, instants: () => asked.map(({ at }) => at) };
}

/** A response that says where it came from, as those of a real fetch do. */
export function at(response: Response, url: string): Response {
  return Object.defineProperty(response, 'url', { value: url });
}

/** A JSON answer. */
export function json(body: unknown, headers: Record<string, string> = {}, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

/** A status of the plain dialect. */
export function state(status: string, headers: Record<string, string> = {}, more: object = {}): Response {
  return json({ status, ...more }, headers);
}

/** The answer 202 of a request that started something. */
export function accepted(headers: Record<string, string> = {}): Response {
  return at(new Response(null, { status: 202, headers: { 'operation-location': STATUS, ...headers } }), HOME);
}

/** An answer without a body worth reading. */
export function status(code: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status: code, headers });
}

/** How the promise resolves when so much virtual time passes. */
export async function value<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  const result = await settle(promise, milliseconds);
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** The verdict, which is one of failure. */
export async function failure(promise: Promise<Verdict>, milliseconds: number): Promise<OperationError> {
  const verdict = await value(promise, milliseconds);
  if (verdict.outcome === 'succeeded') throw new Error('it succeeded');
  return verdict.error;
}

/** A token of the operation that the answers of this rig are about. */
export const token = (more: Partial<OperationToken> = {}): OperationToken => ({
  v: 1,
  dialect: 'plain',
  url: STATUS,
  startedAt: Date.now(),
  ...more,
});

/** A read that never answers, until its signal aborts. */
export function hangs({ signal }: RequestInit): Promise<Response> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** A network that failed. */
export function networkError(): TypeError {
  return Object.assign(new TypeError('fetch failed'), {
    cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
  });
}

/** A source whose events the test makes. */
export function bell() {
  const wakes = new Set<Wake>();
  const source: WakeSource = (wake) => {
    wakes.add(wake);
    return () => wakes.delete(wake);
  };
  const ring = () => {
    for (const wake of wakes) wake();
  };
  return { source, ring, ringAt: (instant: number) => setTimeout(ring, instant), listeners: wakes };
}

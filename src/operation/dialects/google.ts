import { checkFunction } from '../../check.ts';
import type { Circumstances, Dialect, StatusResponse } from '../dialect.ts';
import { isObject, own } from '../failure.ts';
import { byStatus, unreadable } from '../http-status.ts';
import { resolved } from '../location.ts';
import type { NoMonitor, Observation, OperationFailure } from '../observation.ts';
import { askedDelay } from '../retry-after.ts';
import { customMethod } from './custom-method.ts';
import { versionIn } from './plain.ts';
import { wordIn } from './word-in.ts';

/** What the answers of Google do not tell by themselves. */
export interface GoogleOptions {
  /**
   * Where an operation of this name is, relative to the address that was asked to start it. What this throws ends the wait.
   * @defaultValue the name behind the version with which the path of that address begins: `/v1/operations/7`. The query is
   * left out, a key in it too: keys belong into `headers`
   */
  readonly url?: ((name: string, startUrl: string) => string) | undefined;
}

// google.rpc.Code
const CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];
const CANCELLED = 1;
const VERSION = /^\/(v\d+[a-z\d]*)(?=\/|$)/;
const DURATION = /^(\d{1,9}(?:\.\d{1,9})?)s$/;

/**
 * Google: every API whose methods give a `google.longrunning.Operation`. It goes on until it says `done`, with a `response`,
 * which is the result, or an `error`, whose code is known by its name, such as `ABORTED`. Done with neither is a success
 * without a result.
 *
 * @see https://google.aip.dev/151
 * @throws TypeError for an option that is no function
 * @example
 * ```ts
 * import { google } from 'unsleep/operation';
 *
 * google({ url: (name) => `/storage/v2/${name}` }).name; // => 'google'
 * ```
 */
export function google<T = unknown>(options: GoogleOptions = {}): Dialect<T> {
  checkFunction('url', options.url);
  return {
    name: 'google',
    classify(response, at) {
      const seen = byStatus(response, at);
      return seen ? withRetryInfo(seen, response.body) : byOperation(response, at, options);
    },
    async cancel({ url }, io) {
      if (url === undefined) throw new Error('there is no address to cancel at');
      const headers = { 'content-type': 'application/json' };
      return await io.send(customMethod(url, 'cancel'), { method: 'POST', headers, body: '{}' });
    },
  };
}

function byOperation<T>(response: StatusResponse, at: Circumstances, options: GoogleOptions): Observation<T> {
  const { body, headers } = response;
  const done = own(body, 'done');
  const name = wordIn(body, 'name');
  // JSON of protocol buffers leaves out what is false, but an operation has a name.
  const isOperation = typeof done === 'boolean' || (done === undefined && name !== undefined);
  if (!isOperation) return unreadable(response, at.now, 'it is no operation');
  if (done) return verdict(body);
  const metadata = own(body, 'metadata');
  const pending = {
    kind: 'pending',
    state: wordIn(metadata, 'state'),
    progress: progressIn(metadata),
    notBefore: askedDelay(headers, at.now),
  } as const;
  // The ETag of a start answer is of something else than what is polled.
  if (!at.initial) return { ...pending, ...versionIn(headers) };
  const url = addressOf(name, response.url, options);
  return typeof url === 'string' ? { ...pending, url, name } : url;
}

function verdict<T>(body: unknown): Observation<T> {
  const error = own(body, 'error') ?? undefined;
  if (error !== undefined) {
    const kind = own(error, 'code') === CANCELLED ? 'cancelled' : 'failed';
    return { kind, error: failureOf(error), state: codeOf(error) };
  }
  const response = own(body, 'response') ?? undefined;
  if (response === undefined) return { kind: 'succeeded', state: 'done, without a result', value: undefined };
  return { kind: 'succeeded', value: response as T };
}

function failureOf(error: unknown): OperationFailure {
  const code = codeOf(error);
  const message = wordIn(error, 'message') ?? `an error ${code ?? 'that does not say what went wrong'}`;
  return { code, message, details: isObject(error) ? own(error, 'details') : error };
}

function codeOf(error: unknown): string | undefined {
  const code = own(error, 'code');
  return typeof code === 'number' ? (CODES[code] ?? String(code)) : wordIn(error, 'code');
}

function progressIn(metadata: unknown): number | undefined {
  const values = [own(metadata, 'progressPercent'), own(metadata, 'progress_percent')];
  return values.find((value): value is number => typeof value === 'number' && value >= 0 && value <= 100);
}

function addressOf(name: string | undefined, startUrl: string, { url }: GoogleOptions): string | NoMonitor {
  if (name === undefined) return noMonitor('the operation has no name');
  if (url) return resolved(url(name, startUrl), startUrl) ?? noMonitor('what `url` gave is no address');
  const segments = name.split('/');
  // A name leads nowhere else than to what it names.
  if (segments.some((segment) => /^\.{0,2}$|\p{Surrogate}/u.test(segment)))
    return noMonitor('the name of the operation is no path');
  const start = resolved(startUrl, startUrl);
  const version = start === undefined ? undefined : VERSION.exec(new URL(start).pathname)?.[1];
  const path = `/${version}/${segments.map(encodeURIComponent).join('/')}`;
  const address = version === undefined ? undefined : resolved(path, startUrl);
  return address ?? noMonitor('the path that was asked begins with no version, such as /v1: give `url`');
}

function noMonitor(why: string): NoMonitor {
  return { kind: 'no-monitor', because: `accepted, and nothing tells where to look: ${why}` };
}

/** Google says in the body, not in a header, how long it wants not to be asked. */
function withRetryInfo(seen: Observation<never>, body: unknown): Observation<never> {
  if (seen.kind !== 'unreadable' || seen.notBefore !== undefined) return seen;
  const details = own(own(body, 'error'), 'details');
  const infos: readonly unknown[] = Array.isArray(details) ? details : [];
  const info = infos.find((detail) => wordIn(detail, '@type')?.endsWith('google.rpc.RetryInfo'));
  const [, seconds] = DURATION.exec(wordIn(info, 'retryDelay') ?? '') ?? [];
  return seconds === undefined ? seen : { ...seen, notBefore: Number(seconds) * 1_000 };
}

import { check, checkOptions } from '../../check.ts';
import type { Circumstances, Dialect, StatusResponse } from '../dialect.ts';
import { failureIn, own } from '../failure.ts';
import { byStatus, unreadable } from '../http-status.ts';
import { locationIn } from '../location.ts';
import type { Observation } from '../observation.ts';
import { askedDelay } from '../retry-after.ts';
import { meaningOf, type Words } from '../words.ts';

/** What to expect of a plain REST API. */
export interface PlainOptions extends Words {
  /** The path of the word in a body, as `status` or `properties.state`. @defaultValue `'status'` */
  readonly path?: string | undefined;
  /** Whether an answer 200 without the word is unreadable, instead of the end. @defaultValue `false` */
  readonly statusRequired?: boolean | undefined;
  /** Whether to look again at the address that was asked first, when no header names another. @defaultValue `false` */
  readonly sameUrl?: boolean | undefined;
}

/**
 * Plain REST: a 202 goes on, with `Operation-Location`, `Azure-AsyncOperation` or `Location` telling where to look; any
 * other 2xx is the end, unless its body has a status word that says otherwise. The default.
 *
 * The word in a 202 that starts an operation is not taken for its success: it says that the request was fine. And a
 * start that names an operation to look at is not the end, whatever 2xx it is, unless its word says so.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15.3.3
 * @throws RangeError or TypeError for an option that is out of range
 * @example
 * ```ts
 * import { plain } from 'unsleep/operation';
 *
 * plain({ path: 'job.state', succeeded: ['FINISHED'], failed: ['CRASHED'] }).name; // => 'plain'
 * ```
 */
export function plain<T = unknown>(options: PlainOptions = {}): Dialect<T> {
  checkOptions(options);
  const { path = 'status', statusRequired = false, sameUrl = false, ...words } = options;
  check('statusRequired', statusRequired, typeof statusRequired === 'boolean', 'true or false');
  check('sameUrl', sameUrl, typeof sameUrl === 'boolean', 'true or false');
  const reading = { path, keys: keysOf(path), meaning: meaningOf(words), statusRequired, sameUrl };
  return { name: 'plain', classify: (response, at) => byStatus(response, at) ?? byBody(response, at, reading) };
}

interface Reading {
  readonly path: string;
  readonly keys: readonly string[];
  readonly meaning: ReturnType<typeof meaningOf>;
  readonly statusRequired: boolean;
  readonly sameUrl: boolean;
}

function keysOf(path: unknown): readonly string[] {
  const allowed = 'names of members with dots between them';
  check('path', path, typeof path === 'string', allowed);
  const keys = String(path).split('.');
  if (keys.includes('')) throw new RangeError(`\`path\` must be ${allowed}; got '${path}'`);
  return keys;
}

function byBody<T>(response: StatusResponse, at: Circumstances, reading: Reading): Observation<T> {
  const { status, body, headers } = response;
  const word = reading.keys.reduce(own, body);
  const state = typeof word === 'string' && word.trim() !== '' ? word : undefined;
  const end = state === undefined ? undefined : byWord<T>(state, response, at, reading);
  if (end) return end;
  const isEnd = status !== 202 && state === undefined && !(at.initial && operationOf(response));
  if (isEnd) {
    // It may be the page of a proxy, which says 200 to everything.
    const isDoubtful = response.unreadable !== undefined || reading.statusRequired || word !== undefined;
    if (!isDoubtful) return { kind: 'succeeded', value: body as T };
    return unreadable(response, at.now, word === undefined ? undefined : `its \`${reading.path}\` is no word`);
  }
  const url = nextOf(response, at, reading);
  if (at.initial && !url) return { kind: 'no-monitor', because: NO_MONITOR };
  const notBefore = askedDelay(headers, at.now);
  return { kind: 'pending', state, notBefore, url, ...progressIn(body), ...versionIn(headers) };
}

function byWord<T>(
  state: string,
  { status, body }: StatusResponse,
  { initial }: Circumstances,
  { meaning }: Reading,
): Observation<T> | undefined {
  switch (meaning(state)) {
    case 'failed':
      return { kind: 'failed', state, error: failureIn(body) ?? { message: `status ${state}` } };
    case 'cancelled':
      return { kind: 'cancelled', state, error: failureIn(body) };
    case 'unrecognized':
      return { kind: 'unrecognized', state };
    case 'succeeded':
      // `{ status: 'success', message: 'queued' }`: it is the request that succeeded.
      return initial && status === 202 ? undefined : { kind: 'succeeded', state, value: body as T };
    case 'pending':
      return undefined;
  }
}

function nextOf(response: StatusResponse, { initial }: Circumstances, { sameUrl }: Reading): string | undefined {
  // In a later answer, Location tells where to look of a 202 alone: that of a 200 may be where the result will be.
  const named = initial || response.status === 202 ? monitorOf(response) : operationOf(response);
  return named ?? (initial && sameUrl && response.url !== '' ? response.url : undefined);
}

/** What a dialect says of an accepted request that no header tells where to follow. */
export const NO_MONITOR =
  'accepted, and neither Operation-Location, Azure-AsyncOperation nor Location tells where to look' +
  ' (a browser hides them from a page of another origin, unless the server names them in Access-Control-Expose-Headers)';

/** Where to look next, of the headers that may say so. */
export function monitorOf(response: StatusResponse): string | undefined {
  return operationOf(response) ?? locationIn(response, 'location');
}

function operationOf(response: StatusResponse): string | undefined {
  return locationIn(response, 'operation-location') ?? locationIn(response, 'azure-asyncoperation');
}

/** How far a body says that it is. */
export function progressIn(body: unknown): { progress?: number } {
  const progress = ['percentComplete', 'progress', 'progressPercent'].map((key) => own(body, key)).find(isPercent);
  return progress === undefined ? {} : { progress };
}

function isPercent(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 100;
}

/** The ETag, so that the server need not tell again what has not changed. */
export function versionIn(headers: Headers): { version?: string } {
  const version = headers.get('etag');
  return version === null ? {} : { version };
}

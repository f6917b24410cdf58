import type { Circumstances, Dialect, StatusResponse } from '../dialect.ts';
import { failureIn, isObject } from '../failure.ts';
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
  const { path = 'status', statusRequired = false, sameUrl = false, ...words } = options;
  const meaning = meaningOf(words);
  const keys = path.split('.');
  return {
    name: 'plain',
    classify: (response, at) =>
      byStatus(response, at) ?? byBody(response, at, { keys, meaning, statusRequired, sameUrl }),
  };
}

interface Reading {
  readonly keys: readonly string[];
  readonly meaning: ReturnType<typeof meaningOf>;
  readonly statusRequired: boolean;
  readonly sameUrl: boolean;
}

function byBody<T>(response: StatusResponse, at: Circumstances, reading: Reading): Observation<T> {
  const { status, body, headers, url } = response;
  const word = at_(body, reading.keys);
  const notBefore = askedDelay(headers, at.now);
  const monitor = monitorOf(response) ?? (at.initial && reading.sameUrl ? url : undefined);
  const meaning = typeof word === 'string' ? reading.meaning(word) : undefined;
  const state = typeof word === 'string' ? word : undefined;
  if (meaning === 'failed') {
    return { kind: 'failed', state, error: failureIn(body) ?? { message: `status ${state}` } };
  }
  if (meaning === 'cancelled') return { kind: 'cancelled', state, error: failureIn(body) };
  if (meaning === 'unrecognized') return { kind: 'unrecognized', state: state as string };
  if (meaning === 'succeeded') return { kind: 'succeeded', state, value: body as T };
  if (status !== 202 && meaning === undefined) {
    // It may be the page of a proxy, which says 200 to everything.
    if (response.unreadable !== undefined || reading.statusRequired || word !== undefined) {
      return unreadable(response, at.now, `its status is no word`);
    }
    return { kind: 'succeeded', value: body as T };
  }
  if (at.initial && !monitor) return { kind: 'no-monitor', because: NO_MONITOR };
  return { kind: 'pending', state, notBefore, url: monitor, ...progressIn(body), ...versionIn(headers) };
}

/** What a dialect says of an accepted request that no header tells where to follow. */
export const NO_MONITOR =
  'accepted, and neither Operation-Location, Azure-AsyncOperation nor Location tells where to look';

/** Where to look next, of the headers that may say so. */
export function monitorOf(response: StatusResponse): string | undefined {
  return (
    locationIn(response, 'operation-location') ??
    locationIn(response, 'azure-asyncoperation') ??
    locationIn(response, 'location')
  );
}

/** How far a body says that it is. */
export function progressIn(body: unknown): { progress?: number } {
  if (!isObject(body)) return {};
  const progress = [body['percentComplete'], body['progress'], body['progressPercent']].find(isPercent);
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

function at_(body: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), body);
}

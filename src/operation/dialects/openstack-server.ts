import type { Circumstances, Dialect, StatusResponse } from '../dialect.ts';
import { isObject } from '../failure.ts';
import { unreadable } from '../http-status.ts';
import { locationIn } from '../location.ts';
import type { NoMonitor, Observation } from '../observation.ts';
import { askedDelay } from '../retry-after.ts';
import { byAnswer, isWord, SETTLE, type ServerRow, serverIn, wordOf } from './openstack-answers.ts';
import { placeIn, placeOf } from './openstack-place.ts';

/** What to expect of a server. */
export interface OpenstackServerOptions {
  /**
   * The status that is wanted, or several, whatever their case. It counts once no task is under way any more. With
   * `DELETED` the end is that the server is not there any more.
   */
  readonly target: string | readonly string[];
  /** The statuses that mean failure, without those that are a target. @defaultValue `['ERROR']` */
  readonly failed?: string | readonly string[] | undefined;
  /**
   * The status before the request. A server that was in ERROR shows that until the request has had its effect, so it
   * counts as a failure only when no task is under way. @defaultValue none of the failures
   */
  readonly before?:
    | {
        /** The word of it, as the server showed it. */
        readonly status: string;
      }
    | undefined;
}

/**
 * OpenStack Nova, a server: follows a boot, an action or a deletion until the server has its status and no task is under
 * way. The result is the server, as `GET /servers/{id}` shows it, and undefined for one that is deleted.
 *
 * Statuses that no list names are waited out. A fault is recorded a moment after ERROR is: what is said of a failure is
 * what was there once it had settled. For moves between hosts the status of the server does not tell:
 * see `openstackMigration`.
 *
 * @see https://docs.openstack.org/api-guide/compute/server_concepts.html
 * @throws RangeError or TypeError for an option that is out of range
 * @example
 * ```ts
 * import { openstackServer } from 'unsleep/operation';
 *
 * openstackServer({ target: ['ACTIVE', 'SHUTOFF'] }).name; // => 'openstack-server'
 * ```
 */
export function openstackServer<T = unknown>(options: OpenstackServerOptions): Dialect<T> {
  const wanted = toWanted(options);
  return {
    name: 'openstack-server',
    settle: SETTLE,
    classify: (response, at) => classify(response, at, wanted),
  };
}

interface Wanted {
  readonly targets: readonly string[];
  readonly failures: readonly string[];
  readonly before: string | undefined;
}

function toWanted({ target, failed = ['ERROR'], before }: OpenstackServerOptions): Wanted {
  const targets = statusesIn('target', target);
  if (targets.length === 0) throw new RangeError('`target` must name a status; got none');
  const failures = statusesIn('failed', failed).filter((status) => !targets.includes(status));
  if (before !== undefined && !isWord(before?.status)) {
    throw new TypeError(`\`before.status\` must be the status of the server before; got ${String(before?.status)}`);
  }
  return { targets, failures, before: before?.status.trim().toUpperCase() };
}

function statusesIn(name: string, value: unknown): readonly string[] {
  const words: readonly unknown[] = Array.isArray(value) ? value : [value];
  return words.map((word) => {
    if (!isWord(word)) throw new TypeError(`\`${name}\` must be a status, or an array of them; got ${String(word)}`);
    return word.trim().toUpperCase();
  });
}

function classify<T>(response: StatusResponse, at: Circumstances, wanted: Wanted): Observation<T> {
  const isMissing = response.status === 404 || response.status === 410;
  if (!at.initial && isMissing && wanted.targets.includes('DELETED')) return { kind: 'succeeded', state: 'DELETED' };
  const answered = byAnswer(response, at);
  if (answered) return answered;
  if (at.initial) return begin(response, at.now);
  const server = serverIn(response.body);
  if (typeof server === 'string') return unreadable(response, at.now, server);
  return (
    byServer(server, wanted) ?? { kind: 'pending', ...seen(server), notBefore: askedDelay(response.headers, at.now) }
  );
}

function byServer<T>(server: ServerRow, { targets, failures, before }: Wanted): Observation<T> | undefined {
  const { status, task, fault, json } = server;
  const isAtRest = task === null;
  const state = wordOf(server);
  if (isAtRest && targets.includes(status)) return { kind: 'succeeded', state, value: json as unknown as T };
  if (failures.includes(status) && (isAtRest || status !== before)) {
    const error = fault ?? { message: `the server is in ${state}, and no fault is recorded`, code: status };
    return { kind: 'failed', state, error };
  }
  // It stays so, for those who may see what is deleted.
  if (isAtRest && status === 'DELETED') return { kind: 'gone', cause: new Error('the server is DELETED') };
  return undefined;
}

function seen(server: ServerRow) {
  return { state: wordOf(server), progress: server.progress };
}

/** The start answer tells where to look, and nothing of the end. */
function begin(response: StatusResponse, now: number): Observation<never> {
  const created = serverAnswered(response);
  const place = placeOf(response.url) ?? placeIn(response.url, created) ?? placeOf(locationIn(response, 'location'));
  if (!place) return NOWHERE;
  return { kind: 'pending', url: place.server, notBefore: askedDelay(response.headers, now) };
}

const NOWHERE: NoMonitor = {
  kind: 'no-monitor',
  because:
    'accepted, and neither the address of the request (…/servers/{id}/…), the `server.id` of the answer nor Location tells which server to look at',
};

// Before Location: behind a proxy that often names a host that nobody else can reach.
function serverAnswered({ body }: StatusResponse): unknown {
  const server = isObject(body) ? body['server'] : undefined;
  return isObject(server) ? server['id'] : undefined;
}

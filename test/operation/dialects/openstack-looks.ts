import type { Circumstances, Dialect, StatusResponse } from '../../../src/operation/dialect.ts';
import type { OperationToken } from '../../../src/operation/token.ts';

export const BASE = 'https://nova.example/compute/v2.1';
export const ID = '3f1c6a52-8f0e-4d3b-9f1e-0a1b2c3d4e5f';
export const SERVER = `${BASE}/servers/${ID}`;
export const RECORDS = `${BASE}/os-migrations?instance_uuid=${ID}`;
export const REQUEST = 'req-11111111-2222-3333-4444-555555555555';
export const ACTION = `${SERVER}/os-instance-actions/${REQUEST}`;
/** When the move was asked for, and what the clock of the server said then. */
export const START = Date.UTC(2026, 0, 1, 12);
export const DATE = new Date(START).toUTCString();

/** An answer; without a body there is none. */
export function answer(
  body?: unknown,
  more: Partial<Omit<StatusResponse, 'headers'>> & { headers?: HeadersInit } = {},
) {
  const { headers, ...rest } = more;
  return { status: 200, url: SERVER, body, ...rest, headers: new Headers(headers) } satisfies StatusResponse;
}

/** The answer to the request that starts something. */
export function startAnswer(headers: HeadersInit = { date: DATE, 'x-openstack-request-id': REQUEST }) {
  return answer(undefined, { status: 202, url: `${SERVER}/action`, headers });
}

export function tokenOf(more: Partial<OperationToken> = {}): OperationToken {
  return { v: 1, dialect: 'openstack-migration', startedAt: START, ...more };
}

export function circumstances(more: Partial<Circumstances> = {}): Circumstances {
  return { token: tokenOf(), initial: false, now: START, more: [], ...more };
}

/** A server as `GET /servers/{id}` shows it: `MIGRATING/migrating` on a host. */
export function serverBody(words: string, host: string | null = 'host1', more: Record<string, unknown> = {}) {
  const [status, task = null] = words.split('/');
  const shown = host === null ? {} : { 'OS-EXT-SRV-ATTR:host': host };
  return { server: { id: ID, status, 'OS-EXT-STS:task_state': task, hostId: `hash of ${host}`, ...shown, ...more } };
}

/** A record as `GET /os-migrations` lists it. */
export function recordOf(id: number, status: string, more: Record<string, unknown> = {}) {
  return {
    ...{ id, status, instance_uuid: ID, migration_type: 'live-migration' },
    ...{ source_compute: 'host1', dest_compute: 'host2', created_at: timeAt(0), updated_at: null, ...more },
  };
}

/** An instant, so many milliseconds after the start, as Nova writes it. */
export const timeAt = (milliseconds: number) => `${new Date(START + milliseconds).toISOString().slice(0, 23)}000`;

/** An action that went well so far, or one with an event that failed. */
export function actionBody(details?: string | null) {
  const failure = { event: 'conductor_live_migrate_instance', result: 'Error', details };
  const events = [{ event: 'cast', result: 'Success' }, ...(details === undefined ? [] : [failure])];
  return { instanceAction: { action: 'any', message: details === undefined ? null : 'Error', events } };
}

/** What the start answer leaves to the first look. */
export function begun(dialect: Dialect, start: StatusResponse = startAnswer()): OperationToken {
  const seen = dialect.classify(start, circumstances({ initial: true }));
  if (seen.kind !== 'pending') throw new Error(`the start was ${seen.kind}`);
  const { url, name, memo } = seen;
  return tokenOf({ url, name, memo });
}

/** What a look sees of these records, this server and this action. */
export function lookAt(
  dialect: Dialect,
  records: readonly unknown[],
  server: unknown,
  { action, token = begun(dialect) }: { action?: unknown; token?: OperationToken } = {},
) {
  const more = [answer(server), ...(action === undefined ? [] : [answer(action, { url: ACTION })])];
  return dialect.classify(answer({ migrations: records }, { url: RECORDS }), circumstances({ token, more }));
}

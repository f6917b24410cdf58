import type { Circumstances, StatusResponse } from '../dialect.ts';
import { isObject } from '../failure.ts';
import { byStatus } from '../http-status.ts';
import type { Observation, OperationFailure } from '../observation.ts';
import { askedDelay } from '../retry-after.ts';
import { StatusError } from '../status-error.ts';

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** What matters of a server. */
export interface ServerRow {
  /** In capitals. */
  readonly status: string;
  /** Null while nothing is under way. */
  readonly task: string | null;
  /** Undefined for callers who may not know it. */
  readonly host: string | undefined;
  /** Tells hosts apart for callers who may not know them. */
  readonly hostId: string | undefined;
  readonly progress: number | undefined;
  /** Recorded a moment after ERROR is. */
  readonly fault: OperationFailure | undefined;
  readonly json: Json;
}

/** What matters of the record of a move. */
export interface MigrationRow {
  readonly id: number;
  readonly type: string;
  readonly status: string;
  readonly source: string | undefined;
  readonly dest: string | undefined;
  /** In milliseconds since 1970, cut to seconds by most databases; NaN if that is not told. */
  readonly createdAt: number;
  /** As `createdAt`; that itself before the first update. */
  readonly updatedAt: number;
  readonly json: Json;
}

/** What matters of an action: whether an event of it went wrong, and which. */
export interface ActionRow {
  readonly hasFailed: boolean;
  readonly event: Json | undefined;
  /** What that event says of it, from microversion 2.84 on. */
  readonly details: string | undefined;
}

/** How long an end must stay what it is, in milliseconds: Nova's ends can still change. */
export const SETTLE = 500;

const TASK = 'OS-EXT-STS:task_state';
const HOST = 'OS-EXT-SRV-ATTR:host';

/** What an answer means by its HTTP status alone; undefined for a 2xx. */
export function byAnswer(response: StatusResponse, at: Circumstances): Observation<never> | undefined {
  // Here it is a limit of requests, as 429 is elsewhere, and no verdict on the size of one.
  if (response.status === 413 && !at.initial) {
    const notBefore = askedDelay(response.headers, at.now);
    return { kind: 'unreadable', cause: new StatusError(response), notBefore, hard: true };
  }
  return byStatus(response, at);
}

/** The server of `GET /servers/{id}`, or what is wrong with the body. */
export function serverIn(body: unknown): ServerRow | string {
  const server = isObject(body) ? body['server'] : undefined;
  if (!isObject(server)) return 'there is no `server` in it';
  const { status, progress, hostId, fault } = server;
  const [task, host] = [server[TASK], server[HOST]];
  if (!isWord(status)) return 'the `status` of its server is no word';
  // Missing is not null: the short form of a server says nothing of its tasks.
  if (task !== null && !isWord(task)) return `the \`${TASK}\` of its server is neither null nor a word`;
  return {
    status: status.trim().toUpperCase(),
    task,
    host: isWord(host) ? host : undefined,
    hostId: isWord(hostId) ? hostId : undefined,
    progress: typeof progress === 'number' && progress >= 0 && progress <= 100 ? progress : undefined,
    fault: faultOf(fault),
    json: server,
  };
}

function faultOf(fault: unknown): OperationFailure | undefined {
  if (!isObject(fault) || !isWord(fault['message'])) return undefined;
  const { code, message } = fault;
  const isNumber = typeof code === 'number';
  return {
    message,
    ...((isNumber || isWord(code)) && { code: String(code) }),
    ...(isNumber && { status: code }),
    details: fault,
  };
}

/** The records of `GET /os-migrations`, or what is wrong with the body. */
export function recordsIn(body: unknown): readonly MigrationRow[] | string {
  const list = isObject(body) ? body['migrations'] : undefined;
  if (!Array.isArray(list)) return 'there is no list of `migrations` in it';
  const rows: MigrationRow[] = [];
  for (const item of list) {
    const row = recordOf(item);
    if (typeof row === 'string') return row;
    rows.push(row);
  }
  return rows;
}

function recordOf(item: unknown): MigrationRow | string {
  if (!isObject(item)) return 'one of its `migrations` is no object';
  const { id, status, migration_type: type, source_compute, dest_compute, created_at, updated_at } = item;
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) return 'the `id` of one of its migrations is no number';
  if (!isWord(status)) return `the \`status\` of its migration ${id} is no word`;
  if (type === undefined) return 'its migrations have no `migration_type`, which takes microversion 2.23 or later';
  const createdAt = instantOf(created_at);
  const updatedAt = instantOf(updated_at);
  return {
    id,
    type: isWord(type) ? type : '',
    status: status.trim().toLowerCase(),
    source: isWord(source_compute) ? source_compute : undefined,
    dest: isWord(dest_compute) ? dest_compute : undefined,
    createdAt,
    updatedAt: Number.isNaN(updatedAt) ? createdAt : updatedAt,
    json: item,
  };
}

/** `2016-06-23T14:42:02.000000`: no zone is given, and UTC is meant. */
function instantOf(value: unknown): number {
  const parts = typeof value === 'string' ? /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,3})?\d*Z?$/.exec(value) : null;
  return parts ? Date.parse(`${parts[1]}${parts[2] ?? ''}Z`) : Number.NaN;
}

/** The action of `GET /servers/{id}/os-instance-actions/{request id}`, or what is wrong with the body. */
export function actionIn(body: unknown): ActionRow | string {
  const action = isObject(body) ? body['instanceAction'] : undefined;
  if (!isObject(action)) return 'there is no `instanceAction` in it';
  const events: readonly unknown[] = Array.isArray(action['events']) ? action['events'] : [];
  const event = events.filter(isObject).find(({ result }) => result === 'Error');
  const details = event?.['details'];
  return { hasFailed: action['message'] === 'Error', event, details: isWord(details) ? details : undefined };
}

/** `MIGRATING/migrating`; the status alone while no task is under way. */
export function wordOf({ status, task }: ServerRow): string {
  return task === null ? status : `${status}/${task}`;
}

/** Whether this is text that says something. */
export function isWord(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

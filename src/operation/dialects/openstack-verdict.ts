import type { Failed, Observation, OperationFailure } from '../observation.ts';
import { type ActionRow, type Json, type MigrationRow, type ServerRow, wordOf } from './openstack-answers.ts';

/** A kind of move, by the word that its records have for it: `migration` is a cold one. */
export type OpenstackMove = 'live-migration' | 'migration' | 'resize' | 'evacuation';

/** A move that went well. */
export interface OpenstackMoved {
  /** As `GET /servers/{id}` shows it. */
  readonly server: Json;
  /** As `GET /os-migrations` lists it. */
  readonly migration: Json;
}

/** The server before the request. */
export interface OpenstackBefore {
  /** Its status, such as `ACTIVE`. */
  readonly status: string;
  /** Its `OS-EXT-SRV-ATTR:host`, for callers to whom that is shown. One of `host` and `hostId` must be known. */
  readonly host?: string | null | undefined;
  /** Its `hostId`, which is shown to everybody. */
  readonly hostId?: string | undefined;
}

/** What is known of the move beside what a look sees. */
export interface Start {
  readonly kind: OpenstackMove;
  /** Its status is in capitals. */
  readonly before: OpenstackBefore;
  /** Where it shall be afterwards. */
  readonly host: string | undefined;
  /** The minor microversion with which it was asked for. */
  readonly minor: number | undefined;
}

/** What one look saw. The record was read first: what a terminal one says must hold of a server that is read after it. */
export interface Sighting {
  readonly server: ServerRow;
  readonly record: MigrationRow | undefined;
  readonly action: ActionRow | undefined;
  /** Whether a later move of the same server has begun: then its row tells nothing of this one any more. */
  readonly isSuperseded: boolean;
}

type Verdict = Observation<OpenstackMoved>;

const SUCCESS = {
  'live-migration': ['completed'],
  migration: ['confirmed'],
  resize: ['confirmed'],
  evacuation: ['done', 'completed'],
} satisfies Record<OpenstackMove, string[]>;

const FAILED = ['error', 'failed'];

const JUDGES = {
  'live-migration': judgeLive,
  migration: judgeResize,
  resize: judgeResize,
  evacuation: judgeEvacuation,
} satisfies Record<OpenstackMove, (seen: Sighting, start: Start) => Verdict>;

/** The kinds of moves. */
export const MOVES: readonly string[] = Object.keys(JUDGES);

/** Says whether a move is over: server and record must agree that it is. */
export function judge(seen: Sighting, start: Start): Verdict {
  const { server, record, isSuperseded } = seen;
  const isOver = record !== undefined && SUCCESS[start.kind].includes(record.status);
  const isCancelled = record?.status === 'cancelled';
  if (isSuperseded && isOver) return succeeded(server, record);
  if (isSuperseded && isCancelled) return cancelled(record, seen);
  if (record && FAILED.includes(record.status)) return failed(toldOf(record), record.status, seen);
  // A server that was in ERROR before shows it until the new host has rebuilt it.
  if (server.status === 'ERROR' && (isOver || start.before.status !== 'ERROR')) {
    return failed('the server is in ERROR', 'ERROR', seen);
  }
  if (isCancelled) return cancelled(record, seen);
  return JUDGES[start.kind](seen, start);
}

function judgeLive(seen: Sighting, start: Start): Verdict {
  const { server, record, action } = seen;
  const isAtRest = server.task === null;
  if (record?.status === 'completed') {
    const isWhole = isAtRest && server.status === start.before.status;
    return isWhole && isThere(seen, start) ? succeeded(server, record) : disagree(seen);
  }
  if (isAtRest && action?.hasFailed) return failed('the live migration failed', 'Error', seen);
  return isAtRest ? disagree(seen) : pending(seen);
}

function judgeResize(seen: Sighting, start: Start): Verdict {
  const { server, record, action } = seen;
  const isAtRest = server.task === null;
  if (record?.status === 'finished') {
    if (!isAtRest) return pending(seen);
    const isAsked = start.host === undefined || server.host === start.host;
    return server.status === 'VERIFY_RESIZE' && isAsked ? succeeded(server, record) : disagree(seen);
  }
  if (record?.status === 'confirmed') {
    // By itself, before anybody saw it wait.
    const isHome = server.status === 'ACTIVE' || server.status === 'SHUTOFF';
    return isHome && isAtRest && isThere(seen, start) ? succeeded(server, record) : disagree(seen);
  }
  if (record?.status === 'reverted') return failed(toldOf(record), record.status, seen);
  // An event that failed is no failure while another host is tried: it takes a server at rest.
  if (isAtRest && action?.hasFailed) return failed(`the ${start.kind} failed`, 'Error', seen);
  return isAtRest && server.status === start.before.status ? disagree(seen) : pending(seen);
}

function judgeEvacuation(seen: Sighting, start: Start): Verdict {
  const { server, record } = seen;
  const isOver = record !== undefined && SUCCESS.evacuation.includes(record.status);
  if (!isOver || server.task !== null) return pending(seen);
  const isWhole = statusesAfter(start).includes(server.status);
  return isWhole && isThere(seen, start) ? succeeded(server, record) : disagree(seen);
}

/** From 2.95 on evacuated servers stay off, but for those that were in ERROR. */
function statusesAfter({ before, minor }: Start): readonly string[] {
  if (before.status === 'ERROR') return ['ACTIVE'];
  // By then it is what it is to be in either case.
  if (minor === undefined) return [before.status, 'SHUTOFF'];
  return [minor >= 95 ? 'SHUTOFF' : before.status];
}

/** Whether the server is where it was to go, or at least elsewhere. */
function isThere({ server, record }: Sighting, { kind, host, before }: Start): boolean {
  if (host !== undefined) return server.host === host;
  if (server.host !== undefined) {
    // A resize may end where it began.
    const isCold = kind === 'migration' || kind === 'resize';
    if (isCold && record?.dest !== undefined) return server.host === record.dest;
    const from = record?.source ?? before.host;
    if (from) return server.host !== from;
  }
  return server.hostId !== undefined && before.hostId !== undefined && server.hostId !== before.hostId;
}

function pending({ server, record }: Sighting): Verdict {
  const isRunning = record?.status === 'running';
  const state = `${record?.status ?? 'no record yet'}, server ${placed(server)}`;
  return { kind: 'pending', state, ...(isRunning && { progress: server.progress }) };
}

/**
 * Server and record contradict each other, which may pass; the deadline ends it if it does not. In few words, as a line of
 * the diagnosis is cut.
 */
function disagree({ server, record }: Sighting): Verdict {
  return { kind: 'pending', state: `disagree: ${record ? toldOf(record) : 'no record'}, server ${placed(server)}` };
}

function succeeded(server: ServerRow, { status, json }: MigrationRow): Verdict {
  return { kind: 'succeeded', state: status, value: { server: server.json, migration: json } };
}

/** It went wrong; why, is taken from the first that knows: the fault, or the event that failed. */
function failed(what: string, state: string, { server, action, isSuperseded }: Sighting): Failed {
  const fault: OperationFailure | undefined = isSuperseded ? undefined : server.fault;
  const cause = fault?.message ?? action?.details;
  const because = cause === undefined ? what : `${what}: ${cause}`;
  const isLeft = server.task === null || isSuperseded;
  return {
    kind: 'failed',
    state,
    error: {
      code: fault?.code ?? state,
      message: isLeft ? because : `${because}; but the server is still ${placed(server)}`,
      ...(fault?.status !== undefined && { status: fault.status }),
      details: fault?.details ?? action?.event,
    },
  };
}

function cancelled(record: MigrationRow, seen: Sighting): Verdict {
  return { ...failed(toldOf(record), record.status, seen), kind: 'cancelled' };
}

function toldOf({ id, status }: MigrationRow): string {
  return `migration ${id} ${status}`;
}

/** `MIGRATING/migrating on host1` */
function placed(server: ServerRow): string {
  return `${wordOf(server)} on ${server.host ?? 'a host that is not shown'}`;
}

import type { StatusResponse } from '../dialect.ts';
import { isObject } from '../failure.ts';
import type { OperationToken } from '../token.ts';
import type { MigrationRow } from './openstack-answers.ts';

/** What is kept from look to look. */
export interface Memo {
  /** When the move began, by the clock of the server: milliseconds since 1970, in whole seconds. */
  readonly since: number;
  /** The minor microversion with which it was asked for. */
  readonly minor?: number | undefined;
  /** The id of its record, once that was seen under way: the newest may later be that of another move. */
  readonly id?: number | undefined;
}

/** What to tell the records by. */
export interface Wanted {
  readonly type: string;
  /** The ids of those that were there before. */
  readonly known: ReadonlySet<number> | undefined;
}

/**
 * How much earlier than the start answer a record may say that it was created. An evacuation has one before it is
 * answered, and clocks are compared in whole seconds.
 */
const SLACK = 1_000;

const ENDED = ['completed', 'done', 'confirmed', 'reverted', 'failed', 'cancelled', 'error'];

/** The record of this very move: the newest that was not there before. */
export function pickOf(records: readonly MigrationRow[], wanted: Wanted, memo: Memo): MigrationRow | undefined {
  return newestOf(records.filter((record) => record.type === wanted.type && isOurs(record, wanted, memo)));
}

function isOurs(record: MigrationRow, { known }: Wanted, { id, since }: Memo): boolean {
  if (id !== undefined) return record.id === id;
  if (known) return !known.has(record.id);
  // Of the same second, and yet over before the start: that was another one.
  const isOlder = ENDED.includes(record.status) && record.updatedAt < since;
  return record.createdAt >= since - SLACK && !isOlder;
}

/** The record that came last. */
export function newestOf(records: readonly MigrationRow[]): MigrationRow | undefined {
  return records.reduce<MigrationRow | undefined>((last, one) => (last && last.id > one.id ? last : one), undefined);
}

/** What to keep of the start answer. */
export function memoOfStart({ headers }: StatusResponse, now: number): Memo {
  return { since: dateIn(headers) ?? Math.floor(now / 1_000) * 1_000, minor: minorIn(headers) };
}

/** What to keep of a look that saw this record. */
export function memoOfLook(memo: Memo, record: MigrationRow | undefined): Memo {
  return record && !ENDED.includes(record.status) ? { ...memo, id: record.id } : memo;
}

/** What was kept; as much of it as makes sense. */
export function memoIn({ memo, startedAt }: OperationToken): Memo {
  const kept = parsed(memo);
  const [since, minor, id] = [numberIn(kept, 'since'), numberIn(kept, 'minor'), numberIn(kept, 'id')];
  return { since: since ?? Math.floor(startedAt / 1_000) * 1_000, minor, id };
}

function parsed(memo: string | undefined): unknown {
  try {
    return JSON.parse(memo ?? '');
  } catch {
    return undefined;
  }
}

function numberIn(kept: unknown, key: keyof Memo): number | undefined {
  const value = isObject(kept) ? kept[key] : undefined;
  return typeof value === 'number' ? value : undefined;
}

/** Nova tells which microversion it took: `OpenStack-API-Version: compute 2.95`. */
function minorIn(headers: Headers): number | undefined {
  const version = headers.get('openstack-api-version') ?? headers.get('x-openstack-nova-api-version') ?? '';
  const minor = /^(?:compute )?2\.(\d{1,4})$/.exec(version.trim())?.[1];
  return minor === undefined ? undefined : Number(minor);
}

function dateIn(headers: Headers): number | undefined {
  const date = headers.get('date') ?? '';
  // Date.parse takes almost anything for a date.
  return /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(date) ? orNothing(Date.parse(date)) : undefined;
}

function orNothing(instant: number): number | undefined {
  return Number.isNaN(instant) ? undefined : instant;
}

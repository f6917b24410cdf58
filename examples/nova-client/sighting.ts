import { failureIn, type InstanceAction } from './instance-action.ts';
import type { Migration } from './migration.ts';
import { type Server, tellServer } from './server.ts';
import type { Verdict } from './verdict.ts';

/**
 * What one look saw of a move. Its enumerable members are the few words that a diagnosis shows and compares; what was
 * read is there as well, but not printed.
 */
export interface Sighting {
  /** `running 30 %` */
  readonly migration: string;
  /** `MIGRATING/migrating on host1` */
  readonly server: string;
  /** Undefined once it is gone. */
  readonly row: Server | undefined;
  /** Undefined while there is none. */
  readonly record: Migration | undefined;
  /** Read only when nothing seems to move any more. */
  readonly action: InstanceAction | undefined;
  /** Whether a later move of the same server has begun: then its row tells nothing of this one any more. */
  readonly isSuperseded: boolean;
}

/** Puts a sighting together. */
export function toSighting(read: Pick<Sighting, 'row' | 'record' | 'action' | 'isSuperseded'>): Sighting {
  const { row, record } = read;
  const progress = record?.status === 'running' && row?.progress ? ` ${row.progress} %` : '';
  const shown = { migration: record ? record.status + progress : 'no record yet', server: tellServer(row) };
  const hidden = Object.entries(read).map(([key, value]) => [key, { value }]);
  return Object.defineProperties(shown, Object.fromEntries(hidden)) as Sighting;
}

/** Whether no task is under way on the server: what is not done now will not be done by itself. */
export function isAtRest(row: Server | undefined): boolean {
  return row === undefined || row.taskState === null;
}

/** It went wrong; why, is taken from the first that knows: the fault, the action's events, whoever else was asked. */
export function failed(
  what: string,
  { row, action, isSuperseded }: Sighting,
  hint?: (() => string | undefined) | undefined,
): Verdict {
  const cause = row?.fault ?? failureIn(action) ?? hint?.();
  const because = cause === undefined ? what : `${what}: ${cause}`;
  // The fault of an ERROR is recorded a moment later.
  const isExplained = row?.status !== 'ERROR' || row.fault !== null;
  if (isAtRest(row) || isSuperseded) return { is: 'failed', because, isFinal: isExplained };
  return { is: 'failed', because: `${because}; but the server is still ${tellServer(row)}`, isFinal: false };
}

/** Server and record contradict each other, and nobody is at work who could change that. */
export function disagree({ row, record }: Sighting): Verdict {
  const told = record ? `migration ${record.id} is ${record.status}` : 'there is no record of it';
  return { is: 'resting', because: `server and record disagree: the server is ${tellServer(row)}, ${told}` };
}

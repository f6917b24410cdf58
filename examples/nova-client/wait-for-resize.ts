import type { Accepted, NovaClient } from './nova-client.ts';
import { isBusy } from './post-until-accepted.ts';
import type { CallOptions } from './send.ts';
import { disagree, failed, isAtRest, type Sighting } from './sighting.ts';
import { DONE, PENDING, type Verdict } from './verdict.ts';
import { type Move, type Moved, type MoveOptions, type Start, waitForMove } from './wait-for-move.ts';

/** The options of {@link waitForColdMigration}. */
export interface ColdMigrationOptions extends MoveOptions {
  /** Where to. @defaultValue wherever the scheduler likes */
  readonly host?: string | undefined;
}

/**
 * Migrates a server cold, and waits until it can be confirmed or reverted, or has been confirmed by itself.
 *
 * ACTIVE is where a failed migration falls back to; the host moves long before the end.
 */
export function waitForColdMigration(
  nova: NovaClient,
  serverId: string,
  options: ColdMigrationOptions = {},
): Promise<Moved> {
  const post = (call: CallOptions) => nova.migrate(serverId, options.host, call);
  return waitForMove(nova, toVerify('migrate', 'cold migration', serverId, post, options), options);
}

/** Resizes a server, and waits as {@link waitForColdMigration} does. */
export function waitForResize(
  nova: NovaClient,
  serverId: string,
  flavor: string,
  options: MoveOptions = {},
): Promise<Moved> {
  const post = (call: CallOptions) => nova.resize(serverId, flavor, call);
  return waitForMove(nova, toVerify('resize', 'resize', serverId, post, options), options);
}

function toVerify(
  action: 'migrate' | 'resize',
  title: string,
  serverId: string,
  post: (call: CallOptions) => Promise<Accepted>,
  { hint }: MoveOptions,
): Move {
  const types = [action === 'migrate' ? 'migration' : 'resize'] as const;
  const judge = (seen: Sighting, start: Start) => judgeResize(title, seen, start, hint);
  return { title, serverId, types, action, post, isPassingRefusal: isBusy, success: CONFIRMED, judge };
}

const CONFIRMED = ['confirmed'];
const AT_HOME = ['ACTIVE', 'SHUTOFF'];

function judgeResize(title: string, seen: Sighting, { before }: Start, hint: MoveOptions['hint']): Verdict {
  const { row, record, action } = seen;
  if (!row) return failed('the server is gone', seen, hint);
  if (row.status === 'ERROR') return failed('the server is in ERROR', seen, hint);
  if (record?.status === 'error') return failed(`migration ${record.id} error`, seen, hint);
  if (record?.status === 'finished') {
    if (row.status === 'VERIFY_RESIZE' && isAtRest(row)) return DONE;
    return isAtRest(row) ? disagree(seen) : PENDING;
  }
  if (record?.status === 'confirmed') {
    // By itself, before anybody saw it wait.
    const isThere = row.host === (record.dest ?? row.host) && row.host !== before.host;
    return isThere && AT_HOME.includes(row.status) && isAtRest(row) ? DONE : disagree(seen);
  }
  if (record?.status === 'reverted') return failed(`migration ${record.id} reverted`, seen, hint);
  // An event that failed is no failure while another host is tried: it takes a server at rest.
  if (action?.message === 'Error') return failed(`the ${title} failed`, seen, hint);
  return isAtRest(row) && row.status === before.status ? disagree(seen) : PENDING;
}

import type { NovaClient } from './nova-client.ts';
import { isBusy } from './post-until-accepted.ts';
import { disagree, failed, isAtRest, type Sighting } from './sighting.ts';
import { DONE, PENDING, type Verdict } from './verdict.ts';
import { type Moved, type MoveOptions, type Start, waitForMove } from './wait-for-move.ts';

/** The options of {@link waitForLiveMigration}. */
export interface LiveMigrationOptions extends MoveOptions {
  /** Where to. @defaultValue wherever the scheduler likes */
  readonly host?: string | undefined;
}

/**
 * Live-migrates a server, and waits until it runs on the other host and its record says completed.
 *
 * The answer 202 means nothing, ACTIVE comes before the end, and a failure leaves the server ACTIVE where it was.
 */
export function waitForLiveMigration(
  nova: NovaClient,
  serverId: string,
  options: LiveMigrationOptions = {},
): Promise<Moved> {
  const { host, hint } = options;
  return waitForMove(
    nova,
    {
      ...{ title: 'live migration', action: 'live-migration', serverId, types: ['live-migration'] },
      post: (call) => nova.liveMigrate(serverId, host, call),
      isPassingRefusal: isBusy,
      success: ['completed'],
      judge: (seen, start) => judge(seen, start, { host, hint }),
    },
    options,
  );
}

const FAILED = ['error', 'failed', 'cancelled'];

function judge(seen: Sighting, { before, requestId }: Start, { host, hint }: LiveMigrationOptions): Verdict {
  const { row, record, action } = seen;
  if (!row) return failed('the server is gone', seen, hint);
  if (record && FAILED.includes(record.status)) return failed(`migration ${record.id} ${record.status}`, seen, hint);
  if (row.status === 'ERROR') return failed('the server is in ERROR', seen, hint);
  const isWhole = isAtRest(row) && (requestId === undefined || row.status === before.status);
  const isThere = host === undefined ? row.host !== (record?.source ?? before.host) : row.host === host;
  if (record?.status === 'completed') return isWhole && isThere ? DONE : disagree(seen);
  if (action?.message === 'Error') return failed('the live migration failed', seen, hint);
  return isAtRest(row) ? disagree(seen) : PENDING;
}

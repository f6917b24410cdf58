import type { NovaClient } from './nova-client.ts';
import { disagree, failed, isAtRest, type Sighting } from './sighting.ts';
import { DONE, PENDING, type Verdict } from './verdict.ts';
import { type Moved, type MoveOptions, type Start, waitForMove } from './wait-for-move.ts';

/**
 * Aborts a live migration, and waits until it is cancelled and the server is at rest.
 *
 * The request may come too late: then the migration wins, and the wait fails with "not cancelled".
 */
export function waitForAbort(
  nova: NovaClient,
  serverId: string,
  record: number,
  options: Omit<MoveOptions, 'record'> = {},
): Promise<Moved> {
  return waitForMove(
    nova,
    {
      ...{ title: 'abort of the live migration', action: 'live_migration_cancel', serverId, types: ['live-migration'] },
      post: (call) => nova.abortMigration(serverId, record, call),
      isPassingRefusal: () => false,
      isBeside: true,
      continues: ({ id }) => id === record,
      success: ['cancelled'],
      judge: (seen, start) => judge(seen, start, options),
    },
    options,
  );
}

const ENDED = ['completed', 'failed', 'error'];

function judge(seen: Sighting, _start: Start, { hint }: MoveOptions): Verdict {
  const { row, record } = seen;
  if (!row) return failed('the server is gone', seen, hint);
  if (record && ENDED.includes(record.status)) return failed(`not cancelled: ${record.status}`, seen, hint);
  if (row.status === 'ERROR') return failed('the server is in ERROR', seen, hint);
  if (record?.status === 'cancelled') return isAtRest(row) ? DONE : disagree(seen);
  return isAtRest(row) ? disagree(seen) : PENDING;
}

import { hasSucceeded } from './instance-action.ts';
import type { NovaClient } from './nova-client.ts';
import { disagree, failed, isAtRest, type Sighting } from './sighting.ts';
import { DONE, PENDING, type Verdict } from './verdict.ts';
import { isTooEarly, isUnconfirmed } from './wait-for-confirm.ts';
import { type Moved, type MoveOptions, type Start, waitForMove } from './wait-for-move.ts';

/**
 * Reverts a resize or a cold migration, and waits until the server is back where it was.
 *
 * The record says reverted long before that.
 */
export function waitForRevert(nova: NovaClient, serverId: string, options: MoveOptions = {}): Promise<Moved> {
  return waitForMove(
    nova,
    {
      ...{ title: 'revert of the resize', action: 'revertResize', serverId, types: ['migration', 'resize'] },
      post: (call) => nova.revertResize(serverId, call),
      isPassingRefusal: isTooEarly,
      continues: isUnconfirmed,
      success: ['reverted'],
      judge: (seen, start) => judge(seen, start, options),
    },
    options,
  );
}

function judge(seen: Sighting, { requestId }: Start, { strict, hint }: MoveOptions): Verdict {
  const { row, record, action } = seen;
  if (!row) return failed('the server is gone', seen, hint);
  if (row.status === 'ERROR') return failed('the server is in ERROR', seen, hint);
  if (record?.status === 'error') return failed(`migration ${record.id} error`, seen, hint);
  if (record?.status === 'confirmed') return failed(`migration ${record.id} confirmed`, seen, hint);
  if (record?.status !== 'reverted' || !isAtRest(row)) return PENDING;
  const isBack = row.host === record.source && (row.status === 'ACTIVE' || row.status === 'SHUTOFF');
  if (!isBack) return disagree(seen);
  if (strict && requestId !== undefined && !hasSucceeded(action, 'compute_finish_revert_resize')) return PENDING;
  return DONE;
}

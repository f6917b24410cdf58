import { hasSucceeded } from './instance-action.ts';
import type { Migration } from './migration.ts';
import type { NovaClient } from './nova-client.ts';
import { isRefusal, type NovaError } from './nova-error.ts';
import { disagree, failed, isAtRest, type Sighting } from './sighting.ts';
import { DONE, PENDING, type Verdict } from './verdict.ts';
import { type Moved, type MoveOptions, type Start, waitForMove } from './wait-for-move.ts';

/** Confirms a resize or a cold migration, and waits until its record says so and the server is itself again. */
export function waitForConfirm(nova: NovaClient, serverId: string, options: MoveOptions = {}): Promise<Moved> {
  return waitForMove(
    nova,
    {
      ...{ title: 'confirmation of the resize', action: 'confirmResize', serverId, types: ['migration', 'resize'] },
      post: (call) => nova.confirmResize(serverId, call),
      isPassingRefusal: isTooEarly,
      continues: isUnconfirmed,
      success: ['confirmed'],
      judge: (seen, start) => judge(seen, start, options),
    },
    options,
  );
}

/** While the move is still under way the server is in the wrong vm_state, and then its source may not be seen yet. */
export function isTooEarly(error: NovaError): boolean {
  return isRefusal(error, 409) && /vm_state|task_state|Service is unavailable/.test(error.reason);
}

const ENDED = ['confirmed', 'reverted', 'error', 'failed'];

/** The record that a confirmation is about; it need not be finished yet, if the request is posted too early. */
export function isUnconfirmed({ status }: Migration): boolean {
  return !ENDED.includes(status);
}

function judge(seen: Sighting, { requestId }: Start, { strict, hint }: MoveOptions): Verdict {
  const { row, record, action } = seen;
  if (!row) return failed('the server is gone', seen, hint);
  if (row.status === 'ERROR') return failed('the server is in ERROR', seen, hint);
  if (record?.status === 'error') return failed(`migration ${record.id} error`, seen, hint);
  if (record?.status === 'reverted') return failed(`migration ${record.id} reverted`, seen, hint);
  if (record?.status !== 'confirmed') return PENDING;
  if (!isAtRest(row)) return PENDING;
  if (row.status !== 'ACTIVE' && row.status !== 'SHUTOFF') return disagree(seen);
  if (strict && requestId !== undefined && !hasSucceeded(action, 'compute_confirm_resize')) return PENDING;
  return DONE;
}

import { type Look, retry } from 'unsleep';
import { hasSucceeded } from './instance-action.ts';
import type { NovaClient } from './nova-client.ts';
import { isRefusal } from './nova-error.ts';
import { isPassing } from './passing.ts';
import { failed, isAtRest, type Sighting, toSighting } from './sighting.ts';
import { DONE, PENDING, type Verdict } from './verdict.ts';
import { type MoveOptions, unlessGone } from './wait-for-move.ts';
import { type FollowOptions, waitForVerdict } from './wait-for-verdict.ts';

interface Start {
  readonly wasInError: boolean;
  readonly requestId: string | undefined;
}

/**
 * Deletes a server, and waits until it is gone; with `strict`, also until what it held is given back.
 *
 * While it is being deleted its status stays ACTIVE.
 */
export async function waitForDelete(
  nova: NovaClient,
  serverId: string,
  options: FollowOptions & Pick<MoveOptions, 'strict'> = {},
): Promise<void> {
  let told = 'not accepted yet';
  const trigger = async (signal: AbortSignal): Promise<Start> => {
    const { attemptTimeout = '10s' } = options;
    const settings = { tolerate: isPassing, maxAttempts: Number.POSITIVE_INFINITY, attemptTimeout, signal };
    const row = await retry((call) => unlessGone(nova.showServer(serverId, call)), settings);
    // Asked twice, it is deleted once: this request may be repeated.
    const accepted = await retry((call) => unlessGone(nova.deleteServer(serverId, call)), {
      ...settings,
      tolerate: (error) => isPassing(error) || isRefusal(error, 409),
    });
    told = accepted?.requestId ?? 'it was gone already';
    return { wasInError: row?.status === 'ERROR', requestId: accepted?.requestId };
  };
  const read = async ({ signal, triggered: { requestId } }: Look<Start>) => {
    const row = await unlessGone(nova.showServer(serverId, { signal }));
    const asksAction = options.strict && !row && requestId;
    const action = asksAction ? await unlessGone(nova.showAction(serverId, requestId, { signal })) : undefined;
    return toSighting({ row, record: undefined, action, isSuperseded: false });
  };
  await waitForVerdict<Sighting, Start>(read, (seen, look) => judge(seen, look.triggered, options), {
    ...options,
    trigger,
    name: () => `deletion of server ${serverId} (${told})`,
  });
}

function judge(seen: Sighting, { wasInError, requestId }: Start, { strict }: Pick<MoveOptions, 'strict'>): Verdict {
  const { row, action } = seen;
  if (row)
    return row.status === 'ERROR' && !wasInError && isAtRest(row) ? failed('the server is in ERROR', seen) : PENDING;
  return strict && requestId && !hasSucceeded(action, 'compute_terminate_instance') ? PENDING : DONE;
}

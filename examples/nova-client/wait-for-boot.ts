import type { Look } from 'unsleep';
import type { NovaClient, Order } from './nova-client.ts';
import { type Server, tellServer } from './server.ts';
import { DONE, PENDING, type Verdict } from './verdict.ts';
import { type FollowOptions, waitForVerdict } from './wait-for-verdict.ts';

interface Fleet {
  /** Printed: `BUILD/spawning on host1, ACTIVE/null on host2`. */
  readonly servers: string;
  readonly rows: readonly Server[];
}

/**
 * Boots servers with one request, and waits until all of them are ACTIVE and at rest.
 *
 * The request answers with a reservation only, and a server that cannot be built is in ERROR before it says why.
 */
export async function waitForBoot(
  nova: NovaClient,
  order: Order,
  options: FollowOptions = {},
): Promise<readonly Server[]> {
  const { count = 1 } = order;
  let told = 'not accepted yet';
  const trigger = async (signal: AbortSignal) => {
    const accepted = await nova.bootServers(order, { signal });
    told = accepted.requestId;
    return accepted;
  };
  const read = async ({ signal, triggered: { reservationId } }: Look<{ reservationId: string }>): Promise<Fleet> => {
    const rows = await nova.listServers({ reservationId }, { signal });
    const shown = { servers: rows.map(tellServer).join(', ') };
    return Object.defineProperties(shown, { rows: { value: rows } }) as Fleet;
  };
  const fleet = await waitForVerdict<Fleet, { reservationId: string }>(read, ({ rows }) => judge(rows, count), {
    ...options,
    trigger,
    name: () => `${count === 1 ? 'server' : `${count} servers`} ${order.name} booted (${told})`,
  });
  return fleet.rows;
}

function judge(rows: readonly Server[], count: number): Verdict {
  const broken = rows.find(({ status }) => status === 'ERROR');
  if (broken) {
    const { name, fault } = broken;
    return {
      is: 'failed',
      because: `server ${name} is in ERROR: ${fault ?? 'no fault recorded'}`,
      isFinal: fault !== null,
    };
  }
  const isUp = rows.every(({ status, taskState }) => status === 'ACTIVE' && taskState === null);
  return isUp && rows.length === count ? DONE : PENDING;
}

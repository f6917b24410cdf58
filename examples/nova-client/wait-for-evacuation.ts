import type { NovaClient } from './nova-client.ts';
import { isRefusal, type NovaError } from './nova-error.ts';
import { isBusy } from './post-until-accepted.ts';
import type { Server } from './server.ts';
import { disagree, failed, isAtRest, type Sighting } from './sighting.ts';
import { DONE, PENDING, type Verdict } from './verdict.ts';
import { type Moved, type MoveOptions, type Start, waitForMove } from './wait-for-move.ts';

/** The options of {@link waitForEvacuation}. */
export interface EvacuationOptions extends MoveOptions {
  /** Where to. @defaultValue wherever the scheduler likes */
  readonly host?: string | undefined;
}

/**
 * Evacuates a server from a host that is down, as soon as Nova sees that it is, and waits until it is elsewhere.
 *
 * ACTIVE comes first, on the host that is gone; the host is written after that, and the record at last.
 */
export function waitForEvacuation(nova: NovaClient, serverId: string, options: EvacuationOptions = {}): Promise<Moved> {
  return waitForMove(
    nova,
    {
      ...{ title: 'evacuation', action: 'evacuate', serverId, types: ['evacuation'] },
      post: (call) => nova.evacuate(serverId, options.host, call),
      isPassingRefusal: (error) => isBusy(error) || isStillUp(error),
      isBeside: true,
      success: ['done', 'completed'],
      judge: (seen, start) => judge(seen, start, nova, options),
    },
    options,
  );
}

/** Nova takes its time to believe that a host is down. */
function isStillUp(error: NovaError): boolean {
  return isRefusal(error, 400) && /is still in use/.test(error.reason);
}

const FAILED = ['error', 'failed'];

function judge(seen: Sighting, { before }: Start, nova: NovaClient, { host, hint }: EvacuationOptions): Verdict {
  const { row, record } = seen;
  if (!row) return failed('the server is gone', seen, hint);
  if (record && FAILED.includes(record.status)) return failed(`migration ${record.id} ${record.status}`, seen, hint);
  const isOver = record?.status === 'done' || record?.status === 'completed';
  // A server that was in ERROR before shows it until the new host has rebuilt it.
  if (row.status === 'ERROR' && (before.status !== 'ERROR' || isOver)) {
    return failed('the server is in ERROR', seen, hint);
  }
  if (!isOver || !isAtRest(row)) return PENDING;
  const isThere = host === undefined ? row.host !== record.source : row.host === host;
  return isThere && row.status === statusAfter(before, nova.microversion) ? DONE : disagree(seen);
}

/** From 2.95 on evacuated servers stay off, but for those that were in ERROR. */
function statusAfter(before: Server, microversion: string): string {
  if (before.status === 'ERROR') return 'ACTIVE';
  const isNew = microversion === 'latest' || Number(microversion.split('.')[1]) >= 95;
  return isNew ? 'SHUTOFF' : before.status;
}

import { giveUp, waitFor } from 'unsleep';
import type { Accepted, NovaClient } from './nova-client.ts';
import { isRefusal, NovaError } from './nova-error.ts';
import { isPassing } from './passing.ts';
import type { CallOptions } from './send.ts';
import type { Server } from './server.ts';
import type { FollowOptions } from './wait-for-verdict.ts';

/** A request that may be refused for now. */
export interface Posting {
  readonly nova: NovaClient;
  /** The server as it was before. */
  readonly before: Server;
  /** The request ids of everything that was asked of it before. */
  readonly knownActions: ReadonlySet<string>;
  readonly post: (options: CallOptions) => Promise<Accepted>;
  /** The name of the action that it opens. */
  readonly action: string;
  /** Takes effect whatever task is under way: it is posted again without waiting for that to end. */
  readonly isBeside?: boolean | undefined;
  /** Whether it goes on with a move that is there already, and that may have changed the host in the meantime. */
  readonly continues?: unknown;
  /** Whether a refusal passes. */
  readonly isPassingRefusal: (error: NovaError) => boolean;
  /** Told of every refusal. */
  readonly onRefused: (reason: string) => void;
}

/**
 * Posts, and posts again after a refusal that passes, once nothing else is under way on the server.
 *
 * A request without a clear answer is not repeated before it is known that it took no effect.
 */
export function postUntilAccepted(posting: Posting, options: FollowOptions, signal: AbortSignal): Promise<Accepted> {
  const { nova, before, isPassingRefusal, onRefused } = posting;
  let isRepeated = false;
  let doubt: NovaError | undefined;
  const { wakeOn, interval, attemptTimeout, clock, random } = options;
  return waitFor(
    async (look) => {
      if (isRepeated) {
        const taken = doubt && (await traceOf(posting, doubt, look.signal));
        if (taken) return taken;
        const { taskState, host } = await nova.showServer(before.id, { signal: look.signal });
        if (taskState !== null && !posting.isBeside) return undefined;
        if (doubt && host !== before.host && !posting.continues)
          giveUp(`somebody else has moved it to ${host} in the meantime`);
      }
      isRepeated = true;
      // Until there is an answer: a look that is cut leaves none.
      doubt = new NovaError({ method: 'POST', path: before.id, reason: 'no answer in time' });
      try {
        return await posting.post({ signal: look.signal });
      } catch (error) {
        if (error instanceof NovaError) {
          onRefused(error.reason);
          doubt = isInDoubt(error) ? error : undefined;
        }
        throw error;
      }
    },
    {
      // The wait that this belongs to knows the deadline.
      timeout: Number.POSITIVE_INFINITY,
      tolerate: (error) =>
        isPassing(error) || (error instanceof NovaError && (isInDoubt(error) || isPassingRefusal(error))),
      ...{ signal, wakeOn, interval, attemptTimeout, clock, random },
      name: `POST ${posting.action} of server ${before.id}`,
    },
  );
}

/** A 409 that says that something else is under way, or that the service is not there yet. */
export function isBusy(error: NovaError): boolean {
  return isRefusal(error, 409) && /task_state|Service is unavailable/.test(error.reason);
}

/** Whether the request may have taken effect all the same. */
function isInDoubt({ status }: NovaError): boolean {
  return status === undefined || status >= 500;
}

/** The action that the request opened, if it took effect: known by its id, or by being new and of its kind. */
async function traceOf(posting: Posting, doubt: NovaError, signal: AbortSignal): Promise<Accepted | undefined> {
  const { nova, before, knownActions, action } = posting;
  const actions = await nova.listActions(before.id, { signal });
  const isOurs = doubt.requestId
    ? ({ requestId }: Accepted) => requestId === doubt.requestId
    : (one: Accepted & { action: string }) => one.action === action && !knownActions.has(one.requestId);
  const found = actions.find(isOurs);
  return found && { requestId: found.requestId };
}

import { giveUp, type Look, retry, waitFor } from 'unsleep';
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

/** A request that was accepted, and how the server was right before that. */
export interface Posted extends Accepted {
  readonly before: Server;
}

/**
 * Posts, and posts again after a refusal that passes, once nothing else is under way on the server.
 *
 * A request without a clear answer is not repeated before it is known that it took no effect.
 */
export async function postUntilAccepted(
  posting: Posting,
  options: FollowOptions,
  signal: AbortSignal,
): Promise<Posted> {
  const { wakeOn, attemptTimeout = '10s', clock, random } = options;
  try {
    const accepted = await retry((call) => posting.post(call), { maxAttempts: 1, attemptTimeout, signal, clock });
    return { ...accepted, before: posting.before };
  } catch (error) {
    if (!isWorthAnother(posting, error)) throw error;
    return await waitFor(repeating(posting, error), {
      // The wait that this belongs to knows the deadline.
      timeout: Number.POSITIVE_INFINITY,
      tolerate: (later) => isWorthAnother(posting, later),
      // At a pace of its own: that a refusal passes need not be told by any event.
      ...{ signal, wakeOn, attemptTimeout, clock, random },
      name: `POST ${posting.action} of server ${posting.before.id}`,
    });
  }
}

/** The condition of being accepted, after a first refusal. */
function repeating(posting: Posting, refused: unknown) {
  const { nova, before, onRefused } = posting;
  let doubt = doubtOf(refused);
  let last = before;
  onRefused(reasonOf(refused));
  return async ({ attempt, signal }: Look): Promise<Posted | undefined> => {
    // It may have asked for a pause, which is the wait's to keep.
    if (attempt === 1) throw refused;
    const taken = doubt && (await traceOf(posting, doubt, signal));
    if (taken) return { ...taken, before: last };
    const row = await nova.showServer(before.id, { signal });
    if (row.taskState !== null && !posting.isBeside) return undefined;
    if (doubt && row.host !== last.host && !posting.continues) {
      giveUp(`somebody else has moved it to ${row.host} in the meantime`);
    }
    // Until there is an answer: a look that is cut leaves none.
    doubt = NO_ANSWER;
    last = row;
    try {
      return { ...(await posting.post({ signal })), before: last };
    } catch (error) {
      doubt = doubtOf(error);
      onRefused(reasonOf(error));
      throw error;
    }
  };
}

interface Doubt {
  readonly requestId?: string | undefined;
}

const NO_ANSWER: Doubt = {};

/** Whether the request may have taken effect all the same, and by what id it would be known. */
function doubtOf(error: unknown): Doubt | undefined {
  if (!(error instanceof NovaError) || error.status === undefined) return NO_ANSWER;
  if (error.status < 500) return undefined;
  // The id in the answer of a proxy, which does not speak as Nova does, is anybody's.
  return error.word === undefined ? NO_ANSWER : error;
}

function isWorthAnother({ isPassingRefusal }: Posting, error: unknown): boolean {
  if (isPassing(error)) return true;
  return error instanceof NovaError && (error.status === undefined || isPassingRefusal(error));
}

function reasonOf(error: unknown): string {
  return error instanceof NovaError ? error.reason : String(error);
}

/** A 409 that says that something else is under way, or that the service is not there yet. */
export function isBusy(error: NovaError): boolean {
  return isRefusal(error, 409) && /task_state|Service is unavailable/.test(error.reason);
}

/** The action that the request opened, if it took effect: known by its id, or by being new and of its kind. */
async function traceOf(posting: Posting, doubt: Doubt, signal: AbortSignal): Promise<Accepted | undefined> {
  const { nova, before, knownActions, action } = posting;
  const actions = await nova.listActions(before.id, { signal });
  const isOurs = doubt.requestId
    ? ({ requestId }: Accepted) => requestId === doubt.requestId
    : (one: Accepted & { action: string }) => one.action === action && !knownActions.has(one.requestId);
  const found = actions.find(isOurs);
  return found && { requestId: found.requestId };
}

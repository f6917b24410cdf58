import { type Look, retry } from 'unsleep';
import type { InstanceAction } from './instance-action.ts';
import { type Migration, type MigrationType, newest } from './migration.ts';
import type { Accepted, NovaClient } from './nova-client.ts';
import { isRefusal, type NovaError } from './nova-error.ts';
import { isPassing } from './passing.ts';
import { postUntilAccepted } from './post-until-accepted.ts';
import type { CallOptions } from './send.ts';
import type { Server } from './server.ts';
import { isAtRest, type Sighting, toSighting } from './sighting.ts';
import { DONE, type Verdict } from './verdict.ts';
import { type FollowOptions, waitForVerdict } from './wait-for-verdict.ts';

/** The options of a wait for a move. */
export interface MoveOptions extends FollowOptions {
  /** Follows the migration of this record, and posts nothing. @defaultValue the one that the request causes */
  readonly record?: number | undefined;
  /** Also waits for the end of the action, which comes after the rows are written. @defaultValue `false` */
  readonly strict?: boolean | undefined;
  /** Asked why it failed when the API does not tell, e.g. of what a notification said. @defaultValue nobody */
  readonly hint?: (() => string | undefined) | undefined;
}

/** How a move ended. */
export interface Moved {
  readonly server: Server;
  readonly migration: Migration;
  /** Of the request that caused it; undefined if it was only followed. */
  readonly requestId: string | undefined;
}

/** How it was when the move began. */
export interface Start {
  readonly before: Server;
  readonly requestId: string | undefined;
  /** Finds the record of this very move. */
  readonly pick: (records: readonly Migration[]) => Migration | undefined;
}

/** One kind of move. */
export interface Move {
  readonly title: string;
  readonly serverId: string;
  readonly types: readonly MigrationType[];
  /** The name of the action that the request opens. */
  readonly action: string;
  readonly post: (options: CallOptions) => Promise<Accepted>;
  readonly isPassingRefusal: (error: NovaError) => boolean;
  /** Whether the request is taken whatever task is under way. */
  readonly isBeside?: boolean | undefined;
  /** Whether the request goes on with a record that is there already, and with which. */
  readonly continues?: ((record: Migration) => boolean) | undefined;
  /** What the record says of a move that went well: enough by itself once a later move has begun. */
  readonly success: readonly string[];
  readonly judge: (seen: Sighting, start: Start) => Verdict;
}

/**
 * Causes a move, and waits until server and record agree that it is over.
 *
 * @throws WaitFailedError with the cause for a move that fails, is undone, or loses its server; NovaError for a request
 * that is refused for good; otherwise the same as `waitFor`
 */
export async function waitForMove(nova: NovaClient, move: Move, options: MoveOptions): Promise<Moved> {
  const { serverId } = move;
  let told = options.record === undefined ? 'not accepted yet' : `migration ${options.record}`;
  let requestId: string | undefined;
  const trigger = async (signal: AbortSignal): Promise<Start> => {
    const { attemptTimeout = '10s' } = options;
    const note = <Value>(read: (options: CallOptions) => Promise<Value>) =>
      retry(read, { tolerate: isPassing, maxAttempts: Number.POSITIVE_INFINITY, attemptTimeout, signal });
    const before = await note((call) => nova.showServer(serverId, call));
    const records = ofTypes(move, await note((call) => nova.listMigrations({ serverId }, call)));
    const pick = toPick(move, options, records);
    if (options.record !== undefined) return { before, requestId, pick };
    const actions = await note((call) => nova.listActions(serverId, call));
    const knownActions = new Set(actions.map((action) => action.requestId));
    const onRefused = (reason: string) => {
      told = `not accepted yet: ${reason}`;
    };
    const posting = { ...move, nova, before, knownActions, onRefused };
    const posted = await postUntilAccepted(posting, options, signal);
    requestId = posted.requestId;
    told = requestId;
    return { ...posted, pick };
  };
  const seen = await waitForVerdict<Sighting, Start>(
    (look) => sight(nova, move, look),
    (seen, { triggered }) => {
      const isOver = seen.isSuperseded && move.success.some((status) => status === seen.record?.status);
      return isOver ? DONE : move.judge(seen, triggered);
    },
    { ...options, trigger, name: () => `${move.title} of server ${serverId} (${told})` },
  );
  return { server: seen.row as Server, migration: seen.record as Migration, requestId };
}

const ENDED = ['completed', 'done', 'confirmed', 'reverted', 'failed', 'cancelled', 'error'];

/**
 * The record is the newest that was not there before, or the one that the request goes on with. Once it was seen under
 * way it stays that one: the newest may then be of a later move.
 */
function toPick(move: Move, { record: followed }: MoveOptions, records: readonly Migration[]): Start['pick'] {
  const { continues } = move;
  const known = new Set(records.map((one) => one.id));
  let id = followed ?? (continues && newest(records.filter(continues))?.id);
  return (later) => {
    const found = newest(later.filter((one) => (id === undefined ? !known.has(one.id) : one.id === id)));
    if (found && !ENDED.includes(found.status)) id = found.id;
    return found;
  };
}

function ofTypes({ types }: Move, records: readonly Migration[]): Migration[] {
  return records.filter(({ type }) => types.some((wanted) => wanted === type));
}

/** Looks at the record first: what a terminal one says must hold of a server that is read after it. */
async function sight(nova: NovaClient, move: Move, { signal, triggered }: Look<Start>): Promise<Sighting> {
  const { serverId } = move;
  const records = await nova.listMigrations({ serverId }, { signal });
  const record = triggered.pick(ofTypes(move, records));
  const row = await unlessGone(nova.showServer(serverId, { signal }));
  const { requestId } = triggered;
  let action: InstanceAction | undefined;
  if (isAtRest(row) && requestId) action = await unlessGone(nova.showAction(serverId, requestId, { signal }));
  return toSighting({ row, record, action, isSuperseded: record !== undefined && newest(records) !== record });
}

/** Undefined for what the service does not have. */
export async function unlessGone<Value>(read: Promise<Value>): Promise<Value | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isRefusal(error, 404)) return undefined;
    throw error;
  }
}

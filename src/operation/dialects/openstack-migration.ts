import type { CancelIo, Circumstances, Dialect, StatusResponse } from '../dialect.ts';
import { unreadable } from '../http-status.ts';
import type { Observation } from '../observation.ts';
import { askedDelay } from '../retry-after.ts';
import type { OperationToken } from '../token.ts';
import { actionIn, byAnswer, isWord, recordsIn, SETTLE, serverIn } from './openstack-answers.ts';
import { actionAt, placeOf, placeOfMigrations } from './openstack-place.ts';
import { memoIn, memoOfLook, memoOfStart, newestOf, pickOf, type Wanted } from './openstack-record.ts';
import { judge, MOVES, type OpenstackBefore, type OpenstackMove, type OpenstackMoved } from './openstack-verdict.ts';

/** What to expect of a move. */
export interface OpenstackMigrationOptions {
  /** The kind of move. A cold migration is a `migration`. */
  readonly kind: OpenstackMove;
  /** The server before the request. */
  readonly before: OpenstackBefore;
  /** Where it shall be afterwards. @defaultValue anywhere but where it was */
  readonly host?: string | undefined;
  /**
   * The ids of the migration records that the server had before the request. Without them the record is the newest of its
   * kind that says it was created since the second before the start answer: one of a move that ended in that very second
   * may be taken for it, and where the answer shows no `Date` the clock of this machine must be right.
   * @defaultValue none are known
   */
  readonly known?: readonly number[] | undefined;
}

/**
 * OpenStack Nova, a move between hosts: follows a live migration, cold migration, resize or evacuation until the server and
 * the record of the move agree that it is over. The start is the answer to `POST /servers/{id}/action`. A cold migration
 * and a resize are over when they can be confirmed, or have been by themselves.
 *
 * The answer 202 means nothing, ACTIVE comes before the end, a failure leaves the server ACTIVE where it was, and an end
 * may still become another one: it has to stay for half a second (`settle` of `waitForOperation`). Where server and record
 * go on to disagree, the deadline ends the wait and its message says so. Needs microversion 2.23 or later in the
 * `headers`, and leave to list migrations.
 *
 * A live migration can be cancelled, from microversion 2.24 on; before it is running, from 2.65 on.
 *
 * @see https://docs.openstack.org/api-ref/compute/#migrations-os-migrations
 * @throws RangeError or TypeError for an option that is out of range
 * @example
 * ```ts
 * import { openstackMigration } from 'unsleep/operation';
 *
 * const before = { status: 'ACTIVE', host: 'host1' };
 * openstackMigration({ kind: 'live-migration', before, host: 'host2', known: [17, 23] }).name; // => 'openstack-migration'
 * ```
 */
export function openstackMigration(options: OpenstackMigrationOptions): Dialect<OpenstackMoved> {
  const settings = toSettings(options);
  return {
    name: 'openstack-migration',
    settle: SETTLE,
    classify: (response, at) =>
      byAnswer(response, at) ?? (at.initial ? begin(response, at.now) : look(response, at, settings)),
    reads,
    ...(settings.kind === 'live-migration' && { cancel: (token, io) => abort(token, io, settings.wanted) }),
  };
}

interface Settings extends Omit<OpenstackMigrationOptions, 'known'> {
  readonly wanted: Wanted;
}

function toSettings({ kind, before, host, known }: OpenstackMigrationOptions): Settings {
  if (!MOVES.includes(kind)) throw new RangeError(`\`kind\` must be one of ${MOVES.join(', ')}; got ${String(kind)}`);
  if (!isWord(before?.status)) {
    throw new TypeError(`\`before.status\` must be the status of the server before; got ${String(before?.status)}`);
  }
  if (!isWord(before.host) && !isWord(before.hostId)) {
    throw new TypeError(
      `\`before\` must have the \`host\` or the \`hostId\` of the server before; got ${String(before.host)} and ${String(before.hostId)}`,
    );
  }
  if (host !== undefined && !isWord(host))
    throw new TypeError(`\`host\` must be the name of a host; got ${String(host)}`);
  if (known !== undefined && !(Array.isArray(known) && known.every(Number.isSafeInteger))) {
    throw new TypeError(`\`known\` must be an array of the ids of migrations; got ${String(known)}`);
  }
  const upper = { ...before, status: before.status.trim().toUpperCase() };
  return { kind, before: upper, host, wanted: { type: kind, known: known && new Set(known) } };
}

/** The records are read first, at the address of the token. */
function begin(response: StatusResponse, now: number): Observation<never> {
  const place = placeOf(response.url);
  if (!place) {
    const because =
      'accepted, and the address of the request is not that of an action of a server: …/servers/{id}/action';
    return { kind: 'no-monitor', because };
  }
  const { headers } = response;
  return {
    kind: 'pending',
    url: place.migrations,
    name: headers.get('x-openstack-request-id') ?? headers.get('x-compute-request-id') ?? undefined,
    memo: JSON.stringify(memoOfStart(response, now)),
    notBefore: askedDelay(headers, now),
  };
}

/** After the records: what a terminal one says must hold of a server that is read later. */
function reads({ url, name }: OperationToken): readonly string[] {
  const place = placeOfMigrations(url);
  if (!place) return [];
  const action = actionAt(place, name);
  return action === undefined ? [place.server] : [place.server, action];
}

function look(response: StatusResponse, at: Circumstances, settings: Settings): Observation<OpenstackMoved> {
  const { now, token } = at;
  const [shown, told] = at.more;
  if (!shown) return unreadable(response, now, 'the server was not read: its address is not known');
  const refused = byAnswer(shown, at);
  if (refused) return refused;
  const records = recordsIn(response.body);
  if (typeof records === 'string') return unreadable(response, now, records);
  const server = serverIn(shown.body);
  if (typeof server === 'string') return unreadable(shown, now, server);
  const memo = memoIn(token);
  const record = pickOf(records, settings.wanted, memo);
  const untold = told && byAnswer(told, at);
  const action = told && !untold ? actionIn(told.body) : undefined;
  const isSuperseded = record !== undefined && newestOf(records) !== record;
  const seen = { server, record, action: typeof action === 'string' ? undefined : action, isSuperseded };
  const { kind, before, host } = settings;
  const verdict = judge(seen, { kind, before, host, minor: memo.minor });
  if (verdict.kind !== 'pending') return verdict;
  // Who may not read actions learns the end all the same; who asks too often has to be slower.
  if (untold?.kind === 'unreadable' && untold.hard) return untold;
  return { ...verdict, memo: JSON.stringify(memoOfLook(memo, record)), notBefore: askedDelay(response.headers, now) };
}

async function abort(token: OperationToken, io: CancelIo, wanted: Wanted): Promise<unknown> {
  const place = placeOfMigrations(token.url);
  if (!place) throw new Error('the address of the server is not known');
  const memo = memoIn(token);
  const id = memo.id ?? (await findId(place.migrations, io, wanted, memo));
  return io.send(`${place.server}/migrations/${id}`, { method: 'DELETE' });
}

async function findId(address: string, io: CancelIo, wanted: Wanted, memo: ReturnType<typeof memoIn>): Promise<number> {
  const { body } = await io.send(address, { method: 'GET' });
  const records = recordsIn(body);
  if (typeof records === 'string') throw new Error(`the migrations cannot be read: ${records}`);
  const record = pickOf(records, wanted, memo);
  if (!record) throw new Error('there is no record of the live migration yet, so there is nothing to abort');
  return record.id;
}

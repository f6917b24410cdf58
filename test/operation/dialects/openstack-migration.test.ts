import { describe, expect, test, vi } from 'vitest';
import type { StatusResponse } from '../../../src/operation/dialect.ts';
import {
  type OpenstackMigrationOptions,
  openstackMigration,
} from '../../../src/operation/dialects/openstack-migration.ts';
import {
  ACTION,
  actionBody,
  answer,
  begun,
  circumstances,
  DATE,
  lookAt,
  RECORDS,
  REQUEST,
  recordOf,
  SERVER,
  START,
  serverBody,
  startAnswer,
  timeAt,
  tokenOf,
} from './openstack-looks.ts';

const BEFORE = { status: 'ACTIVE', host: 'host1' };
const live = (more: Partial<OpenstackMigrationOptions> = {}) =>
  openstackMigration({ kind: 'live-migration', before: BEFORE, ...more });
const MOVING = serverBody('MIGRATING/migrating');
const INITIAL = circumstances({ initial: true });

/** The id of the record that a look takes for that of the move. */
function taken(records: readonly unknown[], options: Partial<OpenstackMigrationOptions>, token = begun(live(options))) {
  const seen = lookAt(live(options), records, serverBody('ACTIVE'), { token });
  const text = JSON.stringify(seen);
  return Number(/migration (\d+)/.exec(text)?.[1] ?? Number.NaN);
}

describe('the start of a move', () => {
  test.each([
    ['202', startAnswer()],
    ['the 200 of an evacuation', { ...startAnswer(), status: 200 }],
    ['the 204 of a confirmation', { ...startAnswer(), status: 204 }],
  ])('%s is no success: the records are looked at, then the server, then the action', (_, start) => {
    const dialect = live();
    expect(dialect.classify(start, INITIAL)).toMatchObject({ kind: 'pending', url: RECORDS, name: REQUEST });
    expect(dialect.reads?.(begun(dialect, start))).toEqual([SERVER, ACTION]);
  });

  test('knows the request by either header', () => {
    const token = begun(live(), startAnswer({ 'x-compute-request-id': REQUEST }));
    expect(live().reads?.(token)).toEqual([SERVER, ACTION]);
  });

  test('that shows no request has no action to read', () => {
    expect(live().reads?.(begun(live(), startAnswer({})))).toEqual([SERVER]);
  });

  test.each(['..', 'req/../../os-services', 'req 1', ''])('never makes an address of a request id %j', (name) => {
    expect(live().reads?.(tokenOf({ url: RECORDS, name }))).toEqual([SERVER]);
  });

  test.each([
    undefined,
    '',
    'no address',
    SERVER,
    'https://nova.example/v2.1/os-migrations',
    'https://nova.example/v2.1/os-migrations?instance_uuid=..',
    'https://nova.example/v2.1/os-migrations/9?instance_uuid=a',
  ])('reads nothing more at %j', (url) => {
    expect(live().reads?.(tokenOf({ url }))).toEqual([]);
  });

  test.each(['', 'https://nova.example/v2.1/os-services/1', 'https://nova.example/v2.1/servers/..%2Fx/action'])(
    'at %j is no-monitor',
    (url) => {
      expect(live().classify({ ...startAnswer(), url }, INITIAL)).toMatchObject({
        kind: 'no-monitor',
        because: expect.stringContaining('/servers/{id}/action'),
      });
    },
  );

  test.each([400, 403, 404, 409, 413, 500, 503])('that is refused with %i is rejected', (status) => {
    expect(live().classify({ ...startAnswer(), status }, INITIAL).kind).toBe('rejected');
  });

  test('keeps no secret', () => {
    const url = `https://me:secret@nova.example/compute/v2.1/servers/a-1/action?token=secret`;
    expect(JSON.stringify(begun(live(), { ...startAnswer(), url }))).not.toContain('secret');
  });

  test('passes on how long the server wants not to be asked', () => {
    expect(live().classify(startAnswer({ 'retry-after': '3' }), INITIAL)).toMatchObject({ notBefore: 3_000 });
  });
});

describe('which record is that of the move', () => {
  test.each([
    ['the newest of those that were not there before', [recordOf(9, 'error'), recordOf(8, 'error')], 9],
    ['the newest in whatever order they come', [recordOf(8, 'error'), recordOf(9, 'error')], 9],
    ['not one that was there before', [recordOf(7, 'error')], Number.NaN],
    ['not one of another kind', [recordOf(9, 'error', { migration_type: 'resize' })], Number.NaN],
    ['not one of no kind', [recordOf(9, 'error', { migration_type: null })], Number.NaN],
    ['one that says nothing of when it was created', [recordOf(9, 'error', { created_at: null })], 9],
    ['one that says it is older than the start', [recordOf(9, 'error', { created_at: timeAt(-60_000) })], 9],
  ])('with the ids of before it is %s', (_, records, id) => {
    expect(taken(records, { known: [3, 7] })).toBe(id);
  });

  test.each([
    ['the newest since the start', [recordOf(9, 'error'), recordOf(8, 'error')], 9],
    ['one of the second of the start', [recordOf(9, 'error', { created_at: timeAt(0) })], 9],
    ['one of the second before, as an evacuation has', [recordOf(9, 'accepted', { created_at: timeAt(-1_000) })], 9],
    [
      'one of the second before that ended after the start',
      [recordOf(9, 'error', { created_at: timeAt(-1_000), updated_at: timeAt(0) })],
      9,
    ],
    [
      'not one that ended in the second before the start',
      [recordOf(9, 'error', { created_at: timeAt(-1_000), updated_at: timeAt(-1) })],
      Number.NaN,
    ],
    ['not one that is over and was never updated', [recordOf(9, 'error', { created_at: timeAt(-1) })], Number.NaN],
    ['not an older one', [recordOf(9, 'accepted', { created_at: timeAt(-1_001) })], Number.NaN],
    ['not an old one that is over', [recordOf(7, 'completed', { created_at: timeAt(-3_600_000) })], Number.NaN],
    ['not one that does not tell', [recordOf(9, 'error', { created_at: null })], Number.NaN],
    ['not one that tells it in other words', [recordOf(9, 'error', { created_at: 'yesterday' })], Number.NaN],
    ['one without fractions of seconds', [recordOf(9, 'error', { created_at: '2026-01-01T12:00:00' })], 9],
    ['one with a zone', [recordOf(9, 'error', { created_at: '2026-01-01T12:00:00Z' })], 9],
  ])('without them it is %s', (_, records, id) => {
    expect(taken(records, {})).toBe(id);
  });

  test('an old success is not that of a move that fails (the stale record)', () => {
    const old = recordOf(7, 'completed', { created_at: timeAt(-3_600_000), updated_at: timeAt(-3_590_000) });
    const elsewhere = serverBody('ACTIVE', 'host2');
    for (const options of [{}, { known: [7] }]) {
      expect(lookAt(live(options), [old], elsewhere).kind).toBe('pending');
      expect(lookAt(live(options), [recordOf(8, 'error'), old], elsewhere).kind).toBe('failed');
    }
  });

  test.each([
    ['the Date of the start answer', { date: DATE }, 99_999, timeAt(-1_000)],
    ['the clock of this machine, where there is none', {}, 999, timeAt(-1_000)],
    ['the clock of this machine, where it is no date', { date: '5, 10' }, 999, timeAt(-1_000)],
    [
      'the clock of this machine, where there is no such day',
      { date: 'Thu, 99 Jan 2026 12:00:00 GMT' },
      0,
      timeAt(-1_000),
    ],
  ])('the start is at %s, in whole seconds', (_, headers, later, created_at) => {
    const seen = live().classify(startAnswer(headers as HeadersInit), { ...INITIAL, now: START + later });
    const token = tokenOf({ url: RECORDS, memo: seen.kind === 'pending' ? seen.memo : undefined, startedAt: 0 });
    expect(taken([recordOf(9, 'accepted', { created_at })], {}, token)).toBe(9);
    expect(taken([recordOf(9, 'accepted', { created_at: timeAt(-1_001) })], {}, token)).toBeNaN();
  });

  test.each([undefined, '', '{', '[]', 'null', '{"since":"now"}'])(
    'the start is when the token began, where what was kept is %j',
    (memo) => {
      const token = tokenOf({ url: RECORDS, memo, startedAt: START + 999 });
      expect(taken([recordOf(9, 'error')], {}, token)).toBe(9);
      expect(taken([recordOf(9, 'accepted', { created_at: timeAt(-1_001) })], {}, token)).toBeNaN();
    },
  );

  test('a record that was seen under way stays that of the move when later ones come', () => {
    const seen = lookAt(live(), [recordOf(8, 'running')], MOVING);
    const memo = seen.kind === 'pending' ? seen.memo : undefined;
    const token = { ...begun(live()), memo };
    const records = [recordOf(9, 'running'), recordOf(8, 'error')];
    expect(lookAt(live(), records, MOVING, { token })).toMatchObject({ error: { message: 'migration 8 error' } });
    expect(lookAt(live(), [recordOf(9, 'error')], MOVING, { token }).kind).toBe('pending');
  });

  test('a record that is over does not: it may be that of another one', () => {
    const seen = lookAt(live(), [recordOf(8, 'completed')], MOVING);
    expect(seen).toMatchObject({ kind: 'pending', memo: JSON.stringify({ since: START }) });
  });

  test('what is kept goes on being kept', () => {
    const start = startAnswer({ date: DATE, 'openstack-api-version': 'compute 2.94' });
    const seen = lookAt(live(), [recordOf(8, 'running')], MOVING, { token: begun(live(), start) });
    expect(seen).toMatchObject({ memo: JSON.stringify({ since: START, minor: 94, id: 8 }) });
    const token = { ...begun(live()), memo: seen.kind === 'pending' ? seen.memo : undefined };
    expect(lookAt(live(), [], MOVING, { token })).toMatchObject({ kind: 'pending', memo: token.memo });
  });
});

describe('answers that are none', () => {
  const token = begun(live());
  const records = answer({ migrations: [recordOf(8, 'completed')] }, { url: RECORDS });
  const there = answer(serverBody('ACTIVE', 'host2'));
  const look = (first: StatusResponse, ...more: StatusResponse[]) =>
    live().classify(first, circumstances({ token, more }));

  test('whole ones are taken', () => {
    expect(look(records, there).kind).toBe('succeeded');
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a list', [recordOf(8, 'completed')]],
    ['no migrations', {}],
    ['migrations that are no list', { migrations: { 0: recordOf(8, 'completed') } }],
    ['migrations that are null', { migrations: [null] }],
    ['migrations that are lists', { migrations: [[]] }],
    ['an id that is text', { migrations: [recordOf(8, 'completed', { id: '8' })] }],
    ['an id that is no whole number', { migrations: [recordOf(8, 'completed', { id: 8.5 })] }],
    ['an id that is too large', { migrations: [recordOf(8, 'completed', { id: 2 ** 53 })] }],
    ['a status that is no word', { migrations: [recordOf(8, 'completed', { status: null })] }],
    ['a status that is a list', { migrations: [recordOf(8, 'completed', { status: ['completed'] })] }],
    ['a broken record beside a good one', { migrations: [recordOf(8, 'completed'), 7] }],
    ['the keys of every object', JSON.parse('{"__proto__": {"migrations": []}, "constructor": []}')],
  ])('%s instead of the records is unreadable', (_, body) => {
    expect(look(answer(body, { url: RECORDS }), there)).toMatchObject({
      kind: 'unreadable',
      cause: { name: 'StatusError', status: 200 },
    });
  });

  test('records without their kind are unreadable, and say which microversion has it', () => {
    const { migration_type: _, ...record } = recordOf(8, 'completed');
    const seen = look(answer({ migrations: [record] }), there);
    expect(seen).toMatchObject({
      kind: 'unreadable',
      cause: { message: expect.stringContaining('microversion 2.23 or later') },
    });
  });

  test.each([undefined, null, [], {}, { server: [] }, { server: { id: 1, status: 'ACTIVE' } }])(
    'a server that is %j is unreadable',
    (body) => {
      expect(look(records, answer(body)).kind).toBe('unreadable');
    },
  );

  test('a server that was not read is unreadable', () => {
    expect(look(records)).toMatchObject({
      kind: 'unreadable',
      cause: { message: expect.stringContaining('not read') },
    });
  });

  test.each(['the page of a proxy', 'cut short'])('%s is unreadable in place of either', (because) => {
    const broken = answer(undefined, { unreadable: because });
    for (const seen of [look(broken, there), look(records, broken)]) {
      expect(seen).toMatchObject({ kind: 'unreadable', cause: { message: expect.stringContaining(because) } });
    }
  });

  const STATUSES = [
    [401, 'rejected', false],
    [403, 'rejected', false],
    [404, 'notfound', false],
    [410, 'gone', false],
    [408, 'unreadable', false],
    [413, 'unreadable', true],
    [429, 'unreadable', true],
    [500, 'unreadable', false],
    [503, 'unreadable', true],
    [504, 'unreadable', false],
  ] as const;
  test.each(STATUSES)('%i is %s in place of either', (status, kind, hard) => {
    const refused = answer(undefined, { status, headers: { 'retry-after': '2' } });
    for (const seen of [look(refused, there), look(records, refused)]) {
      expect(seen.kind).toBe(kind);
      if (seen.kind === 'unreadable') expect([seen.hard ?? false, seen.notBefore]).toEqual([hard, 2_000]);
    }
  });

  test.each(STATUSES)('%i in place of the action does not hide an end', (status) => {
    expect(look(records, there, answer(undefined, { status })).kind).toBe('succeeded');
  });

  test.each(STATUSES)(
    '%i in place of the action (%s) does not stop what goes on, unless it is to be slower: %s',
    (status, _, hard) => {
      const running = answer({ migrations: [recordOf(8, 'running')] });
      const seen = look(running, answer(MOVING), answer(undefined, { status, headers: { 'retry-after': '2' } }));
      expect(seen.kind).toBe(hard ? 'unreadable' : 'pending');
    },
  );

  test.each([undefined, null, [], {}, { instanceAction: [] }, { instanceAction: { message: 'Error ' } }])(
    'an action that is %j says nothing',
    (action) => {
      const seen = look(answer({ migrations: [] }), answer(serverBody('ACTIVE')), answer(action));
      expect(seen.kind).toBe('pending');
    },
  );

  test.each([undefined, null, 'Error', {}, [null, 'Error', { result: 'Error', details: 7 }]])(
    'an action in error fails whatever its events are (%j)',
    (events) => {
      const action = { instanceAction: { message: 'Error', events } };
      const seen = look(answer({ migrations: [] }), answer(serverBody('ACTIVE')), answer(action));
      expect(seen).toMatchObject({ kind: 'failed', error: { message: 'the live migration failed' } });
    },
  );

  test('an action in error is none where the answer is no good', () => {
    const action = answer(actionBody('out of date'), { status: 500 });
    expect(look(answer({ migrations: [] }), answer(serverBody('ACTIVE')), action).kind).toBe('pending');
  });

  test('an event that failed is no failure while the action has none', () => {
    const { instanceAction } = actionBody('tried in vain');
    const action = { instanceAction: { ...instanceAction, message: null } };
    expect(look(answer({ migrations: [] }), answer(serverBody('ACTIVE')), answer(action)).kind).toBe('pending');
  });

  test('passes on how long the server wants not to be asked while it goes on', () => {
    const running = answer({ migrations: [recordOf(8, 'running')] }, { headers: { 'retry-after': '4' } });
    expect(look(running, answer(MOVING))).toMatchObject({ kind: 'pending', notBefore: 4_000 });
  });
});

describe('cancelling a live migration', () => {
  const token = begun(live());
  const io = (body?: unknown) => ({ send: vi.fn(async () => answer(body)) });

  test('deletes the record that was seen under way', async () => {
    const seen = lookAt(live(), [recordOf(8, 'running')], MOVING);
    const sender = io();
    await live().cancel?.({ ...token, memo: seen.kind === 'pending' ? seen.memo : undefined }, sender);
    expect(sender.send.mock.calls).toEqual([[`${SERVER}/migrations/8`, { method: 'DELETE' }]]);
  });

  test('looks for the record when none was seen yet', async () => {
    const sender = io({ migrations: [recordOf(9, 'queued'), recordOf(7, 'error')] });
    await live({ known: [7] }).cancel?.(token, sender);
    expect(sender.send.mock.calls).toEqual([
      [RECORDS, { method: 'GET' }],
      [`${SERVER}/migrations/9`, { method: 'DELETE' }],
    ]);
  });

  test.each([
    ['there is no record yet', token, { migrations: [] }, 'there is no record of the live migration yet'],
    ['the records cannot be read', token, {}, 'the migrations cannot be read: there is no list'],
    ['nothing says which server it is', tokenOf(), {}, 'the address of the server is not known'],
  ])('fails when %s', async (_, from, body, message) => {
    await expect(live().cancel?.(from, io(body))).rejects.toThrow(message);
  });

  test('passes on what the server says against it', async () => {
    const refusal = new Error('answered 400');
    const send = async () => Promise.reject(refusal);
    await expect(live().cancel?.(token, { send })).rejects.toBe(refusal);
  });

  test.each(['migration', 'resize', 'evacuation'] as const)('is not there for a %s', (kind) => {
    expect(live({ kind })).not.toHaveProperty('cancel');
  });
});

describe('openstackMigration', () => {
  test('has an end settle for half a second', () => {
    expect(live()).toMatchObject({ name: 'openstack-migration', settle: 500 });
  });

  test.each([
    [{ kind: 'cold' }, RangeError, '`kind` must be one of live-migration, migration, resize, evacuation; got cold'],
    [{ kind: 'constructor' }, RangeError, '`kind` must be one of'],
    [{ before: undefined }, TypeError, '`before.status` must be the status of the server before; got undefined'],
    [{ before: { status: 7, host: 'a' } }, TypeError, '`before.status` must be the status of the server before; got 7'],
    [{ before: { status: 'ACTIVE' } }, TypeError, '`before` must have the `host` or the `hostId` of the server before'],
    [{ before: { status: 'ACTIVE', host: null } }, TypeError, '; got null and undefined'],
    [{ before: { status: 'ACTIVE', hostId: '' } }, TypeError, '`before` must have the `host` or the `hostId`'],
    [{ host: '' }, TypeError, '`host` must be the name of a host; got '],
    [{ host: null }, TypeError, '`host` must be the name of a host; got null'],
    [{ known: 7 }, TypeError, '`known` must be an array of the ids of migrations; got 7'],
    [{ known: ['7'] }, TypeError, '`known` must be an array of the ids of migrations; got 7'],
    [{ known: [7.5] }, TypeError, '`known` must be an array of the ids of migrations; got 7.5'],
  ])('refuses %j', (options, type, message) => {
    const make = () => live(options as unknown as Partial<OpenstackMigrationOptions>);
    expect(make).toThrow(type);
    expect(make).toThrow(message);
  });
});

import { describe, expect, test } from 'vitest';
import { type OpenstackServerOptions, openstackServer } from '../../../src/operation/dialects/openstack-server.ts';
import { ACTION, answer, BASE, circumstances, ID, SERVER, serverBody, startAnswer } from './openstack-looks.ts';

const INITIAL = circumstances({ initial: true });

function look(options: OpenstackServerOptions, body: unknown) {
  return openstackServer(options).classify(answer(body), circumstances());
}

describe('the start of following a server', () => {
  test.each([
    ['an action', startAnswer(), SERVER],
    ['a deletion', answer(undefined, { status: 204 }), SERVER],
    ['something below the server', answer(undefined, { status: 202, url: ACTION }), SERVER],
    ['an answer 200 that shows the server as it was', answer(serverBody('ACTIVE')), SERVER],
    ['a boot', answer({ server: { id: ID } }, { status: 202, url: `${BASE}/servers` }), SERVER],
    [
      'a boot whose Location names a host behind the proxy',
      answer(
        { server: { id: ID } },
        { status: 202, url: `${BASE}/servers`, headers: { location: `http://inside/v2.1/servers/${ID}` } },
      ),
      SERVER,
    ],
    [
      'a boot that only Location tells of',
      answer(undefined, { status: 202, url: `${BASE}/servers`, headers: { location: `${BASE}/servers/${ID}` } }),
      SERVER,
    ],
  ])('%s says which server to look at, and is no success', (_, start, url) => {
    expect(openstackServer({ target: 'ACTIVE' }).classify(start, INITIAL)).toMatchObject({ kind: 'pending', url });
  });

  test.each([
    ['several servers, known by a reservation', answer({ reservation_id: 'r-1' }, { url: `${BASE}/servers` })],
    ['the list of servers', answer({ servers: [] }, { url: `${BASE}/servers/detail` })],
    ['an address of its own', answer(undefined, { url: 'https://nova.example/' })],
    ['an address that is none', answer(undefined, { url: '' })],
    ['an id that leads elsewhere', answer({ server: { id: '../../os-services' } }, { url: `${BASE}/servers` })],
    ['a server that is a list', answer({ server: [ID] }, { url: `${BASE}/servers` })],
  ])('%s is no-monitor', (_, start) => {
    expect(openstackServer({ target: 'ACTIVE' }).classify(start, INITIAL)).toMatchObject({
      kind: 'no-monitor',
      because: expect.stringContaining('…/servers/{id}/…'),
    });
  });

  test('what is asked of the address is not kept', () => {
    const start = answer(undefined, {
      status: 202,
      url: `https://me:secret@nova.example/v2.1/servers/${ID}/action?key=1`,
    });
    const seen = openstackServer({ target: 'ACTIVE' }).classify(start, INITIAL);
    expect(seen).toMatchObject({ kind: 'pending', url: `https://nova.example/v2.1/servers/${ID}` });
  });

  test.each([400, 404, 409, 413, 500])('a start that is refused with %i is rejected', (status) => {
    const start = answer({ badRequest: { message: 'no' } }, { status });
    expect(openstackServer({ target: 'DELETED' }).classify(start, INITIAL).kind).toBe('rejected');
  });
});

describe('a server', () => {
  test.each([
    ['its target and no task', 'ACTIVE', 'ACTIVE', 'succeeded'],
    ['one of several targets', ['active', 'SHUTOFF'], 'SHUTOFF', 'succeeded'],
    ['its target in other case', ' verify_resize ', 'VERIFY_RESIZE', 'succeeded'],
    ['a status in other case', 'ACTIVE', 'active', 'succeeded'],
    ['its target while a task is under way', 'ACTIVE', 'ACTIVE/deleting', 'pending'],
    ['another status', 'ACTIVE', 'BUILD/spawning', 'pending'],
    ['another status and no task', 'SHUTOFF', 'ACTIVE', 'pending'],
    ['a status that no list names', 'ACTIVE', 'TELEPORTING', 'pending'],
    ['a status that contains the target', 'ACTIVE', 'ACTIVE_ALMOST', 'pending'],
    ['SOFT_DELETED while DELETED is wanted: it takes force', 'DELETED', 'SOFT_DELETED', 'pending'],
    ['SOFT_DELETED while ACTIVE is wanted: it may be restored', 'ACTIVE', 'SOFT_DELETED', 'pending'],
    ['DELETED while that is wanted', 'DELETED', 'DELETED', 'succeeded'],
    ['DELETED while ACTIVE is wanted', 'ACTIVE', 'DELETED', 'gone'],
    ['ERROR', 'ACTIVE', 'ERROR', 'failed'],
    ['ERROR with a task under way', 'ACTIVE', 'ERROR/resize_finish', 'failed'],
    ['ERROR while that is wanted', 'ERROR', 'ERROR', 'succeeded'],
    ['ERROR with a task under way while that is wanted', 'ERROR', 'ERROR/rebuilding', 'pending'],
  ])('with %s is as it should be', (_, target, words, kind) => {
    expect(look({ target }, serverBody(words)).kind).toBe(kind);
  });

  test.each([
    ['ERROR is waited out when no status means failure', { failed: [] }, 'ERROR', 'pending'],
    ['another status that means failure fails', { failed: 'shutoff' }, 'SHUTOFF', 'failed'],
    ['several statuses may mean failure', { failed: ['SHUTOFF', 'PAUSED'] }, 'PAUSED', 'failed'],
    [
      'the task of a server that was in ERROR may end it',
      { before: { status: 'error' } },
      'ERROR/rebuilding',
      'pending',
    ],
    ['a server that was in ERROR and is again has failed', { before: { status: 'ERROR' } }, 'ERROR', 'failed'],
    ['ERROR that was not there before has failed', { before: { status: 'ACTIVE' } }, 'ERROR/deleting', 'failed'],
  ] as const)('%s', (_, options, words, kind) => {
    expect(look({ target: 'ACTIVE', ...options }, serverBody(words)).kind).toBe(kind);
  });

  test('is the result, whole', () => {
    const body = serverBody('ACTIVE', 'host1', { metadata: { role: 'web' } });
    expect(look({ target: 'ACTIVE' }, body)).toEqual({ kind: 'succeeded', state: 'ACTIVE', value: body.server });
  });

  test('tells its status, its task and its progress while it goes on', () => {
    const seen = look({ target: 'ACTIVE' }, serverBody('MIGRATING/migrating', 'host1', { progress: 62 }));
    expect(seen).toMatchObject({ kind: 'pending', state: 'MIGRATING/migrating', progress: 62 });
  });

  test.each([-1, 101, '62', null, Number.NaN])('has no progress when that is %s', (progress) => {
    const seen = look({ target: 'SHUTOFF' }, serverBody('ACTIVE', 'host1', { progress }));
    expect(seen).toMatchObject({ kind: 'pending', state: 'ACTIVE', progress: undefined });
  });

  test('fails with its fault', () => {
    const fault = { code: 500, created: '2026-01-01T00:00:00Z', message: 'No valid host was found.', details: '…' };
    expect(look({ target: 'ACTIVE' }, serverBody('ERROR', 'host1', { fault }))).toEqual({
      kind: 'failed',
      state: 'ERROR',
      error: { code: '500', status: 500, message: 'No valid host was found.', details: fault },
    });
  });

  test.each([
    ['a fault whose code is a word', { code: 'E1', message: 'boom' }, { code: 'E1', message: 'boom' }],
    ['a fault without a code', { message: 'boom' }, { message: 'boom' }],
  ])('fails with %s', (_, fault, error) => {
    expect(look({ target: 'ACTIVE' }, serverBody('ERROR', 'host1', { fault }))).toEqual({
      kind: 'failed',
      state: 'ERROR',
      error: { ...error, details: fault },
    });
  });

  test.each([undefined, null, 'boom', ['boom'], {}, { message: 7 }, { message: ' ' }])(
    'fails also before its fault is there (%j)',
    (fault) => {
      expect(look({ target: 'ACTIVE' }, serverBody('ERROR/spawning', 'host1', { fault }))).toEqual({
        kind: 'failed',
        state: 'ERROR/spawning',
        error: { message: 'the server is in ERROR/spawning, and no fault is recorded', code: 'ERROR' },
      });
    },
  );
});

describe('an answer that shows no server', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'server'],
    ['a list', [serverBody('ACTIVE')]],
    ['another object', { servers: [] }],
    ['a server that is null', { server: null }],
    ['a server that is a list', { server: [] }],
    ['no status', { server: { 'OS-EXT-STS:task_state': null } }],
    ['a status that is no word', serverBody('ACTIVE', 'host1', { status: 7 })],
    ['an empty status', serverBody('')],
    ['no task state, as in the short form', { server: { id: ID, status: 'ACTIVE' } }],
    ['a task state that is no word', serverBody('ACTIVE', 'host1', { 'OS-EXT-STS:task_state': false })],
    ['an empty task state', serverBody('ACTIVE/')],
    ['the keys of every object', JSON.parse('{"__proto__": {"server": {"status": "ACTIVE"}}, "constructor": {}}')],
  ])('with %s is unreadable', (_, body) => {
    const seen = look({ target: ['ACTIVE', 'DELETED'] }, body);
    expect(seen).toMatchObject({ kind: 'unreadable', cause: { name: 'StatusError', status: 200 } });
  });

  test.each([
    [404, 'notfound', undefined],
    [410, 'gone', undefined],
    [401, 'rejected', undefined],
    [403, 'rejected', undefined],
    [408, 'unreadable', undefined],
    [413, 'unreadable', true],
    [429, 'unreadable', true],
    [500, 'unreadable', undefined],
    [503, 'unreadable', true],
    [504, 'unreadable', undefined],
  ])('%i is %s', (status, kind, hard) => {
    const response = answer({ itemNotFound: { message: 'no' } }, { status, headers: { 'retry-after': '7' } });
    const seen = openstackServer({ target: 'ACTIVE' }).classify(response, circumstances());
    expect(seen.kind).toBe(kind);
    if (seen.kind === 'unreadable') expect([Boolean(seen.hard), seen.notBefore]).toEqual([hard === true, 7_000]);
  });

  test.each([404, 410])('%i is the success of a deletion', (status) => {
    const seen = openstackServer({ target: 'deleted' }).classify(answer(undefined, { status }), circumstances());
    expect(seen).toEqual({ kind: 'succeeded', state: 'DELETED' });
  });
});

describe('openstackServer', () => {
  test('has an end settle for half a second', () => {
    expect(openstackServer({ target: 'ACTIVE' }).settle).toBe(500);
  });

  test.each([
    [{ target: [] }, RangeError, '`target` must name a status; got none'],
    [{ target: '' }, TypeError, '`target` must be a status, or an array of them; got '],
    [{ target: undefined }, TypeError, '`target` must be a status, or an array of them; got undefined'],
    [{ target: 'ACTIVE', failed: ['ERROR', 7] }, TypeError, '`failed` must be a status, or an array of them; got 7'],
    [
      { target: 'ACTIVE', before: {} },
      TypeError,
      '`before.status` must be the status of the server before; got undefined',
    ],
    [
      { target: 'ACTIVE', before: null },
      TypeError,
      '`before.status` must be the status of the server before; got undefined',
    ],
  ])('refuses %j', (options, type, message) => {
    const make = () => openstackServer(options as unknown as OpenstackServerOptions);
    expect(make).toThrow(type);
    expect(make).toThrow(message);
  });
});

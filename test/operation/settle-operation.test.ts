import { WaitError } from 'unsleep';
import {
  type Dialect,
  OperationError,
  type OperationToken,
  plain,
  settleOperation,
  waitForOperation,
} from 'unsleep/operation';
import { describe, expect, test } from 'vitest';
import { rejection, useVirtualTime } from '../virtual-time.ts';
import { accepted, at, failure, HOME, hangs, json, STATUS, scripted, state, status, token, value } from './rig.ts';

useVirtualTime();

const random = () => 0;
const running = state('Running');
const done = state('Succeeded');
const failed = json({ status: 'Failed', error: { code: 'QuotaExceeded', message: 'no room in the west' } });
const RESULT = 'https://api.example/results/41';

describe('the outcome of an operation', () => {
  test('is its result when it succeeded, and no success before that', async () => {
    const { fetch, asked } = scripted(running, state('Succeeded', {}, { size: 41 }));
    expect(await value(settleOperation(accepted(), { fetch, random }), 3_000)).toEqual({
      outcome: 'succeeded',
      value: { status: 'Succeeded', size: 41 },
    });
    expect(asked.map(({ url, method }) => [method, url])).toEqual([
      ['GET', STATUS],
      ['GET', STATUS],
    ]);
  });

  test('is known at once when the start answer has it (nodejs-dialogflow#450)', async () => {
    const { fetch, asked } = scripted(running);
    const waiting = waitForOperation(at(json({ status: 'done', id: 7 }), HOME), { fetch });
    expect(await value(waiting, 0)).toEqual({ status: 'done', id: 7 });
    expect(asked).toEqual([]);
  });

  test('failed: the server said so, and why', async () => {
    const { fetch } = scripted(running, failed);
    const error = await failure(settleOperation(accepted(), { fetch, random }), 3_000);
    expect(error).toMatchObject({
      ...{ name: 'OperationError', outcome: 'failed', known: true, polls: 2, elapsed: 3_000 },
      failure: { code: 'QuotaExceeded', message: 'no room in the west' },
      last: { kind: 'failed', state: 'Failed' },
      token: { v: 1, dialect: 'plain', url: STATUS },
    });
    expect(error).toBeInstanceOf(OperationError);
    expect(error).toBeInstanceOf(WaitError);
    expect(error.message).toMatchInlineSnapshot(`
      "operation /operations/41: failed: QuotaExceeded: no room in the west (after 3 s, 3 looks)

             0 ms  accepted   1 look
              1 s  Running    1 look
              3 s  Failed     1 look   ← until the end"
    `);
  });

  test('is thrown by waitForOperation, the same error', async () => {
    const { fetch } = scripted(failed);
    const error = (await rejection(waitForOperation(accepted(), { fetch, random }), 1_000)) as OperationError;
    expect(error).toMatchObject({ outcome: 'failed', failure: { code: 'QuotaExceeded' } });
    expect(error.stack).toMatch(
      /^OperationError: operation \/operations\/41: failed: QuotaExceeded: no room in the west/,
    );
    expect(error.stack?.split('\n').find((line) => line.startsWith('    at'))).toContain('settle-operation.test.ts');
    expect(error.report.caller).toContain('settle-operation.test.ts');
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ name: 'OperationError', outcome: 'failed', known: true });
  });

  test('cancelled: the server said so', async () => {
    const { fetch } = scripted(state('Canceled'));
    const error = await failure(settleOperation(accepted(), { fetch, random }), 1_000);
    expect(error).toMatchObject({ outcome: 'cancelled', known: true });
  });

  test('timeout: its fate is not known, and the message says what was seen and how to go on', async () => {
    const { fetch } = scripted(running);
    const error = await failure(settleOperation(accepted(), { fetch, random, timeout: '10s' }), 10_000);
    expect(error).toMatchObject({ outcome: 'timeout', known: false, last: { kind: 'pending', state: 'Running' } });
    expect(error.message).toMatchInlineSnapshot(`
      "operation /operations/41: not over within 10 s (after 9.5 s, 5 looks)

             0 ms  accepted   1 look
              1 s  Running    4 looks   ← until the end

        it may still be running: \`error.token\` goes on with it"
    `);
  });

  test('timeout too when a signal of AbortSignal.timeout ends the wait', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException('too late', 'TimeoutError')), 2_000);
    const options = { fetch: scripted(running).fetch, random, signal: controller.signal };
    const error = await failure(settleOperation(accepted(), options), 2_000);
    expect(error).toMatchObject({ outcome: 'timeout', known: false, elapsed: 2_000 });
  });

  test.each([400, 401, 403, 405, 406, 422, 451])('rejected: a read answered %i ends the wait at once', async (code) => {
    const { fetch, asked } = scripted(json({ error: { code: 'No', message: 'not for you' } }, {}, code));
    const error = await failure(settleOperation(accepted(), { fetch, random }), 1_000);
    expect(error).toMatchObject({ outcome: 'rejected', known: false });
    expect(error.message).toContain(`its status may not be read: answered ${code}: not for you`);
    expect(error.cause).toMatchObject({ status: code });
    expect(asked).toHaveLength(1);
  });

  test.each([400, 404, 409, 429, 500, 503])(
    'rejected: the start was answered %i, and nothing is asked',
    async (code) => {
      const { fetch, asked } = scripted(done);
      const error = await failure(settleOperation(at(status(code), HOME), { fetch }), 0);
      expect(error).toMatchObject({ outcome: 'rejected', known: false });
      expect(error.message).toContain(`the request that was to start it was refused: answered ${code}`);
      expect(asked).toEqual([]);
    },
  );

  test('unrecognized: a word that no list names, when that is not to be taken for pending', async () => {
    const { fetch } = scripted(state('incomplete'));
    const dialect = plain({ unknown: 'fail' });
    const error = await failure(settleOperation(accepted(), { fetch, random, dialect }), 1_000);
    expect(error).toMatchObject({ outcome: 'unrecognized', known: false });
    expect(error.message).toContain("status 'incomplete' is none that the dialect knows");
  });

  test('no-monitor: a 202 that does not tell where to look is no success', async () => {
    const error = await failure(settleOperation(at(status(202), HOME)), 0);
    expect(error).toMatchObject({ outcome: 'no-monitor', known: false, polls: 0 });
    expect(error.message).toMatch(/Location/);
    expect(error.message).toMatch(/Access-Control-Expose-Headers/);
    expect(error.message).not.toContain('goes on with it');
  });

  test('gone: a 404 after it was there ends the wait at once', async () => {
    const { fetch, asked } = scripted(running, status(404));
    const error = await failure(settleOperation(accepted(), { fetch, random }), 3_000);
    expect(error).toMatchObject({ outcome: 'gone', known: false });
    expect(error.message).not.toContain('still be running');
    expect(asked).toHaveLength(2);
  });

  test('gone: a 410 ends the wait at once', async () => {
    const error = await failure(settleOperation(token(), { fetch: scripted(status(410)).fetch }), 0);
    expect(error).toMatchObject({ outcome: 'gone', known: false });
  });

  test('is not gone while what was just made is not there yet', async () => {
    const { fetch, instants } = scripted(status(404), status(404), status(404), done);
    await value(waitForOperation(token(), { fetch, random }), 60_000);
    expect(instants()).toEqual([0, 1_000, 3_000, 7_000]);
  });

  test('gone: more 404 than the budget has', async () => {
    const { fetch, asked } = scripted(status(404));
    const error = await failure(settleOperation(token(), { fetch, random }), 60_000);
    expect(error.outcome).toBe('gone');
    expect(error.message).toContain('not there at 4 polls in a row: answered 404');
    expect(asked).toHaveLength(4);
    const strict = scripted(status(404));
    await failure(settleOperation(token(), { fetch: strict.fetch, random, notFoundBudget: 0 }), 0);
    expect(strict.asked).toHaveLength(1);
  });

  test.each([404, 410])('is the success of a deletion when the thing answers %i', async (code) => {
    const { fetch } = scripted(running, status(code));
    const waiting = waitForOperation(accepted(), { fetch, random, expect: 'deleted' });
    expect(await value(waiting, 3_000)).toBeUndefined();
  });

  test('is not known when polls cannot be read any more, and is when the result cannot', async () => {
    const { fetch } = scripted(status(500));
    const unread = await failure(settleOperation(accepted(), { fetch, random, maxUnreadable: 1 }), 60_000);
    expect(unread).toMatchObject({ outcome: 'unavailable', known: false });
  });

  test.each([
    ['a 204', 204],
    ['a 200 without a body', 200],
    ['a 201 without a body', 201],
  ])('is a success with %s (azure-sdk-for-net#52402)', async (_, code) => {
    const { fetch } = scripted(running, status(code));
    expect(await value(waitForOperation(accepted(), { fetch, random }), 3_000)).toBeUndefined();
  });
});

describe('an end that says little', () => {
  test('of a dialect that gives no cause is told without one', async () => {
    const dialect: Dialect = { name: 'own', classify: () => ({ kind: 'gone' }) };
    const error = await failure(
      settleOperation(token({ dialect: 'own' }), { fetch: scripted(done).fetch, dialect }),
      0,
    );
    expect(error.message).toMatch(/^operation \/operations\/41: gone \(/);
  });

  test('of a dialect that tells no address is no-monitor', async () => {
    const dialect: Dialect = { name: 'own', classify: () => ({ kind: 'pending' }) };
    const error = await failure(settleOperation(accepted(), { dialect }), 0);
    expect(error.message).toContain('nothing says where to look');
  });

  test('is told when the server wants to be asked again at no date that there is', async () => {
    const { fetch } = scripted(done);
    const error = await failure(settleOperation(accepted({ 'retry-after': '9000000000000' }), { fetch }), 0);
    expect(error.message).toContain('no date that there is');
  });

  test('of a deletion that there was no time to confirm is a timeout', async () => {
    const { fetch } = scripted(status(404));
    const options = { fetch, random, expect: 'deleted', confirm: 9, timeout: '4s' } as const;
    expect((await failure(settleOperation(accepted(), options), 4_000)).outcome).toBe('timeout');
  });

  test('is read again, followed, where a redirect cannot be looked at', async () => {
    const opaque = Object.defineProperty(status(200), 'type', { value: 'opaqueredirect' });
    const { fetch, asked } = scripted(() => opaque, done);
    await value(waitForOperation(token(), { fetch, random }), 0);
    expect(asked).toHaveLength(2);
  });

  test('needs no address when a client of its own polls', async () => {
    const known = { v: 1, dialect: 'plain', name: 'jobs/7', startedAt: Date.now() } as const;
    const poll = ({ name }: OperationToken) => ({ status: 200, body: { status: 'done', name } });
    expect(await value(waitForOperation(known, { poll }), 0)).toEqual({ status: 'done', name: 'jobs/7' });
  });
});

describe('the result of an operation', () => {
  const over = () => new Response(null, { status: 303, headers: { location: RESULT } });

  test('is read where a 303 says that it is', async () => {
    const { fetch, asked } = scripted(running, over(), json({ size: 41 }));
    expect(await value(waitForOperation(accepted(), { fetch, random }), 60_000)).toEqual({ size: 41 });
    expect(asked.map(({ url }) => url)).toEqual([STATUS, STATUS, RESULT]);
  });

  test('is read no sooner than the Retry-After of the 303 says', async () => {
    const later = new Response(null, { status: 303, headers: { location: RESULT, 'retry-after': '5' } });
    const { fetch, instants } = scripted(later, json({ size: 41 }));
    await value(waitForOperation(accepted(), { fetch, random }), 60_000);
    expect(instants()).toEqual([1_000, 6_000]);
  });

  test('may be text, or nothing', async () => {
    const csv = new Response('id,size\n7,41\n', { headers: { 'content-type': 'text/csv' } });
    expect(await value(waitForOperation(accepted(), { fetch: scripted(over(), csv).fetch, random }), 2_000)).toBe(
      'id,size\n7,41\n',
    );
    const { fetch } = scripted(over(), status(204));
    expect(await value(waitForOperation(accepted(), { fetch, random }), 2_000)).toBeUndefined();
  });

  test.each([404, 429, 500, 503])('is asked for again after a %i: it succeeded, that much is known', async (code) => {
    const { fetch, asked } = scripted(over(), status(code), status(code), json({ size: 41 }));
    expect(await value(waitForOperation(accepted(), { fetch, random }), 60_000)).toEqual({ size: 41 });
    expect(asked).toHaveLength(4);
  });

  test('that cannot be read ends as unavailable, with the success known, and never as failed', async () => {
    const { fetch } = scripted(over(), status(404));
    const error = await failure(settleOperation(accepted(), { fetch, random, maxUnreadable: 2 }), 60_000);
    expect(error).toMatchObject({ outcome: 'unavailable', known: true });
    expect(error.message).toContain('succeeded, but its result could not be read 3 times in a row: answered 404');
    expect(error.message).not.toContain('it may still be running');
  });

  test('is no page of a proxy: that is asked for again', async () => {
    const page = new Response('<html><title>Sign in</title></html>', { headers: { 'content-type': 'text/html' } });
    const { fetch } = scripted(over(), page, json({ size: 41 }));
    expect(await value(waitForOperation(accepted(), { fetch, random }), 60_000)).toEqual({ size: 41 });
  });

  test('that may not be read ends as unavailable at once, with the success known', async () => {
    const { fetch, asked } = scripted(over(), status(403));
    const error = await failure(settleOperation(accepted(), { fetch, random }), 60_000);
    expect(error).toMatchObject({ outcome: 'unavailable', known: true });
    expect(asked).toHaveLength(2);
  });

  test('that is too large ends as unavailable, with the success known', async () => {
    const { fetch } = scripted(over(), json({ text: 'x'.repeat(2_000) }));
    const error = await failure(settleOperation(accepted(), { fetch, random, maxBodySize: 1_000 }), 60_000);
    expect(error).toMatchObject({ outcome: 'unavailable', known: true });
  });

  test('that is not read in time ends as unavailable, with the success known', async () => {
    const later = new Response(null, { status: 303, headers: { location: RESULT, 'retry-after': '500' } });
    const error = await failure(settleOperation(accepted(), { fetch: scripted(later).fetch, random }), 1_000);
    expect(error).toMatchObject({ outcome: 'unavailable', known: true, elapsed: 1_000 });
    const slow = scripted(over(), hangs);
    const cut = await failure(settleOperation(accepted(), { fetch: slow.fetch, random, timeout: '10s' }), 10_000);
    expect(cut).toMatchObject({ outcome: 'unavailable', known: true, elapsed: 10_000 });
  });
});

describe('an end that may not last', () => {
  test('counts once it was seen often enough in a row (terraform#4447)', async () => {
    const { fetch, asked } = scripted(done, running, done, status(500), done, done, done);
    await value(waitForOperation(accepted(), { fetch, random, interval: () => 10, confirm: 3 }), 1_000);
    expect(asked).toHaveLength(7);
  });

  test('counts once it has stayed long enough', async () => {
    const { fetch, instants } = scripted(running, done, done);
    await value(waitForOperation(accepted(), { fetch, random, settle: 500 }), 60_000);
    expect(instants()).toEqual([1_000, 3_000, 3_500]);
  });

  test('is what it became meanwhile', async () => {
    const { fetch } = scripted(done, failed, failed);
    const error = await failure(settleOperation(accepted(), { fetch, random, settle: 500 }), 60_000);
    expect(error.outcome).toBe('failed');
    const back = scripted(failed, done, done);
    const verdict = await value(settleOperation(accepted(), { fetch: back.fetch, random, settle: 500 }), 60_000);
    expect(verdict.outcome).toBe('succeeded');
  });

  test('is a failure when there is no time to see it again', async () => {
    const { fetch } = scripted(running, failed);
    const options = { fetch, random, settle: '1s', timeout: '4s' } as const;
    const error = await failure(settleOperation(accepted(), options), 4_000);
    expect(error).toMatchObject({ outcome: 'failed', known: true });
  });

  test('is no success when there is no time to see it again, and the message says so', async () => {
    const { fetch } = scripted(running, done);
    const options = { fetch, random, settle: '1s', timeout: '4s' } as const;
    const error = await failure(settleOperation(accepted(), options), 4_000);
    expect(error).toMatchObject({ outcome: 'timeout', known: false });
    expect(error.message).toContain('though it was succeeded for a moment');
  });
});

describe('what is asked', () => {
  test('is at the address that the last answer gave, absolute or relative', async () => {
    const { fetch, asked } = scripted(
      new Response(null, { status: 202, headers: { location: '../other/1' } }),
      new Response(null, { status: 202, headers: { location: 'https://api.example/other/2?page=1' } }),
      running,
      done,
    );
    await value(waitForOperation(accepted(), { fetch, random }), 60_000);
    expect(asked.map(({ url }) => url)).toEqual([
      STATUS,
      'https://api.example/other/1',
      'https://api.example/other/2?page=1',
      'https://api.example/other/2?page=1',
    ]);
  });

  test('is followed through redirects, which are still polls', async () => {
    const moved = new Response(null, { status: 307, headers: { location: '/moved/41' } });
    const { fetch, asked } = scripted(moved, running, moved, done);
    await value(waitForOperation(accepted(), { fetch, random }), 60_000);
    expect(asked.map(({ url, at }) => [url.slice(19), at])).toEqual([
      ['/operations/41', 1_000],
      ['/moved/41', 1_000],
      ['/operations/41', 3_000],
      ['/moved/41', 3_000],
    ]);
  });

  test('is not told again what has not changed: the ETag goes along, and a 304 is a good read', async () => {
    const { fetch, asked } = scripted(state('Running', { etag: '"1"' }), status(304), done);
    await value(waitForOperation(accepted(), { fetch, random, maxUnreadable: 0 }), 60_000);
    expect(asked.map(({ headers }) => headers.get('if-none-match'))).toEqual([null, '"1"', '"1"']);
  });

  test('has the headers of the caller, asked for each time', async () => {
    let calls = 0;
    const headers = async () => ({ authorization: `Bearer ${++calls}` });
    const { fetch, asked } = scripted(running, done);
    await value(waitForOperation(accepted(), { fetch, random, headers }), 60_000);
    expect(asked.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer 1', 'Bearer 2']);
  });
});

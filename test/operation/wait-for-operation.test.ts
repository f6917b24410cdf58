import { OperationError, type OperationToken, settleOperation, waitForOperation } from 'unsleep/operation';
import { describe, expect, test } from 'vitest';
import { rejection, useVirtualTime } from '../virtual-time.ts';
import { accepted, at, failure, HOME, json, networkError, STATUS, scripted, state, token, value } from './rig.ts';

useVirtualTime();

const random = () => 0;
const running = state('Running');
const done = state('Succeeded');

describe('the token of an operation', () => {
  test('is handed out before the first pause, and waited for', async () => {
    const steps: string[] = [];
    const { fetch } = scripted(() => {
      steps.push('polled');
      return done.clone();
    });
    const onToken = async (token: OperationToken) => {
      steps.push(`storing ${token.url}`);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      steps.push('stored');
    };
    await value(waitForOperation(accepted(), { fetch, random, onToken }), 60_000);
    expect(steps).toEqual([`storing ${STATUS}`, 'stored', 'polled']);
  });

  test('is handed out again when where to look has changed, and not otherwise', async () => {
    const urls: (string | undefined)[] = [];
    const moved = new Response(null, { status: 202, headers: { location: '/other/1' } });
    const { fetch } = scripted(running, state('Running', { 'retry-after': '1' }), moved, running, done);
    const onToken = (token: OperationToken) => urls.push(token.url);
    await value(waitForOperation(accepted(), { fetch, random, onToken }), 60_000);
    expect(urls).toEqual([STATUS, 'https://api.example/other/1']);
  });

  test('is not handed out for an operation that is over already, or cannot be followed', async () => {
    const handed: unknown[] = [];
    const onToken = (token: OperationToken) => handed.push(token);
    await value(waitForOperation(at(json({ status: 'done' }), HOME), { onToken }), 0);
    await failure(settleOperation(at(new Response(null, { status: 202 }), HOME), { onToken }), 0);
    expect(handed).toEqual([]);
  });

  test('that could not be stored is handed out again when that was for a passing reason', async () => {
    let calls = 0;
    const onToken = () => {
      if (++calls === 1) throw networkError();
    };
    await value(waitForOperation(accepted(), { fetch: scripted(done).fetch, random, onToken }), 60_000);
    expect(calls).toBe(2);
  });

  test('that could not be stored for another reason ends the wait with that very error', async () => {
    const full = new Error('disk full');
    const onToken = () => Promise.reject(full);
    const { fetch, asked } = scripted(done);
    expect(await rejection(waitForOperation(accepted(), { fetch, random, onToken }), 0)).toBe(full);
    expect(asked).toEqual([]);
  });

  test('survives JSON, and goes on in another wait, without credentials or results in it', async () => {
    const secret = { headers: { authorization: 'Bearer hush' } };
    const { fetch } = scripted(state('Running', { 'retry-after': '20', etag: '"7"' }, { partial: 'hush' }));
    const options = { fetch, random, timeout: '10s', ...secret } as const;
    const { token: left } = await failure(settleOperation(accepted(), options), 1_000);
    const stored = JSON.stringify(left);
    expect(stored).not.toContain('hush');
    const later = scripted(done);
    await value(waitForOperation(JSON.parse(stored), { fetch: later.fetch, random, ...secret }), 60_000);
    // The wait before ended at 1 s, and 20 s after that the server wants to be asked again.
    expect(later.asked).toMatchObject([{ at: 20_000, url: STATUS }]);
    expect(later.asked[0]?.headers.get('if-none-match')).toBe('"7"');
  });

  test('paces what is resumed by how old the operation is', async () => {
    const { fetch, instants } = scripted(state('Running', {}, { percentComplete: 50 }), done);
    await value(waitForOperation(token({ startedAt: Date.now() - 20_000 }), { fetch, random }), 60_000);
    expect(instants()).toEqual([0, 10_000]);
  });

  test.each<[string, unknown, RegExp]>([
    ['of another dialect', token({ dialect: 'azure' }), /azure.*plain|plain.*azure/],
    ['with a status address that is none', token({ url: 'nonsense' }), /url/],
    ['with an address that is no HTTP', token({ url: 'file:///etc/passwd' }), /url/],
    ['without an address', { v: 1, dialect: 'plain', startedAt: 0 }, /`start` must be a token with a `url`/],
    ['of a start that is unknown', { v: 1, dialect: 'plain', url: STATUS, startedAt: 'now' }, /startedAt/],
  ])('is refused %s', async (_, start, message) => {
    const { fetch, asked } = scripted(done);
    const error = await rejection(waitForOperation(start as OperationToken, { fetch }), 0);
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(message);
    expect(asked).toEqual([]);
  });

  test('is in the error, but not printed with it: its address may be a secret', async () => {
    const secret = `${STATUS}?sig=hush`;
    const { fetch } = scripted(running);
    const error = await failure(settleOperation(token({ url: secret }), { fetch, random, timeout: '1s' }), 1_000);
    expect(error).toBeInstanceOf(OperationError);
    expect(error.token.url).toBe(secret);
    expect(JSON.stringify({ ...error, text: error.message, stack: error.stack, report: error.report })).not.toContain(
      'hush',
    );
  });
});

describe('what an operation is started by', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'https://api.example'],
    ['a promise', Promise.resolve(accepted())],
  ])('is refused when it is %s', async (_, start) => {
    const error = await rejection(waitForOperation(start as object), 0);
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain('`start` must be an answer, a token, or a function');
  });

  test('may be a function: what it throws is the error, the very same', async () => {
    const refused = new Error('no');
    expect(
      await rejection(
        waitForOperation(() => Promise.reject(refused)),
        0,
      ),
    ).toBe(refused);
    const thrown = () => {
      throw refused;
    };
    expect(await rejection(settleOperation(thrown), 0)).toBe(refused);
  });

  test('may be a function, which counts from the call: its time is part of the budget', async () => {
    const start = () => new Promise<Response>((resolve) => setTimeout(() => resolve(accepted()), 4_000));
    const { fetch, instants } = scripted(running);
    const error = await failure(settleOperation(start, { fetch, random, timeout: '10s' }), 10_000);
    expect(instants()).toEqual([5_000, 7_000, 9_500]);
    expect(error).toMatchObject({ outcome: 'timeout', elapsed: 9_500 });
  });

  test('may be a function that never answers: the wait ends at its deadline, and its signal aborts', async () => {
    let signal: AbortSignal | undefined;
    const start = (own: AbortSignal) => {
      signal = own;
      return new Promise<Response>(() => {});
    };
    const error = await failure(settleOperation(start, { timeout: '10s' }), 10_000);
    expect(error).toMatchObject({ outcome: 'timeout', elapsed: 10_000, polls: 0 });
    expect(error.message).not.toContain('error.token');
    expect(signal?.aborted).toBe(true);
  });

  test('is an answer, whose headers count though its body does not come to its end', async () => {
    const body = new ReadableStream<Uint8Array>({ pull: () => new Promise<void>(() => {}) });
    const endless = new Response(body, { status: 202, headers: { 'operation-location': STATUS } });
    const { fetch, asked } = scripted(done);
    await value(waitForOperation(at(endless, HOME), { fetch, random, attemptTimeout: '2s' }), 10_000);
    expect(asked).toMatchObject([{ url: STATUS, at: 3_000 }]);
  });

  test('is an answer whose body was not read yet', async () => {
    const used = accepted();
    const full = at(json({ status: 'done' }), HOME);
    await full.text();
    expect(await rejection(waitForOperation(full), 0)).toBeInstanceOf(TypeError);
    await used.text();
    await expect(value(waitForOperation(used, { fetch: scripted(done).fetch, random }), 1_000)).resolves.toBeDefined();
  });

  test.each<[string, object, RegExp]>([
    ['interval', { interval: -1 }, /`interval` must be milliseconds/],
    ['interval', { interval: () => -1 }, /`interval` must give a number/],
    ['timeout', { timeout: '5 minutes' }, /`timeout`/],
    ['dialect', { dialect: 'azure' }, /`dialect` must be a dialect/],
    ['confirm', { confirm: 0 }, /`confirm` must be a whole number from 1/],
    ['maxUnreadable', { maxUnreadable: -1 }, /`maxUnreadable` must be a whole number from 0/],
    ['notFoundBudget', { notFoundBudget: 1.5 }, /`notFoundBudget`/],
    ['onAbort', { onAbort: 'stop' }, /`onAbort` must be one of detach, cancel, cancel-and-wait; got 'stop'/],
    ['onTimeout', { onTimeout: true }, /`onTimeout` must be one of/],
    ['expect', { expect: 'gone' }, /`expect` must be one of done, deleted/],
    ['lastPollReserve', { lastPollReserve: 0 }, /`lastPollReserve` must be above 0/],
    ['maxBodySize', { maxBodySize: 0 }, /`maxBodySize`/],
    ['fetch', { fetch: 'node' }, /`fetch` must be a function/],
    ['poll', { poll: {} }, /`poll` must be a function/],
    ['allowOrigin', { allowOrigin: ['a'] }, /`allowOrigin` must be a function/],
    ['onToken', { onToken: 'file' }, /`onToken` must be a function/],
    ['tolerate', { tolerate: true }, /`tolerate` must be a function/],
    ['attemptTimeout', { attemptTimeout: 0 }, /`attemptTimeout` must be above 0/],
    ['wakeOn', { wakeOn: 'events' }, /`wakeOn`/],
    ['settle', { settle: Number.POSITIVE_INFINITY }, /`settle` must be finite/],
    ['cancelTimeout', { cancelTimeout: -1 }, /`cancelTimeout`/],
    ['headers', { headers: 41 }, /`headers`/],
  ])('is refused with a bad option: %s', async (_, options, message) => {
    const error = await rejection(waitForOperation(accepted(), { fetch: scripted(done).fetch, ...options }), 2_000);
    expect(error.message).toMatch(message);
    expect(error).toSatisfy((error) => error instanceof RangeError || error instanceof TypeError);
  });

  test('is refused with options that are none', async () => {
    for (const options of [null, 7, 'fast'] as never[]) {
      const error = await rejection(waitForOperation(accepted(), options), 0);
      expect(error.message).toContain('`options` must be an object');
    }
  });
});

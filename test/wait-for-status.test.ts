import { again, constant, giveUp, type Look, type StatusOptions, type WaitReport, waitForStatus } from 'unsleep';
import { describe, expect, test, vi } from 'vitest';
import { rejection, settle, stampedCalls, useVirtualTime } from './virtual-time.ts';

useVirtualTime();

const exactly = (pause: number) => constant(pause, { jitter: 'none' });

/** A read that gives these one after the other, and the last one for ever; errors are thrown. */
function reads(...answers: unknown[]) {
  const looks = stampedCalls((calls) => {
    const answer = answers[Math.min(calls, answers.length) - 1];
    if (answer instanceof Error) throw answer;
    return answer;
  });
  return { read: looks.call as () => { status: string }, at: looks.at };
}

const failed = (status: number, more = {}) => Object.assign(new Error(`status ${status}`), { status, ...more });

describe('waitForStatus', () => {
  test('ends with its diagnosis also when the progress of what it read cannot be read', async () => {
    const unreadable = {
      status: 'running',
      get progress(): number {
        throw new Error('not now');
      },
    };
    const error = await rejection(
      waitForStatus(() => unreadable, { target: 'done', timeout: 100 }),
      100,
    );
    expect(error.message).toMatch(/^ +0 ms {2}running {3,}\d+ looks {3}← until the end$/m);
  });

  test('names the first twenty of the words that no list names, however many come', async () => {
    let count = 0;
    const read = () => ({ status: `step ${++count}` });
    const options = { target: 'done', timeout: 1_000, interval: exactly(1) } as const;
    const error = await rejection(waitForStatus(read, options), 1_000);
    expect(count).toBe(1_001);
    expect(error.message).toMatch(/as no list names them: 'step 1', .*'step 20', …$/m);
    expect(error.message).not.toContain("'step 21'");
  });

  test('gives back what was read when the status is a target', async () => {
    const server = { status: 'ACTIVE', id: 41 };
    const { read, at } = reads({ status: 'BUILD' }, { status: 'BUILD' }, server);
    const result = await settle(waitForStatus(read, { target: 'ACTIVE', interval: exactly(10) }), 20);
    expect(result.status === 'fulfilled' && result.value).toBe(server);
    expect(at).toEqual([0, 10, 20]);
  });

  test('takes several targets, and numbers', async () => {
    await expect(
      waitForStatus(() => ({ status: 'SHUTOFF' }), { target: ['ACTIVE', 'SHUTOFF'] }),
    ).resolves.toBeDefined();
    await expect(waitForStatus(() => ({ status: 4 }), { target: 4 })).resolves.toEqual({ status: 4 });
    await expect(waitForStatus(() => 204, { target: [200, 204] })).resolves.toBe(204);
    await expect(waitForStatus(() => 'done', { target: 'done' })).resolves.toBe('done');
  });

  test('reads the status from another property, or with a function', async () => {
    const job = { state: 'done', meta: { phase: 'end' } };
    await expect(waitForStatus(() => job, { status: 'state', target: 'done' })).resolves.toBe(job);
    await expect(waitForStatus(() => job, { status: ({ meta }) => meta.phase, target: 'end' })).resolves.toBe(job);
  });

  test('fails at once with a failure status', async () => {
    const { read, at } = reads({ status: 'BUILD' }, { status: 'ERROR', fault: 'no host' });
    const options = { target: 'ACTIVE', failure: ['ERROR', 'DELETED'], interval: exactly(10), name: 'server' };
    const error = await rejection(waitForStatus(read, options), 10);
    expect(at).toEqual([0, 10]);
    expect(error).toMatchObject({ name: 'WaitFailedError', lastValue: { status: 'ERROR', fault: 'no host' } });
    expect(error.message).toMatchInlineSnapshot(`
      "server: status 'ERROR' means failure (after 10 ms, 2 looks)

             0 ms  BUILD   1 look
            10 ms  ERROR   1 look   ← until the end

        last value: { status: 'ERROR', fault: 'no host' }
        waited for status 'ACTIVE'
        taken for pending, as no list names them: 'BUILD'"
    `);
  });

  test('fails at once with a word in no list when `pending` is given', async () => {
    const { read, at } = reads({ status: 'BUILD' }, { status: 'PAUSED' });
    const options = { target: 'ACTIVE', pending: ['BUILD'], interval: exactly(10), name: 'server' };
    const error = await rejection(waitForStatus(read, options), 10);
    expect(at).toEqual([0, 10]);
    expect(error.message).toMatch(/^server: status 'PAUSED' is in none of the lists \(after 10 ms, 2 looks\)/);
  });

  test('takes any other word for pending without `pending`, and names them in the timeout', async () => {
    const { read } = reads({ status: 'BUILD', progress: 10 }, { status: 'VERIFY' }, { status: 'BUILD', progress: 62 });
    const options = { target: 'ACTIVE', timeout: 30, interval: exactly(10), name: 'server' } as const;
    const error = await rejection(waitForStatus(read, options), 30);
    expect(error.message).toMatchInlineSnapshot(`
      "server: not within 30 ms (4 looks)

             0 ms  BUILD, 10 %   1 look
            10 ms  VERIFY        1 look
            20 ms  BUILD, 62 %   2 looks   ← until the end

        last value: { status: 'BUILD', progress: 62 }
        waited for status 'ACTIVE'
        taken for pending, as no list names them: 'BUILD', 'VERIFY'"
    `);
  });

  test.each(['active', 'ACTIVE ', 'INACTIVE', 'ACTIVE_PENDING', 'ACT'])(
    'is not done with %j for ACTIVE',
    async (status) => {
      const { read } = reads({ status });
      const error = await rejection(waitForStatus(read, { target: 'ACTIVE', timeout: 10 }), 10);
      expect(error.name).toBe('WaitTimeoutError');
    },
  );

  test('tells the number 4 and the text "4" apart', async () => {
    const error = await rejection(
      waitForStatus(() => ({ status: '4' as string | number }), { target: 4, timeout: 0 }),
      0,
    );
    expect(error.message).toContain("taken for pending, as no list names them: '4'");
  });

  test.each([
    ['a failed network', Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } })],
    ['408', failed(408)],
    ['425', failed(425)],
    ['429', failed(429)],
    ['500', failed(500)],
    ['503', failed(503)],
    ['599', failed(599)],
  ])('reads again after %s, and counts it in the report', async (_, error) => {
    const { read } = reads(error, error, { status: 'BUILD' });
    const failure = await rejection(waitForStatus(read, { target: 'ACTIVE', timeout: 30, interval: exactly(10) }), 30);
    expect((failure as unknown as { report: WaitReport }).report).toMatchObject({ looks: 4, failedLooks: 2 });
    expect(failure.cause).toBe(error);
  });

  test.each([400, 401, 403, 404, 409])('rejects at once with the very error of a %i', async (status) => {
    const error = failed(status);
    expect(await rejection(waitForStatus(reads(error).read, { target: 'ACTIVE' }), 0)).toBe(error);
  });

  test('lets `tolerate` decide about failed reads, and still reads again what is unreadable', async () => {
    const { read, at } = reads(failed(404), { status: null }, { status: 'ACTIVE' });
    const tolerate = (error: unknown) => (error as { status: number }).status === 404;
    await settle(waitForStatus(read, { target: 'ACTIVE', tolerate, interval: exactly(10) }), 20);
    expect(at).toEqual([0, 10, 20]);
  });

  test.each([
    ['error.retryAfter', { retryAfter: 2 }],
    ['error.headers', { headers: { 'retry-after': '2' } }],
    ['error.response.headers', { response: { headers: new Headers({ 'retry-after': '2' }) } }],
  ])('honours the Retry-After in %s', async (_, more) => {
    const { read, at } = reads(failed(503, more), { status: 'ACTIVE' });
    await settle(waitForStatus(read, { target: 'ACTIVE', interval: exactly(10) }), 2_000);
    expect(at).toEqual([0, 2_000]);
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['no status', {}],
    ['a status of undefined', { status: undefined }],
    ['a status of null', { status: null }],
    ['an object as status', { status: { name: 'ACTIVE' } }],
    ['a promise as status', { status: Promise.resolve('ACTIVE') }],
    ['a list', [{ status: 'ACTIVE' }]],
  ])('counts a look that gave %s, and reads again', async (_, answer) => {
    const { read, at } = reads(answer, { status: 'ACTIVE' });
    await settle(
      waitForStatus(read, { target: 'ACTIVE', failure: 'ERROR', pending: 'BUILD', interval: exactly(10) }),
      10,
    );
    expect(at).toEqual([0, 10]);
  });

  test('says what was unreadable', async () => {
    const { read } = reads({ status: { code: 1 } });
    const error = await rejection(waitForStatus(read, { target: 'ACTIVE', timeout: 0 }), 0);
    expect(error.message).toContain('unreadable status: { code: 1 }');
    expect(error).toMatchObject({ report: { failedLooks: 1 } });
  });

  test('counts a page of HTML in the place of an object, when the status is a property', async () => {
    const { read, at } = reads('<html>502 Bad Gateway</html>', { status: 'ACTIVE' });
    await settle(
      waitForStatus(read, { status: 'status', target: 'ACTIVE', pending: 'BUILD', interval: exactly(10) }),
      10,
    );
    expect(at).toEqual([0, 10]);
  });

  test('rejects with the very error that the `status` function throws', async () => {
    const error = new TypeError('no meta');
    const status = () => {
      throw error;
    };
    expect(
      await rejection(
        waitForStatus(() => ({}), { status, target: 'ACTIVE' }),
        0,
      ),
    ).toBe(error);
  });

  test('takes again() for not yet', async () => {
    const looks = stampedCalls((calls) => (calls === 1 ? again(70) : { status: 'ACTIVE' }));
    await settle(waitForStatus(looks.call, { target: 'ACTIVE', pending: 'BUILD', interval: exactly(10) }), 70);
    expect(looks.at).toEqual([0, 70]);
  });

  test('ends with giveUp of the read', async () => {
    const error = await rejection(
      waitForStatus(() => giveUp('no such server'), { target: 'ACTIVE', name: 'x' }),
      0,
    );
    expect(error.message).toMatch(/^x: no such server/);
  });

  test('has 5 minutes by default', async () => {
    const { read } = reads({ status: 'BUILD' });
    const error = await rejection(waitForStatus(read, { target: 'ACTIVE', interval: exactly(3_600_000) }), 300_000);
    expect(error.message).toContain('not within 5 min (2 looks)');
  });

  test('reads only when the trigger has run, and tells the read what it gave', async () => {
    const read = vi.fn(({ triggered }: Look<number>) => ({ status: triggered === 41 ? 'ACTIVE' : 'ERROR' }));
    const waiting = waitForStatus(read, { target: 'ACTIVE', failure: 'ERROR', trigger: async () => 41 });
    expect(await settle(waiting, 0)).toMatchObject({ status: 'fulfilled' });
    expect(read).toHaveBeenCalledOnce();
  });

  test('begins the stack with the line of the caller', async () => {
    function callSite() {
      return waitForStatus(() => ({ status: 'BUILD' }), { target: 'ACTIVE' as string, timeout: 10 });
    }
    const error = await rejection(callSite(), 50);
    expect(/^ +at .*$/m.exec(error.stack ?? '')?.[0]).toMatch(/ at callSite .*wait-for-status\.test\.ts/);
  });

  test.each<[string, unknown]>([
    ['`options` must be an object', undefined],
    ['`options` must be an object', null],
    ['`target` must be a status or an array of them', {}],
    ['`target` must be a status or an array of them', { target: ['A', null] }],
    ['`target` must be a status or an array of them', { target: /A/ }],
    ['`target` must name at least one status; got []', { target: [] }],
    ['`failure` must be a status or an array of them', { target: 'A', failure: [{}] }],
    ['`pending` must be a status or an array of them', { target: 'A', pending: null }],
    ["a status may be in one list only; 'A' is in two", { target: 'A', failure: 'A' }],
    ["a status may be in one list only; 'B' is in two", { target: 'A', failure: ['B'], pending: ['B', 'C'] }],
    ["a status may be in one list only; 'A' is in two", { target: 'A', pending: ['A'] }],
    ['`status` must be a function or the name of a property', { target: 'A', status: 5 }],
    ['`tolerate` must be a function', { target: 'A', tolerate: true }],
    ['`timeout` must be', { target: 'A', timeout: -1 }],
  ])('refuses: %s', async (message, options) => {
    const read = vi.fn(() => ({ status: 'A' }));
    const error = await rejection(waitForStatus(read, options as StatusOptions<'A'>), 0);
    expect(error.message.startsWith(message)).toBe(true);
    expect(read).not.toHaveBeenCalled();
  });

  test('refuses what is no read', async () => {
    await expect(waitForStatus({} as never, { target: 'A' })).rejects.toThrow('`read` must be a function; got {}');
  });
});

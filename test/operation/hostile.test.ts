import { plain, settleOperation, waitForOperation } from 'unsleep/operation';
import { describe, expect, test } from 'vitest';
import { useVirtualTime } from '../virtual-time.ts';
import { accepted, at, failure, HOME, json, STATUS, scripted, state, status, token, value } from './rig.ts';

useVirtualTime();

const running = state('Running');
const done = state('Succeeded');

/** Every random pause at its longest; and a wait that looks without end is a failure, not a hang. */
function calm() {
  let looks = 0;
  const onLook = () => {
    if (++looks > 2_000) throw new Error('it looks without end');
  };
  return { random: () => 0, onLook };
}

// Of what servers, proxies and frameworks are known to send. Headers take no control characters but those that are tested.
const CONTROL = /[\p{Cc}\u2028\u2029\p{Bidi_Control}]/u;

/** The message, with the line breaks of its own layout taken away: what is left must be harmless in a log. */
function isHarmless({ message }: Error): boolean {
  return message.split('\n').every((line) => !CONTROL.test(line)) && message.length < 5_000;
}

describe('a Retry-After that means nothing', () => {
  const MEANINGLESS = [
    ['a number of 400 digits', '9'.repeat(400)],
    ['seconds beyond what numbers can count', '99999999999999'],
    ['a negative number', '-5'],
    ['two header lines, joined', '5, 10'],
    ['a fraction', '1.5'],
    ['a path', '/bar'],
    ['infinity', 'Infinity'],
    ['a number in hexadecimal', '0x10'],
    ['an exponent', '1e3'],
    ['a unit', '5s'],
    ['a parameter', '5;q=1'],
    ['nothing', ''],
    ['a sign', '+5'],
    ['a date of ISO', '2999-01-01T00:00:00Z'],
    ['a date that there is not', 'Mon, 31 Feb 2998 00:00:00 GMT'],
    ['a date in another zone', 'Fri, 31 Dec 2999 23:59:59 +0100'],
    ['a control character', '5\u0001'],
  ] as const;

  test.each(MEANINGLESS)('is passed over on a good answer: %s', async (_, retryAfter) => {
    const { fetch, instants } = scripted(state('Running', { 'retry-after': retryAfter }), done);
    await value(waitForOperation(accepted(), { fetch, ...calm() }), 3_000);
    expect(instants()).toEqual([1_000, 3_000]);
  });

  test.each(MEANINGLESS)('is passed over on the start answer: %s', async (_, retryAfter) => {
    const { fetch, instants } = scripted(done);
    await value(waitForOperation(accepted({ 'retry-after': retryAfter }), { fetch, ...calm() }), 1_000);
    expect(instants()).toEqual([1_000]);
  });

  test.each(MEANINGLESS)('leaves the backoff after a 429: %s', async (_, retryAfter) => {
    const { fetch, instants } = scripted(status(429, { 'retry-after': retryAfter }), done);
    await value(waitForOperation(accepted(), { fetch, ...calm() }), 3_000);
    expect(instants()).toEqual([1_000, 3_000]);
  });

  test.each([
    ['retry-after-ms', 'NaN'],
    ['retry-after-ms', '-1'],
    ['retry-after-ms', '1e9'],
    ['retry-after-ms', '9'.repeat(400)],
    ['x-ms-retry-after-ms', 'Infinity'],
    ['x-poll-interval', '60, 60'],
    ['ratelimit', '"default";r=0;t=1e9'],
    ['ratelimit', '"default";r=0;t=-5'],
    ['ratelimit', '((((((((((('],
    ['ratelimit', 'limit=10, remaining=0, reset=never'],
    ['ratelimit-reset', '5'],
  ])('is passed over as %s: %s', async (name, text) => {
    const { fetch, instants } = scripted(state('Running', { [name]: text }), done);
    await value(waitForOperation(accepted(), { fetch, ...calm() }), 3_000);
    expect(instants()).toEqual([1_000, 3_000]);
  });
});

const DAY = 86_400_000;

describe('a Retry-After at the limits', () => {
  test.each([
    ['0 seconds', '0'],
    ['a date in the past', 'Sun, 06 Nov 1994 08:49:37 GMT'],
    ['a date of RFC 850 in the past', 'Sunday, 06-Nov-94 08:49:37 GMT'],
    ['a date of asctime in the past', 'Sun Nov  6 08:49:37 1994'],
  ])('does not make the polls come without a pause: %s', async (_, retryAfter) => {
    const { fetch, instants } = scripted(...Array(3).fill(state('Running', { 'retry-after': retryAfter })), done);
    await value(waitForOperation(accepted(), { fetch, ...calm() }), 60_000);
    expect(instants()).toEqual([1_000, 2_000, 3_000, 4_000]);
  });

  test.each([
    ['2^40 seconds', String(2 ** 40), 2 ** 40 * 1_000],
    ['the last second of the year 9999', 'Fri, 31 Dec 9999 23:59:59 GMT', undefined],
    ['25 days, more than a timer can count', String((25 * DAY) / 1_000), 25 * DAY],
  ])('ends the wait at once when it is too long: %s', async (_, retryAfter, delay) => {
    const { fetch, asked } = scripted(state('Running', { 'retry-after': retryAfter }));
    const error = await failure(settleOperation(accepted(), { fetch, ...calm() }), 1_000);
    expect(error).toMatchObject({ outcome: 'timeout', known: false, elapsed: 1_000 });
    expect(error.notBefore).toBe(delay === undefined ? Date.parse('9999-12-31T23:59:59Z') : Date.now() + delay);
    expect(asked).toHaveLength(1);
  });

  test.each([String(2 ** 40), String((25 * DAY) / 1_000)])(
    'is slept through to the deadline when events may come: %s',
    async (retryAfter) => {
      const { fetch, asked } = scripted(state('Running', { 'retry-after': retryAfter }));
      const options = { fetch, ...calm(), wakeOn: () => () => {} };
      const error = await failure(settleOperation(accepted(), options), 300_000);
      expect(error).toMatchObject({ outcome: 'timeout', elapsed: 300_000 });
      expect(asked).toHaveLength(1);
    },
  );

  test('is counted to its end however long it is, when there is time', async () => {
    const { fetch, instants } = scripted(state('Running', { 'retry-after': String((60 * DAY) / 1_000) }), done);
    await value(waitForOperation(accepted(), { fetch, ...calm(), timeout: 90 * DAY }), 90 * DAY);
    expect(instants()).toEqual([1_000, 1_000 + 60 * DAY]);
  });

  test('on the start answer, too long, ends the wait before a poll', async () => {
    const { fetch, asked } = scripted(done);
    const start = accepted({ 'retry-after': String(2 ** 40) });
    const error = await failure(settleOperation(start, { fetch, ...calm() }), 0);
    expect(error).toMatchObject({ outcome: 'timeout', known: false, polls: 0 });
    expect(asked).toEqual([]);
  });

  test('in a token, too long, ends the wait before a poll', async () => {
    const { fetch, asked } = scripted(done);
    const start = token({ notBefore: Date.now() + 600_000 });
    const error = await failure(settleOperation(start, { fetch, ...calm(), timeout: '1m' }), 60_000);
    expect(asked).toEqual([]);
    expect(error).toMatchObject({ outcome: 'timeout', known: false, notBefore: start.notBefore });
  });

  test.each([Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, -Number.MAX_VALUE])(
    'in a token may be any number: %d',
    async (notBefore) => {
      const { fetch } = scripted(done);
      const verdict = await value(settleOperation(token({ notBefore }), { fetch, ...calm() }), 300_000);
      expect(verdict.outcome).toBe(notBefore < 0 ? 'succeeded' : 'timeout');
    },
  );
});

describe('an HTTP status that is odd', () => {
  /** By a client of one's own, as `Response` takes only those from 200 to 599. */
  const answering = (...answers: readonly object[]) => {
    const left = [...answers];
    return { poll: () => (left.length > 1 ? left.shift() : left[0]) };
  };

  test.each([100, 101, 102, 103, 199, 300, 305, 306, 418, 451, 499])('rejects: %i', async (code) => {
    const options = { ...answering({ status: code, body: { status: 'Succeeded' } }), ...calm() };
    const error = await failure(settleOperation(token(), options), 0);
    expect(error).toMatchObject({ outcome: 'rejected', known: false, polls: 1 });
  });

  test.each([500, 501, 520, 529, 598, 599])('says nothing of the operation: %i', async (code) => {
    const { poll } = answering({ status: code, body: { status: 'Failed' } }, { status: 200, body: { status: 'Done' } });
    const verdict = await value(settleOperation(token(), { poll, ...calm() }), 60_000);
    expect(verdict.outcome).toBe('succeeded');
  });

  test.each([600, 700, 999])('is no verdict, whatever its body says: %i', async (code) => {
    for (const word of ['Succeeded', 'Failed', 'Canceled']) {
      const options = { ...answering({ status: code, body: { status: word } }), ...calm(), maxUnreadable: 0 };
      expect(await failure(settleOperation(token(), options), 0)).toMatchObject({ known: false });
    }
  });

  test.each([200, 201, 203, 206, 226, 299])(
    'is a success when it begins with 2, and the body does not say otherwise: %i',
    async (code) => {
      const options = { ...answering({ status: code, body: { size: 41 } }), ...calm() };
      expect(await value(waitForOperation(token(), options), 0)).toEqual({ size: 41 });
    },
  );

  test.each([204, 205, 200])('is a success without a body, unless the word is required: %i', async (code) => {
    const { fetch } = scripted(status(code));
    expect(await value(waitForOperation(token(), { fetch, ...calm() }), 0)).toBeUndefined();
    const strict = { fetch, ...calm(), dialect: plain({ statusRequired: true }), maxUnreadable: 0 };
    expect(await failure(settleOperation(token(), strict), 0)).toMatchObject({ outcome: 'unavailable', known: false });
  });

  test.each([0, -200, 200.5, 1_000, Number.NaN, '200', null, [200]])(
    'is no answer at all when it is %j: the client is at fault',
    async (code) => {
      const options = { ...answering({ status: code, body: {} }), ...calm() };
      await expect(value(waitForOperation(token(), options), 0)).rejects.toThrow(TypeError);
    },
  );

  test('without a Location, a redirect leads nowhere', async () => {
    for (const code of [301, 302, 303, 307, 308]) {
      const { fetch, asked } = scripted(status(code));
      const error = await failure(settleOperation(token(), { fetch, ...calm() }), 0);
      expect(error).toMatchObject({ outcome: 'rejected', known: false });
      expect(asked).toHaveLength(1);
    }
  });

  test('304 for ever is waited for until the deadline, with nothing ever seen', async () => {
    const { fetch } = scripted(status(304));
    const error = await failure(settleOperation(token(), { fetch, ...calm(), timeout: '1m' }), 60_000);
    expect(error).toMatchObject({ outcome: 'timeout', known: false });
  });
});

describe('a header with control characters', () => {
  const ugly = '\u001b[2J\u0007\u0008\u009b31m';

  test('in the challenge of a 401 does no harm to the message', async () => {
    const { fetch } = scripted(status(401, { 'www-authenticate': `Basic realm="${ugly}"` }));
    const error = await failure(settleOperation(token(), { fetch, ...calm() }), 0);
    expect(error.outcome).toBe('rejected');
    expect(error).toSatisfy(isHarmless);
  });

  test('in the content type does no harm to the message', async () => {
    const page = new Response('<html>', { headers: { 'content-type': `text/${ugly}` } });
    const error = await failure(
      settleOperation(token(), { fetch: scripted(page).fetch, ...calm(), maxUnreadable: 0 }),
      0,
    );
    expect(error.outcome).toBe('unavailable');
    expect(error).toSatisfy(isHarmless);
  });

  test('in an address is escaped, and does no harm to the message', async () => {
    const { fetch, asked } = scripted(running);
    const start = at(new Response(null, { status: 202, headers: { location: `/operations/${ugly}` } }), HOME);
    const error = await failure(settleOperation(start, { fetch, ...calm(), timeout: '1s' }), 1_000);
    expect(asked[0]?.url).toMatch(/^https:\/\/api\.example\/operations\/%1B\[2J%07%08/);
    expect(error).toSatisfy(isHarmless);
  });

  test('as an ETag is sent back as it came', async () => {
    const { fetch, asked } = scripted(state('Running', { etag: '"\u0001\u00ff"' }), done);
    await value(waitForOperation(accepted(), { fetch, ...calm() }), 60_000);
    expect(asked[1]?.headers.get('if-none-match')).toBe('"\u0001\u00ff"');
  });

  test.each(['*', '"a", "b"', 'W/"1"\u0001x', '1'])('or one that is no ETag harms nothing: %j', async (etag) => {
    const { fetch, asked } = scripted(state('Running', { etag }), done);
    await value(waitForOperation(accepted(), { fetch, ...calm() }), 60_000);
    expect(asked.map(({ url }) => url)).toEqual([STATUS, STATUS]);
  });

  test('of a client that gives names which are none is left out', async () => {
    const answer = { status: 200, headers: { ':status': '200', 'a b': 'c', 'retry-after': ['5', '10'], x: '\r\n' } };
    const left: object[] = [
      { ...answer, body: { status: 'Running' } },
      { status: 200, body: { status: 'Done' } },
    ];
    const verdict = await value(settleOperation(token(), { poll: () => left.shift(), ...calm() }), 1_000);
    expect(verdict.outcome).toBe('succeeded');
  });
});

describe('headers that do not end', () => {
  test('a thousand of them are passed over', async () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`x-${index}`, 'x'.repeat(100)]));
    const { fetch } = scripted(state('Running', many), json({ status: 'Succeeded' }, many));
    await value(waitForOperation(accepted(), { fetch, ...calm() }), 60_000);
  });

  test('an address of 100 000 characters is asked, and not told', async () => {
    const { fetch, asked } = scripted(running);
    const start = at(new Response(null, { status: 202, headers: { location: `/${'x'.repeat(100_000)}` } }), HOME);
    const error = await failure(settleOperation(start, { fetch, ...calm(), timeout: '1s' }), 1_000);
    expect(asked).toHaveLength(1);
    expect(error).toSatisfy(isHarmless);
  });
});

import { isTransient } from 'unsleep';
import { describe, expect, test } from 'vitest';
import { askedPause, isTimeout } from '../src/transient.ts';

/** Throws at whatever is done with it. */
const hostile = new Proxy(
  {},
  {
    get: () => {
      throw new Error('get');
    },
    has: () => {
      throw new Error('has');
    },
    getPrototypeOf: () => {
      throw new Error('getPrototypeOf');
    },
  },
);

/** An error whose properties throw when they are read. */
function poisoned(error: Error, ...names: string[]): Error {
  for (const name of names) {
    Object.defineProperty(error, name, {
      get: () => {
        throw new Error(name);
      },
    });
  }
  return error;
}

function fetchFailed(code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(`connect ${code}`), { code }) });
}

describe('isTransient', () => {
  test.each([
    ['status 408', { status: 408 }],
    ['status 425', { status: 425 }],
    ['status 429', { status: 429 }],
    ['status 500', { status: 500 }],
    ['status 503', { status: 503 }],
    ['status 599', { status: 599 }],
    ['an Error with a status', Object.assign(new Error('unavailable'), { status: 503 })],
    ['a statusCode, as got and Node say', { statusCode: 502 }],
    ['a response with a status, as axios says', { response: { status: 504 } }],
    ['a Response itself', new Response(null, { status: 503 })],
    ['a refused connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['an unknown host', { code: 'ENOTFOUND' }],
    ['a timeout of undici', { code: 'UND_ERR_HEADERS_TIMEOUT' }],
    ['a network error of axios', { code: 'ERR_NETWORK' }],
    ['fetch failed', fetchFailed('ECONNREFUSED')],
    ['fetch failed, without a cause', new TypeError('fetch failed')],
    ['Failed to fetch, as Chrome says', new TypeError('Failed to fetch')],
    ['a cause of a cause of a cause', new Error('a', { cause: new Error('b', { cause: fetchFailed('EPIPE') }) })],
    ['a code three causes deep', [1, 2, 3].reduce<unknown>((cause) => new Error('', { cause }), { code: 'EPIPE' })],
    ['a look that was cut', Object.assign(new Error('too late'), { name: 'TimeoutError' })],
    ['a TimeoutError of the platform', new DOMException('too late', 'TimeoutError')],
    ['a cut look as a cause', new Error('read', { cause: new DOMException('too late', 'TimeoutError') })],
  ])('says yes of %s', (_, error) => {
    expect(isTransient(error)).toBe(true);
  });

  test.each([
    ['status 200', { status: 200 }],
    ['status 404', { status: 404 }],
    ['status 409', { status: 409 }],
    ['status 499', { status: 499 }],
    ['status 600', { status: 600 }],
    ['status NaN', { status: Number.NaN }],
    ['a status that is text', { status: '503' }],
    ['an answer, though its cause is the network', { status: 404, cause: fetchFailed('ECONNRESET') }],
    ['an error of the condition itself', new Error('no such file')],
    ['a TypeError of the condition itself', new TypeError('x is not a function')],
    ['a missing file', Object.assign(new Error('open'), { code: 'ENOENT' })],
    ['an abort', new DOMException('stop', 'AbortError')],
    ['a code of the network in text', new Error('ECONNREFUSED')],
    [
      'a cause too deep to follow',
      [1, 2, 3, 4].reduce<Error>((cause) => new Error('', { cause }), fetchFailed('EPIPE')),
    ],
    ['undefined', undefined],
    ['null', null],
    ['text', 'fetch failed'],
    ['a number', 503],
    ['a function', Object.assign(() => {}, { status: 503 })],
    ['nothing', {}],
    ['an object that throws at whatever is done with it', hostile],
    ['an Error whose name throws when read', poisoned(new TypeError('fetch failed'), 'name')],
    ['an Error whose message throws when read', poisoned(new TypeError(), 'message')],
    ['an Error all of whose properties throw when read', poisoned(new Error(), 'status', 'response', 'code', 'cause')],
  ])('says no of %s', (_, error) => {
    expect(isTransient(error)).toBe(false);
  });

  test('reads on where one property throws', () => {
    expect(isTransient(poisoned(Object.assign(new Error(), { code: 'EPIPE' }), 'status'))).toBe(true);
  });

  test('follows a cause that is its own cause, and comes to an end', () => {
    const error = new Error('round');
    error.cause = error;
    expect(isTransient(error)).toBe(false);
  });
});

describe('isTimeout', () => {
  test('knows a limit that ran out by its name', () => {
    expect(isTimeout(new DOMException('', 'TimeoutError'))).toBe(true);
    expect(isTimeout({ name: 'TimeoutError' })).toBe(true);
    expect(isTimeout(new Error('TimeoutError'))).toBe(false);
    expect(isTimeout(hostile)).toBe(false);
    expect(isTimeout(undefined)).toBe(false);
  });
});

describe('askedPause', () => {
  const now = () => Date.UTC(2026, 0, 1);
  const asked = (retryAfter: unknown) => askedPause({ retryAfter }, now)?.milliseconds;

  test.each([
    [0, 0],
    [2, 2_000],
    [0.5, 500],
    ['0', 0],
    ['120', 120_000],
    [' 3 ', 3_000],
    ['1.5', 1_500],
    ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
    ['Thu, 01 Jan 2026 00:00:00 GMT', 0],
    ['Wed, 31 Dec 2025 23:59:59 GMT', 0],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
  ])('reads %j as %d ms', (retryAfter, milliseconds) => {
    expect(asked(retryAfter)).toBe(milliseconds);
  });

  test.each([
    '',
    ' ',
    '5, 10',
    '0x10',
    '1e3',
    '-5',
    '+5',
    '.5',
    '5.',
    '5s',
    'Infinity',
    'tomorrow',
    '2026-01-01T00:00:10Z',
    'Thu Jan 01 2026 00:00:10',
    'Thu, 01 Jan 2026 00:00:10 +0100',
    'Thu, 01 Foo 2026 00:00:10 GMT',
    'Thu, 45 Jan 2026 00:00:10 GMT',
    'thursday, 01-Jan-26 00:00:10 GMT',
    -5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    null,
    true,
    5n,
    ['5'],
    { seconds: 5 },
  ])('takes %o for no pause at all', (retryAfter) => {
    expect(askedPause({ retryAfter }, now)).toBe(undefined);
  });

  test('reads the clock of the system when it is given none', () => {
    expect(askedPause({ retryAfter: new Date(Date.now() - 5_000).toUTCString() })?.milliseconds).toBe(0);
  });

  test.each([
    ['the headers of the error', { headers: new Headers({ 'Retry-After': '7' }) }],
    ['plain headers in lower case, as Node and axios have them', { headers: { 'retry-after': '7' } }],
    ['plain headers in the case of the wire', { headers: { 'Retry-After': '7' } }],
    ['the headers of its response', { response: { headers: new Headers({ 'retry-after': '7' }) } }],
    ['plain headers of its response', { response: { headers: { 'retry-after': '7' } } }],
    ['a Response itself', new Response(null, { status: 503, headers: { 'retry-after': '7' } })],
    ['a Map', { headers: new Map([['retry-after', '7']]) }],
    ['its own property, before any header', { retryAfter: 7, headers: { 'retry-after': '1' } }],
    [
      'its own headers, before those of the response',
      { headers: { 'retry-after': '7' }, response: { headers: { 'retry-after': '1' } } },
    ],
    [
      'the response, when its own headers say nothing',
      { headers: new Headers(), response: { headers: { 'retry-after': '7' } } },
    ],
  ])('finds it in %s', (_, error) => {
    expect(askedPause(error, now)?.milliseconds).toBe(7_000);
  });

  test.each([
    [429, true],
    [503, true],
    [500, false],
    [202, false],
  ])('of a status %d is firm: %s', (status, isFirm) => {
    expect(askedPause({ status, retryAfter: 1 }, now)).toEqual({ milliseconds: 1_000, isFirm, isInstead: false });
  });

  test('without a status is not firm', () => {
    expect(askedPause({ retryAfter: 1 }, now)?.isFirm).toBe(false);
  });

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['text', 'Retry-After: 5'],
    ['an error without headers', new Error('503')],
    ['headers that are null', { headers: null, response: null }],
    ['headers that do not name it', { headers: new Headers(), response: { headers: {} } }],
    ['an object that throws at whatever is done with it', hostile],
    ['headers that throw at whatever is done with them', { headers: hostile }],
    ['headers whose get throws', { headers: { get: () => expect.fail('thrown by get') } }],
    ['a response that throws at whatever is done with it', { response: hostile }],
  ])('is absent from %s', (_, error) => {
    expect(askedPause(error, now)).toBe(undefined);
  });
});

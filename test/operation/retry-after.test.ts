import { describe, expect, test } from 'vitest';
import { askedDelay } from '../../src/operation/retry-after.ts';

const NOW = Date.UTC(1999, 11, 31, 23, 59, 0);

function asked(headers: Record<string, string>): number | undefined {
  return askedDelay(new Headers(headers), NOW);
}

describe('Retry-After', () => {
  test.each([
    ['seconds', '120', 120_000],
    ['no seconds at all', '0', 0],
    ['seconds with zeros before them', '007', 7_000],
    ['the most seconds that can be counted with', '9007199254740', 9_007_199_254_740_000],
    ['a date in the first form', 'Fri, 31 Dec 1999 23:59:59 GMT', 59_000],
    ['a date in the second form', 'Friday, 31-Dec-99 23:59:59 GMT', 59_000],
    ['a date in the third form', 'Fri Dec 31 23:59:59 1999', 59_000],
    ['a date that has passed', 'Fri, 31 Dec 1999 23:58:00 GMT', 0],
    ['a date of long ago', 'Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ])('may be %s', (_, value, expected) => {
    expect(asked({ 'retry-after': value })).toBe(expected);
  });

  test.each([
    ['nothing', ''],
    ['two headers, joined', '5, 10'],
    ['a fraction', '1.5'],
    ['a hexadecimal number', '0x10'],
    ['a number with an exponent', '1e3'],
    ['a number with its sign', '+5'],
    ['a negative number', '-1'],
    ['a path', '/bar'],
    ['a word', 'Infinity'],
    ['a date of ISO 8601', '2000-01-01T00:00:00Z'],
    ['a number with its unit', '5s'],
    ['more seconds than can be counted with', '9007199254741'],
    ['400 nines', '9'.repeat(400)],
    ['digits of another script', encodeURI('٣')],
  ])('is passed over when it is %s', (_, value) => {
    expect(asked({ 'retry-after': value })).toBeUndefined();
  });

  test('counts a date from the header Date, as the clock of the server may be wrong', () => {
    const date = 'Sat, 01 Jan 2000 01:00:00 GMT';
    expect(asked({ 'retry-after': 'Sat, 01 Jan 2000 01:00:05 GMT', date })).toBe(5_000);
    expect(asked({ 'retry-after': 'Sat, 01 Jan 2000 00:59:55 GMT', date })).toBe(0);
  });

  test('counts a date from our clock when the header Date is none', () => {
    expect(asked({ 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT', date: 'soon' })).toBe(59_000);
  });

  test('says nothing when it is not there', () => {
    expect(asked({})).toBeUndefined();
  });
});

describe('the milliseconds of some services', () => {
  test.each(['retry-after-ms', 'x-ms-retry-after-ms'])('%s goes before Retry-After', (name) => {
    expect(asked({ [name]: '1500', 'retry-after': '2' })).toBe(1_500);
  });

  test('may have a fraction, and are rounded up', () => {
    expect(asked({ 'retry-after-ms': '20.25' })).toBe(21);
  });

  test.each(['', '-1', 'soon', '1, 2', '1.', '.5', '1e3', 'NaN', '9'.repeat(400)])(
    'leave it to Retry-After when they are "%s"',
    (value) => {
      expect(asked({ 'retry-after-ms': value, 'retry-after': '2' })).toBe(2_000);
    },
  );
});

describe('a rate limit that is used up', () => {
  test('asks for a delay', () => {
    expect(asked({ ratelimit: '"default";r=0;t=30' })).toBe(30_000);
  });

  test('is passed over when there is a Retry-After', () => {
    expect(asked({ ratelimit: '"default";r=0;t=30', 'retry-after': '2' })).toBe(2_000);
  });

  test('counts when the Retry-After is malformed', () => {
    expect(asked({ ratelimit: '"default";r=0;t=30', 'retry-after': '2.5' })).toBe(30_000);
  });

  test('is passed over when its time is too long to be counted with', () => {
    expect(asked({ ratelimit: '"default";r=0;t=999999999999999' })).toBeUndefined();
  });
});

describe('X-Poll-Interval', () => {
  test('asks for a delay by itself', () => {
    expect(asked({ 'x-poll-interval': '60' })).toBe(60_000);
  });

  test.each([
    ['lengthens', '2', 60_000],
    ['does not shorten', '90', 90_000],
  ])('%s a Retry-After', (_, value, expected) => {
    expect(asked({ 'x-poll-interval': '60', 'retry-after': value })).toBe(expected);
  });

  test.each(['', 'often', '1.5', '-1', '9'.repeat(400)])('is passed over when it is "%s"', (value) => {
    expect(asked({ 'x-poll-interval': value })).toBeUndefined();
    expect(asked({ 'x-poll-interval': value, 'retry-after': '2' })).toBe(2_000);
  });
});

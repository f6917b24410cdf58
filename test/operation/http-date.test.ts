import { afterEach, describe, expect, test } from 'vitest';
import { parseHttpDate, serverTime } from '../../src/operation/http-date.ts';

const NOW = Date.UTC(2026, 0, 1);
const INSTANT = Date.UTC(1994, 10, 6, 8, 49, 37);

const FORMS = [
  ['an IMF-fixdate', 'Sun, 06 Nov 1994 08:49:37 GMT'],
  ['a date of RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT'],
  ['a date of asctime', 'Sun Nov  6 08:49:37 1994'],
] as const;

describe('parseHttpDate', () => {
  const { TZ } = process.env;
  afterEach(() => {
    if (TZ === undefined) delete process.env['TZ'];
    else process.env['TZ'] = TZ;
  });

  test.each(FORMS)('reads %s', (_, text) => {
    expect(parseHttpDate(text, NOW)).toBe(INSTANT);
  });

  test.each(FORMS)('reads %s in New York as anywhere', (_, text) => {
    process.env['TZ'] = 'America/New_York';
    expect(new Date(INSTANT).getTimezoneOffset()).toBe(300);
    expect(parseHttpDate(text, NOW)).toBe(INSTANT);
  });

  test('reads a date of asctime with two digits of a day', () => {
    expect(parseHttpDate('Fri Dec 31 23:59:59 1999', NOW)).toBe(Date.UTC(1999, 11, 31, 23, 59, 59));
  });

  test.each([
    ['this century', 'Tuesday, 06-Jan-26 00:00:00 GMT', 2026],
    ['at most 50 years ahead', 'Monday, 06-Jan-76 00:00:00 GMT', 2076],
    ['more than 50 years ahead, and so of the last century', 'Thursday, 06-Jan-77 00:00:00 GMT', 1977],
  ])('takes two digits of a year for one %s', (_, text, year) => {
    expect(parseHttpDate(text, NOW)).toBe(Date.UTC(year, 0, 6));
  });

  test('knows the leap day of a year that is short of two digits', () => {
    expect(parseHttpDate('Tuesday, 29-Feb-00 00:00:00 GMT', NOW)).toBe(Date.UTC(2000, 1, 29));
  });

  test('takes a leap second for the second after it', () => {
    expect(parseHttpDate('Sat, 31 Dec 2016 23:59:60 GMT', NOW)).toBe(Date.UTC(2017, 0, 1));
  });

  test.each([
    ['nothing', ''],
    ['the 31st of February', 'Mon, 31 Feb 2025 00:00:00 GMT'],
    ['the 29th of February of another year', 'Sat, 29 Feb 2025 00:00:00 GMT'],
    ['day 0', 'Mon, 00 Jan 2025 00:00:00 GMT'],
    ['day 32', 'Mon, 32 Jan 2025 00:00:00 GMT'],
    ['hour 24', 'Mon, 06 Jan 2025 24:00:00 GMT'],
    ['minute 60', 'Mon, 06 Jan 2025 00:60:00 GMT'],
    ['second 61', 'Mon, 06 Jan 2025 00:00:61 GMT'],
    ['a month that is none', 'Mon, 06 Foo 2025 00:00:00 GMT'],
    ['a day without its zero', 'Mon, 6 Jan 2025 00:00:00 GMT'],
    ['another zone', 'Mon, 06 Jan 2025 00:00:00 EST'],
    ['an offset', 'Mon, 06 Jan 2025 00:00:00 +0000'],
    ['small letters', 'mon, 06 jan 2025 00:00:00 gmt'],
    ['parts of a second', 'Mon, 06 Jan 2025 00:00:00.5 GMT'],
    ['a date of ISO 8601', '2025-01-06T00:00:00Z'],
    ['something before it', 'x Mon, 06 Jan 2025 00:00:00 GMT'],
    ['something after it', 'Mon, 06 Jan 2025 00:00:00 GMT x'],
    ['two of them', 'Mon, 06 Jan 2025 00:00:00 GMT, Mon, 06 Jan 2025 00:00:00 GMT'],
    ['what Date.parse takes for the year 120', '120'],
    ['what Date.parse takes for a day of 2001', '5, 10'],
    ['a day that only the library knows', 'Moneday, 06 Jan 2025 00:00:00 GMT'],
  ])('takes %s for no date', (_, text) => {
    expect(parseHttpDate(text, NOW)).toBeUndefined();
  });
});

describe('serverTime', () => {
  test('is what the header Date says', () => {
    expect(serverTime(new Headers({ date: 'Sun, 06 Nov 1994 08:49:37 GMT' }), NOW)).toBe(INSTANT);
  });

  test.each([
    ['there is no Date', {}],
    ['the Date is none', { date: 'yesterday' }],
  ])('is ours when %s', (_, headers) => {
    expect(serverTime(new Headers(headers), NOW)).toBe(NOW);
  });
});

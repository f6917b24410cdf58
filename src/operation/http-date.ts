import { _parseRfc7231DateTime } from '@smithy/core/serde';

const MONTH = '(?<month>[A-Z][a-z]{2})';
const TIME = '(?<time>\\d{2}:\\d{2}:\\d{2})';
const FORMS = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\\d{2}) ${MONTH} (?<year>\\d{4}) ${TIME} GMT`,
  // Sunday, 06-Nov-94 08:49:37 GMT
  `(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d{2})-${MONTH}-(?<year>\\d{2}) ${TIME} GMT`,
  // Sun Nov  6 08:49:37 1994
  `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/**
 * Reads an HTTP date in any of its three forms, in milliseconds since 1970; undefined for anything else. All three are in
 * UTC, and one does not say so.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
 */
export function parseHttpDate(text: string, now: number): number | undefined {
  const form = FORMS.find((form) => form.test(text));
  const { day = '', month, year = '', time = '' } = form?.exec(text)?.groups ?? {};
  if (day === '') return undefined;
  const wholeYear = year.length === 2 ? fullYear(Number(year), now) : year;
  const isLeap = time.endsWith(':60');
  const second = isLeap ? time.replace(/60$/, '59') : time;
  try {
    // Always in the first form: the library takes two digits for a year of the last century. Never with a leap second,
    // as of the last one in a year it makes the year before.
    const date = Number(_parseRfc7231DateTime(`Mon, ${day.replace(' ', '0')} ${month} ${wholeYear} ${second} GMT`));
    // It takes the 31st of February for a day of March.
    return new Date(date).getUTCDate() === Number(day) ? date + (isLeap ? 1_000 : 0) : undefined;
  } catch {
    return undefined;
  }
}

/** The time of the server when it answered, or else ours: by its clock a date that it sends is right. */
export function serverTime(headers: Headers, now: number): number {
  return parseHttpDate(headers.get('date') ?? '', now) ?? now;
}

/** More than 50 years ahead means the last year that ended so. */
function fullYear(lastDigits: number, now: number): string {
  const latest = new Date(now).getUTCFullYear() + 50;
  return String(latest - ((latest - lastDigits) % 100));
}

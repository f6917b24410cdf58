import { parseHttpDate, serverTime } from './http-date.ts';
import { rateLimitDelay } from './rate-limit.ts';

const WHOLE = /^\d+$/;
const DECIMAL = /^\d+(\.\d+)?$/;

/**
 * How long the server wants not to be asked, in milliseconds from the answer on: never negative, always finite. Undefined
 * when it says nothing, or nothing that means something: what is no number and no date is passed over, and so is a number
 * too large to count with.
 *
 * The first of these that says something: `retry-after-ms` and `x-ms-retry-after-ms` (Azure, OpenAI), `Retry-After`, a
 * rate limit that is used up. `X-Poll-Interval` (GitHub) is the least in any case.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function askedDelay(headers: Headers, now: number): number | undefined {
  const asked =
    milliseconds(headers.get('retry-after-ms')) ??
    milliseconds(headers.get('x-ms-retry-after-ms')) ??
    retryAfter(headers, now) ??
    countable(rateLimitDelay(headers, now));
  const least = seconds(headers.get('x-poll-interval'));
  return asked !== undefined && least !== undefined ? Math.max(asked, least) : (asked ?? least);
}

/** Seconds or a date, and nothing else: `Number` and `Date.parse` would find a time in almost anything. */
function retryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const date = parseHttpDate(value.trim(), now);
  // The server's clock may be wrong, but then it is wrong in both headers.
  return date === undefined ? seconds(value) : Math.max(0, date - serverTime(headers, now));
}

function seconds(value: string | null): number | undefined {
  return value !== null && WHOLE.test(value.trim()) ? countable(Number(value) * 1_000) : undefined;
}

function milliseconds(value: string | null): number | undefined {
  return value !== null && DECIMAL.test(value.trim()) ? countable(Math.ceil(Number(value))) : undefined;
}

function countable(delay: number | undefined): number | undefined {
  return delay !== undefined && delay <= Number.MAX_SAFE_INTEGER ? delay : undefined;
}

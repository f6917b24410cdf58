import { type InnerList, type Item, parseDictionary, parseList } from 'structured-headers';
import { serverTime } from './http-date.ts';

const WHOLE = /^\d+$/;
// As seconds from now that would be thirty years: some servers, such as GitLab, send a Unix time.
const LEAST_UNIX_TIME = 1_000_000_000;

/**
 * How long until there are requests again, in milliseconds, when the rate limit is used up. Undefined when it is not, when
 * nothing is said of it, and for an answer out of a cache, which tells of somebody else's requests.
 *
 * Understands the field `RateLimit` as it is (`"default";r=0;t=30`) and as it was (`limit=10, remaining=0, reset=30`),
 * and the older `RateLimit-Remaining` with `RateLimit-Reset`.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
export function rateLimitDelay(headers: Headers, now: number): number | undefined {
  if (wholeNumber(headers.get('age')) ?? 0) return undefined;
  const field = headers.get('ratelimit');
  return (field === null ? undefined : (untilAll(field) ?? untilReset(field))) ?? untilOldReset(headers, now);
}

/** Every limit that is used up has to be over. */
function untilAll(field: string): number | undefined {
  const waits = parsed(() => parseList(field))
    ?.map(([, parameters]) => [parameters.get('r'), parameters.get('t')] as const)
    .flatMap(([remaining, seconds]) => (remaining === 0 && isWhole(seconds) ? [seconds * 1_000] : []));
  return waits && waits.length > 0 ? Math.max(...waits) : undefined;
}

function untilReset(field: string): number | undefined {
  const members = parsed(() => parseDictionary(field));
  const seconds = bare(members?.get('reset'));
  return bare(members?.get('remaining')) === 0 && isWhole(seconds) ? seconds * 1_000 : undefined;
}

function untilOldReset(headers: Headers, now: number): number | undefined {
  if (wholeNumber(headers.get('ratelimit-remaining')) !== 0) return undefined;
  const reset = wholeNumber(headers.get('ratelimit-reset'));
  if (reset === undefined) return undefined;
  return reset < LEAST_UNIX_TIME ? reset * 1_000 : Math.max(0, reset * 1_000 - serverTime(headers, now));
}

function bare(member: Item | InnerList | undefined): unknown {
  return member?.[0];
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && WHOLE.test(text.trim()) ? Number(text) : undefined;
}

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

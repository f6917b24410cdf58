import type { Circumstances, StatusResponse } from './dialect.ts';
import { isObject } from './failure.ts';
import { locationIn } from './location.ts';
import type { Observation } from './observation.ts';
import { askedDelay } from './retry-after.ts';
import { StatusError } from './status-error.ts';

const REDIRECTS: readonly number[] = [301, 302, 307, 308];

/**
 * What an answer means by its HTTP status alone, in every dialect; undefined for a 2xx, of which the body decides.
 *
 * A read that fails is no operation that failed.
 *
 * @see https://github.com/Azure/azure-resource-manager-rpc/blob/master/v1.0/async-api-reference.md
 */
export function byStatus(response: StatusResponse, { initial, now }: Circumstances): Observation<never> | undefined {
  const { status, headers } = response;
  if (status >= 200 && status <= 299) return undefined;
  const notBefore = askedDelay(headers, now);
  const location = locationIn(response, 'location');
  const cause = new StatusError(response);
  if (initial) {
    // A browser follows it by itself, and so does fetch elsewhere unless it is told not to.
    if (status === 303 && location) return { kind: 'pending', state: 'See Other', url: location, notBefore };
    return { kind: 'rejected', cause };
  }
  if (status === 303 && location) return { kind: 'succeeded', resultUrl: location, notBefore };
  // Whoever asked did not follow it: the same poll, elsewhere.
  if (REDIRECTS.includes(status) && location) return { kind: 'pending', url: location, notBefore };
  if (status === 304) return { kind: 'pending', notBefore };
  if (status === 404) return { kind: 'notfound', cause };
  if (status === 410) return { kind: 'gone', cause };
  const isPassing = status === 408 || status === 425 || status === 429 || (status >= 500 && status <= 599);
  if (isPassing) return { kind: 'unreadable', cause, notBefore, hard: status === 429 || status === 503 };
  return { kind: 'rejected', cause };
}

/** A 2xx whose body is not what it has to be: it may be the page of a proxy. */
export function unreadable(response: StatusResponse, now: number, because?: string): Observation<never> {
  const why = response.unreadable ?? because ?? lackOf(response.body);
  const cause = new StatusError({ ...response, body: undefined, unreadable: why });
  return { kind: 'unreadable', cause, notBefore: askedDelay(response.headers, now) };
}

function lackOf(body: unknown): string {
  if (body === undefined) return 'it has no body';
  if (isObject(body)) return 'its body has no status';
  return `its body is ${body === null ? 'null' : Array.isArray(body) ? 'an array' : `a ${typeof body}`}`;
}

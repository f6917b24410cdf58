import type { StatusResponse } from './dialect.ts';
import type { Observation } from './observation.ts';
import { askedDelay } from './retry-after.ts';
import { StatusError } from './status-error.ts';

/** What an answer means once the operation is known to have succeeded, and only its result is still to be read. */
export function byResult<T>(response: StatusResponse, now: number): Observation<T> {
  const { status, headers, body, text, unreadable } = response;
  const cause = new StatusError(response);
  const notBefore = askedDelay(headers, now);
  if (status !== 202 && status >= 200 && status <= 299) {
    // A page is rather that of a proxy, which says 200 to everything.
    if (unreadable !== undefined && isPage(headers)) return { kind: 'unreadable', cause, notBefore };
    const isWhole = unreadable === undefined || text !== undefined;
    return isWhole ? { kind: 'succeeded', value: (body ?? text) as T } : { kind: 'rejected', cause };
  }
  // It may not be there yet, though the operation is over.
  const isPassing =
    status === 202 || status === 404 || status === 408 || status === 425 || status === 429 || status >= 500;
  if (!isPassing) return { kind: 'rejected', cause };
  return { kind: 'unreadable', cause, notBefore, hard: status === 429 || status === 503 };
}

function isPage(headers: Headers): boolean {
  return headers.get('content-type')?.includes('html') === true;
}

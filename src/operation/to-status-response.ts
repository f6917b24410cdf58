import { cut, render } from '../render.ts';
import type { StatusResponse } from './dialect.ts';
import { member } from './member.ts';
import { readBody } from './read-body.ts';
import type { ReadLimits } from './read-bytes.ts';
import { toHeaders } from './to-headers.ts';

/** An answer as clients give it: of axios (`data`), of got (`statusCode`), or put together by hand. */
export interface ResponseLike {
  /** The HTTP status, unless it is in `statusCode`. From 100 to 999. */
  readonly status?: number | undefined;
  /** The HTTP status, as Node and got name it. */
  readonly statusCode?: number | undefined;
  /** `Headers`, an object of strings, or pairs. @defaultValue none */
  readonly headers?: object | undefined;
  /**
   * Where it came from, after redirects: what relative addresses are relative to. Of axios it is found in the request.
   * @defaultValue none
   */
  readonly url?: string | undefined;
  /** The body: JSON that is parsed already, text or bytes that hold it, or a stream of them. @defaultValue none */
  readonly body?: unknown;
  /** The body, as axios names it. */
  readonly data?: unknown;
}

const ALLOWED = 'an answer must be a Response, or an object with `status` or `statusCode`, `headers`, `body` or `data`';

/**
 * Reads an answer, of `fetch` or of another client, to its end.
 *
 * A body that is no JSON, or is larger than `maxBytes`, is no error of the read: `unreadable` says what is wrong.
 *
 * @throws TypeError for what is no answer, or was read already; the reason of the signal; what broke the connection
 */
export async function toStatusResponse(answer: unknown, limits: ReadLimits): Promise<StatusResponse> {
  const status = statusOf(answer);
  const headers = toHeaders(member(answer, 'headers'));
  const { body, text, unreadable } = await bodyOf(answer, headers, limits);
  return {
    ...{ status, headers, url: urlOf(answer), body },
    ...(text !== undefined && { text }),
    ...(unreadable !== undefined && { unreadable }),
  };
}

/** One that was read before may come again, as out of a cache. */
async function bodyOf(answer: unknown, headers: Headers, limits: ReadLimits) {
  const unreadable = member(answer, 'unreadable');
  if (typeof unreadable !== 'string') return readBody(answer, headers.get('content-type') ?? '', limits);
  const text = member(answer, 'text');
  return { body: undefined, text: typeof text === 'string' ? text : undefined, unreadable };
}

function statusOf(answer: unknown): number {
  const status = member(answer, 'status') ?? member(answer, 'statusCode');
  if (status === 0 && typeof member(answer, 'type') === 'string') {
    // What a browser gives of a redirect that it must not follow, and of a request in the mode `no-cors`.
    throw new TypeError(`nothing can be read of a response of the type ${render(member(answer, 'type'))}`);
  }
  const isStatus = typeof status === 'number' && Number.isInteger(status) && status >= 100 && status <= 999;
  if (isStatus) return status;
  throw new TypeError(`${ALLOWED}; got ${status === undefined ? kindOf(answer) : `the status ${render(status)}`}`);
}

/** Not what is in it: that may be credentials. */
function kindOf(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null) return render(answer, 40);
  const kind = Object.prototype.toString.call(answer).slice(8, -1);
  return kind === 'Promise' ? 'a promise: await it' : `${kind} { ${cut(Object.keys(answer).join(', '), 60)} }`;
}

function urlOf(answer: unknown): string {
  const request = member(answer, 'request');
  // The others are where the adapters of axios leave it.
  const places = [
    member(answer, 'url'),
    member(member(request, 'res'), 'responseUrl'),
    member(request, 'responseURL'),
    member(request, 'url'),
  ];
  return places.find((url) => typeof url === 'string') ?? '';
}

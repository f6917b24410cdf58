import type { Circumstances, StatusResponse } from '../dialect.ts';
import { failureIn, isObject, own } from '../failure.ts';
import { unreadable } from '../http-status.ts';
import { locationIn, resolved } from '../location.ts';
import type { Cancelled, Failed, Observation, Pending } from '../observation.ts';
import { askedDelay } from '../retry-after.ts';
import { meaningOf } from '../words.ts';
import { progressIn } from './plain.ts';
import { wordIn } from './word-in.ts';

// «All other values imply that the operation is still running.»
const meaning = meaningOf({ succeeded: ['Succeeded'], failed: ['Failed'], cancelled: ['Canceled', 'Cancelled'] });

/** Where the monitor is. */
export function monitorIn(response: StatusResponse): string | undefined {
  return locationIn(response, 'operation-location') ?? locationIn(response, 'azure-asyncoperation');
}

/** What a monitor says by its `status`. Nothing else is read when that `isAll`. */
export function byMonitor<T>(response: StatusResponse, at: Circumstances, isAll: boolean): Observation<T> {
  const { status, body, url } = response;
  const word = wordIn(body, 'status');
  // The monitor of a DELETE may say no more than 204; elsewhere a word is missing only where something is wrong.
  const isSilent = (status === 202 || status === 204) && body === undefined && response.unreadable === undefined;
  if (word === undefined && !isSilent) return unreadable(response, at.now, 'its `status` is no word');
  const end = badEnd(word, body);
  if (end) return end;
  const isPending = word === undefined ? status === 202 : meaning(word) === 'pending';
  // Its Location is where the result will be, if anything: no place to poll.
  if (isPending) return { ...pending(response, at, word), url: monitorIn(response), ...progressIn(body) };
  const resultUrl = isAll ? undefined : (resolved(own(body, 'resourceLocation'), url) ?? at.token.resourceUrl);
  if (resultUrl !== undefined) return { kind: 'succeeded', state: word, resultUrl };
  return { kind: 'succeeded', state: word, value: body as T };
}

/** What a `Location` says by HTTP: it is over with any 2xx but 202. Some show a resource or a monitor, whose word counts. */
export function byHttp<T>(response: StatusResponse, at: Circumstances): Observation<T> {
  const { status, body } = response;
  const { word } = provisioningState(body);
  const end = badEnd(word, body) ?? badEnd(wordIn(body, 'status'), body);
  if (end) return end;
  if (status === 202 || (word !== undefined && meaning(word) === 'pending')) {
    return { ...pending(response, at, word), url: locationIn(response, 'location') };
  }
  if (response.unreadable !== undefined) return unreadable(response, at.now);
  return { kind: 'succeeded', state: word, value: body as T };
}

/** What a resource says by its `provisioningState`. With none it is done: that is the rule of Resource Manager. */
export function byResource<T>(response: StatusResponse, at: Circumstances): Observation<T> {
  const { status, body } = response;
  const { word, isWrong } = provisioningState(body);
  const end = badEnd(word, body);
  if (end) return end;
  if (status === 202 || (word !== undefined && meaning(word) === 'pending')) return pending(response, at, word);
  const mayBeEmpty = at.initial || status === 204;
  const isResource = isObject(body) || (body === undefined && mayBeEmpty);
  if (isWrong || !isResource || response.unreadable !== undefined) {
    return unreadable(response, at.now, 'its `provisioningState` is no word, or it is no resource');
  }
  return { kind: 'succeeded', state: word, value: body as T };
}

/** The state of a resource; `isWrong` when there is something in its place that is no word. */
export function provisioningState(body: unknown): { word?: string; isWrong: boolean } {
  const properties = own(body, 'properties');
  const holder = own(properties, 'provisioningState') === undefined ? body : properties;
  const word = wordIn(holder, 'provisioningState');
  if (word !== undefined) return { word, isWrong: false };
  const isOdd = properties !== undefined && properties !== null && !isObject(properties);
  return { isWrong: isOdd || own(holder, 'provisioningState') !== undefined };
}

// No ETag is kept: that of a resource is of what its user set, and need not change with its provisioningState.
function pending(response: StatusResponse, at: Circumstances, word: string | undefined): Pending {
  return { kind: 'pending', state: word, notBefore: askedDelay(response.headers, at.now) };
}

function badEnd(word: string | undefined, body: unknown): Failed | Cancelled | undefined {
  const end = word === undefined ? undefined : meaning(word);
  if (end !== 'failed' && end !== 'cancelled') return undefined;
  // A resource has its error among its properties. Without any, what there is of a result is in the body.
  const said = failureIn(body) ?? failureIn(own(body, 'properties'));
  return { kind: end, state: word, error: said ?? { message: `status ${word}`, details: body } };
}

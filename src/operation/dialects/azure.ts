import { render } from '../../render.ts';
import type { Circumstances, Dialect, StatusResponse } from '../dialect.ts';
import { own } from '../failure.ts';
import { byStatus } from '../http-status.ts';
import { locationIn, resolved } from '../location.ts';
import type { Observation } from '../observation.ts';
import { askedDelay } from '../retry-after.ts';
import { byHttp, byMonitor, byResource, monitorIn, provisioningState } from './azure-verdicts.ts';
import { customMethod } from './custom-method.ts';
import { NO_MONITOR } from './plain.ts';
import { wordIn } from './word-in.ts';

/** What the answers of Azure do not tell by themselves. */
export interface AzureOptions {
  /**
   * The method of the request that started it, by which the result is found. A DELETE has none; where its monitor goes with
   * the thing, give `expect: 'deleted'` to `waitForOperation` too.
   * @defaultValue as of a PUT where the answer is the resource that was asked, by its `id`; else as of a POST
   */
  readonly method?: 'PUT' | 'PATCH' | 'DELETE' | 'POST' | undefined;
  /**
   * Where the result of a POST is once its monitor says Succeeded, `final-state-via` in Azure's specifications: at the
   * `Location` of the start answer, at the address that was asked, or in the monitor. A PUT gives its resource and a DELETE
   * nothing, whatever this says; a PATCH its resource where there would be nothing. With `'none'` nothing is read any more,
   * whatever the method. When nothing is to be read, the value is the whole body of the monitor, in which services put
   * theirs below `result` or `properties`. @defaultValue `'location'`
   */
  readonly finalState?: 'location' | 'original-uri' | 'operation-location' | 'none' | undefined;
}

type Method = AzureOptions['method'];

/** Who tells of the end: a monitor, with or without a result elsewhere; HTTP, at a Location; the resource itself. */
type Mode = 'operation' | 'operation-only' | 'location' | 'body';

const METHODS: readonly unknown[] = ['PUT', 'PATCH', 'DELETE', 'POST'] satisfies Method[];
const FINAL_STATES: readonly unknown[] = [
  'location',
  'original-uri',
  'operation-location',
  'none',
] satisfies AzureOptions['finalState'][];

/**
 * Azure: Resource Manager, and the services themselves. `Operation-Location` or `Azure-AsyncOperation` leads to a monitor,
 * whose `status` decides; a `Location` alone answers 202 until it is over; with neither, the resource that was PUT tells by
 * its `provisioningState`. Succeeded, Failed and Canceled are ends, and any other word goes on.
 *
 * Where no answer has a `Retry-After`, Resource Manager asks for a minute between polls: `interval: '1m'`. A token that was
 * made by hand, without a memo, is taken for that of a monitor.
 *
 * @see https://github.com/Azure/azure-resource-manager-rpc/blob/master/v1.0/async-api-reference.md
 * @see https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md
 * @throws RangeError for an option that is out of range
 * @example
 * ```ts
 * import { azure } from 'unsleep/operation';
 *
 * azure({ method: 'POST', finalState: 'operation-location' }).name; // => 'azure'
 * ```
 */
export function azure<T = unknown>(options: AzureOptions = {}): Dialect<T> {
  checkOneOf('method', options.method, METHODS);
  checkOneOf('finalState', options.finalState, FINAL_STATES);
  return {
    name: 'azure',
    classify: (response, at) =>
      seenByStatus(response, at) ?? (at.initial ? begin(response, at, options) : look(response, at, options)),
    async cancel({ url, memo }, io) {
      if (url === undefined || memo === 'body') throw new Error('there is no monitor to cancel at');
      return await io.send(customMethod(url, 'cancel'), { method: 'POST' });
    },
  };
}

function checkOneOf(name: string, value: unknown, allowed: readonly unknown[]): void {
  if (value === undefined || allowed.includes(value)) return;
  throw new RangeError(`\`${name}\` must be one of ${allowed.join(', ')}; got ${render(value)}`);
}

/** What the HTTP status says. The address of a 303 answers as a Location does. */
function seenByStatus(response: StatusResponse, at: Circumstances): Observation<never> | undefined {
  const seen = byStatus(response, at);
  return at.initial && seen?.kind === 'pending' ? { ...seen, memo: 'location' satisfies Mode } : seen;
}

/** The answer to the request that started it. Where it leads to a place to look, only that place has the verdict. */
function begin<T>(response: StatusResponse, at: Circumstances, options: AzureOptions): Observation<T> {
  const { headers, body } = response;
  const state = wordIn(body, 'status') ?? provisioningState(body).word;
  const pending = { kind: 'pending', state, notBefore: askedDelay(headers, at.now) } as const;
  const monitor = monitorIn(response);
  if (monitor !== undefined) return { ...pending, url: monitor, ...resultOf(response, at, options) };
  // Polling the Location instead would find the result there before it is over.
  if (headers.has('operation-location') || headers.has('azure-asyncoperation')) {
    return { kind: 'no-monitor', because: 'accepted, and the address of its monitor is none' };
  }
  const location = locationIn(response, 'location');
  if (location !== undefined) return { ...pending, url: location, memo: 'location' satisfies Mode };
  return beginWithoutHeaders(response, at, options);
}

function beginWithoutHeaders<T>(response: StatusResponse, at: Circumstances, options: AzureOptions): Observation<T> {
  const method = methodOf(at, options);
  const isResource = method === 'PUT' || method === 'PATCH' || (method === undefined && showsResource(response));
  const seen = isResource ? byResource<T>(response, at) : byHttp<T>(response, at);
  if (seen.kind !== 'pending') return seen;
  const url = isResource ? resolved(response.url, response.url) : undefined;
  if (url === undefined) return { kind: 'no-monitor', because: NO_MONITOR };
  return { ...seen, url, memo: 'body' satisfies Mode };
}

function look<T>(response: StatusResponse, at: Circumstances, options: AzureOptions): Observation<T> {
  const { memo } = at.token;
  if (memo === 'body') return byResource(response, at);
  if (memo === 'location') return byHttp(response, at);
  return byMonitor(response, at, memo === 'operation-only' || hasNoResult(methodOf(at, options), options));
}

/** Where the result will be, unless the monitor names another address at the end. */
function resultOf(response: StatusResponse, at: Circumstances, options: AzureOptions) {
  const { status, url } = response;
  // With a 202, a DELETE too may show the resource, and then there will be none.
  const method = methodOf(at, options) ?? (status !== 202 && showsResource(response) ? 'PUT' : undefined);
  if (hasNoResult(method, options)) return { memo: 'operation-only' satisfies Mode };
  const original = resolved(url, url);
  const places = {
    location: locationIn(response, 'location'),
    'original-uri': original,
    'operation-location': undefined,
    none: undefined,
  };
  const place = places[options.finalState ?? 'location'];
  const resourceUrl = method === 'PUT' ? original : (place ?? (method === 'PATCH' ? original : undefined));
  return { memo: 'operation' satisfies Mode, resourceUrl };
}

/** Whether this is the resource that was asked: after a POST to a collection, the collection is at that address. */
function showsResource({ body, url }: StatusResponse): boolean {
  const [asked, shown] = [resolved(url, url), resolved(own(body, 'id'), url)].map((address) =>
    address === undefined ? undefined : new URL(address).pathname.toLowerCase(),
  );
  return provisioningState(body).word !== undefined && asked !== undefined && asked === shown;
}

function hasNoResult(method: string | undefined, { finalState }: AzureOptions): boolean {
  return method === 'DELETE' || finalState === 'none';
}

function methodOf({ token }: Circumstances, { method }: AzureOptions): string | undefined {
  return method ?? token.method?.toUpperCase();
}

import type { StatusResponse } from '../dialect.ts';
import { failureIn, own } from '../failure.ts';
import type { OperationFailure } from '../observation.ts';

// They say it with a 400, which anywhere else would mean that asking again is of no use.
const PASSING = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestTimeout',
  'RequestTimeoutException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);

/** Whether an error of this name says nothing but that the server had no time. */
export function isPassingError(name: string): boolean {
  return PASSING.has(name);
}

/**
 * By what names an error goes: each protocol has its own place for it, and some answers have two, of an old protocol and
 * of a new one. The best comes first.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization
 */
export function errorNames({ headers, body }: StatusResponse): readonly string[] {
  const places = [
    headers.get('x-amzn-errortype'),
    headers.get('x-amzn-query-error')?.split(';')[0],
    own(body, '__type'),
    own(body, 'code'),
    own(body, 'Code'),
    own(own(body, 'Error'), 'Code'),
    own(own(body, 'error'), 'code'),
    // An error of an SDK, given as the body.
    own(body, 'name'),
  ];
  return places.map(nameIn).filter((name) => name !== '');
}

/** The name part of a shape id: `NotFound` of `com.example#NotFound`, and of `NotFound:http://example.com/`. */
export function nameIn(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') return '';
  const [id = ''] = String(value).split(/[:,]/);
  return id.slice(id.lastIndexOf('#') + 1).trim();
}

/** What an answer says of the error that it is. */
export function errorIn({ status, body }: StatusResponse, [name]: readonly string[]): OperationFailure {
  const message = [failureIn(body)?.message, own(body, 'Message'), own(own(body, 'Error'), 'Message'), name];
  return {
    message: message.filter((text) => typeof text === 'string').find((text) => text !== '') ?? `answered ${status}`,
    status,
    ...(name !== undefined && { code: name }),
    ...(body !== undefined && { details: body }),
  };
}

import type { Observation } from './observation.ts';
import type { OperationToken } from './token.ts';

/** An answer, read. */
export interface StatusResponse {
  /** The HTTP status. */
  readonly status: number;
  /** The headers, several of one name joined. */
  readonly headers: Headers;
  /** Where it came from, after redirects: what relative addresses are relative to. */
  readonly url: string;
  /** The JSON of it; undefined when there is no body, or `unreadable` says why it could not be read. */
  readonly body: unknown;
  /** The body as text, where it is no JSON: the result of an operation may be anything. */
  readonly text?: string | undefined;
  /** Why the body could not be read: no JSON, cut short, too large. */
  readonly unreadable?: string | undefined;
}

/** What a dialect is told beside the answer. */
export interface Circumstances {
  /** What is known of the operation from earlier answers. */
  readonly token: OperationToken;
  /** Whether this is the answer to the request that started the operation. */
  readonly initial: boolean;
  /** The wall clock, in milliseconds since 1970, for the dates of headers. */
  readonly now: number;
  /** The answers to what else the dialect {@link Dialect.reads}, in that order. */
  readonly more: readonly StatusResponse[];
}

/** How one kind of API tells of its operations. */
export interface Dialect<T = unknown> {
  /** By which a token knows it. */
  readonly name: string;
  /** Says what an answer means. Pure: it reads nothing, and keeps nothing. */
  classify(response: StatusResponse, at: Circumstances): Observation<T>;
  /** How long an end must stay what it is before it counts, in milliseconds. @defaultValue `0` */
  readonly settle?: number;
  /** What else to read in a look, after the address of the token and in this order. Absolute addresses. @defaultValue nothing */
  reads?(token: OperationToken): readonly string[];
  /** Asks the server to cancel. Resolves when the request was accepted, which does not say that the operation has stopped. */
  cancel?(token: OperationToken, io: CancelIo): Promise<unknown>;
}

/** What a dialect cancels with. */
export interface CancelIo {
  /** Sends with the credentials of the operation, to its own origin alone; rejects unless the answer is a 2xx. */
  send(url: string, init: RequestInit): Promise<StatusResponse>;
}

/** What a {@link NovaError} is made of. */
export interface NovaErrorParts {
  readonly method: string;
  readonly path: string;
  /** What went wrong, in the words of the service if it said any. */
  readonly reason: string;
  readonly status?: number | undefined;
  readonly word?: string | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfter?: string | undefined;
  readonly code?: string | undefined;
  readonly cause?: unknown;
}

/** A request that was refused, or whose answer nobody can read. */
export class NovaError extends Error {
  override readonly name = 'NovaError';
  /** What the service said, without the request around it. */
  readonly reason: string;
  /** The status of the answer; undefined when none came, or one that could not be read. */
  readonly status: number | undefined;
  /** The kind of refusal as Nova names it, such as `conflictingRequest`. */
  readonly word: string | undefined;
  readonly requestId: string | undefined;
  /** The header as it came: seconds, or a date. */
  readonly retryAfter: string | undefined;
  /** Set when no harm is done by asking again: what `isTransient` knows a failed connection by. */
  readonly code: string | undefined;

  constructor({ method, path, reason, status, word, requestId, retryAfter, code, cause }: NovaErrorParts) {
    const kind = [status, word].filter((part) => part !== undefined).join(' ');
    const said = [`${method} ${path}`, kind, reason].filter((part) => part !== '').join(': ');
    super(requestId === undefined ? said : `${said} (${requestId})`, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.status = status;
    this.word = word;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
    this.code = code;
  }
}

/** Whether this is a refusal with the given status. */
export function isRefusal(error: unknown, status: number): error is NovaError {
  return error instanceof NovaError && error.status === status;
}

/** What one look saw of an operation. Times are milliseconds; `notBefore` is counted from the moment of the answer. */
export type Observation<T = unknown> =
  | Pending
  | Succeeded<T>
  | Failed
  | Cancelled
  | Unreadable
  | NotFound
  | Gone
  | Rejected
  | Unrecognized
  | NoMonitor;

/** It goes on. What is set here is remembered in the token. */
export interface Pending {
  /** Tells the observations apart. */
  readonly kind: 'pending';
  /** The word of the server, such as `Running`. */
  readonly state?: string | undefined;
  /** How far it says that it is, in percent. */
  readonly progress?: number | undefined;
  /** How long the server wants not to be asked. Events may still bring the next look forward. */
  readonly notBefore?: number | undefined;
  /** Where to look next time, absolute; where it was looked this time, unless given. */
  readonly url?: string | undefined;
  /** Where the result will be, when the end does not say so itself. */
  readonly resourceUrl?: string | undefined;
  /** By what the server knows the operation. */
  readonly name?: string | undefined;
  /** The ETag or version of what was read. */
  readonly version?: string | undefined;
  /** What the dialect wants to know again at the next look, in a new process too. No credentials. */
  readonly memo?: string | undefined;
}

/** It is done. */
export interface Succeeded<T = unknown> {
  /** Tells the observations apart. */
  readonly kind: 'succeeded';
  /** The result, unless `resultUrl` tells where that is. */
  readonly value?: T | undefined;
  /** The word of the server. */
  readonly state?: string | undefined;
  /** Where the result is, absolute. It is read once more, and its body is the result. */
  readonly resultUrl?: string | undefined;
  /** How long the server wants not to be asked for the result. */
  readonly notBefore?: number | undefined;
}

/** The server says that it went wrong. */
export interface Failed {
  /** Tells the observations apart. */
  readonly kind: 'failed';
  /** What went wrong. */
  readonly error: OperationFailure;
  /** The word of the server. */
  readonly state?: string | undefined;
}

/** The server says that it was cancelled. */
export interface Cancelled {
  /** Tells the observations apart. */
  readonly kind: 'cancelled';
  /** What the server says of it. */
  readonly error?: OperationFailure | undefined;
  /** The word of the server. */
  readonly state?: string | undefined;
}

/** This read failed, which says nothing of the operation. */
export interface Unreadable {
  /** Tells the observations apart. */
  readonly kind: 'unreadable';
  /** Why. */
  readonly cause: unknown;
  /** How long the server wants not to be asked. */
  readonly notBefore?: number | undefined;
  /** Whether that stands whatever events say, as after 429 and 503. */
  readonly hard?: boolean | undefined;
}

/** There is no such operation: not yet, or no longer. */
export interface NotFound {
  /** Tells the observations apart. */
  readonly kind: 'notfound';
  /** What the answer was. */
  readonly cause?: unknown;
}

/** There is no such operation any more. */
export interface Gone {
  /** Tells the observations apart. */
  readonly kind: 'gone';
  /** What the answer was. */
  readonly cause?: unknown;
}

/** The status may not be read, and asking again is of no use. */
export interface Rejected {
  /** Tells the observations apart. */
  readonly kind: 'rejected';
  /** What the answer was. */
  readonly cause: unknown;
}

/** A word that the dialect does not know and was told not to take for pending. */
export interface Unrecognized {
  /** Tells the observations apart. */
  readonly kind: 'unrecognized';
  /** The word of the server. */
  readonly state: string;
}

/** Accepted, and nothing says where to look. */
export interface NoMonitor {
  /** Tells the observations apart. */
  readonly kind: 'no-monitor';
  /** What was looked for, or why it was refused. */
  readonly because: string;
}

/** What a server says of an operation that failed. */
export interface OperationFailure {
  /** By what programs know it. */
  readonly code?: string | undefined;
  /** What people read. */
  readonly message: string;
  /** The HTTP status that it would have been. */
  readonly status?: number | undefined;
  /** Whatever else came with it. */
  readonly details?: unknown;
}

import type { WaitReport } from './report.ts';

/** What an error of a wait is made of. */
export interface WaitErrorParts {
  /** The whole diagnosis. */
  readonly message: string;
  /** The same as data. */
  readonly report: WaitReport;
  /** Absent when no look threw. */
  readonly cause?:
    | {
        /** Whatever was thrown, also `undefined`. */
        readonly error: unknown;
      }
    | undefined;
  /** The stack frames of the line that started the wait. */
  readonly frames: string;
}

/**
 * A wait that ended without its condition being met. Its `message` carries the whole diagnosis, since test runners
 * print little else; `cause` is the last error that a look threw.
 *
 * @example
 * ```ts
 * import { WaitError, waitFor } from 'unsleep';
 *
 * const error = await waitFor(() => '', { timeout: 20 }).catch((error: unknown) => error);
 * error instanceof WaitError && error.name; // => 'WaitTimeoutError'
 * error instanceof WaitError && error.report.timeline.length; // => 1
 * ```
 */
export abstract class WaitError extends Error {
  /** What the wait saw, as data. Not enumerable, so that reporters do not print or clone it. */
  declare readonly report: WaitReport;

  constructor({ message, report, cause, frames }: WaitErrorParts) {
    super(message, cause && { cause: cause.error });
    Object.defineProperty(this, 'report', { value: report });
    if (frames) Object.defineProperty(this, 'stack', { value: `${this.name}: ${message}\n${frames}`, writable: true });
  }

  /** What reporters and loggers copy: the message says it all, and the values behind it may be huge. */
  toJSON(): object {
    const { name, message } = this;
    return { name, message };
  }

  /** The last value that the condition answered with. */
  get lastValue(): unknown {
    return this.report.lastValue;
  }
}

/** Time ran out before the condition was met. */
export class WaitTimeoutError extends WaitError {
  /** By this, or by `instanceof`, it is told apart from the others. */
  declare readonly name: 'WaitTimeoutError';
}

/** `maxAttempts` looks were made, and the condition was not met. */
export class WaitExhaustedError extends WaitError {
  /** By this, or by `instanceof`, it is told apart from the others. */
  declare readonly name: 'WaitExhaustedError';
}

/** Waiting longer could not have helped: a failure status, `failWhen`, `failFast`, `giveUp`, or a broken `consistently`. */
export class WaitFailedError extends WaitError {
  /** By this, or by `instanceof`, it is told apart from the others. */
  declare readonly name: 'WaitFailedError';
}

// On the prototype: as an own property, reporters would print the name a second time.
for (const [name, type] of Object.entries({ WaitError, WaitTimeoutError, WaitExhaustedError, WaitFailedError })) {
  Object.defineProperty(type.prototype, 'name', { value: name, writable: true, configurable: true });
}

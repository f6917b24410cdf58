import type { StatusResponse } from './dialect.ts';
import { failureIn } from './failure.ts';

/** An answer that is no good, as an error. */
export class StatusError extends Error {
  /** The HTTP status. */
  readonly status: number;

  constructor({ status, body, unreadable }: StatusResponse) {
    const said = failureIn(body)?.message ?? unreadable;
    super(said === undefined ? `answered ${status}` : `answered ${status}: ${said}`);
    this.status = status;
  }
}

Object.defineProperty(StatusError.prototype, 'name', { value: 'StatusError' });

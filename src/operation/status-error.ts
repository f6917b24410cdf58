import type { StatusResponse } from './dialect.ts';
import { failureIn } from './failure.ts';
import { quoted } from './quoted.ts';

/**
 * An answer that is no good, as an error. Its message is one line of bounded length, whatever was answered, and never
 * tells the address: that may be signed.
 */
export class StatusError extends Error {
  /** The HTTP status. */
  readonly status: number;

  constructor({ status, headers, body, unreadable }: StatusResponse) {
    const said = failureIn(body)?.message ?? unreadable ?? headers.get('www-authenticate');
    super(said === null ? `answered ${status}` : `answered ${status}: ${quoted(said)}`);
    this.status = status;
  }
}

Object.defineProperty(StatusError.prototype, 'name', { value: 'StatusError' });

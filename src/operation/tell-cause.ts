import { renderError } from '../render.ts';
import { StatusError } from './status-error.ts';

/** Why a read failed, on one line. An answer speaks for itself. */
export function tellCause(cause: unknown, limit = 300): string {
  return cause instanceof StatusError ? cause.message : renderError(cause, limit);
}

import { isTransient } from 'unsleep';
import { isRefusal } from './nova-error.ts';

/**
 * Whether a failed read says nothing about what it reads: it is asked again. Nova's proxies also say 413 for "too many
 * requests", which elsewhere means that asking again is of no use.
 */
export function isPassing(error: unknown): boolean {
  return isTransient(error) || (isRefusal(error, 413) && error.retryAfter !== undefined);
}

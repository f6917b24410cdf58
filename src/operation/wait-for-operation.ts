import { callerOf } from '../stack.ts';
import type { OperationOptions } from './options.ts';
import { type OperationStart, settle } from './settle-operation.ts';

/**
 * Follows an operation to its end, and resolves to its result. A 202 is not a success: only what is read later is.
 *
 * Waits for the same answer or token share their polls, when they have the same `fetch` or `poll`, `headers` and dialect,
 * the very same objects; each keeps its own time and signal. To cancel the operation rather than the wait, see `onAbort`.
 *
 * @throws {@link OperationError} for every other outcome; `signal.reason` when aborted, as `fetch` does; what the start,
 * `onToken` or `poll` threw; RangeError or TypeError for a wrong option or start. All of them as rejections.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15.3.3
 * @example
 * ```ts
 * import { waitForOperation } from 'unsleep/operation';
 *
 * const answers = [{ status: 'Running' }, { status: 'Succeeded', size: 41 }];
 * const fetch = async () => Response.json(answers.shift());
 * const started = {
 *   status: 202,
 *   url: 'https://api.example/exports',
 *   headers: { 'operation-location': '/operations/7' },
 *   body: null,
 * };
 * const result = await waitForOperation<{ size: number }>(started, { fetch, interval: 1 });
 * result.size; // => 41
 * ```
 */
export async function waitForOperation<T = unknown>(
  start: OperationStart,
  options: OperationOptions<T> = {},
): Promise<T> {
  const verdict = await settle(start, options, callerOf(options, waitForOperation));
  if (verdict.outcome === 'succeeded') return verdict.value;
  throw verdict.outcome === 'aborted' ? verdict.error.cause : verdict.error;
}

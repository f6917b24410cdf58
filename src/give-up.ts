import { render } from './render.ts';

// A registered symbol: the ESM and the CommonJS build of this package may meet in one process.
const GIVE_UP = Symbol.for('unsleep.giveUp');

/** What {@link giveUp} throws. The wait turns it into its own error, or into the error that was given as the reason. */
export class GiveUp extends Error {
  readonly [GIVE_UP] = true;
  readonly reason: unknown;

  constructor(reason: unknown, options?: ErrorOptions) {
    super(typeof reason === 'string' ? reason : render(reason), options);
    this.reason = reason;
  }
}

/**
 * Ends the wait from inside a condition: waiting longer cannot help.
 *
 * Throws, so nothing after it runs; `throw giveUp(…)` reads the same. An Error as the reason is what the wait rejects
 * with, the very same object; any other reason becomes the text of a {@link WaitFailedError}.
 *
 * @example
 * ```ts
 * import { giveUp, waitFor } from 'unsleep';
 *
 * const job = { state: 'crashed' };
 * const error = await waitFor(() => {
 *   if (job.state === 'crashed') giveUp('the job crashed');
 *   return job.state === 'done';
 * }).catch((error: Error) => error);
 * error instanceof Error && error.name; // => 'WaitFailedError'
 * ```
 */
export function giveUp(reason: unknown): never {
  throw new GiveUp(reason);
}

/** Whether this was thrown by {@link giveUp}. */
export function isGiveUp(error: unknown): error is GiveUp {
  return typeof error === 'object' && error !== null && GIVE_UP in error;
}

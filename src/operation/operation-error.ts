import { WaitError, type WaitErrorParts } from 'unsleep';
import type { Outcome } from './judge.ts';
import type { Observation, OperationFailure } from './observation.ts';
import type { OperationToken } from './token.ts';

/** What became of the request to cancel. `'requested'`: the server took it, which does not say that anything stopped. */
export type CancelRequest = 'requested' | 'refused' | 'unsupported';

/** What is known of an operation when a wait for it has ended without success. */
export interface OperationFacts {
  /** How it ended. */
  readonly outcome: Exclude<Outcome, 'succeeded'>;
  /** Whether the server said how. */
  readonly known: boolean;
  /** Goes on with it. */
  readonly token: OperationToken;
  /** What was seen last. */
  readonly last: Observation | undefined;
  /** How often its status was asked for. */
  readonly polls: number;
  /** When the server wants to be asked again, in milliseconds since 1970. */
  readonly notBefore: number | undefined;
  /** What became of the request to cancel. */
  readonly cancel: CancelRequest | undefined;
}

/**
 * An operation that did not succeed, or of which nobody knows whether it did: `known` tells which. `outcome` is one of a
 * closed set; `token` goes on where this wait ended.
 *
 * @example
 * ```ts
 * import { OperationError, waitForOperation } from 'unsleep/operation';
 *
 * const started = new Response(null, { status: 202 });
 * const error = await waitForOperation(started).catch((error: unknown) => error);
 * error instanceof OperationError && error.outcome; // => 'no-monitor'
 * error instanceof OperationError && error.known; // => false
 * ```
 */
export class OperationError extends WaitError {
  /** By this, or by `instanceof`, it is told apart from the others. */
  declare readonly name: 'OperationError';
  /** How it ended. */
  readonly outcome: Exclude<Outcome, 'succeeded'>;
  /** Whether the server said how the operation ended. If not, it may still be running, or have succeeded. */
  readonly known: boolean;
  /** How often its status was asked for. */
  readonly polls: number;
  /** Goes on where this wait ended: give it to `waitForOperation`. Not enumerable, as its address may be a secret. */
  declare readonly token: OperationToken;
  /** What was seen last. */
  declare readonly last: Observation | undefined;
  /** When the server wants to be asked again, in milliseconds since 1970, if it said so. */
  declare readonly notBefore: number | undefined;
  /** What became of the request to cancel, if there was one. */
  declare readonly cancel: CancelRequest | undefined;

  constructor(parts: WaitErrorParts, { outcome, known, polls, ...rest }: OperationFacts) {
    super(parts);
    this.outcome = outcome;
    this.known = known;
    this.polls = polls;
    for (const [name, value] of Object.entries(rest)) Object.defineProperty(this, name, { value });
  }

  /** What the server says of the failure, if it said anything. */
  get failure(): OperationFailure | undefined {
    return this.last && 'error' in this.last ? this.last.error : undefined;
  }

  /** Milliseconds from the call to the end. */
  get elapsed(): number {
    return this.report.elapsed;
  }

  override toJSON(): object {
    const { outcome, known, polls } = this;
    return { ...super.toJSON(), outcome, known, polls };
  }
}

// On the prototype: as an own property, reporters would print the name a second time.
Object.defineProperty(OperationError.prototype, 'name', {
  value: 'OperationError',
  writable: true,
  configurable: true,
});

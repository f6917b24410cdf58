import type { BotocoreAcceptor, BotocoreWaiter } from '../../../../src/operation/dialects/botocore.ts';
import type { Observation } from '../../../../src/operation/observation.ts';

/** A waiter of a real service, and what real answers mean to it. */
export interface WaiterCase {
  readonly name: string;
  readonly waiter: BotocoreWaiter;
  readonly answers: readonly WaiterAnswer[];
}

interface WaiterAnswer {
  /** What the answer says, as the name of the test. */
  readonly says: string;
  /** @defaultValue 200 */
  readonly status?: number;
  readonly body: unknown;
  readonly means: Observation['kind'];
  /** @defaultValue none, as of what could not be read */
  readonly state?: string;
}

type State = 'success' | 'failure' | 'retry';

/** One thing at a path is this. */
export const path = (argument: string, expected: string | boolean, state: State): BotocoreAcceptor => ({
  matcher: 'path',
  argument,
  expected,
  state,
});

/** All things at a path are this. */
export const all = (argument: string, expected: string, state: State): BotocoreAcceptor => ({
  ...path(argument, expected, state),
  matcher: 'pathAll',
});

/** Any thing at a path is one of these. */
export const any = (argument: string, words: readonly string[], state: State): readonly BotocoreAcceptor[] =>
  words.map((expected) => ({ ...path(argument, expected, state), matcher: 'pathAny' }));

/** The call failed with this code. */
export const error = (expected: string, state: State): BotocoreAcceptor => ({ matcher: 'error', expected, state });

/** An error as a client of the query protocol reads it. */
export const queryError = (Code: string, Message = `it says ${Code}`) => ({ Error: { Type: 'Sender', Code, Message } });

/** An error of a JSON protocol. */
export const jsonError = (type: string, message = `it says ${type}`) => ({ __type: type, message });

import type { TestContext } from 'node:test';

/** What every peer is asked to do: look until the answer is truthy, or the time is up. */
export interface PollOptions {
  /** Looks. `stop(error)` says in the peer's own way that waiting longer cannot help. */
  readonly condition: Condition;
  readonly timeout: number;
  /** Left out, the peer looks at its own pace. */
  readonly interval?: number;
  readonly signal?: AbortSignal;
}

export type Condition = (stop: (error: Error) => unknown) => unknown;
export type Poll = (options: PollOptions) => Promise<unknown>;

/** What a peer may have no option for. `pace` is a pace of its own, `repeat` a second look, `throw` a look of ours that may throw. */
export type Feature = 'timeout' | 'interval' | 'pace' | 'signal' | 'stop' | 'repeat' | 'throw';

/** A way to wait that is measured. All that is special about it is here; the jobs know nothing of it. */
export interface Peer {
  /** As it stands in the tables. */
  readonly name: string;
  /** Whose version it has; without one it is a part of Node. */
  readonly package?: string;
  /** The names that a program needs of the package. Without them, it comes with a test runner. */
  readonly imports?: string;
  /** Where it runs. */
  readonly host: 'node' | 'vitest' | 'node:test';
  /** What means "not yet" to it: a falsy answer, or only something thrown. */
  readonly notYet: 'falsy' | 'thrown';
  readonly lacks: readonly Feature[];
  /** Loads the package, so that a peer which does not load spoils nothing but its own row. */
  readonly load: (test: TestContext | undefined) => Promise<Poll>;
}

/** For a peer that takes any answer for done: what is not yet, is thrown. */
export function throwing(condition: Condition): Condition {
  return async (stop) => {
    const answer = await condition(stop);
    if (!answer) throw new Error('not yet');
    return answer;
  };
}

/** For a peer that is stopped by whatever is thrown. */
export function rethrow(error: Error): never {
  throw error;
}

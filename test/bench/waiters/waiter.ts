/** What a wait is asked for. */
export interface Terms {
  /** Milliseconds between two looks. */
  readonly interval: number;
  /** Left out, the wait has no end. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether waits that start together look together: nothing may spread them. */
  readonly isInStep?: boolean | undefined;
}

/** A wait whose terms are settled: what a program calls again and again. */
export type Wait = (condition: () => unknown) => Promise<unknown>;
export type Prepare = (terms: Terms) => Wait;

/** What a way to wait may not have. Without a pause it does not look again. */
export type Feature = 'timeout' | 'signal' | 'async' | 'pause';

/** A way to wait that is measured, through the thinnest adapter that it allows. */
export interface Waiter {
  /** As it stands in the tables. */
  readonly name: string;
  /** Limits are written by hand: nobody can be much faster. */
  readonly kind: 'ours' | 'limit' | 'peer';
  /** Whose version it has. */
  readonly package?: string;
  readonly host: 'node' | 'vitest';
  /** What means "not yet" to it: a falsy answer, or only something thrown. */
  readonly notYet: 'falsy' | 'thrown';
  readonly lacks: readonly Feature[];
  readonly load: () => Promise<Prepare>;
}

/** The loop that everybody writes by hand, with which all are compared. */
export const BARE = 'bare loop';
export const OURS = 'unsleep';
/** The module with which the import of all is compared. */
export const ONE_LINE = 'a module of one line';

// Allocated once, as an error with its stack costs more than most loops: it is the cheapest case of those that need a throw.
const NOT_YET = new Error('not yet');

/** A condition as this waiter takes it. */
export function conditionFor({ notYet }: Pick<Waiter, 'notYet'>, look: () => boolean, isAsync: boolean): () => unknown {
  if (notYet === 'falsy') return isAsync ? async () => look() : look;
  const orThrow = () => {
    if (!look()) throw NOT_YET;
    return true;
  };
  return isAsync ? async () => orThrow() : orThrow;
}

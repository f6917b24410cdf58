import { OURS, type Waiter } from './waiter.ts';

/** `waitFor` of a build. Of another build too, so that two can be compared in one run. */
export function ours(builtAt: string, name = OURS): Waiter {
  return {
    name,
    kind: 'ours',
    package: 'unsleep',
    host: 'node',
    notYet: 'falsy',
    lacks: [],
    load: async () => {
      const { constant, waitFor }: typeof import('unsleep') = await import(builtAt);
      return ({ interval: milliseconds, timeout = Number.POSITIVE_INFINITY, signal, isInStep }) => {
        const interval = isInStep ? constant(milliseconds, { jitter: 'none' }) : milliseconds;
        return (condition) => waitFor(condition, { interval, timeout, signal });
      };
    },
  };
}

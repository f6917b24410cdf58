import type { Prepare, Waiter } from './waiter.ts';

/** A peer that has everything and takes a falsy answer for "not yet", unless `differs` says otherwise. */
export const peer = (
  name: string,
  load: () => Promise<Prepare>,
  differs: Partial<Pick<Waiter, 'host' | 'notYet' | 'lacks' | 'package'>> = {},
): Waiter => ({ name, kind: 'peer', package: name, host: 'node', notYet: 'falsy', lacks: [], load, ...differs });

// An endless wait, for those that count in seconds or set a timer.
export const LONG = 86_400_000;

import { allHearers } from './hearers.ts';
import { LIMITS } from './limits.ts';
import { ONE_LINE, OURS, type Waiter } from './waiter.ts';

const WRITTEN_BY_HAND = new Set([
  ONE_LINE,
  ...LIMITS.map(({ name }) => name),
  ...allHearers('')
    .filter(({ kind }) => kind === 'limit')
    .map(({ name }) => name),
]);

/** Whose it is, by its name in the tables. */
export function kindOf(name: string): Waiter['kind'] {
  if (name.startsWith(OURS)) return 'ours';
  return WRITTEN_BY_HAND.has(name) ? 'limit' : 'peer';
}

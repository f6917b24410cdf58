import { LONG, peer } from './peer.ts';
import { POLLERS } from './pollers.ts';
import { RETRIERS } from './retriers.ts';
import { BARE, type Waiter } from './waiter.ts';

/** What works only inside a run of vitest. */
const IN_VITEST: readonly Waiter[] = [
  peer(
    'vi.waitFor',
    async () => {
      const { vi } = await import('vitest');
      return ({ interval, timeout = LONG }) =>
        (condition) =>
          vi.waitFor(condition, { interval, timeout });
    },
    { package: 'vitest', host: 'vitest', notYet: 'thrown', lacks: ['signal'] },
  ),
  peer(
    'vi.waitUntil',
    async () => {
      const { vi } = await import('vitest');
      return ({ interval, timeout = LONG }) =>
        (condition) =>
          vi.waitUntil(condition, { interval, timeout });
    },
    { package: 'vitest', host: 'vitest', lacks: ['signal'] },
  ),
];

export const PEERS: readonly Waiter[] = [...POLLERS, ...RETRIERS, ...IN_VITEST];

/** What a quick run measures too, where nothing else is said: the bare loop, and the peers that come near. */
export const NEAREST: readonly string[] = [BARE, 'p-wait-for', 'wait-for-expect', 'vi.waitUntil'];

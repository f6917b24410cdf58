import type { Peer } from './peer.ts';
import { POLLERS } from './pollers.ts';
import { RETRIERS } from './retriers.ts';
import { TEST_RUNNERS } from './test-runners.ts';
import { unsleepPeers } from './unsleep.ts';
import { WAIT_ON } from './wait-on.ts';

/** Everything that is measured, this package as it is built. */
export function allPeers(builtAt: string): readonly Peer[] {
  const built = () => import(builtAt) as Promise<typeof import('unsleep')>;
  return [...unsleepPeers(built), ...POLLERS, WAIT_ON, ...RETRIERS, ...TEST_RUNNERS];
}

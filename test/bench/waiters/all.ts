import { LIMITS } from './limits.ts';
import { ours } from './ours.ts';
import { PEERS } from './peers.ts';
import type { Prepare, Waiter } from './waiter.ts';

/** Where builds of this package are, by the name under which each is measured. */
export type Builds = Readonly<Record<string, string>>;

export function allWaiters(builds: Builds): readonly Waiter[] {
  return [...Object.entries(builds).map(([name, builtAt]) => ours(builtAt, name)), ...LIMITS, ...PEERS];
}

export interface Loaded {
  readonly waiter: Waiter;
  readonly prepare: Prepare;
}

/** Those of these names, and the names of those that do not load on this Node. */
export async function loadWaiters(names: readonly string[], builds: Builds): Promise<[Loaded[], string[]]> {
  const [loaded, failed]: [Loaded[], string[]] = [[], []];
  for (const waiter of allWaiters(builds).filter(({ name }) => names.includes(name))) {
    try {
      loaded.push({ waiter, prepare: await waiter.load() });
    } catch {
      failed.push(waiter.name);
    }
  }
  return [loaded, failed];
}

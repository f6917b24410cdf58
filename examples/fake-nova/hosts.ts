import type { Scenario } from './scenario.ts';
import type { ServiceRow, Store } from './store.ts';

/** The compute services, and which of them the others see up. */
export interface Hosts {
  readonly list: () => ServiceRow[];
  readonly get: (host: string) => ServiceRow | undefined;
  readonly change: (host: string, change: Partial<ServiceRow>) => ServiceRow | undefined;
  /** Up is: not forced down, and a heartbeat seen within `serviceDownTime`. */
  readonly isUp: (host: string | null) => boolean;
  readonly lastSeen: (service: ServiceRow) => number;
  /** Picks a host to run on as the scheduler does: up, enabled, not the excluded one, the emptiest first. */
  readonly pick: (options: { readonly not: string | null; readonly target: string | null }) => string | null;
}

/** Makes one compute service per host of the scenario. */
export function createHosts(scenario: Scenario, store: Store, newId: () => string): Hosts {
  const { clock, serviceDownTime, heartbeatInterval } = scenario;
  for (const [index, host] of scenario.hosts.entries()) {
    const plain = { disabled: false, disabledReason: null, forcedDown: false, stoppedAt: null };
    store.services.put(host, { ...plain, id: newId(), number: index + 1, host, updatedAt: clock.now() });
  }
  const get = (host: string) => store.services.get(host);
  // A heartbeat is computed, not a timer: an idle service has nothing to stop.
  const lastSeen = ({ stoppedAt }: ServiceRow) =>
    stoppedAt ?? Math.floor(clock.now() / heartbeatInterval) * heartbeatInterval;
  const isUp = (host: string | null) => {
    const service = host === null ? undefined : get(host);
    if (!service || service.forcedDown) return false;
    return service.stoppedAt === null || clock.now() - service.stoppedAt <= serviceDownTime;
  };
  /** How many servers run on each host. */
  const loads = () => {
    const counts = new Map<string | null, number>();
    for (const { host, deleted } of store.servers.all()) if (!deleted) counts.set(host, (counts.get(host) ?? 0) + 1);
    return counts;
  };
  return {
    list: () => store.services.all(),
    get,
    change(host, change) {
      const service = get(host);
      if (!service) return undefined;
      const changed = { ...service, ...change, updatedAt: clock.now() };
      store.services.put(host, changed);
      return changed;
    },
    isUp,
    lastSeen,
    pick({ not, target }) {
      const counts = loads();
      const load = (host: string) => counts.get(host) ?? 0;
      const able = store.services
        .all()
        .filter(({ host, disabled }) => host !== not && !disabled && isUp(host))
        .map(({ host }) => host)
        .sort((a, b) => load(a) - load(b));
      return (target === null ? able[0] : able.find((host) => host === target)) ?? null;
    },
  };
}

import { createEngine } from './engine.ts';
import { createFaultPlan } from './faults.ts';
import { createGates } from './gates.ts';
import { createHosts } from './hosts.ts';
import type { Notifications } from './notifications.ts';
import { fork, uuid } from './random.ts';
import { createReads } from './reads.ts';
import type { Scenario } from './scenario.ts';
import { createStore } from './store.ts';
import type { World } from './world.ts';

/** Makes an empty service: hosts, but no servers yet. `end` says that this run of it is over. */
export function createWorld(
  scenario: Scenario,
  notifications: () => Notifications,
): World & { readonly end: () => void } {
  const { clock, seed } = scenario;
  const ids = fork(seed, 0);
  const newId = () => uuid(ids);
  const store = createStore(clock.now);
  const faults = createFaultPlan(seed, clock.now);
  let migrations = 0;
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const world: World & { end: () => void } = {
    scenario,
    clock,
    store,
    faults,
    gates: createGates(),
    hosts: createHosts(scenario, store, newId),
    reads: createReads(faults, clock.now),
    engine: createEngine(() => world),
    get notifications() {
      return notifications();
    },
    journal: [],
    newId,
    newMigrationNumber() {
      migrations += 1;
      return migrations;
    },
    timeOn(host) {
      // The API's machine has no skew: an instance of the fault names a compute host.
      const jump = faults.take('F35', {}, (params) => host !== null && (params.host === '' || params.host === host));
      return clock.now() - (jump?.lagMs ?? 0);
    },
    ended,
    end: () => end(),
  };
  return world;
}

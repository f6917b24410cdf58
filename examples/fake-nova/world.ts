import type { Engine } from './engine.ts';
import type { FaultPlan } from './faults.ts';
import type { Gates } from './gates.ts';
import type { Hosts } from './hosts.ts';
import type { Notifications } from './notifications.ts';
import type { Reads } from './reads.ts';
import type { Clock, Scenario } from './scenario.ts';
import type { Store } from './store.ts';

/** One line of what was done, in commit order. */
export interface JournalEntry {
  readonly at: number;
  readonly serverId: string;
  /** E.g. `S active/migrating`, `M accepted`, `instance.create.end`, `event create Success`. */
  readonly text: string;
}

/** The parts of one running service, as its steps and routes see them. */
export interface World {
  readonly scenario: Scenario;
  readonly clock: Clock;
  readonly store: Store;
  readonly gates: Gates;
  readonly faults: FaultPlan;
  readonly hosts: Hosts;
  readonly notifications: Notifications;
  readonly engine: Engine;
  readonly reads: Reads;
  readonly journal: JournalEntry[];
  /** A new UUID out of the seed. */
  readonly newId: () => string;
  readonly newMigrationNumber: () => number;
  /** Settles when this run of the service is over: whoever keeps a request open listens to it. */
  readonly ended: Promise<void>;
  /** The time that the clock of a host shows, see F35. */
  readonly timeOn: (host: string | null) => number;
}

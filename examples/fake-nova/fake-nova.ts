import type { EventEmitter } from 'eventemitter3';
import { createWorld } from './create-world.ts';
import { onFaultAdded, watchSteps } from './fault-effects.ts';
import type { ActiveFault, FaultRequest } from './faults.ts';
import type { Flow } from './flow.ts';
import { sourceBack } from './flows/evacuate.ts';
import type { Gate } from './gates.ts';
import type { HttpApp } from './http.ts';
import { createHttpApp } from './http-app.ts';
import type { RequestEntry } from './middleware.ts';
import { createNotifications, type NotificationEvents, type Notifications } from './notifications.ts';
import { controlRoutes } from './routes/control.ts';
import { createScenario, type Scenario, type ScenarioOverrides } from './scenario.ts';
import type { StepName } from './step-names.ts';
import type { Store } from './store.ts';
import type { JournalEntry, World } from './world.ts';

/** A compute host, as its operator handles it. */
interface HostControl {
  /** Stops its heart: others see it down once `serviceDownTime` has passed. */
  readonly down: () => void;
  /** Restarts its compute service, which finds out what was evacuated from it. */
  readonly up: () => void;
}

/** A migration service that behaves like Nova, in memory. */
export interface FakeNova {
  /** The REST API: `app.request(path, init)` in memory, or behind a server. */
  readonly app: HttpApp;
  readonly scenario: Scenario;
  readonly store: Store;
  readonly notifications: Notifications;
  readonly bus: EventEmitter<NotificationEvents>;
  /** Holds each matching flow before the step until released. */
  readonly gate: (step: StepName, options?: { readonly serverId?: string }) => Gate;
  /** Frees the flows at every gate of that step, and takes the gates away. */
  readonly release: (step: StepName) => void;
  readonly gates: readonly Gate[];
  /** Plans a fault; the function it gives removes it again. Throws RangeError for one that makes no sense. */
  readonly fault: (request: FaultRequest) => () => void;
  readonly faults: readonly ActiveFault[];
  readonly removeFault: (handle: number) => boolean;
  /** Every request to the API, in the order of arrival. */
  readonly requests: readonly RequestEntry[];
  /** Every write and emission, in commit order. */
  readonly journal: readonly JournalEntry[];
  readonly host: (name: string) => HostControl;
  readonly flows: readonly Flow[];
  /** Back to the start: no servers, the scenario's faults, the same seed. Notifications still under way arrive. */
  readonly reset: () => void;
  /** Ends all flows, timers, streams and open requests. Afterwards nothing runs. */
  readonly close: () => void;
}

/** Makes a service out of the default scenario and the given changes to it. */
export function createFakeNova(overrides: ScenarioOverrides = {}): FakeNova {
  const scenario = createScenario(overrides);
  const streams = new Set<() => void>();
  let closed = false;
  let log: RequestEntry[] = [];
  const open = () => openWorld(scenario, () => notifications, streams);
  const end = () => {
    world.end();
    world.engine.close();
    world.gates.clear();
  };
  const notifications = createNotifications(
    scenario.clock,
    () => world.faults,
    () => world.newId(),
  );
  let world = open();
  const app = createHttpApp(
    () => world,
    () => log,
    () => closed,
  );
  const nova: FakeNova = {
    app,
    scenario,
    notifications,
    bus: notifications.bus,
    get store() {
      return world.store;
    },
    gate: (step, options) => world.gates.add(step, options),
    release: (step) => world.gates.release(step),
    get gates() {
      return world.gates.list();
    },
    fault(request) {
      const { faults } = world;
      const fault = faults.add(request);
      onFaultAdded(world, fault, streams);
      return () => void faults.remove(fault.handle);
    },
    get faults() {
      return world.faults.list();
    },
    removeFault: (handle) => world.faults.remove(handle),
    get requests() {
      return log;
    },
    get journal() {
      return world.journal;
    },
    host: (name) => hostControl(() => world, name),
    get flows() {
      return world.engine.running();
    },
    reset() {
      end();
      log = [];
      world = open();
    },
    close() {
      closed = true;
      end();
      for (const endStream of [...streams]) endStream();
      notifications.close();
    },
  };
  controlRoutes(app, { nova: () => nova, streams, ended: () => world.ended });
  return nova;
}

function openWorld(scenario: Scenario, notifications: () => Notifications, streams: Set<() => void>) {
  const world = createWorld(scenario, notifications);
  watchSteps(world);
  for (const request of scenario.faults) onFaultAdded(world, world.faults.add(request), streams);
  return world;
}

function hostControl(world: () => World, name: string): HostControl {
  const known = () => {
    if (!world().hosts.get(name)) throw new RangeError(`There is no host ${JSON.stringify(name)}`);
  };
  return {
    down() {
      known();
      world().hosts.change(name, { stoppedAt: world().clock.now() });
    },
    up() {
      known();
      world().hosts.change(name, { stoppedAt: null });
      cleanUp(world(), name);
    },
  };
}

const EVACUATED = ['accepted', 'pre-migrating', 'done'];

function cleanUp(world: World, host: string): void {
  for (const row of world.store.migrations.all()) {
    const before = world.store.servers.get(row.serverId);
    if (!before || row.type !== 'evacuation' || row.sourceCompute !== host || !EVACUATED.includes(row.status)) continue;
    const { serverId, userId, projectId, id: migrationId, destCompute: dest } = row;
    const whose = { serverId, userId, projectId, requestId: `req-${world.newId()}`, minor: 1 };
    const where = { before, source: host, dest, target: null, migrationId };
    world.engine.start({ ...whose, ...where, operation: 'evacuate', silent: true }, [], sourceBack(migrationId));
  }
}

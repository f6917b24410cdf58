import type { FaultRequest } from './faults.ts';
import type { StepName } from './step-names.ts';

/** The time the service lives in. Virtual clocks fit as well as the real one. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly setTimeout: (callback: () => void, milliseconds: number) => unknown;
  readonly clearTimeout: (handle: unknown) => void;
}

/** What a caller may do: admins everything, managers move their project's servers, members own them. */
type Role = 'admin' | 'manager' | 'member';

/** Who a token stands for. */
export interface Identity {
  readonly role: Role;
  readonly projectId: string;
  readonly userId: string;
}

export interface Flavor {
  readonly id: string;
  readonly name: string;
  readonly ram: number;
  readonly vcpus: number;
  readonly disk: number;
}

interface Image {
  readonly id: string;
  readonly name: string;
}

/** How long each step waits before it is written, in milliseconds: drawn from the seed, or set per step. */
interface Delays {
  readonly min: number;
  readonly max: number;
  readonly steps: Readonly<Partial<Record<StepName, number>>>;
}

/** Everything the service is told from outside. */
export interface Scenario {
  readonly seed: number;
  readonly clock: Clock;
  readonly hosts: readonly string[];
  readonly zone: string;
  readonly flavors: readonly Flavor[];
  readonly images: readonly Image[];
  readonly projectId: string;
  readonly userId: string;
  /** Which token stands for whom; a bare role takes the scenario's project and user. */
  readonly tokens: Readonly<Record<string, Role | Identity>>;
  readonly delays: Delays;
  /** Progress reports of a running live migration, and the bytes that they count. */
  readonly transfer: { readonly reports: number; readonly memoryBytes: number; readonly diskBytes: number };
  /** Live migrations that one source host runs at a time; the others stay `queued`. */
  readonly maxConcurrentLiveMigrations: number;
  /** Milliseconds after which an unconfirmed resize is confirmed by itself; 0 is never. */
  readonly resizeConfirmWindow: number;
  /** Milliseconds without a heartbeat after which a service is seen down. */
  readonly serviceDownTime: number;
  readonly heartbeatInterval: number;
  /** Servers that one project may have. */
  readonly quotaInstances: number;
  /** Records per page at most. */
  readonly maxLimit: number;
  readonly notifications: { readonly versioned: boolean; readonly onStateChange: boolean };
  readonly faults: readonly FaultRequest[];
}

/** Any part of a scenario; arrays and the clock are replaced whole. */
export type ScenarioOverrides = {
  readonly [Key in keyof Scenario]?: Scenario[Key] extends readonly unknown[]
    ? Scenario[Key]
    : Key extends 'clock' | 'tokens'
      ? Scenario[Key]
      : Scenario[Key] extends object
        ? Partial<Scenario[Key]>
        : Scenario[Key];
};

const SYSTEM_CLOCK: Clock = {
  // Looked up at each call: a test may fake the globals after this module was loaded.
  now: () => Date.now(),
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};

/** The scenario that holds where nothing else is said. */
const DEFAULT_SCENARIO: Scenario = {
  seed: 1,
  clock: SYSTEM_CLOCK,
  hosts: ['host1', 'host2'],
  zone: 'nova',
  flavors: [
    { id: '1', name: 'm1.tiny', ram: 512, vcpus: 1, disk: 1 },
    { id: '2', name: 'm1.small', ram: 2048, vcpus: 1, disk: 20 },
  ],
  images: [{ id: '155d900f-4e14-4e4c-a73d-069cbf4541e6', name: 'fakeimage123456' }],
  projectId: '6f70656e737461636b20342065766572',
  userId: 'fake',
  tokens: { 'admin-token': 'admin', 'manager-token': 'manager', 'member-token': 'member' },
  delays: { min: 0, max: 20, steps: {} },
  transfer: { reports: 2, memoryBytes: 536_870_912, diskBytes: 1_073_741_824 },
  maxConcurrentLiveMigrations: 1,
  resizeConfirmWindow: 0,
  serviceDownTime: 60_000,
  heartbeatInterval: 10_000,
  quotaInstances: 1000,
  maxLimit: 1000,
  notifications: { versioned: true, onStateChange: false },
  faults: [],
};

/** Fills the given parts up to a whole scenario. */
export function createScenario(overrides: ScenarioOverrides = {}): Scenario {
  const base = DEFAULT_SCENARIO;
  return {
    ...base,
    ...overrides,
    delays: { ...base.delays, ...overrides.delays },
    transfer: { ...base.transfer, ...overrides.transfer },
    notifications: { ...base.notifications, ...overrides.notifications },
  };
}

/** Says who a token stands for, or undefined for a token that nobody has. */
export function identify(scenario: Scenario, token: string): Identity | undefined {
  // Own entries only: 'constructor' is no token.
  const found = Object.hasOwn(scenario.tokens, token) ? scenario.tokens[token] : undefined;
  if (typeof found !== 'string') return found;
  return { role: found, projectId: scenario.projectId, userId: scenario.userId };
}

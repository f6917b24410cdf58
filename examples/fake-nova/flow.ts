import type { StepName } from './step-names.ts';
import type { MigrationRow, ServerRow } from './store.ts';
import type { World } from './world.ts';

/** What a flow does, as faults match it. */
export const OPERATIONS = [
  'create',
  'live-migration',
  'migrate',
  'resize',
  'confirm',
  'revert',
  'evacuate',
  'delete',
  'abort',
  'force-complete',
  'stop',
  'start',
  'resetState',
  'lock',
  'unlock',
] as const;

export type Operation = (typeof OPERATIONS)[number];

/** Who writes a step; the host of that service dates it. */
export type Actor = 'api' | 'conductor' | 'scheduler' | 'source' | 'dest';

/** One operation on one server, on its way through a step table. */
export interface Flow {
  readonly id: number;
  readonly operation: Operation;
  readonly serverId: string;
  readonly requestId: string;
  readonly userId: string;
  readonly projectId: string;
  /** The minor part of the request's microversion. */
  readonly minor: number;
  /** The server as it was before the request. */
  readonly before: ServerRow;
  readonly source: string | null;
  /** The host that the caller asked for. */
  readonly target: string | null;
  readonly newFlavor: ServerRow['flavor'];
  dest: string | null;
  migrationId: number | null;
  abortRequested: boolean;
  /** The last commit before this flow's newest row write: what a reader sees who does not see it yet. */
  commitBefore: number;
  /** The server as it was before this flow's newest write of it. */
  lastSeen: ServerRow;
  /** Names of the steps already written. */
  readonly written: StepName[];
  /** Why it fails, once it does. */
  reason: string;
}

/** Something that a step changes in a row: the new values, or undefined to leave it alone. */
export type Change<Row> = Partial<Row> | ((flow: Flow, world: World) => Partial<Row> | undefined);

/** A notification that a step emits, and how it differs from the actor's plain one. */
export interface Emission {
  readonly type: string;
  /** Shown in place of the row's own state. */
  readonly taskState?: string;
  readonly withFault?: boolean;
}

/** The end of an action's event. */
export interface Ending {
  readonly event: string;
  readonly result?: 'Success' | 'Error';
}

/** One durable write or emission. A gate holds the flow before it. */
export interface Step {
  readonly name: StepName;
  readonly actor: Actor;
  readonly server?: Change<ServerRow>;
  readonly migration?: Change<MigrationRow>;
  readonly emit?: string | Emission;
  readonly begin?: readonly string[];
  readonly end?: readonly (string | Ending)[];
  /** Waits for a free place on the source host before it is written. */
  readonly slot?: true;
  /** Milliseconds before the step, in place of the scenario's. */
  readonly delay?: number;
  /** Another way to go on from here, or `'park'` to stand still until diverted. */
  readonly next?: (flow: Flow, world: World) => readonly Step[] | 'park' | undefined;
}

import type { Flavor } from './scenario.ts';

/** Why a server is in error, as its `fault` shows it. */
interface FaultRow {
  readonly code: number;
  readonly message: string;
  readonly details: string;
  readonly created: number;
}

export interface ServerRow {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly userId: string;
  readonly host: string | null;
  readonly vmState: string;
  readonly taskState: string | null;
  readonly powerState: number;
  readonly flavor: Flavor;
  readonly oldFlavor: Flavor | null;
  readonly imageId: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly progress: number;
  readonly created: number;
  readonly updated: number;
  readonly launchedAt: number | null;
  readonly terminatedAt: number | null;
  readonly locked: boolean;
  readonly oldVmState: string | null;
  readonly fault: FaultRow | null;
  readonly reservationId: string;
  readonly deleted: boolean;
}

export type MigrationType = 'live-migration' | 'migration' | 'resize' | 'evacuation';

/** Bytes that a running live migration has moved; all null until its first report. */
interface TransferCounts {
  readonly memoryTotal: number | null;
  readonly memoryProcessed: number | null;
  readonly memoryRemaining: number | null;
  readonly diskTotal: number | null;
  readonly diskProcessed: number | null;
  readonly diskRemaining: number | null;
}

export interface MigrationRow extends TransferCounts {
  readonly id: number;
  readonly uuid: string;
  readonly serverId: string;
  readonly type: MigrationType;
  readonly status: string;
  readonly sourceCompute: string | null;
  readonly sourceNode: string | null;
  readonly destCompute: string | null;
  readonly destNode: string | null;
  readonly destHost: string | null;
  readonly oldFlavorId: string;
  readonly newFlavorId: string;
  readonly createdAt: number;
  readonly updatedAt: number | null;
  readonly userId: string;
  readonly projectId: string;
}

export interface ActionEvent {
  readonly event: string;
  readonly startTime: number;
  readonly finishTime: number | null;
  readonly result: 'Success' | 'Error' | null;
  readonly details: string | null;
  readonly traceback: string | null;
  readonly host: string | null;
}

export interface ActionRow {
  readonly requestId: string;
  readonly serverId: string;
  readonly action: string;
  readonly userId: string;
  readonly projectId: string;
  readonly startTime: number;
  readonly updatedAt: number;
  readonly message: string | null;
  readonly events: readonly ActionEvent[];
}

export interface ServiceRow {
  readonly id: string;
  readonly number: number;
  readonly host: string;
  readonly disabled: boolean;
  readonly disabledReason: string | null;
  readonly forcedDown: boolean;
  /** When the heart stopped beating; null while it beats. */
  readonly stoppedAt: number | null;
  readonly updatedAt: number;
}

/** Up to where in the history a reader sees: an instant, a commit, or (nothing given) all of it. */
export interface AsOf {
  readonly at?: number;
  readonly commit?: number;
}

interface Version<Row> {
  readonly at: number;
  readonly commit: number;
  readonly row: Row;
}

/** Rows that are never overwritten: each write adds a version, and reads say as of when. */
interface Table<Key, Row> {
  readonly put: (key: Key, row: Row) => void;
  readonly get: (key: Key, asOf?: AsOf) => Row | undefined;
  /** Every row that the reader sees, in the order of their creation. */
  readonly all: (asOf?: (latest: Row) => AsOf) => Row[];
  readonly history: (key: Key) => readonly Version<Row>[];
}

/** The tables of the service. */
export interface Store {
  readonly servers: Table<string, ServerRow>;
  readonly migrations: Table<number, MigrationRow>;
  /** Keyed by server and request id, see {@link actionKey}. */
  readonly actions: Table<string, ActionRow>;
  readonly services: Table<string, ServiceRow>;
  /** The number of the newest commit. */
  readonly commit: () => number;
}

/** Makes empty tables whose commits are dated by `now`. */
export function createStore(now: () => number): Store {
  let commits = 0;
  const stamp = () => {
    commits += 1;
    return { at: now(), commit: commits };
  };
  return {
    servers: createTable(stamp),
    migrations: createTable(stamp),
    actions: createTable(stamp),
    services: createTable(stamp),
    commit: () => commits,
  };
}

/** The key of an action: the request id alone would mix the servers that one request boots. */
export function actionKey(serverId: string, requestId: string): string {
  return `${serverId}/${requestId}`;
}

function createTable<Key, Row>(stamp: () => { at: number; commit: number }): Table<Key, Row> {
  const versions = new Map<Key, Version<Row>[]>();
  const seen = (of: readonly Version<Row>[], { at = Infinity, commit = Infinity }: AsOf) =>
    of.findLast((version) => version.at <= at && version.commit <= commit)?.row;
  return {
    put(key, row) {
      const version = { ...stamp(), row };
      const of = versions.get(key);
      if (of) of.push(version);
      else versions.set(key, [version]);
    },
    get: (key, asOf = {}) => seen(versions.get(key) ?? [], asOf),
    all(asOf) {
      const rows: Row[] = [];
      for (const history of versions.values()) {
        const latest = history.at(-1)?.row;
        const row = latest && asOf ? seen(history, asOf(latest)) : latest;
        if (row !== undefined) rows.push(row);
      }
      return rows;
    },
    history: (key) => versions.get(key) ?? [],
  };
}

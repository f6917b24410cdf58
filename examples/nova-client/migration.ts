import { maybeNumberIn, maybeTextIn, numberIn, objectIn, textIn } from './shape.ts';

export type MigrationType = 'migration' | 'resize' | 'live-migration' | 'evacuation';

/** The record of a move. Its status is any text: Nova has no list of them. */
export interface Migration {
  readonly id: number;
  readonly serverId: string;
  readonly type: string | null;
  readonly status: string;
  readonly source: string | null;
  readonly dest: string | null;
  readonly createdAt: string;
  /** Null until the first update. */
  readonly updatedAt: string | null;
}

/** A live migration in progress, with the bytes that are still to be copied. */
export interface LiveMigration {
  readonly id: number;
  readonly status: string;
  readonly memoryTotal: number | null;
  readonly memoryRemaining: number | null;
}

/** @throws ShapeError */
export function readMigration(value: unknown): Migration {
  const body = objectIn(value, 'migration');
  return {
    id: numberIn(body, 'id'),
    serverId: textIn(body, 'instance_uuid'),
    type: maybeTextIn(body, 'migration_type'),
    status: textIn(body, 'status'),
    source: maybeTextIn(body, 'source_compute'),
    dest: maybeTextIn(body, 'dest_compute'),
    createdAt: textIn(body, 'created_at'),
    updatedAt: maybeTextIn(body, 'updated_at'),
  };
}

/** @throws ShapeError */
export function readLiveMigration(value: unknown): LiveMigration {
  const body = objectIn(value, 'migration');
  return {
    id: numberIn(body, 'id'),
    status: textIn(body, 'status'),
    memoryTotal: maybeNumberIn(body, 'memory_total_bytes'),
    memoryRemaining: maybeNumberIn(body, 'memory_remaining_bytes'),
  };
}

/** The record that came last. */
export function newest(records: readonly Migration[]): Migration | undefined {
  return records.reduce<Migration | undefined>((last, one) => (last && last.id > one.id ? last : one), undefined);
}

export type { CancelIo, Circumstances, Dialect, StatusResponse } from './dialect.ts';
export { type PlainOptions, plain } from './dialects/plain.ts';
export type {
  Cancelled,
  Failed,
  Gone,
  NoMonitor,
  NotFound,
  Observation,
  OperationFailure,
  Pending,
  Rejected,
  Succeeded,
  Unreadable,
  Unrecognized,
} from './observation.ts';
export type { OperationToken } from './token.ts';
export type { Words } from './words.ts';

export type { CancelIo, Circumstances, Dialect, StatusResponse } from './dialect.ts';
export { type PlainOptions, plain } from './dialects/plain.ts';
export type { Outcome } from './judge.ts';
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
export { type CancelRequest, OperationError } from './operation-error.ts';
export type { Leaving, OperationOptions } from './options.ts';
export { type OperationStart, settleOperation, type Verdict } from './settle-operation.ts';
export type { ResponseLike } from './to-status-response.ts';
export type { OperationToken } from './token.ts';
export { waitForOperation } from './wait-for-operation.ts';
export type { Words } from './words.ts';

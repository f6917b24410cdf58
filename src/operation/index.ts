export type { CancelIo, Circumstances, Dialect, StatusResponse } from './dialect.ts';
export {
  type Acceptor,
  type AcceptorMatcher,
  type AcceptorsOptions,
  acceptors,
  type PathMatcher,
} from './dialects/acceptors.ts';
export { type AzureOptions, azure } from './dialects/azure.ts';
export { type BotocoreAcceptor, type BotocoreWaiter, botocore } from './dialects/botocore.ts';
export { type GoogleOptions, google } from './dialects/google.ts';
export { type FailedCondition, type KubernetesOptions, kubernetes } from './dialects/kubernetes.ts';
export type { AcceptorState } from './dialects/matcher.ts';
export type { Json } from './dialects/openstack-answers.ts';
export { type OpenstackMigrationOptions, openstackMigration } from './dialects/openstack-migration.ts';
export { type OpenstackServerOptions, openstackServer } from './dialects/openstack-server.ts';
export type { OpenstackBefore, OpenstackMove, OpenstackMoved } from './dialects/openstack-verdict.ts';
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
export { type CancelRequest, OperationError, type OperationFacts } from './operation-error.ts';
export type { Leaving, OperationOptions, RequestHeaders } from './options.ts';
export { type OperationStart, settleOperation, type Verdict } from './settle-operation.ts';
export type { ResponseLike } from './to-status-response.ts';
export type { OperationToken } from './token.ts';
export { waitForOperation } from './wait-for-operation.ts';
export type { Words } from './words.ts';

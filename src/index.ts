export { type Again, again } from './again.ts';
export {
  type Backoff,
  type BackoffLook,
  type ConstantOptions,
  constant,
  type ExponentialOptions,
  exponential,
  ladder,
  type ProportionalOptions,
  proportional,
} from './backoff.ts';
export type { PolledAnswers } from './batched-reads.ts';
export { type Clock, realClock } from './clock.ts';
export { type ConsistentlyOptions, consistently } from './consistently.ts';
export type { Duration } from './duration.ts';
export { WaitError, type WaitErrorParts, WaitExhaustedError, WaitFailedError, WaitTimeoutError } from './errors.ts';
export type { EmitterLike, EventArgs, EventName, EventSource, TargetLike } from './event-source.ts';
export { type EventuallyOptions, eventually } from './eventually.ts';
export { giveUp } from './give-up.ts';
export type { History } from './history.ts';
export type { Jitter } from './jitter.ts';
export { type LearnedOptions, learned } from './learned.ts';
export type { Look, LookRecord, WokenBy } from './look.ts';
export { on } from './on.ts';
export type { CommonOptions, Progress, TriggerOption, WaitOptions } from './options.ts';
export { pendingWaits } from './pending-waits.ts';
export {
  type AsyncDisposer,
  createPoller,
  type PolledStatusOptions,
  type PolledWaitOptions,
  type Poller,
  type PollerOptions,
} from './poller.ts';
export type { WaitReport } from './report.ts';
export { type Call, type RetryOptions, retry } from './retry.ts';
export type { Answer, GivenAnswer, NoAnswer, Span, ThrownAnswer } from './timeline.ts';
export { isTransient } from './transient.ts';
export { type Condition, type Truthy, waitFor } from './wait-for.ts';
export { type EventOptions, waitForEvent } from './wait-for-event.ts';
export { type StatusOptions, type StatusWord, type WithStatus, type WordOf, waitForStatus } from './wait-for-status.ts';
export { createWaiter, type Waiter, type WaiterDefaults } from './waiter.ts';
export type { SourceReport, Subscribed, Unsubscribe, Wake, WakeSource } from './wake.ts';

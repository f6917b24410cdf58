import type { EventEmitter } from 'eventemitter3';
import { expectTypeOf } from 'expect-type';
import {
  consistently,
  createWaiter,
  type Duration,
  on,
  pendingWaits,
  proportional,
  realClock,
  retry,
  type WaitError,
  WaitExhaustedError,
  WaitFailedError,
  type WaitOptions,
  type WaitReport,
  WaitTimeoutError,
  waitFor,
  waitForEvent,
  waitForStatus,
} from 'unsleep';

declare const jobs: EventEmitter<{ done: [id: number] }>;

// --- an option that is there but undefined is not given, also under exactOptionalPropertyTypes

const nothing: { readonly [Key in keyof Required<WaitOptions>]: undefined } = {
  timeout: undefined,
  interval: undefined,
  attemptTimeout: undefined,
  maxAttempts: undefined,
  until: undefined,
  failWhen: undefined,
  tolerate: undefined,
  failFast: undefined,
  holdFor: undefined,
  wakeOn: undefined,
  trigger: undefined,
  signal: undefined,
  name: undefined,
  onLook: undefined,
  progress: undefined,
  unref: undefined,
  advanceTimers: undefined,
  clock: undefined,
  random: undefined,
};
expectTypeOf(waitFor(() => 5, nothing)).resolves.toEqualTypeOf<number>();
void waitForEvent(jobs, 'done', { filter: undefined, rejectOn: undefined, timeout: undefined });
void waitForStatus(() => 'on', { target: 'on', failure: undefined, pending: undefined, status: undefined });
void retry(() => 1, { maxAttempts: undefined, interval: undefined, tolerate: undefined, signal: undefined });
createWaiter({ timeout: undefined, clock: realClock, wakeOn: undefined });
// @ts-expect-error says: 'timout' does not exist in type 'WaitOptions
void waitFor(() => 5, { timout: '5s' });
void waitFor(() => 5, { wakeOn: [on(jobs, 'done'), (wake) => jobs.on('done', wake) && (() => {})] });

// --- durations

const seconds = 5;
for (const duration of [250, 0, Number.POSITIVE_INFINITY, '250ms', '5s', '1.5m', '1h'] satisfies Duration[]) {
  void waitFor(() => 5, { timeout: duration, interval: duration, attemptTimeout: duration, holdFor: duration });
}
void waitFor(() => 5, { timeout: `${seconds}s`, interval: proportional({ expected: '1m' }) });
// @ts-expect-error says: Type '"5"' is not assignable to type 'Duration | undefined'
void waitFor(() => 5, { timeout: '5' });
// @ts-expect-error says: Type '"5 parsecs"' is not assignable to type 'Duration | undefined'
void waitFor(() => 5, { timeout: '5 parsecs' });
// @ts-expect-error -- no such unit
void waitFor(() => 5, { interval: '5 minutes' });
// @ts-expect-error -- no number
void waitFor(() => 5, { timeout: 's' });
// @ts-expect-error -- any text
void waitFor(() => 5, { timeout: 'soon' as string });
// @ts-expect-error -- a bigint is no duration
void consistently(() => true, { for: 5n });
// @ts-expect-error -- a default as well
createWaiter({ timeout: '5 parsecs' });
// A blank and a sign are parts of a number to the compiler. The wait refuses them.
void waitFor(() => 5, { timeout: '5 s', interval: '-5s' });

// --- errors and reports

declare const error: WaitError;
if (error instanceof WaitTimeoutError) {
  expectTypeOf(error.name).toEqualTypeOf<'WaitTimeoutError'>();
  expectTypeOf(error.report).toEqualTypeOf<WaitReport>();
} else if (error instanceof WaitExhaustedError || error instanceof WaitFailedError) {
  // Classes of the same shape would be one to the compiler, and nothing would be left here.
  expectTypeOf(error.name).toEqualTypeOf<'WaitExhaustedError' | 'WaitFailedError'>();
}
expectTypeOf(pendingWaits()).toEqualTypeOf<WaitReport[]>();

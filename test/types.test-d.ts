// Judged by plain `tsc`: nothing of this runs.
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { EventEmitter as EventEmitter3 } from 'eventemitter3';
import {
  again,
  consistently,
  createWaiter,
  type Duration,
  eventually,
  giveUp,
  type Look,
  on,
  pendingWaits,
  realClock,
  retry,
  type WaitError,
  WaitExhaustedError,
  WaitFailedError,
  type WaitOptions,
  type WaitReport,
  WaitTimeoutError,
  type WakeSource,
  waitFor,
  waitForEvent,
  waitForStatus,
} from 'unsleep';
import { expect, expectTypeOf } from 'vitest';

interface Server {
  readonly id: number;
  readonly host: string | undefined;
}
declare const server: Server;

// --- waitFor: the result

expectTypeOf(waitFor(() => server)).resolves.toEqualTypeOf<Server>();
expectTypeOf(waitFor(async () => server)).resolves.toEqualTypeOf<Server>();
expectTypeOf(waitFor(({ attempt }) => attempt > 1 && server)).resolves.toEqualTypeOf<Server>();
expectTypeOf(waitFor(() => server as Server | null | undefined)).resolves.toEqualTypeOf<Server>();
expectTypeOf(waitFor(() => 'a' as 'a' | '' | 0 | 0n | false)).resolves.toEqualTypeOf<'a'>();
expectTypeOf(waitFor(() => true as boolean)).resolves.toEqualTypeOf<true>();
expectTypeOf(waitFor(() => undefined as unknown)).resolves.toEqualTypeOf<unknown>();
expectTypeOf(waitFor(() => (server.host ? server : again('1s')))).resolves.toEqualTypeOf<Server>();
expectTypeOf(waitFor(async () => (server.host ? server : again()))).resolves.toEqualTypeOf<Server>();
expectTypeOf(
  waitFor(() => (server.host ? server : giveUp('it has no host, and never will'))),
).resolves.toEqualTypeOf<Server>();
expectTypeOf(
  waitFor(() => {
    if (server.host) return server;
    return undefined;
  }),
).resolves.toEqualTypeOf<Server>();

// --- waitFor: `until` decides instead of truthiness, and a guard narrows

expectTypeOf(waitFor(() => 0 as number, { until: (value) => value === 0 })).resolves.toEqualTypeOf<0>();
expectTypeOf(
  waitFor(() => 3 as number | string, { until: (value): value is number => typeof value === 'number' }),
).resolves.toEqualTypeOf<number>();
expectTypeOf(
  waitFor(() => 3 as number | string, { until: (value) => typeof value === 'number' }),
).resolves.toEqualTypeOf<number>();
expectTypeOf(
  waitFor(async () => (server.host ? server : again()), { until: (value) => value.id === 41 }),
).resolves.toEqualTypeOf<Server>();
void waitFor(() => server, { failWhen: ({ host }) => host === 'host9' && `on ${host}` });
// @ts-expect-error -- what the condition answers has no such property
void waitFor(() => server, { until: ({ state }) => state === 'ready' });

// --- waitFor: a condition that answers nothing is an assertion

// @ts-expect-error -- answers nothing, so it would never be done: this is for eventually()
void waitFor(() => {
  expect(1).toBe(1);
});
// @ts-expect-error -- the same, with a promise
void waitFor(async () => {
  expect(1).toBe(1);
});
// @ts-expect-error -- the same, with options
void waitFor(() => expect(1).toBe(1), { timeout: '1s' });
// @ts-expect-error -- the same, with a promise of an assertion
void waitFor(() => expect(Promise.resolve(1)).resolves.toBe(1));
// @ts-expect-error -- the same, through a waiter
void createWaiter({}).waitFor(() => expect(1).toBe(1));
// @ts-expect-error -- a promise is not a condition
void waitFor(Promise.resolve(true));

// --- eventually, consistently

void eventually(() => expect(1).toBe(1));
void eventually(async () => {
  await expect(Promise.resolve(1)).resolves.toBe(1);
});
expectTypeOf(eventually(() => {})).resolves.toEqualTypeOf<void>();
expectTypeOf(eventually(() => server)).resolves.toEqualTypeOf<Server>();
expectTypeOf(eventually(async () => server.host !== undefined && server)).resolves.toEqualTypeOf<Server>();
expectTypeOf(eventually(() => (server.host ? server : again()))).resolves.toEqualTypeOf<Server>();
expectTypeOf(eventually(() => server.host)).resolves.toEqualTypeOf<string | undefined>();
// @ts-expect-error -- `until` is for waitFor: an assertion says by throwing that it is not so yet
void eventually(() => server, { until: () => true });

expectTypeOf(consistently(() => true, { for: '1s' })).resolves.toEqualTypeOf<void>();
void consistently(() => expect(1).toBe(1), { for: 500, interval: '50ms' });
// @ts-expect-error -- how long is not for us to guess
void consistently(() => true);
// @ts-expect-error -- `for` is its time
void consistently(() => true, { for: '1s', timeout: '2s' });

// --- waitForStatus: discriminated unions

type Migration =
  | { readonly status: 'queued' }
  | { readonly status: 'running'; readonly progress: number }
  | { readonly status: 'completed'; readonly host: string }
  | { readonly status: 'error'; readonly reason: string };
declare const readMigration: () => Promise<Migration>;

const completed = await waitForStatus(readMigration, { target: 'completed', failure: 'error' });
expectTypeOf(completed.status).toEqualTypeOf<'completed'>();
expectTypeOf(completed.host).toEqualTypeOf<string>();

const ended = await waitForStatus(readMigration, { target: ['completed', 'error'] });
expectTypeOf(ended.status).toEqualTypeOf<'completed' | 'error'>();
// @ts-expect-error -- only one of the two has a host
ended.host;
if (ended.status === 'error') expectTypeOf(ended.reason).toEqualTypeOf<string>();

const TARGETS = ['completed', 'error'] as const;
expectTypeOf((await waitForStatus(readMigration, { target: TARGETS })).status).toEqualTypeOf<'completed' | 'error'>();

type Task = { readonly state: 1; readonly eta: number } | { readonly state: 2; readonly result: string };
const done = await waitForStatus(() => ({ state: 2 }) as Task, { status: 'state', target: 2 });
expectTypeOf(done.result).toEqualTypeOf<string>();

const ready = await waitForStatus(() => again() as ReturnType<typeof again> | Task, { status: 'state', target: 2 });
expectTypeOf(ready.result).toEqualTypeOf<string>();

// The read may give the word itself, or a word that is no union.
expectTypeOf(waitForStatus(() => 'on' as 'on' | 'off' | 'unknown', { target: ['on', 'off'] })).resolves.toEqualTypeOf<
  'on' | 'off'
>();
const instance = await waitForStatus(() => ({ id: 1, status: 'BUILD' as string }), { target: 'ACTIVE' });
expectTypeOf(instance.id).toEqualTypeOf<number>();
expectTypeOf(instance.status).toEqualTypeOf<'ACTIVE'>();

// With a function, the status may be anywhere in the answer.
expectTypeOf(
  waitForStatus(() => ({ server }), { status: ({ server }) => server.host, target: 'host1' }),
).resolves.toEqualTypeOf<{ server: Server }>();

// @ts-expect-error -- misspelt: no migration is ever that
void waitForStatus(readMigration, { target: 'complete' });
// @ts-expect-error -- misspelt, in a list
void waitForStatus(readMigration, { target: ['completed', 'eror'] });
// @ts-expect-error -- misspelt, with another key
void waitForStatus(() => ({ state: 2 }) as Task, { status: 'state', target: 3 });
// @ts-expect-error -- misspelt, where the read gives the word
void waitForStatus(() => 'on' as 'on' | 'off', { target: 'of' });
// @ts-expect-error -- without a target it would never be done
void waitForStatus(readMigration, {});

// --- waitForEvent and on: an eventemitter3

interface TupleMap {
  done: [id: number, result: string];
  closed: [];
}
interface FunctionMap {
  done: (id: number, result: string) => void;
  closed: () => void;
}
class Jobs extends EventEmitter3<TupleMap> {
  readonly name = 'jobs';
}
declare const tuples: EventEmitter3<TupleMap>;
declare const functions: EventEmitter3<FunctionMap>;
declare const jobs: Jobs;

expectTypeOf(waitForEvent(tuples, 'done')).resolves.toEqualTypeOf<[id: number, result: string]>();
expectTypeOf(waitForEvent(tuples, 'closed')).resolves.toEqualTypeOf<[]>();
expectTypeOf(waitForEvent(functions, 'done')).resolves.toEqualTypeOf<[id: number, result: string]>();
expectTypeOf(waitForEvent(functions, 'closed')).resolves.toEqualTypeOf<[]>();
expectTypeOf(waitForEvent(jobs, 'done')).resolves.toEqualTypeOf<[id: number, result: string]>();
expectTypeOf(on(tuples, 'done', (id, result) => id === 2 && result.length > 0)).toEqualTypeOf<WakeSource>();
void waitForEvent(functions, 'done', { filter: (id, result) => id.toFixed() === result.trim() });
// @ts-expect-error -- a number has no trim
void waitForEvent(jobs, 'done', { filter: (id) => id.trim() === '' });
// @ts-expect-error -- a number has no trim
on(jobs, 'done', (id) => id.trim() === '');

// --- waitForEvent and on: a Node EventEmitter

declare const uploads: EventEmitter<{ done: [id: number, result: string]; closed: [] }>;

expectTypeOf(waitForEvent(uploads, 'done')).resolves.toEqualTypeOf<[id: number, result: string]>();
expectTypeOf(waitForEvent(uploads, 'closed')).resolves.toEqualTypeOf<[]>();
void waitForEvent(uploads, 'done', { filter: (id, result) => id.toFixed() === result.trim() });
on(uploads, 'done', (id, result) => id.toFixed() === result.trim());
// @ts-expect-error -- a number has no trim
on(uploads, 'done', (id) => id.trim() === '');

// --- waitForEvent and on: emitters that tell nothing of what they emit

// biome-ignore lint/suspicious/noExplicitAny: nothing is known of it
type Anything = any[];
class OwnUploads extends EventEmitter<{ done: [id: number] }> {}
declare const untyped: EventEmitter;
declare const untyped3: EventEmitter3;
declare const child: ChildProcess;
declare const ownUploads: OwnUploads;

expectTypeOf(waitForEvent(untyped, 'done')).resolves.toEqualTypeOf<Anything>();
expectTypeOf(waitForEvent(untyped3, 'done')).resolves.toEqualTypeOf<Anything>();
// One overload per event: an infer sees the last of them only, so it must not be asked.
expectTypeOf(waitForEvent(child, 'exit')).resolves.toEqualTypeOf<Anything>();
expectTypeOf(waitForEvent(process, 'warning')).resolves.toEqualTypeOf<Anything>();
// The map of a subclass of Node's emitter is out of reach of the type system.
expectTypeOf(waitForEvent(ownUploads, 'done')).resolves.toEqualTypeOf<Anything>();
void waitForEvent(ownUploads, 'done', { filter: (id: number) => id === 2 });

// --- waitForEvent and on: an EventTarget

declare const socket: WebSocket;
declare const target: EventTarget;

expectTypeOf(waitForEvent(socket, 'message')).resolves.toEqualTypeOf<[event: MessageEvent]>();
expectTypeOf(waitForEvent(socket, 'close')).resolves.toEqualTypeOf<[event: CloseEvent]>();
expectTypeOf(waitForEvent(target, 'ready')).resolves.toEqualTypeOf<[event: Event]>();
void waitForEvent(socket, 'message', { filter: ({ data }) => data === 'ready' });
on(socket, 'close', ({ code }) => code === 1000);
// @ts-expect-error -- a CloseEvent has no data
on(socket, 'close', ({ data }) => data === 'ready');
// @ts-expect-error -- emits nothing
void waitForEvent({}, 'done');
// @ts-expect-error -- looking on a schedule is for the other waits: here the event is the answer
void waitForEvent(tuples, 'done', { interval: 5 });

// --- trigger: its result is known to the look

void waitFor(
  ({ triggered }) => {
    expectTypeOf(triggered).toEqualTypeOf<{ jobId: number }>();
    return triggered.jobId > 0;
  },
  { trigger: async () => ({ jobId: 7 }) },
);
void eventually(({ triggered }) => expect(triggered.toFixed()).toBe('1'), { trigger: () => 1 });
const followed = await waitForStatus(
  ({ triggered }) => ({ status: triggered.length > 1 ? ('done' as const) : ('busy' as const), link: triggered }),
  { trigger: async (signal: AbortSignal) => (signal.aborted ? '' : '/operations/7'), target: 'done' },
);
expectTypeOf(followed.status).toEqualTypeOf<'done'>();
expectTypeOf(followed.link).toEqualTypeOf<string>();
void waitFor((look) => {
  expectTypeOf(look).toEqualTypeOf<Look<unknown>>();
  return look.attempt;
});

// --- retry

expectTypeOf(retry(() => server)).resolves.toEqualTypeOf<Server>();
expectTypeOf(retry(async ({ attempt, signal }) => [attempt, signal.aborted] as const)).resolves.toEqualTypeOf<
  readonly [number, boolean]
>();
// @ts-expect-error -- what is repeated because it failed has no `until`
void retry(() => server, { until: () => true });

// --- options

// An option that is there but undefined is an option that is not given, also under exactOptionalPropertyTypes.
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
expectTypeOf(waitFor(() => server, nothing)).resolves.toEqualTypeOf<Server>();
void waitForEvent(jobs, 'done', { filter: undefined, rejectOn: undefined, timeout: undefined });
void waitForStatus(readMigration, { target: 'completed', failure: undefined, pending: undefined, status: undefined });
void retry(() => 1, { maxAttempts: undefined, interval: undefined, tolerate: undefined, signal: undefined });
createWaiter({ timeout: undefined, clock: realClock, wakeOn: undefined });
// @ts-expect-error -- misspelt
void waitFor(() => server, { timout: '5s' });
// @ts-expect-error -- a wake source subscribes: use on(emitter, event)
void waitFor(() => server, { wakeOn: uploads });
void waitFor(() => server, { wakeOn: [on(uploads, 'done'), (wake) => tuples.on('done', wake) && (() => {})] });

for (const duration of [250, 0, Number.POSITIVE_INFINITY, '250ms', '5s', '1.5m', '1h'] satisfies Duration[]) {
  void waitFor(() => server, { timeout: duration });
}
// @ts-expect-error -- no unit
void waitFor(() => server, { timeout: '5' });
// @ts-expect-error -- no such unit
void waitFor(() => server, { interval: '5 minutes' });
// @ts-expect-error -- a bigint is no duration
void consistently(() => true, { for: 5n });

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

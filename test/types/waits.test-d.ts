import { expectTypeOf } from 'expect-type';
import {
  type Again,
  again,
  type Condition,
  consistently,
  createWaiter,
  eventually,
  giveUp,
  isTransient,
  type Look,
  type LookRecord,
  retry,
  type Truthy,
  waitFor,
} from 'unsleep';

interface Server {
  readonly id: number;
  readonly host: string | undefined;
}
interface Upload {
  readonly kind: 'upload';
  readonly link: string;
}
declare const server: Server;
declare const upload: Upload;
// biome-ignore lint/suspicious/noExplicitAny: what JSON.parse and untyped clients give
declare const anything: any;
declare function expect(value: unknown): {
  toBe(expected: unknown): void;
  readonly resolves: { toBe(expected: unknown): Promise<void> };
};

// --- waitFor: what is falsy, and `again()`, is no result

expectTypeOf<Truthy<'a' | '' | 0 | 0n | 1 | true | false | null | undefined>>().toEqualTypeOf<'a' | 1 | true>();
expectTypeOf(waitFor(() => server)).resolves.toEqualTypeOf<Server>();
expectTypeOf(waitFor(async () => server)).resolves.toEqualTypeOf<Server>();
expectTypeOf(waitFor(({ attempt }) => attempt > 1 && server)).resolves.toEqualTypeOf<Server>();
expectTypeOf(waitFor(() => server as Server | null | undefined)).resolves.toEqualTypeOf<Server>();
expectTypeOf(waitFor(() => server.host)).resolves.toEqualTypeOf<string>();
expectTypeOf(waitFor(() => 'a' as 'a' | '' | 0 | 0n | false)).resolves.toEqualTypeOf<'a'>();
expectTypeOf(waitFor(() => true as boolean)).resolves.toEqualTypeOf<true>();
expectTypeOf(waitFor(() => undefined as unknown)).resolves.toEqualTypeOf<unknown>();
expectTypeOf(waitFor(() => anything)).resolves.toBeAny();
expectTypeOf(waitFor(async () => anything)).resolves.toBeAny();
expectTypeOf(again('1s')).toEqualTypeOf<Again>();
expectTypeOf(waitFor(() => (server.host ? server : again('1s')))).resolves.toEqualTypeOf<Server>();
expectTypeOf(waitFor(async () => (server.host ? server : again()))).resolves.toEqualTypeOf<Server>();
expectTypeOf(giveUp('it has no host')).toEqualTypeOf<never>();
expectTypeOf(waitFor(() => (server.host ? server : giveUp('it has no host')))).resolves.toEqualTypeOf<Server>();
expectTypeOf(waitFor(() => giveUp('it has no host'))).resolves.toEqualTypeOf<never>();
expectTypeOf(
  waitFor(() => {
    if (server.host) return server;
    return undefined;
  }),
).resolves.toEqualTypeOf<Server>();
const named: Condition<Server> = () => server;
expectTypeOf(waitFor(named)).resolves.toEqualTypeOf<Server>();
// @ts-expect-error -- a promise is no condition
void waitFor(Promise.resolve(true));

// --- waitFor: `until` decides instead of truthiness, and a guard narrows

declare const isUpload: (value: Server | Upload) => value is Upload;

expectTypeOf(waitFor(() => upload as Server | Upload, { until: isUpload })).resolves.toEqualTypeOf<Upload>();
expectTypeOf(waitFor(async () => upload as Server | Upload, { until: isUpload })).resolves.toEqualTypeOf<Upload>();
expectTypeOf(
  waitFor(() => (server.host ? (upload as Server | Upload) : again()), { until: isUpload, timeout: '5s' }),
).resolves.toEqualTypeOf<Upload>();
expectTypeOf(
  waitFor(() => 3 as number | string, { until: (value): value is number => typeof value === 'number' }),
).resolves.toEqualTypeOf<number>();
expectTypeOf(
  waitFor(async () => (server.host ? server : again()), { until: (value) => value.id === 41 }),
).resolves.toEqualTypeOf<Server>();
// With `until`, falsy may be what is waited for.
expectTypeOf(waitFor(() => 0 as number, { until: (value) => value < 1 })).resolves.toEqualTypeOf<number>();
expectTypeOf(waitFor(() => server.host, { until: () => true })).resolves.toEqualTypeOf<string | undefined>();
expectTypeOf(waitFor(() => anything, { until: (value) => value.done })).resolves.toBeAny();
// @ts-expect-error -- what the condition answers has no such property
void waitFor(() => server, { until: ({ state }) => state === 'ready' });

// --- waitFor: `failWhen` is asked about the same answers

void waitFor(() => server, { failWhen: ({ host }) => host === 'host9' && `on ${host}` });
void waitFor(async () => (server.host ? server : again()), {
  failWhen: (value) => expectTypeOf(value).toEqualTypeOf<Server>(),
});
expectTypeOf(
  waitFor(() => upload as Server | Upload, { until: isUpload, failWhen: (value) => 'host' in value && 'a server' }),
).resolves.toEqualTypeOf<Upload>();
expectTypeOf(waitFor(() => server.host, { failWhen: (host) => host === 'host9' })).resolves.toEqualTypeOf<string>();
// @ts-expect-error -- what the condition answers has no such property
void waitFor(() => server, { failWhen: ({ state }) => state === 'error' });

// --- waitFor: a condition that answers nothing is an assertion, and the compiler says so

// @ts-expect-error says: This condition answers nothing, so it would never be done. For assertions use eventually().
void waitFor(() => {
  expect(1).toBe(1);
});
// @ts-expect-error says: This condition answers nothing, so it would never be done. For assertions use eventually().
void waitFor(async () => {
  expect(1).toBe(1);
});
// @ts-expect-error says: This condition answers nothing, so it would never be done. For assertions use eventually().
void waitFor(() => expect(1).toBe(1), { timeout: '1s' });
// @ts-expect-error says: This condition answers nothing, so it would never be done. For assertions use eventually().
void waitFor(() => expect(Promise.resolve(1)).resolves.toBe(1));
// @ts-expect-error says: This condition answers nothing, so it would never be done. For assertions use eventually().
void waitFor(() => undefined);
// @ts-expect-error says: This condition answers nothing, so it would never be done. For assertions use eventually().
void waitFor(({ attempt }) => expect(attempt).toBe(2), { until: () => true });
// @ts-expect-error says: This condition answers nothing, so it would never be done. For assertions use eventually().
void createWaiter({}).waitFor(() => expect(1).toBe(1));

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
// @ts-expect-error says: 'until' does not exist in type 'EventuallyOptions
void eventually(() => server, { until: () => true });
// @ts-expect-error says: 'failWhen' does not exist in type 'EventuallyOptions
void eventually(() => server, { failWhen: () => false });

expectTypeOf(consistently(() => true, { for: '1s' })).resolves.toEqualTypeOf<void>();
void consistently(() => expect(1).toBe(1), { for: 500, interval: '50ms' });
// @ts-expect-error -- how long is not for us to guess
void consistently(() => true);
// @ts-expect-error says: 'timeout' does not exist in type 'ConsistentlyOptions'
void consistently(() => true, { for: '1s', timeout: '2s' });
// @ts-expect-error -- a throw is a violation, whatever was thrown
void consistently(() => true, { for: '1s', tolerate: isTransient });
// @ts-expect-error -- `for` is how long it holds
void consistently(() => true, { for: '1s', holdFor: '1s' });

// --- look, and `trigger`, whose result is known to the look

void waitFor((look) => {
  expectTypeOf(look).toEqualTypeOf<Look<unknown>>();
  return look.attempt;
});
void waitFor(
  ({ triggered }) => {
    expectTypeOf(triggered).toEqualTypeOf<{ jobId: number }>();
    return triggered.jobId > 0 && triggered;
  },
  { trigger: async () => ({ jobId: 7 }) },
);
expectTypeOf(
  waitFor(({ triggered }) => triggered > 0 && ([triggered, server] as const), {
    trigger: (signal: AbortSignal) => Promise.resolve(signal.aborted ? 0 : 1),
    until: (answer) => answer,
  }),
).resolves.toEqualTypeOf<false | readonly [number, Server]>();
void eventually(({ triggered }) => expect(triggered.toFixed()).toBe('1'), { trigger: () => 1 });
// Without the type of its parameter, the trigger is looked at after the condition: `triggered` is unknown, not `any`.
void waitFor(({ triggered }) => expectTypeOf(triggered).toEqualTypeOf<unknown>(), {
  trigger: async (signal) => signal.aborted,
});
// @ts-expect-error -- only waits that look or listen have something to trigger
void consistently(() => true, { for: '1s', trigger: () => 1 });

// --- retry

expectTypeOf(retry(() => server)).resolves.toEqualTypeOf<Server>();
expectTypeOf(retry(async ({ attempt, signal }) => [attempt, signal.aborted] as const)).resolves.toEqualTypeOf<
  readonly [number, boolean]
>();
// What a task gives is its result, whatever it is.
expectTypeOf(retry(() => server.host)).resolves.toEqualTypeOf<string | undefined>();
expectTypeOf(retry(() => {})).resolves.toEqualTypeOf<void>();
void retry(() => 1, { onLook: (record) => expectTypeOf(record).toEqualTypeOf<LookRecord>() });
// @ts-expect-error says: 'until' does not exist in type 'RetryOptions'
void retry(() => server, { until: () => true });
// @ts-expect-error -- between two calls there is nothing to be woken for
void retry(() => server, { wakeOn: [] });

// --- createWaiter: the same functions

const waiter = createWaiter({ timeout: '30s', interval: 250 });
expectTypeOf(waiter.waitFor).toEqualTypeOf<typeof waitFor>();
expectTypeOf(waiter.eventually).toEqualTypeOf<typeof eventually>();
expectTypeOf(waiter.consistently).toEqualTypeOf<typeof consistently>();
expectTypeOf(waiter.retry).toEqualTypeOf<typeof retry>();
expectTypeOf(waiter.waitFor(() => server.host)).resolves.toEqualTypeOf<string>();
expectTypeOf(waiter.waitFor(() => upload as Server | Upload, { until: isUpload })).resolves.toEqualTypeOf<Upload>();
expectTypeOf(waiter.waitFor(() => 0 as number, { until: (value) => value < 1 })).resolves.toEqualTypeOf<number>();
// @ts-expect-error -- what is done is for a call to say
createWaiter({ until: () => true });
// @ts-expect-error says: 'until' does not exist in type 'EventuallyOptions
void waiter.eventually(() => server, { until: () => true });
// @ts-expect-error says: 'timeout' does not exist in type 'ConsistentlyOptions'
void waiter.consistently(() => true, { for: '1s', timeout: '2s' });

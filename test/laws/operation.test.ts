import { getEventListeners } from 'node:events';
import { createClock } from '@sinonjs/fake-timers';
import fc from 'fast-check';
import { pendingWaits, type WakeSource } from 'unsleep';
import {
  type Dialect,
  type OperationOptions,
  type OperationToken,
  plain,
  settleOperation,
  type Verdict,
} from 'unsleep/operation';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { acceptors } from '../../src/operation/dialects/acceptors.ts';
import { azure } from '../../src/operation/dialects/azure.ts';
import { botocore } from '../../src/operation/dialects/botocore.ts';
import { google } from '../../src/operation/dialects/google.ts';
import { kubernetes } from '../../src/operation/dialects/kubernetes.ts';
import { openstackMigration } from '../../src/operation/dialects/openstack-migration.ts';
import { openstackServer } from '../../src/operation/dialects/openstack-server.ts';

// A limit against hangs alone: many runs take many times as long on a loaded machine.
vi.setConfig({ testTimeout: 300_000 });

const RUNS = 150;

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeAll(() => void process.on('unhandledRejection', note));
afterAll(() => void process.off('unhandledRejection', note));
afterEach(() => {
  expect(pendingWaits()).toEqual([]);
  expect(unhandled).toEqual([]);
});

/** What a server answers to one request, or does instead. */
interface Reply {
  readonly does: 'answer' | 'reset' | 'hang' | 'break off' | 'drip for ever';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How long it takes, in milliseconds. */
  readonly takes: number;
}

const ANSWERED: Reply = { does: 'answer', status: 200, headers: {}, body: '', takes: 0 };

/** An API, and what its servers may say. */
interface Api {
  readonly dialect: Dialect;
  readonly url: string;
  readonly bodies: readonly unknown[];
}

const OBJECT = (status: string, generation: number) => ({
  kind: 'Thing',
  metadata: { name: 'web', uid: 'u1', generation: 2 },
  status: { observedGeneration: generation, conditions: [{ type: 'Ready', status }] },
});
const SERVER = (status: string, task: string | null, host: string) => ({
  server: { id: 's1', status, 'OS-EXT-STS:task_state': task, 'OS-EXT-SRV-ATTR:host': host },
});
const RECORDS = (...statuses: string[]) => ({
  migrations: statuses.map((status, index) => ({
    ...{ id: index + 1, status, migration_type: 'live-migration', instance_uuid: 's1' },
    ...{ source_compute: 'a', dest_compute: 'b', created_at: '2999-01-01T00:00:00', updated_at: null },
  })),
});
const WORDS = ['Running', 'Succeeded', 'Failed', 'Canceled', 'Odd'];
const SERVERS = 'https://api.example/v2.1/servers/s1';

const APIS: readonly Api[] = [
  {
    dialect: { ...plain(), cancel: ({ url = '' }, { send }) => send(url, { method: 'DELETE' }) },
    url: 'https://api.example/operations/1',
    bodies: [...WORDS.map((status) => ({ status })), { status: 'Running', percentComplete: 40 }, {}],
  },
  {
    dialect: azure(),
    url: 'https://api.example/operations/1',
    bodies: [
      ...WORDS.map((status) => ({ status })),
      ...WORDS.map((provisioningState) => ({ id: '/jobs', properties: { provisioningState } })),
      { status: 'Succeeded', resourceLocation: '/results/1' },
    ],
  },
  {
    dialect: google(),
    url: 'https://api.example/v1/operations/1',
    bodies: [
      { name: 'operations/1' },
      { name: 'operations/1', done: false, metadata: { progressPercent: 30 } },
      { name: 'operations/1', done: true, response: { size: 41 } },
      { name: 'operations/1', done: true, error: { code: 9, message: 'no' } },
      { name: 'operations/1', done: true, error: { code: 1, message: 'cancelled' } },
      { name: 'operations/1', done: true },
    ],
  },
  {
    dialect: kubernetes({ type: 'Ready' }),
    url: 'https://api.example/apis/apps/v1/namespaces/shop/things/web',
    bodies: [OBJECT('True', 2), OBJECT('False', 2), OBJECT('True', 1), OBJECT('Unknown', 2)],
  },
  {
    dialect: acceptors([
      { state: 'success', matcher: { output: { path: 'status', expected: 'Succeeded', comparator: 'stringEquals' } } },
      { state: 'failure', matcher: { output: { path: 'status', expected: 'Failed', comparator: 'stringEquals' } } },
      { state: 'success', matcher: { errorType: 'ResourceNotFound' } },
    ]),
    url: 'https://api.example/operations/1',
    bodies: [...WORDS.map((status) => ({ status })), { __type: 'ResourceNotFound' }, { __type: 'Throttling' }],
  },
  {
    dialect: botocore({
      ...{ operation: 'Describe', delay: 1, maxAttempts: 9 },
      acceptors: [
        { state: 'success', matcher: 'pathAll', argument: 'items[].status', expected: 'Succeeded' },
        { state: 'failure', matcher: 'pathAny', argument: 'items[].status', expected: 'Failed' },
      ],
    }),
    url: 'https://api.example/operations/1',
    bodies: [{ items: [] }, ...WORDS.map((status) => ({ items: [{ status }, { status: 'Succeeded' }] }))],
  },
  {
    dialect: openstackServer({ target: 'ACTIVE' }),
    url: SERVERS,
    bodies: [SERVER('BUILD', 'spawning', 'a'), SERVER('ACTIVE', null, 'a'), SERVER('ERROR', null, 'a')],
  },
  {
    dialect: openstackMigration({ kind: 'live-migration', before: { status: 'ACTIVE', host: 'a' } }),
    url: `https://api.example/v2.1/os-migrations?instance_uuid=s1`,
    bodies: [
      ...[RECORDS(), RECORDS('running'), RECORDS('completed'), RECORDS('error')],
      ...[SERVER('MIGRATING', 'migrating', 'a'), SERVER('ACTIVE', null, 'b'), SERVER('ACTIVE', null, 'a')],
      { instanceAction: { request_id: 'req-1', action: 'live-migration', events: [] } },
    ],
  },
];

const STATUSES = [
  ...[200, 200, 200, 200, 200, 200, 201, 202, 202, 204, 299, 301, 302, 303, 304, 307],
  ...[400, 401, 403, 404, 404, 408, 409, 410, 418, 425, 429, 429, 500, 502, 503, 503, 504, 599],
];
const PLACES = [
  ...['/operations/1', '/operations/2?page=2', '/results/1', 'https://api.example/operations/3', 'nowhere at all'],
  ...['https://storage.example/results/1', 'https://169.254.169.254/', 'file:///etc/passwd', '/a, /b'],
];
const JUNK = ['', 'null', '[]', '"Succeeded"', '{"status":null}', '{"status": "Succ', '<html><title>Hello</title>'];

const maybe = <T>(...values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 });

function replies({ bodies }: Api) {
  const headers = fc
    .record({
      'retry-after': maybe('0', '1', '2', '7', '999999', '-1', 'soon', '5, 10'),
      location: maybe(...PLACES),
      'operation-location': maybe(...PLACES),
      etag: maybe('"1"', 'W/"2"', 'x'),
      'content-type': maybe('application/json', 'text/html'),
    })
    .map((headers) =>
      Object.fromEntries(Object.entries(headers).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]]))),
    );
  const said = fc.constantFrom(...bodies).map((body) => JSON.stringify(body));
  return fc.record<Reply>({
    does: fc.constantFrom(
      'answer',
      'answer',
      'answer',
      'answer',
      'answer',
      'answer',
      'reset',
      'hang',
      'break off',
      'drip for ever',
    ),
    status: fc.constantFrom(...STATUSES),
    headers,
    body: fc.oneof({ arbitrary: said, weight: 5 }, { arbitrary: fc.constantFrom(...JUNK), weight: 1 }),
    takes: fc.constantFrom(0, 0, 1, 40, 900, 3_000),
  });
}

/** A wait for an operation, and the world it happens in. */
interface World {
  readonly start: { readonly as: 'answer' | 'function' | 'token'; readonly reply: Reply };
  readonly replies: readonly Reply[];
  readonly timeout: number;
  /** When its signal aborts, if it does. */
  readonly abortAt: number | undefined;
  readonly events: readonly number[];
  readonly random: number;
  readonly options: OperationOptions;
}

const LEAVINGS = ['detach', 'cancel', 'cancel-and-wait'] as const;

function worlds(api: Api) {
  const reply = replies(api);
  const options = fc.record({
    interval: maybe(200, 1_000, 5_000),
    expected: maybe<'10s'>('10s'),
    attemptTimeout: fc.constantFrom(500, 2_000, 30_000),
    maxUnreadable: fc.integer({ min: 0, max: 4 }),
    notFoundBudget: fc.integer({ min: 0, max: 3 }),
    confirm: fc.constantFrom(1, 1, 2, 3),
    settle: fc.constantFrom(0, 0, 500, 3_000),
    expect: fc.constantFrom('done', 'done', 'deleted'),
    lastPollReserve: fc.constantFrom(1, 500, 5_000),
    maxRetryAfter: maybe(1_000, 5_000),
    minWakeGap: fc.constantFrom(0, 100, 2_000),
    onAbort: fc.constantFrom(...LEAVINGS),
    onTimeout: fc.constantFrom(...LEAVINGS),
    cancelTimeout: fc.constantFrom(1, 1_000, 8_000),
  });
  return fc.record<World>({
    start: fc.record({ as: fc.constantFrom('answer', 'function', 'token', 'token'), reply }),
    replies: fc.array(reply, { minLength: 1, maxLength: 8 }),
    timeout: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.constant(15_000)),
    abortAt: fc.option(fc.integer({ min: 0, max: 15_000 }), { nil: undefined, freq: 2 }),
    events: fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 6 }),
    // Pauses of next to nothing are thousands of polls.
    random: fc.double({ min: 0, max: 0.9, noNaN: true }),
    options: options as fc.Arbitrary<OperationOptions>,
  });
}

interface Request {
  readonly at: number;
  readonly method: string;
  readonly url: string;
  /** Whether it was sent in order to cancel. */
  readonly isCancel: boolean;
  /** Until when the server wanted not to be asked when it was sent. */
  readonly floor: number;
}

/** A server in virtual time, which gives these replies one after the other, and the last one for ever. */
function serve(clock: ReturnType<typeof createClock>, replies: readonly Reply[]) {
  const requests: Request[] = [];
  const state = { underWay: 0, most: 0, isCancelling: false, floor: 0, lastStatus: 0 };
  const fetch = ((url: string, { method = 'GET', signal }: RequestInit = {}) => {
    // As a real one does: without a request.
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { floor, isCancelling: isCancel } = state;
    requests.push({ at: clock.performance.now(), method, url, isCancel, floor });
    const reply = replies[Math.min(requests.length, replies.length) - 1];
    if (requests.length > 2_000 || !reply) throw new Error('it asks without end');
    state.most = Math.max(state.most, ++state.underWay);
    return new Promise<Response>((resolve, reject) => {
      let timer: ReturnType<typeof clock.setTimeout> | undefined;
      const leave = () => {
        state.underWay--;
        if (timer !== undefined) clock.clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        leave();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort);
      if (reply.does === 'hang') return;
      const answer = () => {
        leave();
        if (reply.does === 'reset') return reject(new TypeError('fetch failed'));
        state.lastStatus = reply.status;
        const seconds = reply.headers['retry-after'] ?? '';
        // An acceptor may make a success of any status.
        const isTold = !reply.body.includes('ResourceNotFound');
        const isMeant = isTold && (reply.status === 429 || reply.status === 503);
        const isHard = isMeant && /^\d+$/.test(seconds);
        if (isHard && !isCancel) state.floor = clock.performance.now() + Number(seconds) * 1_000;
        resolve(toResponse(reply, url));
      };
      if (reply.takes === 0) answer();
      else timer = clock.setTimeout(answer, reply.takes);
    });
  }) as typeof globalThis.fetch;
  return { fetch, requests, state };
}

function toResponse({ does, status, headers, body }: Reply, url: string): Response {
  const isBare = status === 204 || status === 304 || status === 205;
  const stream = () =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(body));
        if (does === 'break off') controller.error(new TypeError('terminated'));
      },
    });
  const content = isBare ? null : does === 'answer' ? body : stream();
  return Object.defineProperty(new Response(content, { status, headers }), 'url', { value: url });
}

/** The same dialect, which tells when it cancels. */
function watched({ dialect }: Api, state: { isCancelling: boolean }): Dialect {
  const { cancel } = dialect;
  if (!cancel) return dialect;
  return {
    ...dialect,
    async cancel(token, io) {
      state.isCancelling = true;
      try {
        return await cancel(token, io);
      } finally {
        state.isCancelling = false;
      }
    },
  };
}

/** Ahead of the clock on the wall, which is real: so it is as old as its wait, whenever that runs. */
const tokenOf = ({ dialect, url }: Api): OperationToken => ({
  v: 1,
  dialect: dialect.name,
  url,
  startedAt: Date.now() + 3_600_000,
});

async function run(api: Api, world: World) {
  const clock = createClock();
  const { fetch, requests, state } = serve(clock, world.replies);
  const wakes = new Set<() => void>();
  const source: WakeSource = (wake) => {
    wakes.add(wake);
    return () => wakes.delete(wake);
  };
  for (const at of world.events) clock.setTimeout(() => Array.from(wakes, (wake) => wake()), at);
  const controller = new AbortController();
  const { abortAt, timeout, options } = world;
  if (abortAt !== undefined) clock.setTimeout(() => controller.abort(new Error('the user left')), abortAt);
  const answer = () => toResponse(world.start.reply, api.url.replace('/operations/1', '/jobs'));
  const send = () =>
    new Promise<Response>((resolve) => clock.setTimeout(() => resolve(answer()), world.start.reply.takes));
  const { as } = world.start;
  let looks = 0;
  const settling = settleOperation(as === 'answer' ? answer() : as === 'function' ? send : tokenOf(api), {
    ...options,
    ...{ clock, fetch, fetchResult: fetch, timeout, signal: controller.signal, random: () => world.random },
    dialect: watched(api, state),
    wakeOn: world.events.length > 0 ? source : [],
    onLook() {
      if (++looks > 3_000) throw new Error('it looks without end');
    },
  });
  let end: { verdict?: Verdict; error?: unknown; at: number; asked: number } | undefined;
  const note = (how: { verdict: Verdict } | { error: unknown }) => {
    end = { ...how, at: clock.performance.now(), asked: requests.length };
  };
  settling.then(
    (verdict) => note({ verdict }),
    (error) => note({ error }),
  );
  await clock.tickAsync(60_000);
  const listeners = getEventListeners(controller.signal, 'abort').length + wakes.size;
  return { end, requests, state, listeners, timers: clock.countTimers() };
}

const OUTCOMES = [
  ...['succeeded', 'failed', 'cancelled', 'gone', 'unavailable', 'rejected', 'unrecognized', 'no-monitor'],
  ...['timeout', 'aborted'],
];

describe.each(APIS.map((api) => [api.dialect.name, api] as const))(
  'laws of an operation in the dialect %s',
  (_, api) => {
    test('whatever is answered, and whenever, it has one outcome, in time, and leaves nothing behind', async () => {
      const property = fc.asyncProperty(worlds(api), async (world) => {
        const { end, requests, state, listeners, timers } = await run(api, world);
        // One outcome, of the closed set.
        expect(end).toBeDefined();
        expect(end?.error).toBeUndefined();
        const { verdict, at = Number.NaN, asked } = end ?? {};
        expect(OUTCOMES).toContain(verdict?.outcome);
        // In time: a faked clock rings what is due at once a millisecond later.
        const budget = Math.min(world.abortAt ?? world.timeout, world.timeout);
        const cancel = verdict && 'error' in verdict ? verdict.error.cancel : undefined;
        const isCancelled = cancel !== undefined || requests.some(({ isCancel }) => isCancel);
        const { cancelTimeout } = world.options;
        expect(at).toBeLessThanOrEqual(budget + (isCancelled ? Number(cancelTimeout) + 1 : 0) + 1);
        const isWanted = world.options.onAbort !== 'detach' || world.options.onTimeout !== 'detach';
        expect(isCancelled && !isWanted).toBe(false);
        // Nothing left behind, and nothing asked afterwards.
        expect([listeners, timers, state.underWay, pendingWaits()]).toEqual([0, 0, 0, []]);
        expect(requests).toHaveLength(asked ?? -1);
        // One request at a time, and none that the server did not want.
        expect(state.most).toBeLessThanOrEqual(1);
        expect(requests.filter(({ at, floor, isCancel }) => !isCancel && at < floor)).toEqual([]);
        // To nobody else.
        const hosts = new Set(requests.map(({ url }) => new URL(url).host));
        expect([...hosts].filter((host) => host !== 'api.example' && host !== 'storage.example')).toEqual([]);
        if (!verdict) return;
        if (verdict.outcome === 'succeeded') {
          const isEnd = (status: number) => (status >= 200 && status <= 299) || status === 404 || status === 410;
          if (requests.length > 0 && api.dialect.name !== 'acceptors') expect(state.lastStatus).toSatisfy(isEnd);
          return;
        }
        const { error, outcome } = verdict;
        // What the server said is known, and nothing else; a success whose result cannot be read is known as well.
        const isSaid = outcome === 'failed' || outcome === 'cancelled';
        if (outcome !== 'unavailable') expect(error.known).toBe(isSaid);
        if (outcome === 'unavailable' && error.known) expect(error.message).toContain('succeeded');
        expect(error.outcome).toBe(outcome);
        expect(error.elapsed).toBeLessThanOrEqual(at);
        expect(JSON.parse(JSON.stringify(error.token))).toMatchObject({ v: 1, dialect: api.dialect.name });
      });
      await fc.assert(property, { numRuns: RUNS });
    });
  },
);

describe('laws of several waits for one operation', () => {
  /** One of the waits: when it begins and when it is aborted, as shares of the life of the one that lives longest. */
  interface Guest {
    readonly begins: number;
    /** None is one that stays. */
    readonly leaves: number | undefined;
  }

  const share = fc.double({ min: 0, max: 0.99, noNaN: true });
  const guest = fc.record<Guest>({ begins: share, leaves: fc.option(share, { nil: undefined }) });

  interface Seen {
    readonly outcomes: readonly string[];
    readonly ends: readonly number[];
    readonly requests: readonly Request[];
    readonly most: number;
    readonly timers: number;
  }

  async function together(api: Api, world: World, guests: readonly Guest[], life: number): Promise<Seen> {
    const clock = createClock();
    const { fetch, requests, state } = serve(clock, world.replies);
    const { interval, maxUnreadable, confirm, settle } = world.options;
    const asked = { interval, maxUnreadable, confirm, settle };
    const options = { ...asked, clock, fetch, fetchResult: fetch, random: () => world.random, dialect: api.dialect };
    const token = tokenOf(api);
    const outcomes: string[] = [];
    const ends: number[] = [];
    // All have the same deadline, before which each would poll for the last time.
    const wait = async (index: number, signal?: AbortSignal) => {
      const timeout = world.timeout - clock.performance.now();
      const { outcome } = await settleOperation({ ...token }, { ...options, timeout, signal });
      outcomes[index] = outcome;
      ends[index] = clock.performance.now();
    };
    void wait(0);
    for (const [index, { begins, leaves }] of guests.entries()) {
      const begin = Math.floor(begins * life);
      const controller = new AbortController();
      clock.setTimeout(() => void wait(index + 1, controller.signal), begin);
      const leave = leaves === undefined ? undefined : begin + Math.floor(leaves * (life - begin));
      if (leave !== undefined) clock.setTimeout(() => controller.abort(new Error('the user left')), leave);
    }
    await clock.tickAsync(60_000);
    return { outcomes, ends, requests, most: state.most, timers: clock.countTimers() };
  }

  const sharing = APIS.filter(({ dialect }) => dialect.name !== 'openstack-migration');
  const scene = fc
    .nat({ max: sharing.length - 1 })
    .chain((at) => worlds(sharing[at] as Api).map((world) => ({ at, world })));
  /** Without polls that are cut, as who joins one gives it more time; and at one address, by which they know each other. */
  const answered = scene.map(({ at, world }) => {
    const replies = world.replies.map((reply): Reply => {
      const { location: _, 'operation-location': __, ...headers } = reply.headers;
      return { ...reply, headers, does: reply.does === 'reset' ? 'reset' : 'answer' };
    });
    return { at, world: { ...world, replies } };
  });

  test('they make the requests that the one makes which lives longest, and no others, whoever comes and leaves', async () => {
    const property = fc.asyncProperty(answered, fc.array(guest, { maxLength: 4 }), async ({ at, world }, guests) => {
      const api = sharing[at] as Api;
      const alone = await together(api, world, [], 0);
      // Who begins later may come in time for the poll that the others have put off, for the last one.
      const life = Math.min(alone.requests.at(-2)?.at ?? 0, world.timeout - 1_001);
      // What is seen in the very last moment is seen by some of them.
      fc.pre(life > 0 && (alone.ends[0] ?? 0) < world.timeout);
      const all = await together(api, world, guests, life);
      expect(all.requests.map(({ at, url }) => [at, url])).toEqual(alone.requests.map(({ at, url }) => [at, url]));
      expect(all.most).toBeLessThanOrEqual(1);
      expect(all.timers).toBe(0);
      // And how one ends says nothing of how the others do.
      expect(all.outcomes[0]).toBe(alone.outcomes[0]);
      for (const [index, { leaves }] of guests.entries()) {
        const isEither = [alone.outcomes[0], ...(leaves === undefined ? [] : ['aborted'])];
        expect(isEither).toContain(all.outcomes[index + 1]);
      }
    });
    await fc.assert(property, { numRuns: RUNS });
  });

  test('of any length, they poll one at a time, and each ends in its own time', async () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 15_000 }), { minLength: 2, maxLength: 4 });
    const property = fc.asyncProperty(scene, lengths, async ({ at, world }, timeouts) => {
      const api = sharing[at] as Api;
      const clock = createClock();
      const { fetch, state, requests } = serve(clock, world.replies);
      const options = { clock, fetch, fetchResult: fetch, random: () => world.random, dialect: api.dialect };
      const ends: number[] = [];
      for (const [index, timeout] of timeouts.entries()) {
        void settleOperation(tokenOf(api), { ...options, timeout }).then(() => {
          ends[index] = clock.performance.now();
        });
      }
      await clock.tickAsync(60_000);
      expect(state.most).toBeLessThanOrEqual(1);
      expect(clock.countTimers()).toBe(0);
      for (const [index, timeout] of timeouts.entries()) expect(ends[index]).toBeLessThanOrEqual(timeout + 1);
      expect(requests.filter(({ at, floor }) => at < floor)).toEqual([]);
      expect(requests.every(({ at }) => at <= Math.max(...timeouts))).toBe(true);
    });
    await fc.assert(property, { numRuns: RUNS });
  });
});

describe('laws of events', () => {
  test('they change when it is known how an operation ended, and not how; and no end before the last poll is missed', async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 0, max: 9_500 }),
      fc.constantFrom('succeeded', 'failed', 'cancelled'),
      fc.array(fc.integer({ min: 0, max: 10_000 }), { maxLength: 12 }),
      fc.constantFrom(0, 100, 3_000, 20_000),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      async (endsAt, ending, events, minWakeGap, random) => {
        const clock = createClock();
        const word = () => (clock.performance.now() < endsAt ? 'Running' : ending);
        const fetch = (async (url: string) =>
          toResponse({ ...ANSWERED, body: JSON.stringify({ status: word() }) }, url)) as typeof globalThis.fetch;
        const wakes = new Set<() => void>();
        const wakeOn: WakeSource = (wake) => {
          wakes.add(wake);
          return () => wakes.delete(wake);
        };
        for (const at of events) clock.setTimeout(() => Array.from(wakes, (wake) => wake()), at);
        const [plainApi] = APIS;
        const options = { clock, fetch, wakeOn, minWakeGap, timeout: '10s', random: () => random } as const;
        const waiting = settleOperation(tokenOf(plainApi as Api), options);
        await clock.tickAsync(20_000);
        expect((await waiting).outcome).toBe(ending);
      },
    );
    // An event in the millisecond before the last poll.
    await fc.assert(property, { numRuns: RUNS, examples: [[7_001, 'succeeded', [9_499], 20_000, 0]] });
  });
});

import {
  type OperationOptions,
  type OperationToken,
  type ResponseLike,
  settleOperation,
  type Verdict,
} from 'unsleep/operation';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createFakeNova, type FakeNova } from '../../examples/fake-nova/fake-nova.ts';
import type { FaultRequest } from '../../examples/fake-nova/faults.ts';
import {
  type OpenstackMigrationOptions,
  openstackMigration,
} from '../../src/operation/dialects/openstack-migration.ts';
import { openstackServer } from '../../src/operation/dialects/openstack-server.ts';
import { type CallOptions, createCaller, LIVE, order } from '../fake-nova/rig.ts';
import { useVirtualTime } from '../virtual-time.ts';
import { value } from './rig.ts';

const ORIGIN = 'https://nova.example';
const MINUTE = 60_000;

let nova: FakeNova;
let call: ReturnType<typeof createCaller>;
let id: string;

useVirtualTime();
beforeEach(async () => {
  vi.setSystemTime(Date.UTC(2026, 0, 1));
  await open();
});
afterEach(() => nova.close());

/** A service in the virtual time of the test, with one server. */
async function open(overrides: Parameters<typeof createFakeNova>[0] = {}): Promise<void> {
  nova?.close();
  nova = createFakeNova(overrides);
  call = createCaller((path, init) => Promise.resolve(nova.app.request(path, init)));
  id = (await call('POST', '/servers', { server: order(nova, { host: 'host1' }) })).body.server.id;
  await vi.runAllTimersAsync();
}

const fetch = ((url: string, init: RequestInit) =>
  Promise.resolve(nova.app.request(url, init))) as typeof globalThis.fetch;

const headersOf = (version = '2.95', token = 'admin-token') => ({
  'X-Auth-Token': token,
  'OpenStack-API-Version': `compute ${version}`,
});

/** Sends a request that starts something; what comes back is like a response that knows where it came from. */
const start = (method: string, path: string, body?: unknown, options?: CallOptions) => async () => {
  const { status, headers, text } = await call(method, path, body, options);
  return { status, headers, body: text, url: `${ORIGIN}/v2.1${path}` };
};

interface Follow extends Omit<OperationOptions, 'dialect'>, Partial<OpenstackMigrationOptions> {
  readonly version?: string;
  readonly token?: string;
  /** What is to go wrong from the request on. */
  readonly faults?: readonly FaultRequest[];
}

/** Notes what was there, asks for a move of the server, and follows it. */
async function dialectOf(kind: OpenstackMigrationOptions['kind'], options: Partial<OpenstackMigrationOptions> = {}) {
  const { status, hostId, 'OS-EXT-SRV-ATTR:host': host } = (await call('GET', `/servers/${id}`)).body.server;
  return openstackMigration({ kind, before: { status, host, hostId }, ...options });
}

async function move(kind: OpenstackMigrationOptions['kind'], action: object, options: Follow = {}) {
  const { before, host, known, version, token, faults = [], ...rest } = options;
  const picked = { ...(before && { before }), ...(host && { host }), ...(known && { known }) };
  const dialect = await dialectOf(kind, picked);
  for (const fault of faults) nova.fault(fault);
  const ask = start('POST', `/servers/${id}/action`, action, version === undefined ? {} : { version });
  const verdict = settleOperation(ask, { dialect, fetch, headers: headersOf(version, token), interval: 50, ...rest });
  return { verdict, ended: () => value(verdict, MINUTE) };
}

async function known(): Promise<number[]> {
  const { migrations } = (await call('GET', `/os-migrations?instance_uuid=${id}`)).body;
  return migrations.map((one: { id: number }) => one.id);
}

/** The verdict in a few words. */
function told(verdict: Verdict): string {
  if (verdict.outcome === 'succeeded') return 'succeeded';
  return `${verdict.outcome}: ${verdict.error.failure?.message ?? verdict.error.message.split('\n')[0]}`;
}

/** What a success leaves: `completed, ACTIVE on host2`. */
function left(verdict: Verdict): string {
  if (verdict.outcome !== 'succeeded') return told(verdict);
  const { server, migration } = verdict.value as Record<string, Record<string, unknown>>;
  return `${migration?.['status']}, ${server?.['status']} on ${server?.['OS-EXT-SRV-ATTR:host']}`;
}

const COLD = { migrate: null };
const RESIZE = { resize: { flavorRef: '2' } };
const EVACUATE = { evacuate: {} };

/** Has Nova know that the host of the server is down. */
async function hostDies(): Promise<void> {
  const { services } = (await call('GET', '/os-services?host=host1&binary=nova-compute')).body;
  await call('PUT', `/os-services/${services[0].id}`, { forced_down: true });
}

describe('a move that goes well', () => {
  test('of a live server', async () => {
    const { ended } = await move('live-migration', LIVE);
    expect(left(await ended())).toBe('completed, ACTIVE on host2');
  });

  test('reads the records first, the server after them, and what its request has begun', async () => {
    const before = nova.requests.length + 1;
    const { ended } = await move('live-migration', LIVE);
    await ended();
    const [post, ...reads] = nova.requests.slice(before).map(({ method, path, query }) => `${method} ${path}${query}`);
    const request = nova.requests[before]?.requestId;
    expect(post).toBe(`POST /v2.1/servers/${id}/action`);
    expect(reads.slice(0, 3)).toEqual([
      `GET /v2.1/os-migrations?instance_uuid=${id}`,
      `GET /v2.1/servers/${id}`,
      `GET /v2.1/servers/${id}/os-instance-actions/${request}`,
    ]);
  });

  test.each([
    ['migration', COLD],
    ['resize', RESIZE],
  ] as const)('of a server that is off meanwhile: %s', async (kind, action) => {
    const { ended } = await move(kind, action);
    expect(left(await ended())).toBe('finished, VERIFY_RESIZE on host2');
  });

  test('that confirms itself between two looks', async () => {
    await open({ faults: [{ id: 'F08', params: { ms: 1 } }] });
    const { ended } = await move('migration', COLD, { interval: 1_000 });
    expect(left(await ended())).toBe('confirmed, ACTIVE on host2');
  });

  test('after another host has refused', async () => {
    nova.fault({ id: 'F28' });
    const { ended } = await move('migration', COLD);
    expect(left(await ended())).toBe('finished, VERIFY_RESIZE on host2');
  });

  test.each([
    ['2.95', 'SHUTOFF'],
    ['2.94', 'ACTIVE'],
  ])('off a dead host with %s', async (version, status) => {
    await hostDies();
    const { ended } = await move('evacuation', EVACUATE, { version });
    expect(left(await ended())).toBe(`done, ${status} on host2`);
  });

  test('off a dead host, out of ERROR', async () => {
    await call('POST', `/servers/${id}/action`, { 'os-resetState': { state: 'error' } });
    await hostDies();
    const { ended } = await move('evacuation', EVACUATE);
    expect(left(await ended())).toBe('done, ACTIVE on host2');
  });
});

describe('a window that looks like the end is none, not even without settling', () => {
  test.each([
    ['live-migration', 'live.accepted', LIVE, 'completed, ACTIVE on host2'],
    ['live-migration', 'live.completed', LIVE, 'completed, ACTIVE on host2'],
    ['migration', 'cold.verifyResize', COLD, 'finished, VERIFY_RESIZE on host2'],
    ['resize', 'cold.finished', RESIZE, 'finished, VERIFY_RESIZE on host2'],
    ['evacuation', 'evac.hostMoved', EVACUATE, 'done, SHUTOFF on host2'],
    ['evacuation', 'evac.done', EVACUATE, 'done, SHUTOFF on host2'],
  ] as const)('that of a %s before %s', async (kind, step, action, end) => {
    if (kind === 'evacuation') await hostDies();
    const gate = nova.gate(step);
    const { verdict, ended } = await move(kind, action, { settle: 0 });
    let isOver = false;
    void verdict.then(() => {
      isOver = true;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect([gate.waiting(), isOver]).toEqual([[id], false]);
    gate.release();
    expect(left(await ended())).toBe(end);
  });

  test('that of a replica that still shows the server as it was', async () => {
    await vi.advanceTimersByTimeAsync(5_000);
    const faults = [{ id: 'F14', params: { lagMs: 1_000, resource: 'server' } }] as const;
    const { ended } = await move('live-migration', LIVE, { faults, settle: 0 });
    expect(left(await ended())).toBe('completed, ACTIVE on host2');
  });
});

describe('a move that goes wrong', () => {
  const reason = 'All of them are on fire.';
  test.each([
    ['live-migration', 'L1', LIVE, `failed: migration 1 error: ${reason}`],
    ['live-migration', 'L2', LIVE, `failed: migration 1 error: ${reason}`],
    ['live-migration', 'L3', LIVE, `failed: migration 1 error: ${reason}`],
    ['live-migration', 'L7', LIVE, `failed: migration 1 error: ${reason}`],
    ['migration', 'C1', COLD, `failed: migration 1 error: ${reason}`],
    ['migration', 'C3', COLD, `failed: migration 1 error: ${reason}`],
    ['migration', 'C4', COLD, `failed: migration 1 error: ${reason}`],
    ['migration', 'C5', COLD, `failed: migration 1 error: ${reason}`],
    ['migration', 'C6', COLD, `failed: migration 1 error: ${reason}`],
    ['resize', 'C1', RESIZE, `failed: migration 1 error: ${reason}`],
    ['resize', 'C6', RESIZE, `failed: migration 1 error: ${reason}`],
    ['evacuation', 'E2', EVACUATE, `failed: migration 1 failed: ${reason}`],
    ['evacuation', 'E3', EVACUATE, `failed: migration 1 failed: ${reason}`],
  ] as const)('fails with its cause: %s as %s', async (kind, variant, action, end) => {
    if (kind === 'evacuation') await hostDies();
    nova.fault({ id: 'F01', params: { variant, reason } });
    const { ended } = await move(kind, action);
    expect(told(await ended())).toBe(end);
  });

  test.each([
    ['live-migration', LIVE],
    ['migration', COLD],
    ['resize', RESIZE],
    ['evacuation', EVACUATE],
  ] as const)('fails for want of a host, long before the deadline: %s', async (kind, action) => {
    if (kind === 'evacuation') await hostDies();
    nova.fault({ id: 'F02' });
    const { ended } = await move(kind, action);
    const verdict = await ended();
    expect(told(verdict)).toContain('No valid host was found.');
    expect(verdict).toMatchObject({ outcome: 'failed', error: { known: true } });
    expect(verdict.outcome === 'failed' && verdict.error.elapsed).toBeLessThan(2_000);
  });

  test('fails without a fault and without an event when the transfer is rolled back', async () => {
    nova.fault({ id: 'F03', params: { ms: 500 } });
    const { ended } = await move('live-migration', LIVE);
    expect(told(await ended())).toBe('failed: migration 1 failed');
  });

  test('tells the last word of a record that has two', async () => {
    nova.fault({ id: 'F04', params: { ms: 100, reason } });
    const { ended } = await move('live-migration', LIVE);
    expect(told(await ended())).toBe(`failed: migration 1 failed: ${reason}`);
  });

  test('fails with its record reverted by somebody', async () => {
    const { ended } = await move('migration', COLD, { settle: '5s' });
    await vi.advanceTimersByTimeAsync(2_000);
    await call('POST', `/servers/${id}/action`, { revertResize: null });
    expect(told(await ended())).toBe('failed: migration 1 reverted');
  });
});

describe('an end that becomes another one', () => {
  test('completed and then error is a failure once it has settled, and a false success without that', async () => {
    nova.fault({ id: 'F13', params: { ms: 100 } });
    const { ended } = await move('live-migration', LIVE);
    expect(await ended()).toMatchObject({ outcome: 'failed', error: { failure: { code: expect.any(String) } } });

    await open({ faults: [{ id: 'F13', params: { ms: 100 } }] });
    const hasty = await move('live-migration', LIVE, { settle: 0 });
    expect(left(await hasty.ended())).toBe('completed, ACTIVE on host2');
    expect((await call('GET', `/servers/${id}`)).body.server.status).toBe('ERROR');
  });

  test('ERROR tells its fault once it has settled, and not without that', async () => {
    const faults = [
      { id: 'F01', params: { variant: 'L3', reason: 'the conductor tripped' } },
      { id: 'F09', params: { ms: 150 } },
    ] as const;
    await open({ faults });
    const { ended } = await move('live-migration', LIVE);
    expect(told(await ended())).toContain(': the conductor tripped');

    await open({ faults });
    const hasty = await move('live-migration', LIVE, { settle: 0 });
    expect(told(await hasty.ended())).toBe('failed: the server is in ERROR');
  });
});

describe('an old record of the same server', () => {
  const STALE = { id: 'F27', params: { status: 'completed' } } as const;

  test.each(['with the ids of before', 'without them'])('is not that of a move that fails, %s', async (title) => {
    await open({ faults: [STALE] });
    nova.fault({ id: 'F02' });
    const options = title === 'without them' ? {} : { known: await known() };
    const gate = nova.gate('live.accepted');
    const { verdict, ended } = await move('live-migration', LIVE, { ...options, settle: 0 });
    let isOver = false;
    void verdict.then(() => {
      isOver = true;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(isOver, 'there is but the old one').toBe(false);
    gate.release();
    expect(told(await ended())).toContain('failed: migration 2 error: No valid host');
  });

  test('of a failure a moment ago is not that of a move that goes well, with the ids of before', async () => {
    nova.fault({ id: 'F02', times: 1 });
    await (await move('live-migration', LIVE)).ended();
    const { ended } = await move('live-migration', LIVE, { known: await known(), settle: 0 });
    expect(left(await ended())).toBe('completed, ACTIVE on host2');
  });

  test('of a failure seconds ago is not that of a move that goes well, without them either', async () => {
    nova.fault({ id: 'F02', times: 1 });
    await (await move('live-migration', LIVE)).ended();
    await vi.advanceTimersByTimeAsync(2_000);
    const { ended } = await move('live-migration', LIVE, { settle: 0 });
    expect(left(await ended())).toBe('completed, ACTIVE on host2');
  });
});

describe('aborting a live migration', () => {
  test('that is running cancels it, and the verdict says so', async () => {
    nova.fault({ id: 'F05' });
    const abort = new AbortController();
    const { verdict, ended } = await move('live-migration', LIVE, {
      ...{ signal: abort.signal, onAbort: 'cancel-and-wait' },
    });
    await vi.advanceTimersByTimeAsync(1_000);
    abort.abort();
    expect(told(await ended())).toBe('cancelled: migration 1 cancelled');
    expect(await verdict).toMatchObject({ error: { known: true, cancel: 'requested' } });
    expect((await call('GET', `/servers/${id}`)).body.server).toMatchObject({
      ...{ status: 'ACTIVE', 'OS-EXT-SRV-ATTR:host': 'host1' },
    });
  });

  test('of which no record was seen yet finds that by itself', async () => {
    nova.fault({ id: 'F05' });
    const abort = new AbortController();
    const options = { signal: abort.signal, onAbort: 'cancel', interval: 30_000 } as const;
    const { ended } = await move('live-migration', LIVE, options);
    await vi.advanceTimersByTimeAsync(1_000);
    abort.abort();
    expect(await ended()).toMatchObject({ outcome: 'aborted', error: { cancel: 'requested', known: false } });
    await vi.runAllTimersAsync();
    expect((await call('GET', `/os-migrations?instance_uuid=${id}`)).body.migrations[0].status).toBe('cancelled');
  });

  test('by somebody else is told as that', async () => {
    nova.fault({ id: 'F05' });
    const { ended } = await move('live-migration', LIVE);
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await call('DELETE', `/servers/${id}/migrations/1`)).status).toBe(202);
    expect(told(await ended())).toBe('cancelled: migration 1 cancelled');
  });

  test('that comes too late is refused, and the token tells that the migration has succeeded', async () => {
    const gate = nova.gate('live.completed');
    const abort = new AbortController();
    const options = { signal: abort.signal, onAbort: 'cancel-and-wait' } as const;
    const { ended } = await move('live-migration', LIVE, options);
    await vi.advanceTimersByTimeAsync(1_000);
    abort.abort();
    const verdict = await ended();
    expect(verdict).toMatchObject({ outcome: 'aborted', error: { cancel: 'refused', known: false } });
    gate.release();
    const token = (verdict.outcome === 'aborted' && verdict.error.token) as OperationToken;
    const dialect = await dialectOf('live-migration', { before: { status: 'ACTIVE', host: 'host1' } });
    const later = settleOperation(token, { dialect, fetch, headers: headersOf(), interval: 50 });
    expect(left(await value(later, MINUTE))).toBe('completed, ACTIVE on host2');
  });
});

describe('server and record that disagree for ever', () => {
  test.each([
    ['a', false, /^cancelled: migration 1 cancelled; but the server is still MIGRATING\/migrating on host1$/],
    ['b', false, /^timeout: /],
    ['b', true, /^timeout: /],
    ['c', false, /^timeout: /],
  ])('F06 %s (cleared: %s) is neither a success nor without a word', async (variant, cleared, end) => {
    nova.fault({ id: 'F06', params: { variant, cleared } });
    const { ended } = await move('live-migration', LIVE, { timeout: '10s', interval: 200 });
    expect(told(await ended())).toMatch(end);
  });

  test.each([
    ['b', false, 'migration 1 completed, server MIGRATING/migrating on host1'],
    ['b', true, 'migration 1 completed, server ACTIVE on host1'],
    ['c', false, 'migration 1 preparing, server ACTIVE on host1'],
  ])('F06 %s (cleared: %s) is named when the time runs out', async (variant, cleared, words) => {
    nova.fault({ id: 'F06', params: { variant, cleared } });
    const { ended } = await move('live-migration', LIVE, { timeout: '10s', interval: 200 });
    const verdict = await ended();
    expect(verdict.outcome === 'timeout' && verdict.error.message).toContain(`disagree: ${words}`);
  });
});

describe('trouble on the way', () => {
  const RECORDS = 'GET /os-migrations';
  const SERVER = 'GET /servers/{id}';
  const ACTION = 'GET /servers/{id}/os-instance-actions/{rid}';
  test.each([
    ['503 in HTML', { id: 'F17', params: { body: 'html' } }],
    ['429', { id: 'F18', params: { status: 429, retryAfter: 1 } }],
    ['413 with a date', { id: 'F18', params: { status: 413, retryAfter: 1, format: 'date' } }],
    ['408', { id: 'F19', params: { kind: '408' } }],
    ['504', { id: 'F19', params: { kind: '504' } }],
    ['broken JSON', { id: 'F19', params: { kind: 'truncated' } }],
  ] as const)('%s is survived', async (_, fault) => {
    const faults = [RECORDS, SERVER, ACTION].map((route) => ({ ...fault, match: { route }, times: 1 }));
    const { ended } = await move('live-migration', LIVE, { faults });
    expect(left(await ended())).toBe('completed, ACTIVE on host2');
  });

  test.each([
    [429, 'seconds'],
    [413, 'date'],
  ] as const)('a %s with its time in %s is not asked again before that', async (status, format) => {
    const gate = nova.gate('live.completed');
    const { ended } = await move('live-migration', LIVE);
    await vi.advanceTimersByTimeAsync(1_000);
    nova.fault({ id: 'F18', match: { route: SERVER }, times: 1, params: { status, retryAfter: 2, format } });
    await vi.advanceTimersByTimeAsync(100);
    gate.release();
    expect(left(await ended())).toBe('completed, ACTIVE on host2');
    const refused = nova.requests.findIndex((one) => one.status === status);
    const next = nova.requests.slice(refused + 1).find(({ path }) => path.endsWith('/os-migrations'));
    expect((next?.at ?? 0) - (nova.requests[refused]?.at ?? 0)).toBeGreaterThanOrEqual(2_000);
  });

  test('who may not list records is told so at once', async () => {
    const { ended } = await move('live-migration', LIVE, { token: 'member-token' });
    expect(await ended()).toMatchObject({ outcome: 'rejected', error: { known: false, polls: 1 } });
  });

  test('who may not know hosts learns the end by their ids', async () => {
    const { ended } = await move('live-migration', LIVE, { token: 'manager-token' });
    expect(await ended()).toMatchObject({ outcome: 'succeeded', value: { migration: { status: 'completed' } } });
  });

  test('a microversion without kinds of records is named', async () => {
    const { ended } = await move('live-migration', LIVE, { headers: headersOf('2.22'), maxUnreadable: 0 });
    const verdict = await ended();
    expect(verdict.outcome === 'unavailable' && verdict.error.message).toContain('microversion 2.23 or later');
  });

  test('a server that is deleted meanwhile is gone', async () => {
    nova.fault({ id: 'F05' });
    const { ended } = await move('live-migration', LIVE);
    await vi.advanceTimersByTimeAsync(1_000);
    nova.fault({ id: 'F20', match: { route: SERVER }, times: 1 });
    expect((await ended()).outcome).toBe('gone');
  });

  test('a status that nobody knows is waited out', async () => {
    nova.fault({ id: 'F32', params: { status: 'teleporting' } });
    const { ended } = await move('live-migration', LIVE);
    expect(left(await ended())).toBe('completed, ACTIVE on host2');
  });

  test('another process goes on where the token was stored', async () => {
    const gate = nova.gate('live.completed');
    const { ended } = await move('live-migration', LIVE, { timeout: '5s', interval: 200 });
    const verdict = await ended();
    const token = JSON.parse(JSON.stringify(verdict.outcome === 'timeout' && verdict.error.token));
    gate.release();
    const dialect = openstackMigration({ kind: 'live-migration', before: { status: 'ACTIVE', host: 'host1' } });
    const later = settleOperation(token, { dialect, fetch, headers: headersOf(), interval: 50 });
    expect(left(await value(later, MINUTE))).toBe('completed, ACTIVE on host2');
  });
});

describe('a server', () => {
  const follow = (ask: () => Promise<ResponseLike>, target: string | string[], more: OperationOptions = {}) =>
    value(
      settleOperation(ask, {
        dialect: openstackServer({ target }),
        fetch,
        headers: headersOf(),
        interval: 50,
        ...more,
      }),
      MINUTE,
    );

  test('boots', async () => {
    const verdict = await follow(start('POST', '/servers', { server: order(nova) }), 'ACTIVE');
    expect(verdict).toMatchObject({ outcome: 'succeeded', value: { status: 'ACTIVE', name: 'subject' } });
  });

  test('that finds no host fails with its fault, which comes late', async () => {
    nova.fault({ id: 'F02', params: { reason: 'All of them are on fire.' } });
    nova.fault({ id: 'F09', params: { ms: 150 } });
    const verdict = await follow(start('POST', '/servers', { server: order(nova) }), 'ACTIVE');
    expect(told(verdict)).toBe('failed: All of them are on fire.');
  });

  test('is off once its task is over', async () => {
    const verdict = await follow(start('POST', `/servers/${id}/action`, { 'os-stop': null }), ['shutoff']);
    expect(verdict).toMatchObject({ outcome: 'succeeded', value: { status: 'SHUTOFF' } });
  });

  test('is deleted once it is not there any more', async () => {
    const gate = nova.gate('delete.gone');
    const deleting = follow(start('DELETE', `/servers/${id}`), 'DELETED', { settle: 0 });
    await gate.reached.then(() => gate.release());
    expect(await deleting).toEqual({ outcome: 'succeeded', value: undefined });
    expect((await call('GET', `/servers/${id}`)).status).toBe(404);
  });

  test('that comes into ERROR instead of being deleted fails', async () => {
    const body = { 'os-resetState': { state: 'error' } };
    const verdict = await follow(start('POST', `/servers/${id}/action`, body), 'DELETED');
    expect(told(verdict)).toBe('failed: the server is in ERROR, and no fault is recorded');
  });

  test('a request that is refused starts nothing', async () => {
    const verdict = await follow(start('POST', `/servers/${id}/action`, { confirmResize: null }), 'ACTIVE');
    expect(verdict).toMatchObject({ outcome: 'rejected' });
  });
});

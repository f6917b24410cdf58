import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FaultRequest } from '../../examples/fake-nova/faults.ts';
import { createRig, LIVE, type Rig } from './rig.ts';

let rig: Rig;
let id: string;
beforeEach(async () => {
  rig = createRig();
  id = await rig.boot();
});
afterEach(() => {
  rig.nova.close();
  expect(rig.virtual.countTimers(), 'timers left behind').toBe(0);
});

const NO_HOST = 'No valid host was found. There are not enough hosts available.';

async function liveUnder(...faults: FaultRequest[]) {
  for (const fault of faults) rig.nova.fault(fault);
  const answer = await rig.act(id, LIVE);
  await rig.settle();
  return { answer, server: await rig.server(id), statuses: rig.statuses(id), requestId: requestIdOf(answer.headers) };
}

async function coldUnder(...faults: FaultRequest[]) {
  for (const fault of faults) rig.nova.fault(fault);
  const { headers } = await rig.act(id, { migrate: null });
  await rig.settle();
  return { server: await rig.server(id), statuses: rig.statuses(id), requestId: requestIdOf(headers) };
}

const requestIdOf = (headers: Headers) => headers.get('x-compute-request-id') ?? '';
const actionOf = async (request: string) =>
  (await rig.call('GET', `/servers/${id}/os-instance-actions/${request}`)).body.instanceAction;

function eventTypes(): string[] {
  const types: string[] = [];
  rig.nova.bus.on('notification', ({ envelope }) => types.push(envelope.event_type));
  return types;
}

describe('faults of a live migration', () => {
  test.each(['F01', 'acceptThenFail', 'F02'] as const)('%s answers 202 and fails, the server unmoved', async (name) => {
    const { answer, server, statuses, requestId } = await liveUnder({ id: name });
    expect(answer.status).toBe(202);
    expect(server).toMatchObject({ status: 'ACTIVE', 'OS-EXT-SRV-ATTR:host': 'host1' });
    expect(server.fault).toBeUndefined();
    expect(statuses).toEqual(['M accepted', 'M error']);
    const { message, events } = await actionOf(requestId);
    expect([message, events[0].result, events[0].details]).toEqual(['Error', 'Error', NO_HOST]);
  });

  test('F01 L2 says failed first and then error', async () => {
    const { statuses } = await liveUnder({ id: 'F01', params: { variant: 'L2' } });
    expect(statuses).toEqual(['M accepted', 'M failed', 'M error']);
  });

  test.each([
    ['L3', 'host1'],
    ['L7', 'host2'],
  ])('F01 %s ends in ERROR on %s', async (variant, host) => {
    const { server, statuses } = await liveUnder({ id: 'F01', params: { variant, reason: 'boom' } });
    expect(server).toMatchObject({ status: 'ERROR', 'OS-EXT-SRV-ATTR:host': host, fault: { message: 'boom' } });
    expect(statuses.at(-1)).toBe('M error');
  });

  test('F03 rolls back after a while of running, with no fault and no Error event', async () => {
    const { server, statuses, requestId } = await liveUnder({ id: 'F03', params: { ms: 500 } });
    expect(server).toMatchObject({ status: 'ACTIVE', 'OS-EXT-SRV-ATTR:host': 'host1' });
    expect(statuses.slice(-2)).toEqual(['M running', 'M failed']);
    const { message, events } = await actionOf(requestId);
    expect([message, events.map((event: Record<string, string>) => event['result'])]).not.toContain('Error');
  });

  test('F04 says error, and failed once it has rolled back', async () => {
    const { statuses } = await liveUnder({ id: 'F04', params: { ms: 100 } });
    expect(statuses.slice(-2)).toEqual(['M error', 'M failed']);
    const [error, failed] = rig.nova.journal.filter(({ text }) => text === 'M error' || text === 'M failed');
    expect((failed?.at ?? 0) - (error?.at ?? 0)).toBeGreaterThanOrEqual(100);
  });

  test('F05 never leaves running until it is forced', async () => {
    const { statuses } = await liveUnder({ id: 'F05' });
    expect(statuses.at(-1)).toBe('M running');
    const forced = await rig.call('POST', `/servers/${id}/migrations/1/action`, { force_complete: null });
    await rig.settle();
    expect(forced.status).toBe(202);
    expect(rig.statuses(id).at(-1)).toBe('M completed');
  });

  test('F05 with a sawtooth reports progress that falls back, and can be aborted', async () => {
    rig.nova.fault({ id: 'F05', params: { sawtooth: true, intervalMs: 1000 } });
    await rig.act(id, LIVE);
    await rig.virtual.tickAsync(5000);
    const reports = rig.nova.journal.map(({ text }) => text).filter((text) => text.startsWith('S progress='));
    expect(reports.slice(0, 4)).toEqual(['S progress=30', 'S progress=60', 'S progress=90', 'S progress=20']);
    await rig.call('DELETE', `/servers/${id}/migrations/1`);
    await rig.settle();
    expect(rig.statuses(id).at(-1)).toBe('M cancelled');
  });

  test.each([
    ['a', 'MIGRATING', 'M cancelled'],
    ['b', 'MIGRATING', 'M completed'],
    ['c', 'ACTIVE', 'M preparing'],
  ])('F06 %s leaves server and record at odds for ever: %s, %s', async (variant, status, last) => {
    const { server, statuses } = await liveUnder({ id: 'F06', params: { variant } });
    expect(server).toMatchObject({ status, 'OS-EXT-SRV-ATTR:host': 'host1' });
    expect(statuses.at(-1)).toBe(last);
    expect(rig.nova.flows).toEqual([]);
  });

  test('F06 b may clear the task as well, so that only the host tells', async () => {
    const { server, statuses } = await liveUnder({ id: 'F06', params: { variant: 'b', cleared: true } });
    expect(server).toMatchObject({ status: 'ACTIVE', 'OS-EXT-SRV-ATTR:host': 'host1' });
    expect(statuses.at(-1)).toBe('M completed');
  });

  test('F10 keeps the record running while the server is active on the target', async () => {
    rig.nova.fault({ id: 'F10', params: { ms: 10_000 } });
    await rig.act(id, LIVE);
    await rig.virtual.tickAsync(9_000);
    expect(await rig.server(id)).toMatchObject({ status: 'ACTIVE', 'OS-EXT-SRV-ATTR:host': 'host2' });
    expect((await rig.migration(id)).status).toBe('running');
  });

  test('F13 turns completed into error', async () => {
    const { server, statuses } = await liveUnder({ id: 'F13' });
    expect(statuses.slice(-2)).toEqual(['M completed', 'M error']);
    expect(server).toMatchObject({ status: 'ERROR', 'OS-EXT-SRV-ATTR:host': 'host2' });
  });

  test('F32 passes through a status that clients do not know', async () => {
    const { statuses } = await liveUnder({ id: 'F32', params: { status: 'teleporting' } });
    expect(statuses.slice(-3)).toEqual(['M running', 'M teleporting', 'M completed']);
  });

  test('a target that is the source fails like any other without a host', async () => {
    await rig.act(id, { 'os-migrateLive': { host: 'host1', block_migration: 'auto' } });
    await rig.settle();
    expect(rig.statuses(id)).toEqual(['M accepted', 'M error']);
  });
});

describe('faults of a cold migration', () => {
  test('F01 falls back to ACTIVE with a hidden fault and an Error in the action', async () => {
    const { server, statuses, requestId } = await coldUnder({ id: 'F02' });
    expect([server.status, server.fault]).toEqual(['ACTIVE', undefined]);
    expect(statuses).toEqual(['M pre-migrating', 'M error']);
    expect((await actionOf(requestId)).message).toBe('Error');
  });

  test.each([
    ['C3', 'ERROR', 'host1'],
    ['C4', 'ACTIVE', 'host1'],
    ['C5', 'ERROR', 'host1'],
    ['C6', 'ERROR', 'host2'],
  ])('F01 %s ends as %s on %s', async (variant, status, host) => {
    const { server, statuses } = await coldUnder({ id: 'F01', params: { variant } });
    expect(server).toMatchObject({ status, 'OS-EXT-SRV-ATTR:host': host, 'OS-EXT-STS:task_state': null });
    expect(statuses.at(-1)).toBe('M error');
  });

  test.each([{ confirmResize: null }, { revertResize: null }])('F01 C7 lets %j end in ERROR', async (action) => {
    await coldUnder();
    rig.nova.fault({ id: 'F01', params: { variant: 'C7' } });
    await rig.act(id, action);
    await rig.settle();
    expect((await rig.server(id)).status).toBe('ERROR');
    expect(rig.statuses(id).at(-1)).toBe('M error');
  });

  test('F07 keeps the automatic confirmation away', async () => {
    rig.nova.close();
    rig = createRig({ resizeConfirmWindow: 1000, faults: [{ id: 'F07' }] });
    id = await rig.resized();
    expect((await rig.server(id)).status).toBe('VERIFY_RESIZE');
  });

  test('F08 confirms by itself after its window', async () => {
    const { server, statuses } = await coldUnder({ id: 'F08', params: { ms: 1000 } });
    expect(server).toMatchObject({ status: 'ACTIVE', 'OS-EXT-SRV-ATTR:host': 'host2' });
    expect(statuses.slice(-3)).toEqual(['M finished', 'M confirming', 'M confirmed']);
  });

  test('F08 confirms once, whenever else a confirmation is asked for', async () => {
    const answers = new Set<number>();
    for (let late = 0; late <= 120; late += 2) {
      rig.nova.close();
      rig = createRig({ faults: [{ id: 'F08', params: { ms: 30 } }] });
      id = await rig.boot();
      const gate = rig.nova.gate('cold.finish.end');
      await rig.act(id, { migrate: null });
      await rig.settle();
      gate.release();
      await rig.virtual.tickAsync(late);
      answers.add((await rig.act(id, { confirmResize: null })).status);
      await rig.settle();
      expect(rig.statuses(id).slice(-3), `after ${late} ms`).toEqual(['M finished', 'M confirming', 'M confirmed']);
    }
    // In time, while the other is under way, and once that is over.
    expect([...answers].sort()).toEqual([204, 400, 409]);
  });

  test('F09 shows ERROR before the fault', async () => {
    rig.nova.fault({ id: 'F01', params: { variant: 'C3', reason: 'boom' } });
    rig.nova.fault({ id: 'F09', params: { ms: 5000 } });
    await rig.act(id, { migrate: null });
    await rig.virtual.tickAsync(4000);
    expect(await rig.server(id)).not.toHaveProperty('fault');
    await rig.settle();
    expect((await rig.server(id)).fault.message).toBe('boom');
  });

  test('F11 finishes the record long before the server row', async () => {
    rig.nova.fault({ id: 'F11', params: { ms: 5000 } });
    await rig.act(id, { migrate: null });
    await rig.virtual.tickAsync(4000);
    expect([(await rig.migration(id)).status, (await rig.server(id)).status]).toEqual(['finished', 'RESIZE']);
    const early = await rig.act(id, { confirmResize: null });
    expect(early.body.conflictingRequest.message).toBe(
      `Cannot 'confirmResize' instance ${id} while it is in vm_state active`,
    );
  });

  test('F28 tells an error, and succeeds with the same record', async () => {
    const types = eventTypes();
    const { server, statuses } = await coldUnder({ id: 'F28' });
    expect(types).toContain('instance.resize.error');
    expect(server.status).toBe('VERIFY_RESIZE');
    expect(statuses.filter((text) => text === 'M pre-migrating')).toHaveLength(1);
  });

  test('F33 lets the ghost of a deleted server stay', async () => {
    await coldUnder({ id: 'F33', params: { ms: 5000 } });
    const deleting = rig.call('DELETE', `/servers/${id}`);
    await rig.virtual.tickAsync(4000);
    expect(await rig.server(id)).toMatchObject({ status: 'ACTIVE', 'OS-EXT-STS:task_state': null });
    await rig.settle();
    expect((await deleting).status).toBe(204);
    expect((await rig.call('GET', `/servers/${id}`)).status).toBe(404);
  });

  test.each([{ migrate: null }, { confirmResize: null }])('F34 refuses %j while the source is down', async (action) => {
    if ('confirmResize' in action) await coldUnder();
    rig.nova.fault({ id: 'F34', times: 1 });
    const refused = await rig.act(id, action);
    expect(refused.body).toEqual({
      conflictingRequest: { code: 409, message: 'Service is unavailable at this time.' },
    });
  });
});

describe('faults of an evacuation', () => {
  async function evacuateUnder(...faults: FaultRequest[]) {
    rig.nova.host('host1').down();
    rig.virtual.tick(60_001);
    for (const fault of faults) rig.nova.fault(fault);
    const answer = await rig.act(id, { evacuate: {} });
    await rig.settle();
    return { answer, server: await rig.server(id), statuses: rig.statuses(id) };
  }

  test('F02 ends in ERROR', async () => {
    const { server, statuses } = await evacuateUnder({ id: 'F02' });
    expect([server.status, server.fault.message]).toEqual(['ERROR', NO_HOST]);
    expect(statuses).toEqual(['M accepted', 'M error']);
  });

  test.each([
    ['E2', 'ACTIVE'],
    ['E3', 'ERROR'],
  ])('F01 %s ends as %s, the record failed', async (variant, status) => {
    const { server, statuses } = await evacuateUnder({ id: 'F01', params: { variant } });
    expect([server.status, statuses.at(-1)]).toEqual([status, 'M failed']);
  });

  test('F12 shows the server off on its old host for a while', async () => {
    rig.nova.host('host1').down();
    rig.virtual.tick(60_001);
    rig.nova.fault({ id: 'F12', params: { ms: 5000 } });
    await rig.act(id, { evacuate: {} });
    await rig.virtual.tickAsync(4000);
    expect(await rig.server(id)).toMatchObject({ status: 'SHUTOFF', 'OS-EXT-SRV-ATTR:host': 'host1' });
  });

  test('F29 refuses while the source seems to be up', async () => {
    const { answer } = await evacuateUnder({ id: 'F29', times: 1 });
    expect(answer.body.badRequest.message).toBe('Compute service of host1 is still in use.');
    expect((await rig.act(id, { evacuate: {} })).status).toBe(200);
  });
});

describe('F02 at boot', () => {
  test('leaves an ERROR with a fault', async () => {
    rig.nova.fault({ id: 'F02', match: { operation: 'create' } });
    const failed = await rig.boot();
    expect(await rig.server(failed)).toMatchObject({ status: 'ERROR', fault: { code: 500, message: NO_HOST } });
  });
});

describe('faults of reading', () => {
  test('F14 answers as of an earlier instant', async () => {
    rig.nova.fault({ id: 'F14', params: { at: rig.virtual.now, resource: 'server' }, times: 1 });
    rig.virtual.tick(5);
    await rig.act(id, LIVE);
    expect(await rig.server(id)).toMatchObject({ status: 'ACTIVE', 'OS-EXT-STS:task_state': null });
    expect((await rig.server(id)).status).toBe('MIGRATING');
  });

  test('F14 goes back and forth when every second request lands on the replica', async () => {
    rig.virtual.tick(1000);
    rig.nova.fault({ id: 'F14', params: { lagMs: 500, every: 2 } });
    await rig.act(id, LIVE);
    const seen = [await rig.server(id), await rig.server(id), await rig.server(id)];
    expect(seen.map(({ status }) => status)).toEqual(['MIGRATING', 'ACTIVE', 'MIGRATING']);
  });

  test('F20 deletes the server under the eyes of the reader', async () => {
    rig.nova.fault({ id: 'F20', times: 1 });
    expect((await rig.call('GET', `/servers/${id}`)).status).toBe(200);
    await rig.settle();
    expect((await rig.call('GET', `/servers/${id}`)).status).toBe(404);
  });

  test('F20 deletes the server at a step of a flow', async () => {
    rig.nova.fault({ id: 'F20', match: { step: 'live.running' } });
    await rig.act(id, LIVE);
    await rig.settle();
    expect((await rig.call('GET', `/servers/${id}`)).status).toBe(404);
    expect(rig.statuses(id).slice(-2)).toEqual(['M running', 'M error']);
  });

  test('F20 once answers a single 404', async () => {
    rig.nova.fault({ id: 'F20', params: { mode: 'once' }, times: 1 });
    expect((await rig.call('GET', `/servers/${id}`)).status).toBe(404);
    expect((await rig.call('GET', `/servers/${id}`)).status).toBe(200);
  });

  test('F27 leaves an older record, of servers that are there and of those to come', async () => {
    rig.nova.fault({ id: 'F27' });
    const later = await rig.boot();
    for (const one of [id, later]) expect((await rig.migration(one)).status).toBe('completed');
    await rig.act(id, LIVE);
    await rig.settle();
    expect((await rig.call('GET', `/os-migrations?instance_uuid=${id}`)).body.migrations).toHaveLength(2);
  });

  test('F30 pushes the record to page 2, and adds others while somebody pages', async () => {
    await liveUnder({ id: 'F30', params: { before: 2, during: 1 } });
    const first = await rig.call('GET', '/os-migrations?limit=2');
    expect(first.body.migrations.map((one: Record<string, string>) => one['instance_uuid'])).not.toContain(id);
    const second = await fetchNext(first.body.migrations_links);
    expect(second.migrations.map((one: Record<string, string>) => one['instance_uuid'])).toContain(id);
    expect(rig.nova.store.migrations.all()).toHaveLength(5);
  });

  test('F31 keeps updated_at null, so that changes-since misses the record', async () => {
    await liveUnder({ id: 'F31' });
    expect((await rig.migration(id)).updated_at).toBeNull();
    const changed = await rig.call('GET', '/os-migrations?changes-since=2020-01-01T00:00:00Z');
    expect(changed.body.migrations).toEqual([]);
  });

  test('F35 dates what one host writes earlier than what the others do', async () => {
    await liveUnder({ id: 'F35', params: { host: 'host1', lagMs: 3_600_000 } });
    const { created_at: created, updated_at: updated } = await rig.migration(id);
    expect(Date.parse(`${updated}Z`)).toBeLessThan(Date.parse(`${created}Z`));
  });

  async function fetchNext(links: readonly { href: string }[]) {
    const { pathname, search } = new URL(links[0]?.href ?? '');
    return (await rig.call('GET', pathname.replace('/v2.1', '') + search)).body;
  }
});

describe('faults of posting', () => {
  test.each([
    ['state', `Cannot 'os-migrateLive' instance ID while it is in task_state migrating`],
    ['service', 'Service is unavailable at this time.'],
    ['locked', 'Instance ID is locked'],
  ])('F15 refuses with a conflict of %s', async (reason, text) => {
    rig.nova.fault({ id: 'F15', params: { reason }, times: 1 });
    const refused = await rig.act(id, LIVE);
    expect(refused.body).toEqual({ conflictingRequest: { code: 409, message: text.replace('ID', id) } });
    expect((await rig.act(id, LIVE)).status).toBe(202);
  });

  test('F16 answers the loser of a race with 500 instead of 409', async () => {
    rig.nova.fault({ id: 'F16' });
    const answers = await Promise.all([rig.act(id, LIVE), rig.act(id, LIVE)]);
    expect(answers.map(({ status }) => status)).toEqual([202, 500]);
    expect(answers[1].body.computeFault.message).toContain('nova.exception.UnexpectedTaskStateError');
  });

  test.each([
    ['rival', 'MIGRATING'],
    ['nobody', 'ACTIVE'],
  ])('F16 that %s wins leaves the server %s', async (winner, status) => {
    rig.nova.fault({ id: 'F16', params: { winner }, times: 1 });
    expect((await rig.act(id, LIVE)).status).toBe(500);
    expect((await rig.server(id)).status).toBe(status);
  });

  test('F17 answers 503, in JSON or HTML, for its window', async () => {
    rig.nova.fault({ id: 'F17', params: { retryAfter: '3', windowMs: 100 } });
    const json = await rig.call('GET', `/servers/${id}`);
    expect([json.status, json.headers.get('Retry-After')]).toEqual([503, '3']);
    expect(Object.keys(json.body)).toEqual(['serviceUnavailable']);
    rig.virtual.tick(100);
    expect((await rig.call('GET', `/servers/${id}`)).status).toBe(200);
    rig.nova.fault({ id: 'F17', params: { body: 'html' }, times: 1 });
    expect((await rig.call('GET', `/servers/${id}`)).text).toContain('<h1>503');
  });

  test('F17 after the fact has done what was asked', async () => {
    rig.nova.fault({ id: 'F17', match: { route: 'POST /servers/{id}/action' }, params: { after: true }, times: 1 });
    expect((await rig.act(id, LIVE)).status).toBe(503);
    expect((await rig.server(id)).status).toBe('MIGRATING');
  });

  test.each([
    [429, 'seconds', '7'],
    [413, 'date', 'Thu, 01 Jan 2026 '],
    [429, 'none', null],
  ])('F18 answers %i with Retry-After in %s', async (status, format, value) => {
    rig.nova.fault({ id: 'F18', params: { status, format, retryAfter: 7 }, times: 1 });
    const { body, headers } = await rig.call('GET', `/servers/${id}`);
    const header = headers.get('Retry-After');
    expect(value === null ? header : header?.startsWith(value)).toBe(value === null ? null : true);
    expect(body.overLimit).toMatchObject({ code: status, ...(header !== null && { retryAfter: header }) });
  });

  test('F19 breaks the connection, the answer, or the proxy', async () => {
    rig.nova.fault({ id: 'F19', params: { kind: 'reset' }, times: 1 });
    await expect(rig.call('GET', `/servers/${id}`)).rejects.toThrow('The connection was lost');
    rig.nova.fault({ id: 'F19', params: { kind: 'truncated' }, times: 1 });
    const truncated = await rig.call('GET', `/servers/${id}`);
    expect([truncated.status, truncated.body]).toEqual([200, undefined]);
    for (const kind of ['408', '504']) {
      rig.nova.fault({ id: 'F19', params: { kind }, times: 1 });
      expect((await rig.call('GET', `/servers/${id}`)).status).toBe(Number(kind));
    }
  });

  test('F19 hangs until the service closes', async () => {
    rig.nova.fault({ id: 'F19', params: { kind: 'hang' }, times: 1 });
    const hanging = rig.call('GET', `/servers/${id}`);
    rig.nova.close();
    await expect(hanging).rejects.toThrow('The connection was lost');
  });
});

describe('faults of notifications', () => {
  const eventType = 'instance.live_migration_post.end';

  test('F21 loses an event and leaves a gap in the numbers', async () => {
    const seqs: number[] = [];
    const types = eventTypes();
    rig.nova.bus.on('notification', ({ seq }) => seqs.push(seq));
    await liveUnder({ id: 'F21', params: { eventType: 'instance.live_migration_pre.start' } });
    expect(types).not.toContain('instance.live_migration_pre.start');
    expect(seqs.findIndex((seq, index) => seq !== (seqs[0] ?? 0) + index)).toBe(2);
  });

  test('F21 loses by chance, and by the same chance for the same seed', async () => {
    const types = eventTypes();
    const remove = rig.nova.fault({ id: 'F21', params: { probability: 0.5 }, seed: 3 });
    await liveUnder();
    remove();
    expect(types.length).toBeGreaterThan(0);
    expect(types.length).toBeLessThan(8);
  });

  test.each([
    [false, 1],
    [true, 2],
  ])('F22 delivers twice, with fresh ids: %s', async (fresh, ids) => {
    const seen: string[] = [];
    rig.nova.bus.on(eventType, ({ envelope }) => seen.push(envelope.message_id));
    await liveUnder({ id: 'F22', params: { eventType, fresh } });
    expect([seen.length, new Set(seen).size]).toEqual([2, ids]);
  });

  test('F23 lets another publisher overtake', async () => {
    const types = eventTypes();
    const first = 'instance.live_migration_post.start';
    await liveUnder({ id: 'F23', params: { eventType: first, ms: 1000 } });
    expect(types.indexOf(first)).toBe(types.indexOf('instance.live_migration_post_dest.start') + 1);
  });

  test('F24 delivers before the row can be read', async () => {
    const early = 'instance.live_migration_post_dest.end';
    rig.nova.fault({ id: 'F24', params: { eventType: early, ms: 1000 } });
    rig.nova.gate('live.post.end');
    const heard = new Promise<void>((resolve) => void rig.nova.bus.once(early, () => resolve()));
    await rig.act(id, LIVE);
    await rig.virtual.tickAsync(500);
    await heard;
    expect((await rig.server(id)).status).toBe('MIGRATING');
    rig.virtual.tick(1000);
    expect((await rig.server(id)).status).toBe('ACTIVE');
  });

  test('F25 delivers late, even into the next run', async () => {
    rig.nova.fault({ id: 'F25', params: { eventType, ms: 60_000 } });
    const types = eventTypes();
    await rig.act(id, LIVE);
    await rig.virtual.tickAsync(10_000);
    expect(types).not.toContain(eventType);
    rig.nova.reset();
    await rig.settle();
    expect(types).toContain(eventType);
  });

  test('F26 sends the same event for a server that nobody knows', async () => {
    const servers: unknown[] = [];
    rig.nova.bus.on(eventType, ({ envelope }) => servers.push(envelope.payload['nova_object.data']['uuid']));
    await liveUnder({ id: 'F26', params: { eventType } });
    expect(servers).toHaveLength(2);
    expect(servers.filter((one) => one === id)).toHaveLength(1);
  });
});

describe('FaultPlan', () => {
  test.each([
    [{ id: 'F99' }, 'There is no fault "F99"'],
    [{ id: 'F10', params: { size: 1 } }, 'F10 (serverAheadOfMigration) has no parameter `size`; it has: ms'],
    [{ id: 'F10', params: { ms: -1 } }, '`ms` of F10 must be a number from 0 up; got -1'],
    [{ id: 'F10', times: 0 }, '`times` must be a whole number from 1 up; got 0'],
    [{ id: 'F10', match: { step: 'live.nowhere' } }, 'There is no step "live.nowhere"'],
    [{ id: 'F10', match: { server: 'x' } }, '`match` has no `server`'],
    [{ id: 'F10', match: { operation: 'fly' } }, 'There is no operation "fly"'],
  ])('refuses %j', (request, text) => {
    expect(() => rig.nova.fault(request as FaultRequest)).toThrow(text);
  });

  test('strikes only where it matches, as often as it may, and goes when it is removed', async () => {
    const other = await rig.boot();
    rig.nova.fault({ id: 'F15', match: { serverId: other }, times: 1 });
    expect((await rig.act(id, LIVE)).status).toBe(202);
    expect((await rig.act(other, LIVE)).status).toBe(409);
    expect(rig.nova.faults).toEqual([]);
    const remove = rig.nova.fault({ id: 'F17' });
    remove();
    expect((await rig.act(other, LIVE)).status).toBe(202);
  });
});

import { afterEach, describe, expect, test } from 'vitest';
import { createRig, LIVE, order, type Rig } from './rig.ts';

let rig: Rig;
afterEach(() => {
  rig.nova.close();
  expect(rig.virtual.countTimers(), 'timers left behind').toBe(0);
});

const SELECTED = ['scheduler.select_destinations.start', 'scheduler.select_destinations.end'];
const LIVE_START = ['S active/migrating', 'M accepted', ...SELECTED, 'M dest=host2', 'M queued', 'M preparing'];
const LIVE_PRE = ['instance.live_migration_pre.start', 'instance.live_migration_pre.end'];
const LIVE_POST = [
  'instance.live_migration_post.start',
  'instance.live_migration_post_dest.start',
  'S active/null host=host2',
  'instance.live_migration_post_dest.end',
  'instance.live_migration_post.end',
  'M completed',
];
const ABORTED = ['instance.live_migration_abort.start', 'instance.live_migration_abort.end'];
const ROLLED_BACK = ['instance.live_migration_rollback.start', 'S active/null', 'instance.live_migration_rollback.end'];
const COLD = [
  'S active/resize_prep',
  'M pre-migrating',
  ...SELECTED,
  'instance.exists',
  'instance.resize_prep.start',
  'M dest=host2',
  'instance.resize_prep.end',
  'M migrating',
  'S active/resize_migrating',
  'instance.resize.start',
  'M post-migrating',
  'S active/resize_migrated host=host2',
  'instance.resize.end',
  'S active/resize_finish',
  'instance.resize_finish.start',
  'M finished',
  'S resized/null',
  'instance.resize_finish.end',
];
const DELETED = [
  'instance.delete.start',
  'instance.shutdown.start',
  'instance.shutdown.end',
  'S gone',
  'instance.delete.end',
];

describe('CREATE', () => {
  test('sets the host before the tasks, and ACTIVE with everything else in one write', async () => {
    rig = createRig();
    await rig.boot();
    expect(rig.written()).toEqual([
      'S building/scheduling',
      ...SELECTED,
      'S building/null',
      'S host=host1',
      'instance.create.start',
      'S building/networking',
      'S building/block_device_mapping',
      'S building/spawning',
      'S active/null',
      'instance.create.end',
    ]);
  });

  test('boots several servers under one reservation, on the emptiest hosts', async () => {
    rig = createRig();
    const server = order(rig.nova, { min_count: '2', return_reservation_id: 'True' });
    const { status, body } = await rig.call('POST', '/servers', { server });
    await rig.settle();
    const listed = await rig.call('GET', `/servers/detail?reservation_id=${body.reservation_id}`);
    expect(status).toBe(202);
    expect(Object.keys(body)).toEqual(['reservation_id']);
    expect(listed.body.servers.map((one: Record<string, string>) => one['status'])).toEqual(['ACTIVE', 'ACTIVE']);
  });
});

describe('LIVE', () => {
  async function migrating(gate?: Parameters<Rig['nova']['gate']>[0]) {
    rig = createRig({ transfer: { reports: 0 } });
    const id = await rig.boot();
    const from = rig.nova.journal.length;
    if (gate) rig.nova.gate(gate);
    await rig.act(id, LIVE);
    await rig.settle();
    return { id, from, path: `/servers/${id}/migrations/1` };
  }

  test('moves the server first and completes the record second', async () => {
    const { from } = await migrating();
    expect(rig.written(from)).toEqual([...LIVE_START, ...LIVE_PRE, 'M running', ...LIVE_POST]);
  });

  test('has no record yet when the request is answered', async () => {
    const { id } = await migrating('live.accepted');
    expect((await rig.server(id)).status).toBe('MIGRATING');
    expect(await rig.migration(id)).toBeUndefined();
  });

  test('aborts a queued migration without a rollback', async () => {
    const { from, path } = await migrating('live.preparing');
    expect((await rig.call('DELETE', path)).status).toBe(202);
    await rig.settle();
    const [start, end] = ABORTED;
    const written = [...LIVE_START.slice(0, -1), start, 'S active/null', 'M cancelled', end];
    expect(rig.written(from)).toEqual(written);
  });

  test('tells the end of an abort twice when it was still preparing', async () => {
    const { from, path } = await migrating('live.pre.end');
    expect((await rig.call('DELETE', path)).status).toBe(202);
    await rig.settle();
    rig.nova.release('live.pre.end');
    await rig.settle();
    const [preStart, preEnd] = LIVE_PRE;
    const tail = [preStart, ...ABORTED, preEnd, ...ROLLED_BACK, 'M cancelled', ABORTED[1]];
    expect(rig.written(from)).toEqual([...LIVE_START, ...tail]);
  });

  test('rolls a running migration back when it is aborted', async () => {
    const { from, path } = await migrating('live.post.start');
    expect((await rig.call('DELETE', path)).status).toBe(202);
    await rig.settle();
    const tail = ['M running', ...ABORTED, ...ROLLED_BACK, 'M cancelled'];
    expect(rig.written(from)).toEqual([...LIVE_START, ...LIVE_PRE, ...tail]);
  });

  test('completes all the same when the abort comes after the transfer', async () => {
    const { id, path } = await migrating('live.serverActive');
    expect((await rig.call('DELETE', path)).status).toBe(202);
    rig.nova.release('live.serverActive');
    await rig.settle();
    expect(rig.statuses(id).at(-1)).toBe('M completed');
  });

  test('refuses to abort what is preparing before 2.65, and what is not there', async () => {
    const { id, path } = await migrating('live.pre.start');
    const old = await rig.call('DELETE', path, undefined, { version: '2.64' });
    const text = `Migration 1 state of instance ${id} is preparing. Cannot abort live migration while the migration is in this state.`;
    expect(old.body).toEqual({ badRequest: { code: 400, message: text } });
    expect((await rig.call('DELETE', `/servers/${id}/migrations/99`)).status).toBe(404);
  });

  test('keeps a paused guest paused', async () => {
    rig = createRig();
    const id = await rig.boot();
    const row = rig.nova.store.servers.get(id);
    if (row) rig.nova.store.servers.put(id, { ...row, vmState: 'paused' });
    await rig.act(id, LIVE);
    await rig.settle();
    expect(await rig.server(id)).toMatchObject({ status: 'PAUSED', 'OS-EXT-SRV-ATTR:host': 'host2' });
  });

  test('runs one at a time per source host, the others stay queued', async () => {
    rig = createRig();
    const ids = [await rig.boot({ host: 'host1' }), await rig.boot({ host: 'host1' })];
    const gate = rig.nova.gate('live.running');
    for (const id of ids) await rig.act(id, LIVE);
    await rig.settle();
    expect(ids.map((id) => rig.statuses(id).at(-1))).toEqual(['M preparing', 'M queued']);
    gate.release();
    await rig.settle();
    expect(ids.map((id) => rig.statuses(id).at(-1))).toEqual(['M completed', 'M completed']);
  });
});

describe('COLD', () => {
  test('finishes the record before the server asks for the confirmation', async () => {
    rig = createRig();
    const id = await rig.boot();
    const from = rig.nova.journal.length;
    await rig.act(id, { migrate: null });
    await rig.settle();
    expect(rig.written(from)).toEqual(COLD);
    expect(await rig.server(id)).toMatchObject({ status: 'VERIFY_RESIZE', 'OS-EXT-SRV-ATTR:host': 'host2' });
  });

  test('changes the flavor when it resizes', async () => {
    rig = createRig();
    const id = await rig.boot();
    await rig.act(id, { resize: { flavorRef: '2' } });
    await rig.settle();
    expect((await rig.server(id)).flavor.original_name).toBe('m1.small');
    expect((await rig.migration(id)).migration_type).toBe('resize');
  });
});

describe('CONFIRM', () => {
  test('confirms the record before the server is active', async () => {
    rig = createRig();
    const id = await rig.resized();
    const from = rig.nova.journal.length;
    expect((await rig.act(id, { confirmResize: null })).status).toBe(204);
    expect((await rig.server(id)).status).toBe('VERIFY_RESIZE');
    await rig.settle();
    const events = ['instance.resize_confirm.start', 'instance.resize_confirm.end'];
    expect(rig.written(from)).toEqual(['M confirming', events[0], 'M confirmed', 'S active/null', events[1]]);
    expect(rig.nova.journal.at(-1)?.text).toBe('event compute_confirm_resize Success');
  });

  test('refuses a second confirmation', async () => {
    rig = createRig();
    const id = await rig.resized();
    await rig.act(id, { confirmResize: null });
    const second = await rig.act(id, { confirmResize: null });
    expect(second.body).toEqual({ badRequest: { code: 400, message: 'Instance has not been resized.' } });
  });

  test('leaves a server off that was off before', async () => {
    rig = createRig();
    const id = await rig.boot();
    await rig.act(id, { 'os-stop': null });
    await rig.settle();
    await rig.act(id, { migrate: null });
    await rig.settle();
    await rig.act(id, { confirmResize: null });
    await rig.settle();
    expect((await rig.server(id)).status).toBe('SHUTOFF');
  });
});

describe('REVERT', () => {
  test('says reverted before the source has the server back', async () => {
    rig = createRig();
    const id = await rig.resized();
    const from = rig.nova.journal.length;
    expect((await rig.act(id, { revertResize: null })).status).toBe(202);
    expect((await rig.server(id)).status).toBe('REVERT_RESIZE');
    await rig.settle();
    expect(rig.written(from)).toEqual([
      'S resized/resize_reverting',
      'M reverting',
      'instance.exists',
      'M reverted',
      'instance.resize_revert.start',
      'S host=host1',
      'S active/null',
      'instance.resize_revert.end',
    ]);
  });
});

describe('EVACUATE', () => {
  const start = [
    'S active/rebuilding',
    'M accepted',
    'instance.evacuate',
    ...SELECTED,
    'instance.rebuild_scheduled',
    'M pre-migrating',
    'instance.exists',
    'instance.rebuild.start',
    'S active/rebuild_block_device_mapping',
    'S active/rebuild_spawning',
    'S active/null',
  ];
  const off = ['S active/powering-off', 'instance.power_off.start', 'S stopped/null', 'instance.power_off.end'];
  const end = ['instance.rebuild.end', 'S host=host2', 'M done'];

  async function evacuated(version: string) {
    rig = createRig({ serviceDownTime: 1000 });
    const id = await rig.boot();
    rig.nova.host('host1').down();
    rig.virtual.tick(1001);
    const from = rig.nova.journal.length;
    expect((await rig.act(id, { evacuate: {} }, { version })).status).toBe(200);
    await rig.settle();
    return { id, from };
  }

  test('moves the host after ACTIVE, and ends stopped from 2.95 on', async () => {
    const { from } = await evacuated('2.95');
    expect(rig.written(from)).toEqual([...start, ...off, ...end]);
  });

  test('ends as it was before 2.95', async () => {
    const { from } = await evacuated('2.94');
    expect(rig.written(from)).toEqual([...start, ...end]);
  });

  test('turns done into completed when the source comes back, which may not be forced up before', async () => {
    const { id } = await evacuated('2.95');
    const [service] = (await rig.call('GET', '/os-services?host=host1')).body.services;
    const refused = await rig.call('PUT', `/os-services/${service.id}`, { forced_down: false });
    expect(refused.body.badRequest.message).toContain('Unable to force up host host1');
    rig.nova.host('host1').up();
    await rig.settle();
    expect(rig.statuses(id).at(-1)).toBe('M completed');
    expect((await rig.call('PUT', `/os-services/${service.id}`, { forced_down: false })).status).toBe(200);
  });
});

describe('sourceBack', () => {
  test('keeps an evacuation completed that fails after its source came back half-way', async () => {
    rig = createRig({ serviceDownTime: 1000 });
    const id = await rig.boot();
    rig.nova.host('host1').down();
    rig.virtual.tick(1001);
    rig.nova.fault({ id: 'F01', params: { variant: 'E3' } });
    rig.nova.gate('evac.rebuild.start');
    await rig.act(id, { evacuate: {} });
    await rig.settle();
    rig.nova.host('host1').up();
    await rig.settle();
    rig.nova.release('evac.rebuild.start');
    await rig.settle();
    expect(rig.statuses(id)).toEqual(['M accepted', 'M pre-migrating', 'M completed']);
    expect((await rig.server(id)).status).toBe('ERROR');
  });
});

describe('DELETE', () => {
  test('answers 404 before it tells the end', async () => {
    rig = createRig();
    const id = await rig.boot();
    const from = rig.nova.journal.length;
    expect((await rig.call('DELETE', `/servers/${id}`)).status).toBe(204);
    expect((await rig.server(id)).status).toBe('ACTIVE');
    rig.nova.gate('delete.end');
    await rig.settle();
    expect((await rig.call('GET', `/servers/${id}`)).status).toBe(404);
    rig.nova.release('delete.end');
    await rig.settle();
    expect(rig.written(from)).toEqual(['S active/deleting', ...DELETED]);
  });

  test('shows a ghost of ACTIVE while it confirms a resize on its own', async () => {
    rig = createRig();
    const id = await rig.resized();
    const from = rig.nova.journal.length;
    const deleting = rig.call('DELETE', `/servers/${id}`);
    await rig.settle();
    expect((await deleting).status).toBe(204);
    const ghost = ['M confirming', 'M confirmed', 'S active/null', 'S active/deleting'];
    expect(rig.written(from)).toEqual([...ghost, ...DELETED]);
  });

  test('breaks off what is under way', async () => {
    rig = createRig();
    const id = await rig.boot();
    rig.nova.gate('live.running');
    await rig.act(id, LIVE);
    await rig.settle();
    await rig.call('DELETE', `/servers/${id}`);
    await rig.settle();
    expect(rig.statuses(id).at(-1)).toBe('M error');
    expect(rig.nova.flows).toEqual([]);
  });
});

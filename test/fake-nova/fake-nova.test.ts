import { afterEach, describe, expect, test } from 'vitest';
import { createRig, LIVE, type Rig } from './rig.ts';

let rig: Rig;
afterEach(() => rig.nova.close());

async function story(seed: number) {
  rig = createRig({ seed });
  const id = await rig.boot();
  await rig.act(id, LIVE);
  await rig.settle();
  const told = JSON.stringify([rig.nova.journal, rig.nova.requests, rig.nova.notifications.since(0)]);
  rig.nova.close();
  return told;
}

describe('createFakeNova', () => {
  test('tells the same story for the same seed, and another for another', async () => {
    const first = await story(7);
    expect(await story(7)).toBe(first);
    expect(await story(8)).not.toBe(first);
  });

  test('begins anew at a reset, with the same story', async () => {
    rig = createRig({ seed: 7, delays: { min: 5, max: 5 } });
    const first = await rig.boot();
    rig.nova.reset();
    expect(rig.nova.journal).toEqual([]);
    expect(await rig.boot()).toBe(first);
  });

  test('leaves no timer behind when it closes in the middle of everything', async () => {
    rig = createRig({ resizeConfirmWindow: 60_000 });
    const id = await rig.boot();
    rig.nova.fault({ id: 'F25', params: { ms: 60_000 } });
    await rig.act(id, { migrate: null });
    await rig.virtual.tickAsync(100);
    rig.nova.close();
    expect(rig.virtual.countTimers()).toBe(0);
    expect((await rig.call('GET', '/servers')).status).toBe(503);
  });

  test('takes other delays from the scenario', async () => {
    rig = createRig({ delays: { min: 0, max: 0, steps: { 'create.active': 5000 } } });
    await rig.boot();
    const [spawning, active] = rig.nova.journal.filter(({ text }) => /spawning|active/.test(text));
    expect((active?.at ?? 0) - (spawning?.at ?? 0)).toBe(5000);
  });

  test('emits nothing unless it is configured to', async () => {
    rig = createRig({ notifications: { versioned: false } });
    await rig.boot();
    expect(rig.nova.notifications.lastSeq()).toBe(0);
  });

  test('tells each change of state if it is asked to', async () => {
    rig = createRig({ notifications: { onStateChange: true } });
    const seen: unknown[] = [];
    rig.nova.bus.on('instance.update', ({ envelope }) => seen.push(envelope.payload['nova_object.data']['task_state']));
    await rig.boot();
    expect(seen).toEqual([null, 'networking', 'block_device_mapping', 'spawning', null]);
  });
});

describe('gate', () => {
  test('holds a flow before its step, and frees it', async () => {
    rig = createRig();
    const id = await rig.boot();
    const gate = rig.nova.gate('live.completed');
    await rig.act(id, LIVE);
    await rig.settle();
    expect([await gate.reached, gate.waiting()]).toEqual([id, [id]]);
    expect((await rig.migration(id)).status).toBe('running');
    gate.release();
    await rig.settle();
    expect([(await rig.migration(id)).status, rig.nova.gates]).toEqual(['completed', []]);
  });

  test('lets the flows of other servers through', async () => {
    rig = createRig();
    const ids = [await rig.boot(), await rig.boot()];
    rig.nova.gate('cold.finished', { serverId: ids[0] ?? '' });
    for (const id of ids) await rig.act(id, { migrate: null });
    await rig.settle();
    expect(ids.map((id) => rig.statuses(id).at(-1))).toEqual(['M post-migrating', 'M finished']);
  });

  test('stays for the next flow after it lets one pass', async () => {
    rig = createRig();
    const gate = rig.nova.gate('create.active');
    const id = await rig.boot();
    gate.pass();
    await rig.settle();
    expect((await rig.server(id)).status).toBe('ACTIVE');
    expect((await rig.server(await rig.boot())).status).toBe('BUILD');
  });
});

describe('bus', () => {
  test('does not let a faulty listener stop the service', async () => {
    rig = createRig();
    const mistakes: unknown[] = [];
    const note = (error: unknown) => void mistakes.push(error);
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', note);
    rig.nova.bus.once('instance.create.start', () => {
      throw new Error('my mistake');
    });
    const id = await rig.boot();
    process.off('uncaughtException', note);
    for (const other of others) process.on('uncaughtException', other);
    expect((await rig.server(id)).status).toBe('ACTIVE');
    expect(mistakes).toMatchObject([{ message: 'my mistake' }]);
  });
});

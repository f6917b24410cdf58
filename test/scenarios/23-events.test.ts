import { on, WaitTimeoutError, type WakeSource, waitFor, waitForEvent } from 'unsleep';
import { describe, expect, test } from 'vitest';
import { concerns } from '../../examples/nova-client/notification.ts';
import { notificationSource } from '../../examples/nova-client/notification-source.ts';
import { waitForLiveMigration } from '../../examples/nova-client/wait-for-live-migration.ts';
import { waitForColdMigration } from '../../examples/nova-client/wait-for-resize.ts';
import { failureOf, openRig, QUICK, stateOf, WOKEN, watch } from './rig.ts';

const FINISH_END = 'instance.resize_finish.end';

describe('23. events', () => {
  test('that are lost cost time only: polling finds the end, for which others wait in vain', async () => {
    const { fake, nova, bootOne, events } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F21' });
    const naive = failureOf(waitForEvent(fake.bus, FINISH_END, { timeout: '2s' }));

    const { server: row } = await waitForColdMigration(nova, server, { ...QUICK, wakeOn: events(server) });

    expect(row.status).toBe('VERIFY_RESIZE');
    expect(await naive).toBeInstanceOf(WaitTimeoutError);
  });

  test.each([
    ['duplicated', { id: 'F22', params: { copies: 5 } }],
    ['duplicated under new ids', { id: 'F22', params: { copies: 3, fresh: true } }],
    ['reordered', { id: 'F23', params: { ms: 40 } }],
    ['mixed with those of strangers', { id: 'F26' }],
  ] as const)('that are %s make one right end', async (_title, fault) => {
    const { fake, nova, bootOne, events } = await openRig();
    const server = await bootOne();
    fake.fault(fault);
    let ends = 0;

    const moving = waitForColdMigration(nova, server, { ...WOKEN, wakeOn: events(server) });
    void moving.then(() => ends++);

    expect(await moving).toMatchObject({ server: { status: 'VERIFY_RESIZE' }, migration: { status: 'finished' } });
    expect(ends).toBe(1);
  });

  test('that are early are not believed', async () => {
    const { fake, nova, bootOne, events } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F24', params: { eventType: FINISH_END, ms: 300 } });
    const looks = watch();
    const naive = waitForEvent(fake.bus, FINISH_END, { timeout: '10s' }).then(() => nova.showServer(server));

    const options = { ...QUICK, wakeOn: events(server), onLook: looks.onLook };
    const { server: row } = await waitForColdMigration(nova, server, options);

    expect((await naive).status, 'what the wrong waiter finds').toBe('RESIZE');
    expect(row.status).toBe('VERIFY_RESIZE');
  });

  test('of another server do not end the wait for this one', async () => {
    const { fake, nova, bootOne, events } = await openRig();
    const [server, other] = [await bootOne(), await bootOne()];
    const gate = fake.gate('cold.verifyResize', { serverId: server });
    const moving = waitForColdMigration(nova, server, { ...WOKEN, settle: 0, wakeOn: events(server) });
    const state = stateOf(moving);
    const naive = waitForEvent(fake.bus, FINISH_END, { timeout: '10s' });

    await waitForColdMigration(nova, other, QUICK);
    await naive;
    const seen = { ours: state(), status: (await nova.showServer(server)).status };
    await gate.reached;
    gate.release();

    expect(seen, 'the wrong waiter has its event').toEqual({ ours: 'pending', status: 'RESIZE' });
    expect((await moving).server.status).toBe('VERIFY_RESIZE');
  });

  test('that come when the wait is over cause no work', async () => {
    const { fake, nova, bootOne, events } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F25', params: { ms: 1_500 } });
    let heard = 0;

    await waitForColdMigration(nova, server, { ...QUICK, wakeOn: events(server) });
    const listeners = fake.bus.listenerCount('notification');
    const asked = fake.requests.length;
    fake.bus.on(FINISH_END, () => heard++);
    await waitFor(() => heard > 0, { timeout: '10s' });

    expect(listeners, 'nobody listens any more').toBe(0);
    expect(fake.requests.length).toBe(asked);
  });

  test('between a read and the subscription are not missed', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    const gate = fake.gate('cold.verifyResize');
    await nova.migrate(server);
    await gate.reached;
    const isResized = async () => (await nova.showServer(server)).status === 'VERIFY_RESIZE';
    const readFirst = await isResized();
    // Live only when everything has happened.
    const late: WakeSource = async (wake) => {
      gate.release();
      await waitFor(() => fake.flows.length === 0);
      return on(fake.bus, 'notification', concerns(server))(wake) as () => void;
    };

    const { server: row } = await waitForColdMigration(nova, server, { ...WOKEN, wakeOn: late, record: 1 });
    const naive = failureOf(waitForEvent(fake.bus, FINISH_END, { timeout: 300 }));

    expect(row.status).toBe('VERIFY_RESIZE');
    expect(readFirst, 'the wrong waiter reads, and subscribes after that').toBe(false);
    expect(await naive).toBeInstanceOf(WaitTimeoutError);
  });
});

describe('23. events over HTTP', () => {
  /** A `fetch` for the stream, whose connections can be held up. */
  function holdable() {
    const lastEventIds: (string | null)[] = [];
    let gate: Promise<unknown> = Promise.resolve();
    const fetch: typeof globalThis.fetch = async (input, init) => {
      lastEventIds.push(new Headers(init?.headers).get('Last-Event-ID'));
      await gate;
      return globalThis.fetch(input, init);
    };
    const hold = () => {
      let release = () => {};
      gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      return () => release();
    };
    return { fetch, hold, lastEventIds };
  }

  test('that are lost with the connection are made up for by a look when it is back', async () => {
    const { fake, nova, bootOne, url } = await openRig();
    const server = await bootOne();
    const wire = holdable();
    const source = { url: `${url}/_fake/notifications`, fetch: wire.fetch, interval: 5 };
    const gate = fake.gate('cold.verifyResize');
    const moving = waitForColdMigration(nova, server, { ...WOKEN, wakeOn: notificationSource(source) });
    await gate.reached;

    const release = wire.hold();
    const repair = fake.fault({ id: 'F21', params: { disconnect: true } });
    gate.release();
    await waitFor(() => fake.flows.length === 0);
    repair();
    release();

    expect((await moving).server.status).toBe('VERIFY_RESIZE');
    expect(wire.lastEventIds).toHaveLength(2);
    expect(wire.lastEventIds, 'it says where it left off').toEqual([null, expect.stringMatching(/^\d+$/)]);
  });

  test('that never come again are named, and polled for', async () => {
    const { fake, nova, bootOne, url } = await openRig();
    const server = await bootOne();
    fake.gate('cold.verifyResize');
    let connections = 0;
    const source = notificationSource({
      url: `${url}/_fake/notifications`,
      fetch: (input, init) => fetch(connections++ === 0 ? input : `${url}/_fake/nowhere`, init),
    });

    const moving = waitForColdMigration(nova, server, { ...QUICK, timeout: '2s', wakeOn: source });
    await waitFor(() => fake.bus.listenerCount('notification') > 0);
    fake.fault({ id: 'F21', params: { disconnect: true } });

    const { message } = await failureOf(moving);
    expect(message).toMatch(/wake source "notifications" failed after .*answered 404 with application\/json/);
  });

  test('leave no stream behind', async () => {
    const { fake, nova, bootOne, url } = await openRig();
    const server = await bootOne();
    const wakeOn = notificationSource({ url: `${url}/_fake/notifications` });
    const stop = new AbortController();
    fake.gate('live.post.start');

    const waiting = waitForLiveMigration(nova, server, { ...WOKEN, wakeOn, signal: stop.signal });
    await waitFor(() => fake.bus.listenerCount('notification') === 1);
    stop.abort(new Error('enough'));

    await expect(waiting).rejects.toThrow('enough');
    await waitFor(() => fake.bus.listenerCount('notification') === 0, { name: 'the stream is closed' });
  });
});

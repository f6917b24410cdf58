import { on, WaitTimeoutError, waitForEvent, waitForStatus } from 'unsleep';
import { describe, expect, test } from 'vitest';
import { concerns } from '../../examples/nova-client/notification.ts';
import type { NovaClient } from '../../examples/nova-client/nova-client.ts';
import { NovaError } from '../../examples/nova-client/nova-error.ts';
import { waitForConfirm } from '../../examples/nova-client/wait-for-confirm.ts';
import { waitForColdMigration, waitForResize } from '../../examples/nova-client/wait-for-resize.ts';
import { waitForRevert } from '../../examples/nova-client/wait-for-revert.ts';
import { failureOf, HASTY, openRig, QUICK, stateOf, WOKEN, watch } from './rig.ts';

/** A wrong waiter: what the record says is all. */
const waitForRecord = (nova: NovaClient, serverId: string, target: string) =>
  waitForStatus(async () => (await nova.listMigrations({ serverId })).at(0)?.status ?? 'none', {
    ...{ target, interval: 5, timeout: '5s' },
  });

describe('16. a revert', () => {
  test('is done when the server is back on its host with its old flavor, not when the record says reverted', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    const resized = await waitForResize(nova, server, '2', QUICK);
    const gate = fake.gate('revert.hostBack');
    const looks = watch();
    const reverting = waitForRevert(nova, server, { ...HASTY, strict: true, onLook: looks.onLook });
    const state = stateOf(reverting);

    await gate.reached;
    const naive = await waitForRecord(nova, server, 'reverted');
    await looks.saw(({ row, record }) => record?.status === 'reverted' && row?.status === 'REVERT_RESIZE', 3);
    const seen = state();
    const { host, flavor } = await nova.showServer(server);
    gate.release();

    expect([naive, seen, host, flavor], 'what the wrong waiter calls reverted').toEqual([
      'reverted',
      'pending',
      'host2',
      'm1.small',
    ]);
    expect(resized.server).toMatchObject({ host: 'host2', flavor: 'm1.small' });
    expect((await reverting).server).toMatchObject({ status: 'ACTIVE', host: 'host1', flavor: 'm1.tiny' });
  });
});

describe('16. a revert that somebody interferes with', () => {
  test('is not done while the server is ACTIVE on the wrong host', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    await waitForColdMigration(nova, server, QUICK);
    const gate = fake.gate('revert.hostBack');
    const looks = watch();
    const reverting = waitForRevert(nova, server, { ...HASTY, onLook: looks.onLook });
    const state = stateOf(reverting);

    await gate.reached;
    await nova.resetState(server, 'active');
    await looks.saw(({ row, record }) => record?.status === 'reverted' && row?.status === 'ACTIVE', 3);
    const seen = state();
    gate.release();

    expect(seen).toBe('pending');
    expect((await reverting).server.host).toBe('host1');
  });
});

describe('17. a resize that is confirmed by itself', () => {
  test('is over also for who never sees VERIFY_RESIZE, and waits in vain for that', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F08' });
    // The looks fall before and after, never between.
    const isEnd = (type: string) => type === 'instance.resize_confirm.end';
    const wakeOn = on(fake.bus, 'notification', (one) => concerns(server)(one) && isEnd(one.envelope.event_type));
    const looks = watch();

    const moving = waitForColdMigration(nova, server, { ...WOKEN, wakeOn, onLook: looks.onLook });
    await looks.saw(({ row }) => row?.status === 'RESIZE');
    const naive = failureOf(
      waitForStatus(() => nova.showServer(server), {
        ...{ target: 'VERIFY_RESIZE', failure: 'ERROR', timeout: '2s', interval: Number.POSITIVE_INFINITY, wakeOn },
      }),
    );
    const { server: row, migration } = await moving;

    expect(looks.sightings().map((seen) => seen?.row?.status)).not.toContain('VERIFY_RESIZE');
    expect([row.status, row.host, migration.status]).toEqual(['ACTIVE', 'host2', 'confirmed']);
    expect(await naive).toBeInstanceOf(WaitTimeoutError);
  });

  test('takes no second confirmation', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F08' });
    const gate = fake.gate('confirm.confirmed');
    await nova.migrate(server);
    await gate.reached;

    const refused = await waitForConfirm(nova, server, QUICK).catch((error: unknown) => error);

    expect(refused).toBeInstanceOf(NovaError);
    expect(refused).toMatchObject({ status: 400, reason: 'Instance has not been resized.' });
  });
});

describe('18. a migration that is tried again on the next host', () => {
  test('succeeds, although an event and an action say error', async () => {
    const { fake, nova, bootOne, events } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F28' });
    const naive = waitForEvent(fake.bus, 'instance.resize.error', { timeout: '10s' });

    const {
      server: row,
      migration,
      requestId,
    } = await waitForColdMigration(nova, server, {
      ...WOKEN,
      wakeOn: events(server),
    });

    expect((await naive)[0].envelope.priority, 'the wrong waiter gives up here').toBe('ERROR');
    expect((await nova.showAction(server, requestId ?? '')).message, 'or here').toBe('Error');
    expect([row.status, migration.status]).toEqual(['VERIFY_RESIZE', 'finished']);
  });
});

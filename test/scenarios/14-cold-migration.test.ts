import { WaitFailedError, waitFor, waitForStatus } from 'unsleep';
import { describe, expect, test } from 'vitest';
import type { NovaClient } from '../../examples/nova-client/nova-client.ts';
import { waitForConfirm } from '../../examples/nova-client/wait-for-confirm.ts';
import { waitForColdMigration, waitForResize } from '../../examples/nova-client/wait-for-resize.ts';
import { failureOf, HASTY, openRig, QUICK, type Rig, stateOf, WOKEN, watch } from './rig.ts';

/** A wrong waiter: what the record says is all. */
const waitForRecord = (nova: NovaClient, serverId: string, target: string) =>
  waitForStatus(async () => (await nova.listMigrations({ serverId })).at(0)?.status ?? 'none', {
    ...{ target, interval: 5, timeout: '5s' },
  });

const actionStatuses = ({ fake }: Rig) =>
  fake.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/action')).map(({ status }) => status);

describe('14. a cold migration and its confirmation', () => {
  test('the record is finished before the server can be confirmed, and one that comes too early tries again', async () => {
    const rig = await openRig();
    const { fake, nova } = rig;
    const server = await rig.bootOne();
    const gate = fake.gate('cold.verifyResize');
    const looks = watch();
    const moving = waitForColdMigration(nova, server, { ...HASTY, onLook: looks.onLook });
    const state = stateOf(moving);

    await gate.reached;
    const naive = await waitForRecord(nova, server, 'finished');
    await looks.saw(({ row, record }) => record?.status === 'finished' && row?.status === 'RESIZE', 3);
    const confirming = waitForConfirm(nova, server, QUICK);
    await waitFor(() => actionStatuses(rig).includes(409));
    const seen = state();
    gate.release();

    expect([naive, seen]).toEqual(['finished', 'pending']);
    expect((await moving).migration.id).toBe(1);
    expect(await confirming).toMatchObject({
      migration: { id: 1, status: 'confirmed' },
      server: { status: 'ACTIVE', taskState: null, host: 'host2' },
    });
    expect(actionStatuses(rig)).toEqual([202, 409, 204]);
  });

  test('is seen through by events alone', async () => {
    const { nova, bootOne, events } = await openRig();
    const server = await bootOne();
    const options = { ...WOKEN, wakeOn: events(server) };

    const moved = await waitForColdMigration(nova, server, options);
    const confirmed = await waitForConfirm(nova, server, options);

    expect([moved.server.status, confirmed.server.status]).toEqual(['VERIFY_RESIZE', 'ACTIVE']);
  });

  test('204 is not the end of the confirmation, nor is the record', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    await waitForColdMigration(nova, server, QUICK);
    const gate = fake.gate('confirm.serverActive');
    const looks = watch();
    const confirming = waitForConfirm(nova, server, { ...HASTY, onLook: looks.onLook });
    const state = stateOf(confirming);

    await gate.reached;
    const naive = await waitForRecord(nova, server, 'confirmed');
    await looks.saw(({ row, record }) => record?.status === 'confirmed' && row?.status === 'VERIFY_RESIZE', 3);
    const seen = state();
    gate.release();

    expect([naive, seen]).toEqual(['confirmed', 'pending']);
    expect((await confirming).server.status).toBe('ACTIVE');
  });

  test('the server is not the end of the confirmation either', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    await waitForColdMigration(nova, server, QUICK);
    const gate = fake.gate('confirm.confirmed');
    const looks = watch();
    const confirming = waitForConfirm(nova, server, { ...HASTY, onLook: looks.onLook });
    const state = stateOf(confirming);

    await gate.reached;
    await nova.resetState(server, 'active');
    await looks.saw(({ row, record }) => record?.status === 'confirming' && row?.status === 'ACTIVE', 3);
    const seen = state();
    gate.release();

    expect(seen).toBe('pending');
    expect((await confirming).migration.status).toBe('confirmed');
  });

  test('strictly, it ends with the action, after the server is ACTIVE', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    await waitForColdMigration(nova, server, QUICK);
    const gate = fake.gate('confirm.cleanup');
    const looks = watch();
    const confirming = waitForConfirm(nova, server, { ...HASTY, strict: true, onLook: looks.onLook });
    const state = stateOf(confirming);

    await gate.reached;
    await looks.saw(({ row }) => row?.status === 'ACTIVE', 3);
    const seen = state();
    gate.release();
    await confirming;

    expect(seen).toBe('pending');
    expect(looks.sightings().at(-1)?.action?.events[0]).toMatchObject({ result: 'Success' });
  });
});

describe('15. a resize without a valid host', () => {
  test('fails with the cause that only the action tells, where {ACTIVE, VERIFY_RESIZE} would be success', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F02' });
    const looks = watch();

    const resizing = waitForResize(nova, server, '2', { ...QUICK, onLook: looks.onLook });
    await looks.saw(() => true);
    const naive = await waitForStatus(() => nova.showServer(server), {
      ...{ target: ['ACTIVE', 'VERIFY_RESIZE'], failure: 'ERROR', interval: 5, timeout: '5s' },
    });
    const error = await failureOf(resizing);

    expect(error).toBeInstanceOf(WaitFailedError);
    expect(error.message).toMatch(/migration 1 error: No valid host was found. No valid host found for resize/);
    expect(naive, 'the wrong waiter prints "Complete"').toMatchObject({
      status: 'ACTIVE',
      fault: null,
      flavor: 'm1.tiny',
    });
  });
});

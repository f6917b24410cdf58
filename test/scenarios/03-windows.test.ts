import { WaitFailedError, waitFor, waitForStatus } from 'unsleep';
import { describe, expect, test } from 'vitest';
import type { NovaClient } from '../../examples/nova-client/nova-client.ts';
import { waitForLiveMigration } from '../../examples/nova-client/wait-for-live-migration.ts';
import { failureOf, HASTY, openRig, QUICK, stateOf, watch } from './rig.ts';

/** A wrong waiter: ACTIVE means done. */
const waitForActive = (nova: NovaClient, server: string) =>
  waitForStatus(() => nova.showServer(server), { target: 'ACTIVE', interval: 5, timeout: '5s' });

/** A wrong waiter: the first end that the record shows is the end. */
const waitForRecord = (nova: NovaClient, server: string) =>
  waitForStatus(async () => (await nova.listMigrations({ serverId: server })).at(0)?.status ?? 'none', {
    ...{ target: ['completed', 'error', 'failed', 'cancelled'], interval: 5, timeout: '5s' },
  });

/** A wrong waiter: any record of the server will do. */
const waitForAnyCompleted = (nova: NovaClient, server: string) =>
  waitFor(async () => (await nova.listMigrations({ serverId: server })).find(({ status }) => status === 'completed'), {
    ...{ interval: 5, timeout: '5s' },
  });

describe('3. the server is ahead of its record', () => {
  test('ACTIVE on the target is not the end while the record is still running', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    const gate = fake.gate('live.completed');
    const looks = watch();
    const waiting = waitForLiveMigration(nova, server, { ...HASTY, onLook: looks.onLook });
    const state = stateOf(waiting);

    await gate.reached;
    const naive = await waitForActive(nova, server);
    await looks.saw(({ row }) => row?.status === 'ACTIVE' && row.host === 'host2', 3);
    const seen = { ours: state(), record: looks.sightings().at(-1)?.record?.status };
    gate.release();

    expect(naive.host, 'the wrong waiter is satisfied').toBe('host2');
    expect(seen).toEqual({ ours: 'pending', record: 'running' });
    expect((await waiting).migration.status).toBe('completed');
  });
});

describe('4. ACTIVE before the start', () => {
  test('a migration without a record, and a replica that knows nothing of it, are not the end', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    const before = Date.now();
    const gate = fake.gate('live.accepted');
    const looks = watch();
    const waiting = waitForLiveMigration(nova, server, { ...HASTY, onLook: looks.onLook });
    const state = stateOf(waiting);

    await looks.saw(({ row, record }) => row?.status === 'MIGRATING' && !record, 2);
    const repair = fake.fault({ id: 'F14', params: { at: before, resource: 'server' } });
    await looks.saw(({ row, record }) => row?.status === 'ACTIVE' && row.taskState === null && !record, 3);
    const naive = await waitForActive(nova, server);
    const seen = state();
    repair();
    gate.release();

    expect(naive.host, 'the wrong waiter takes the old state for the new one').toBe('host1');
    expect(seen).toBe('pending');
    expect((await waiting).server.host).toBe('host2');
  });
});

describe('5. rolled back while running', () => {
  test('ACTIVE with neither fault nor failed event is a failure when the record says failed', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F03' });

    const error = await failureOf(waitForLiveMigration(nova, server, QUICK));
    const naive = await waitForActive(nova, server);
    const [action] = await nova.listActions(server);

    expect(error).toBeInstanceOf(WaitFailedError);
    expect(error.message).toContain('migration 1 failed');
    expect(naive, 'the wrong waiter sees a healthy server').toMatchObject({ status: 'ACTIVE', fault: null });
    expect(action, 'whose action knows of no failure').toMatchObject({ action: 'live-migration', message: null });
  });
});

describe('6. an end that changes into another end', () => {
  test('error that becomes failed is reported as failed', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F04' });
    const gate = fake.gate('live.rollback.serverActive');
    const looks = watch();
    const waiting = waitForLiveMigration(nova, server, { ...QUICK, settle: 500, onLook: looks.onLook });
    const state = stateOf(waiting);

    await looks.saw(({ record }) => record?.status === 'error', 3);
    const naive = await waitForRecord(nova, server);
    const seen = state();
    gate.release();
    const error = await failureOf(waiting);

    expect(naive, 'the wrong waiter reports the passing status').toBe('error');
    expect(seen, 'the source is still at work').toBe('pending');
    expect(error.message).toMatch(/: migration 1 failed: Failed to prepare the destination\. \(after/);
  });

  test('failed that becomes error is reported as error, after the quiet time', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F01', params: { variant: 'L2' } });
    const gate = fake.gate('live.error');
    const looks = watch();
    const onLook = (record: Parameters<typeof looks.onLook>[0]) => {
      looks.onLook(record);
      const { record: migration, row } = looks.sightings().at(-1) ?? {};
      if (migration?.status === 'failed' && row?.taskState === null) gate.release();
    };

    const error = await failureOf(waitForLiveMigration(nova, server, { ...QUICK, settle: 500, onLook }));

    expect(looks.sightings().some((seen) => seen?.record?.status === 'failed')).toBe(true);
    expect(error.message).toMatch(/: migration 1 error: No valid host was found/);
  });
});

describe('7. completed that becomes error', () => {
  test.each([
    ['with the settle rule it is a failure', 500, 'rejected'],
    ['without it, whoever saw completed is fooled', 0, 'fulfilled'],
  ])('%s', async (_title, settle, outcome) => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F13' });
    const gate = fake.gate('live.completedError');
    const onLook = ({ verdict }: { verdict: string }) => {
      if (verdict === 'done') gate.release();
    };

    const [result] = await Promise.allSettled([waitForLiveMigration(nova, server, { ...QUICK, settle, onLook })]);
    await waitFor(() => fake.flows.length === 0);

    expect(result.status).toBe(outcome);
    const told = result.status === 'rejected' ? String(result.reason) : result.value.migration.status;
    expect(told).toMatch(settle > 0 ? /migration 1 error: Failed to delete the allocation/ : /^completed$/);
    expect(await nova.showServer(server)).toMatchObject({ status: 'ERROR', host: 'host2' });
  });
});

describe('8. the record of an earlier migration', () => {
  test('is not taken for this one', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F27' });
    fake.fault({ id: 'F01' });

    const error = await failureOf(waitForLiveMigration(nova, server, QUICK));
    const naive = await waitForAnyCompleted(nova, server);

    expect(error.message).toContain('migration 2 error: No valid host was found');
    expect(naive, 'the wrong waiter finds the old record').toMatchObject({ id: 1, status: 'completed' });
  });

  test('is not taken for it either while the new one is not there yet', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F27' });
    const gate = fake.gate('live.accepted');
    const looks = watch();
    const waiting = waitForLiveMigration(nova, server, { ...QUICK, onLook: looks.onLook });

    await looks.saw(({ migration }) => migration === 'no record yet', 3);
    gate.release();

    expect((await waiting).migration.id).toBe(2);
  });
});

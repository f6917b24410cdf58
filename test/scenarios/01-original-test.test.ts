import { WaitFailedError, waitFor } from 'unsleep';
import { describe, expect, test } from 'vitest';
import { exceptionIn } from '../../examples/nova-client/notification.ts';
import { notificationSource } from '../../examples/nova-client/notification-source.ts';
import { waitForBoot } from '../../examples/nova-client/wait-for-boot.ts';
import { waitForLiveMigration } from '../../examples/nova-client/wait-for-live-migration.ts';
import { failureOf, openRig, QUICK, WOKEN } from './rig.ts';

describe('1. the original test, with the bug fixed', () => {
  test('one of two servers that were booted by one request moves to the other host', async () => {
    const { fake, nova, order, url } = await openRig();
    const wakeOn = notificationSource({ url: `${url}/_fake/notifications` });
    // Nothing tells of the record's last step, so the server, at rest, is looked at once more.
    const options = { ...WOKEN, wakeOn, patience: 200 };

    const servers = await waitForBoot(nova, { ...order, count: 2 }, options);
    const [first = servers[0]] = servers;
    const [source, target] = first?.host === 'host1' ? ['host1', 'host2'] : ['host2', 'host1'];
    const { server, migration, requestId } = await waitForLiveMigration(nova, first?.id ?? '', {
      ...options,
      host: target,
    });

    expect(servers.map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE']);
    expect(new Set(servers.map(({ id }) => fake.store.servers.get(id)?.reservationId)).size).toBe(1);
    expect(server).toMatchObject({ id: first?.id, status: 'ACTIVE', host: target });
    expect(migration).toMatchObject({ type: 'live-migration', status: 'completed', source, dest: target });
    expect(requestId).toMatch(/^req-/);
  });
});

describe('2. the original test, with the bug present', () => {
  test.each(['F01', 'F02'] as const)('%s is answered with 202, and fails soon and with its cause', async (id) => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id });

    const error = await failureOf(waitForLiveMigration(nova, server, QUICK));

    expect(error).toBeInstanceOf(WaitFailedError);
    expect(error.message).toMatch(
      /^live migration of server \S+ \(req-\S+\): migration 1 error: No valid host was found/,
    );
    expect(error.report.elapsed, 'well before the deadline').toBeLessThan(5_000);
    expect(fake.requests.find(({ method, path }) => method === 'POST' && path.endsWith('/action'))?.status).toBe(202);
    expect(await nova.showServer(server)).toMatchObject({ status: 'ACTIVE', taskState: null, host: 'host1' });
  });

  test('the cause is taken from a notification where the API does not tell it', async () => {
    const { fake, bootOne, connect } = await openRig();
    const server = await bootOne();
    let told: string | undefined;
    fake.bus.on('notification', (notification) => {
      told = exceptionIn(notification) ?? told;
    });
    const old = connect({ microversion: '2.68' });
    const fail = () => fake.fault({ id: 'F01', times: 1, params: { reason: 'host2 is full' } });

    fail();
    const silent = await failureOf(waitForLiveMigration(old, server, QUICK));
    fail();
    const telling = await failureOf(waitForLiveMigration(old, server, { ...QUICK, hint: () => told }));

    expect(silent.message).not.toContain('host2 is full');
    expect(telling.message).toContain('host2 is full');
  });

  test('whoever trusts the 202 is fooled', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F01' });
    const trusting = async () => {
      await nova.liveMigrate(server);
      return 'migrated';
    };

    const answer = await trusting();
    await waitFor(() => fake.flows.length === 0);

    expect(answer).toBe('migrated');
    expect((await nova.showServer(server)).host).toBe('host1');
  });

  test('whoever waits for completed alone wastes the whole timeout, and reports just that', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F01' });
    await nova.liveMigrate(server);
    const patient = waitFor(
      async () => (await nova.listMigrations({ serverId: server })).some(({ status }) => status === 'completed'),
      { timeout: 600, interval: 20 },
    );

    const error = await failureOf(patient);

    expect(error.name).toBe('WaitTimeoutError');
    expect(error.message).not.toContain('No valid host');
  });
});

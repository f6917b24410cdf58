import { WaitTimeoutError, waitFor, waitForStatus } from 'unsleep';
import { describe, expect, test } from 'vitest';
import { isRefusal } from '../../examples/nova-client/nova-error.ts';
import { waitForLiveMigration } from '../../examples/nova-client/wait-for-live-migration.ts';
import { failureOf, openRig, QUICK, type Rig } from './rig.ts';

/** Asks as the wrong waiters do: one request, one page. */
async function firstPage({ url }: Rig, query: string): Promise<{ id: number; instance_uuid: string }[]> {
  const headers = { 'X-Auth-Token': 'admin-token', 'OpenStack-API-Version': 'compute 2.95' };
  const response = await fetch(`${url}/v2.1/os-migrations?${query}`, { headers });
  return ((await response.json()) as { migrations: { id: number; instance_uuid: string }[] }).migrations;
}

describe('24. records in a list', () => {
  test('are found behind the first page, also while new ones come in before it', async () => {
    const rig = await openRig({ maxLimit: 2 });
    const { fake, nova } = rig;
    const server = await rig.bootOne();
    await waitForLiveMigration(nova, server, QUICK);
    fake.fault({ id: 'F30', params: { before: 4, during: 1 }, match: { route: 'GET /os-migrations' }, times: 2 });

    const all = await nova.listMigrations({});
    const naive = await firstPage(rig, 'limit=2');

    expect(all.filter(({ serverId }) => serverId === server).map(({ id }) => id)).toEqual([1]);
    expect(new Set(all.map(({ id }) => id)).size, 'none of them twice').toBe(all.length);
    expect(
      naive.map((one) => one.instance_uuid),
      'the wrong waiter sees strangers only',
    ).not.toContain(server);
  });

  test('that came in while the known ones were noted are not taken for the one that is waited for', async () => {
    const { fake, nova, bootOne } = await openRig({ maxLimit: 1 });
    const server = await bootOne();
    fake.fault({ id: 'F27' });
    fake.fault({ id: 'F30', params: { before: 1, during: 1, sameServer: true }, times: 1 });
    fake.fault({ id: 'F01' });

    const error = await failureOf(waitForLiveMigration(nova, server, QUICK));
    const records = await nova.listMigrations({ serverId: server });

    expect(records.map(({ id, status }) => `${id} ${status}`)).toEqual([
      '4 error',
      '3 completed',
      '2 completed',
      '1 completed',
    ]);
    expect(error.message).toContain('migration 4 error: No valid host was found');
  });

  test('that were never updated are missed by who asks for changes', async () => {
    const rig = await openRig();
    const { fake, nova } = rig;
    const server = await rig.bootOne();
    const since = new Date(Date.now() - 60_000).toISOString();
    fake.fault({ id: 'F31' });

    const { migration } = await waitForLiveMigration(nova, server, QUICK);
    const naive = await firstPage(rig, `changes-since=${since}`);

    expect(migration).toMatchObject({ status: 'completed', updatedAt: null });
    expect(naive, 'the wrong waiter sees nothing').toEqual([]);
  });

  test.each(['running (post-copy)', 'teleporting'])(
    'with a status that nobody knows (%s) are pending',
    async (status) => {
      const { fake, nova, bootOne } = await openRig();
      const server = await bootOne();
      fake.fault({ id: 'F32', params: { status } });
      const gate = fake.gate('live.memory');

      const error = await failureOf(waitForLiveMigration(nova, server, { ...QUICK, timeout: '1500ms' }));
      const naive = await nova.showMigration(server, 1).catch((reason: unknown) => reason);
      const strict = failureOf(
        waitForStatus(async () => (await nova.listMigrations({ serverId: server }))[0]?.status ?? 'none', {
          ...{ target: 'completed', failure: ['error', 'failed', 'cancelled'], timeout: '5s' },
          pending: ['none', 'accepted', 'queued', 'preparing', 'running'],
        }),
      );
      const strictError = await strict;
      gate.release();

      expect(error).toBeInstanceOf(WaitTimeoutError);
      expect(error.message).toContain(`migration: '${status}'`);
      expect(isRefusal(naive, 404), 'a waiter for the end of the 404s is fooled').toBe(true);
      expect(strictError.message, 'and so is one that knows them all').toContain('is in none of the lists');
      await waitFor(() => fake.flows.length === 0, { timeout: '10s' });
      expect((await nova.listMigrations({ serverId: server }))[0]?.status).toBe('completed');
    },
  );
});

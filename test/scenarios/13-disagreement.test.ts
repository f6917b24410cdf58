import { WaitFailedError, WaitTimeoutError, waitFor, waitForStatus } from 'unsleep';
import { describe, expect, test } from 'vitest';
import { waitForLiveMigration } from '../../examples/nova-client/wait-for-live-migration.ts';
import { failureOf, HASTY, openRig, QUICK } from './rig.ts';

const CASES = [
  ['a', false, 'migration 1 cancelled; but the server is still MIGRATING/migrating on host1'],
  ['b', false, 'server and record disagree: the server is MIGRATING/migrating on host1, migration 1 is completed'],
  ['b', true, 'server and record disagree: the server is ACTIVE/null on host1, migration 1 is completed'],
  ['c', false, 'server and record disagree: the server is ACTIVE/null on host1, migration 1 is preparing'],
] as const;

describe('13. server and record disagree for ever', () => {
  test.each(CASES)('F06 %s (cleared: %s): %s', async (variant, cleared, because) => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F06', params: { variant, cleared } });

    const error = await failureOf(waitForLiveMigration(nova, server, { ...QUICK, patience: 300 }));

    expect(error).toBeInstanceOf(WaitFailedError);
    expect(error.message).toContain(because);
    expect(error.report.elapsed, 'it does not hang').toBeLessThan(10_000);
  });

  test('is named also when the deadline comes before patience ends', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F06', params: { variant: 'c' } });

    const error = await failureOf(waitForLiveMigration(nova, server, { ...QUICK, timeout: '1s' }));

    expect(error.message).toContain(
      'server and record disagree: the server is ACTIVE/null on host1, migration 1 is preparing',
    );
  });

  test('is no success either for who follows the record to the host where the server still is', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F06', params: { variant: 'b' } });
    await nova.liveMigrate(server);
    await waitFor(() => fake.flows.length === 0);

    const following = waitForLiveMigration(nova, server, { ...HASTY, record: 1, host: 'host1', patience: 300 });

    expect((await failureOf(following)).message).toContain('is MIGRATING/migrating on host1, migration 1 is completed');
  });

  test('fools whoever looks at one of the two', async () => {
    const { fake, nova, bootOne } = await openRig();
    const [stuck, unmoved, orphaned] = [await bootOne(), await bootOne(), await bootOne()];
    for (const [serverId, variant] of [
      [stuck, 'a'],
      [unmoved, 'b'],
      [orphaned, 'c'],
    ] as const) {
      fake.fault({ id: 'F06', params: { variant }, match: { serverId } });
      await nova.liveMigrate(serverId);
      await waitFor(() => fake.flows.length === 0);
    }

    const taskEnds = waitFor(async () => (await nova.showServer(stuck)).taskState === null, { timeout: 300 });
    const record = async () => (await nova.listMigrations({ serverId: unmoved })).at(0)?.status ?? 'none';
    const recordSays = await waitForStatus(record, { target: 'completed', timeout: '5s' });
    const serverSays = await waitForStatus(() => nova.showServer(orphaned), { target: 'ACTIVE', timeout: '5s' });

    expect(await failureOf(taskEnds), 'it hangs, and says nothing of the record').toBeInstanceOf(WaitTimeoutError);
    expect(recordSays, 'it believes in a move that was none').toBe('completed');
    expect(serverSays, 'it believes in the end of what never ended').toMatchObject({ host: 'host1' });
  });
});

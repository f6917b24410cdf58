import { WaitFailedError, WaitTimeoutError, waitFor, waitForEvent } from 'unsleep';
import { describe, expect, test } from 'vitest';
import { newest } from '../../examples/nova-client/migration.ts';
import { NovaError } from '../../examples/nova-client/nova-error.ts';
import { waitForAbort } from '../../examples/nova-client/wait-for-abort.ts';
import { waitForLiveMigration } from '../../examples/nova-client/wait-for-live-migration.ts';
import { failureOf, HASTY, openRig, QUICK, type Rig } from './rig.ts';

const ABORT_END = 'instance.live_migration_abort.end';

/** Starts a live migration and lets it go as far as the gate. */
async function migrateUpTo({ fake, nova, bootOne }: Rig, step: Parameters<Rig['fake']['gate']>[0]) {
  const server = await bootOne();
  const gate = fake.gate(step);
  await nova.liveMigrate(server);
  await gate.reached;
  const record = newest(await nova.listMigrations({ serverId: server }))?.id ?? 0;
  return { server, gate, record };
}

const refusalOf = async (answer: Promise<unknown>): Promise<NovaError> => {
  const error = await answer.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(NovaError);
  return error as NovaError;
};

describe('9. an abort', () => {
  test.each([
    ['queued', 'live.preparing', 1],
    ['preparing', 'live.pre.end', 2],
    ['running', 'live.post.start', 1],
  ] as const)('while %s ends cancelled on the source', async (status, step, ends) => {
    const rig = await openRig();
    const { server, gate, record } = await migrateUpTo(rig, step);
    const followed = failureOf(waitForLiveMigration(rig.nova, server, { ...QUICK, record }));
    let heard = 0;
    rig.fake.bus.on(ABORT_END, () => {
      heard += 1;
      // While preparing, the abort is carried out only when that has ended.
      if (status === 'preparing') gate.release();
    });

    expect((await rig.nova.listMigrations({ serverId: server }))[0]?.status).toBe(status);
    const aborted = await waitForAbort(rig.nova, server, record, QUICK);
    await waitFor(() => heard === ends, { name: `${ends} times ${ABORT_END}` });

    expect(aborted.migration.status).toBe('cancelled');
    expect(aborted.server).toMatchObject({ status: 'ACTIVE', taskState: null, host: 'host1' });
    expect((await followed).message).toContain(`migration ${record} cancelled`);
  });

  test('that is announced as ended is not carried out yet', async () => {
    const rig = await openRig();
    const { server, record } = await migrateUpTo(rig, 'live.post.start');
    const rollback = rig.fake.gate('live.rollback.serverActive');
    const naive = waitForEvent(rig.fake.bus, ABORT_END, { timeout: '5s' });

    const aborting = waitForAbort(rig.nova, server, record, HASTY);
    await naive;
    await rollback.reached;
    const [{ status } = { status: '' }] = await rig.nova.listMigrations({ serverId: server });
    rollback.release();

    expect(status, 'what the wrong waiter takes for aborted').toBe('running');
    expect((await aborting).migration.status).toBe('cancelled');
  });

  test('is refused by old microversions before the migration runs, and for what is not there', async () => {
    const rig = await openRig();
    const { server, gate, record } = await migrateUpTo(rig, 'live.preparing');
    const old = rig.connect({ microversion: '2.64' });

    const early = await refusalOf(waitForAbort(old, server, record, QUICK));
    const unknown = await refusalOf(waitForAbort(rig.nova, server, 999, QUICK));
    gate.release();
    await waitForLiveMigration(rig.nova, server, { ...QUICK, record });
    const late = await refusalOf(waitForAbort(rig.nova, server, record, QUICK));

    expect([early.status, unknown.status, late.status]).toEqual([400, 404, 409]);
    expect(early.reason).toContain('Cannot abort live migration while the migration is in this state.');
  });
});

describe('10. an abort that comes too late', () => {
  test('fails with "not cancelled: completed"', async () => {
    const rig = await openRig();
    const { server, gate, record } = await migrateUpTo(rig, 'live.serverActive');
    rig.fake.bus.once(ABORT_END, () => gate.release());

    const error = await failureOf(waitForAbort(rig.nova, server, record, QUICK));

    expect(error).toBeInstanceOf(WaitFailedError);
    expect(error.message).toContain('not cancelled: completed');
    expect((await rig.nova.showServer(server)).host, 'the migration won').toBe('host2');
  });
});

describe('11. force_complete', () => {
  test('is refused before the migration runs, and ends one that never would', async () => {
    const rig = await openRig();
    rig.fake.fault({ id: 'F05' });
    const { server, gate, record } = await migrateUpTo(rig, 'live.preparing');

    const early = await refusalOf(rig.nova.forceComplete(server, record));
    const following = waitForLiveMigration(rig.nova, server, { ...QUICK, record });
    gate.release();
    const running = await waitFor(async () => {
      const { status } = await rig.nova.showMigration(server, record);
      return status === 'running' && status;
    }, QUICK);
    const accepted = await rig.nova.forceComplete(server, record);

    expect([early.status, running]).toEqual([400, 'running']);
    expect(accepted.requestId).toMatch(/^req-/);
    expect(await following).toMatchObject({ migration: { status: 'completed' }, server: { host: 'host2' } });
  });
});

describe('12. a migration that never ends', () => {
  test('times out with everything that was seen, and can then be aborted', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F05', params: { sawtooth: true, intervalMs: 60 } });

    const error = await failureOf(waitForLiveMigration(nova, server, { ...QUICK, timeout: '2s' }));
    const [post] = await nova.listActions(server);

    expect(error).toBeInstanceOf(WaitTimeoutError);
    expect(error.message).toContain(post?.requestId);
    expect(error.message).toMatch(/not within 2 s \(\d+ looks\)/);
    expect(new Set(error.message.match(/running \d+ %/g)).size, 'the history of its progress').toBeGreaterThan(1);
    expect(error.lastValue).toMatchObject({
      migration: expect.stringMatching(/^running \d+ %$/),
      server: 'MIGRATING/migrating on host1',
    });

    const record = newest(await nova.listMigrations({ serverId: server }))?.id ?? 0;
    const { migration } = await waitForAbort(nova, server, record, QUICK);
    expect(migration.status).toBe('cancelled');
  });
});

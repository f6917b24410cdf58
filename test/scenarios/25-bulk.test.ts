import { pendingWaits, waitFor, waitForStatus } from 'unsleep';
import { describe, expect, test } from 'vitest';
import { isRefusal } from '../../examples/nova-client/nova-error.ts';
import { waitForConfirm } from '../../examples/nova-client/wait-for-confirm.ts';
import { waitForLiveMigration } from '../../examples/nova-client/wait-for-live-migration.ts';
import { waitForColdMigration } from '../../examples/nova-client/wait-for-resize.ts';
import { failureOf, openRig, QUICK, type Rig, stateOf, WOKEN, watch } from './rig.ts';

/** How many live migrations have run at the same time at most. */
function mostAtOnce({ fake }: Rig): number {
  let [running, most] = [0, 0];
  for (const { text } of fake.journal) {
    if (text === 'M preparing') running += 1;
    if (text === 'M completed' || text === 'M failed') running -= 1;
    most = Math.max(most, running);
  }
  return most;
}

describe('25. many at once', () => {
  test('twenty servers move one at a time, and each wait ends as its server did', async () => {
    const rig = await openRig();
    const { fake, nova } = rig;
    const servers = await rig.boot(20, 'host1');
    const broken = [servers[3], servers[11], servers[19]];
    for (const serverId of broken) fake.fault({ id: 'F03', match: { serverId: serverId ?? '' } });

    // Looked at on events, and now and then: the last step of a record is told by none.
    const results = await Promise.allSettled(
      servers.map((server) => {
        const options = { ...QUICK, timeout: '25s', interval: 100, wakeOn: rig.events(server), host: 'host2' } as const;
        return waitForLiveMigration(nova, server, options);
      }),
    );

    const ends = results.map(({ status }, index) => [servers[index], status]);
    expect(ends).toEqual(servers.map((id) => [id, broken.includes(id) ? 'rejected' : 'fulfilled']));
    const hosts = await Promise.all(servers.map(async (server) => (await nova.showServer(server)).host));
    expect(hosts).toEqual(servers.map((id) => (broken.includes(id) ? 'host1' : 'host2')));
    expect(mostAtOnce(rig)).toBe(1);
    expect(fake.journal.some(({ text }) => text === 'M queued')).toBe(true);
    expect([pendingWaits(), fake.bus.listenerCount('notification')]).toEqual([[], 0]);
  });

  test('an abort ends all that are pending with its reason, and nothing goes on', async () => {
    const rig = await openRig();
    const { fake, nova } = rig;
    const servers = await rig.boot(20, 'host1');
    const gate = fake.gate('live.preparing', { serverId: servers[10] ?? '' });
    const stop = new AbortController();
    const reason = new Error('the operator went home');
    const states = servers.map((server) => {
      const options = {
        ...QUICK,
        timeout: '25s',
        interval: 50,
        wakeOn: rig.events(server),
        signal: stop.signal,
      } as const;
      return waitForLiveMigration(nova, server, options);
    });
    const results = Promise.allSettled(states);

    await gate.reached;
    await Promise.race(states);
    stop.abort(reason);
    const reasons = (await results).flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    const left = { waits: pendingWaits(), listeners: fake.bus.listenerCount('notification') };
    // What was on its way when the signal came may still arrive before this, but nothing new.
    await nova.showServer(servers[0] ?? '');
    await nova.showServer(servers[0] ?? '');
    const asked = fake.requests.length;
    gate.release();
    await waitFor(() => fake.flows.length === 0, { timeout: '20s' });

    expect(reasons.length).toBeGreaterThan(0);
    expect(
      reasons.every((one) => one === reason),
      'the very reason',
    ).toBe(true);
    expect(left).toEqual({ waits: [], listeners: 0 });
    expect(fake.requests.length, 'all the events that followed').toBe(asked);
    const closing = performance.now();
    await rig.close();
    expect(performance.now() - closing).toBeLessThan(1_000);
  });

  test('a server that is deleted while it is waited for is gone, not late', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F20', match: { step: 'live.running' } });

    const error = await failureOf(waitForLiveMigration(nova, server, QUICK));
    const naive = waitForStatus(() => nova.showServer(server), {
      ...{ target: 'ACTIVE', timeout: 200, tolerate: () => true },
    });

    expect(error.name).toBe('WaitFailedError');
    expect(error.message).toContain('the server is gone');
    expect((await failureOf(naive)).name, 'the wrong waiter takes 404 for a passing thing').toBe('WaitTimeoutError');
  });

  test('one read that says 404 is not the end of the server', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    const gate = fake.gate('live.post.start');
    const looks = watch();
    const waiting = waitForLiveMigration(nova, server, { ...QUICK, settle: 300, onLook: looks.onLook });
    await gate.reached;
    fake.fault({ id: 'F20', times: 1, params: { mode: 'once' } });
    await looks.saw(({ row }) => row === undefined);
    gate.release();

    expect((await waiting).server.host).toBe('host2');
  });

  test('a ghost that is ACTIVE while it is being deleted is no success', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    await waitForColdMigration(nova, server, QUICK);
    const gate = fake.gate('delete.deleting');
    const onLook = ({ verdict }: { verdict: string }) => {
      if (verdict === 'done') gate.release();
    };
    const waiting = waitForConfirm(nova, server, { ...QUICK, settle: 600, record: 1, onLook });
    const state = stateOf(waiting);
    const naive = waitForStatus(() => nova.showServer(server), { target: 'ACTIVE', interval: 5, timeout: '10s' });

    const deleting = nova.deleteServer(server);
    expect((await naive).status, 'the wrong waiter has seen the ghost').toBe('ACTIVE');
    expect(state()).toBe('pending');
    await deleting;

    expect((await failureOf(waiting)).message).toContain('the server is gone');
    expect(isRefusal(await nova.showServer(server).catch((error: unknown) => error), 404)).toBe(true);
  });

  test('a wait for a server that is gone ends also when only events cause its looks', async () => {
    const { fake, nova, bootOne, events } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F20', match: { step: 'cold.migrating' } });

    const error = await failureOf(waitForColdMigration(nova, server, { ...WOKEN, wakeOn: events(server) }));

    expect(error.message).toContain('the server is gone');
  });
});

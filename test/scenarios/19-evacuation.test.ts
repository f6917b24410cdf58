import { waitFor, waitForStatus } from 'unsleep';
import { describe, expect, test } from 'vitest';
import { waitForEvacuation } from '../../examples/nova-client/wait-for-evacuation.ts';
import { failureOf, HASTY, openRig, QUICK, type Rig, stateOf, watch } from './rig.ts';

/** Boots a server, and has Nova know that its host is down. */
async function bootOnDeadHost({ nova, bootOne }: Rig) {
  const server = await bootOne('host1');
  const [service] = await nova.listServices({ host: 'host1' });
  await nova.forceService(service?.id ?? '', 'down');
  return { server, service: service?.id ?? '' };
}

describe('19. an evacuation', () => {
  test('is refused while the host counts as up, and accepted as soon as that is forced down', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne('host1');
    const [service] = await nova.listServices({ host: 'host1' });
    fake.host('host1').down();
    const refusals = () => fake.requests.filter(({ method, status }) => method === 'POST' && status === 400).length;

    const evacuating = waitForEvacuation(nova, server, QUICK);
    await waitFor(() => refusals() >= 2, { timeout: '10s' });
    await nova.forceService(service?.id ?? '', 'down');

    expect(await evacuating).toMatchObject({ server: { host: 'host2' }, migration: { status: 'done' } });
  });

  test.each([
    ['2.95', 'SHUTOFF'],
    ['2.94', 'ACTIVE'],
  ])('with %s is %s on the old host first, and that is not the end', async (microversion, status) => {
    const rig = await openRig({}, { microversion });
    const { fake, nova } = rig;
    const { server } = await bootOnDeadHost(rig);
    const gate = fake.gate('evac.hostMoved');
    const looks = watch();
    const evacuating = waitForEvacuation(nova, server, { ...HASTY, onLook: looks.onLook });
    const state = stateOf(evacuating);

    await gate.reached;
    const naive = await waitForStatus(() => nova.showServer(server), { target: ['ACTIVE', 'SHUTOFF'], timeout: '5s' });
    await looks.saw(({ row }) => row?.status === status && row.host === 'host1', 3);
    const seen = state();
    gate.release();

    expect(naive, 'the wrong waiter finds it on the dead host').toMatchObject({ status, host: 'host1' });
    expect(seen).toBe('pending');
    expect((await evacuating).server).toMatchObject({ status, host: 'host2' });
  });

  test('is a success as done and as completed, and until then its source stays down', async () => {
    const rig = await openRig();
    const { fake, nova } = rig;
    const { server, service } = await bootOnDeadHost(rig);
    const { migration } = await waitForEvacuation(nova, server, QUICK);

    const refused = await nova.forceService(service, 'up').catch((error: unknown) => error);
    fake.host('host1').up();
    await waitFor(async () => (await nova.listMigrations({ serverId: server }))[0]?.status === 'completed', QUICK);
    const later = await waitForEvacuation(nova, server, { ...QUICK, record: migration.id });
    const { state } = await nova.forceService(service, 'up');

    expect([migration.status, later.migration.status, state]).toEqual(['done', 'completed', 'up']);
    expect(refused).toMatchObject({ status: 400 });
    expect(String(refused)).toContain('Unable to force up host host1');
  });

  test('is no success for who finds the server elsewhere than he wanted it', async () => {
    const rig = await openRig({ hosts: ['host1', 'host2', 'host3'] });
    const { server } = await bootOnDeadHost(rig);
    const { migration, server: row } = await waitForEvacuation(rig.nova, server, { ...QUICK, host: 'host3' });

    const options = { ...QUICK, record: migration.id, patience: 200, host: 'host2' };
    const error = await failureOf(waitForEvacuation(rig.nova, server, options));

    expect(row.host).toBe('host3');
    expect(error.message).toContain('server and record disagree: the server is SHUTOFF/null on host3');
  });
});

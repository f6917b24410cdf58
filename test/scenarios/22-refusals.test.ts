import { retry, waitFor } from 'unsleep';
import { describe, expect, test } from 'vitest';
import { waitForLiveMigration } from '../../examples/nova-client/wait-for-live-migration.ts';
import { waitForColdMigration } from '../../examples/nova-client/wait-for-resize.ts';
import { failureOf, openRig, QUICK, type Rig, WOKEN } from './rig.ts';

const POST = { route: 'POST /servers/{id}/action' };

/** The answers to all actions that were posted, in order; 0 for one that was cut off. */
const answers = ({ fake }: Rig) =>
  fake.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/action')).map(({ status }) => status);

const migrations = async ({ nova }: Rig, serverId: string) => (await nova.listMigrations({ serverId })).length;

describe('22. a request that is refused', () => {
  test('because another migration is under way waits for that, and is posted again', async () => {
    const rig = await openRig();
    const { fake, nova } = rig;
    const server = await rig.bootOne();
    const gate = fake.gate('live.post.start');
    const first = waitForLiveMigration(nova, server, QUICK);
    await gate.reached;

    const second = waitForLiveMigration(nova, server, QUICK);
    await waitFor(() => answers(rig).includes(409));
    const naive = await nova.liveMigrate(server).catch((error: unknown) => error);
    gate.release();

    expect(naive, 'the wrong waiter gives up').toMatchObject({ status: 409 });
    expect((await first).migration).toMatchObject({ id: 1, status: 'completed', dest: 'host2' });
    expect(await second).toMatchObject({ server: { host: 'host1' }, migration: { id: 2 } });
    expect(answers(rig), 'it did not knock at the door all the time').toEqual([202, 409, 409, 202]);
  });

  test.each([
    ['F15', { reason: 'service' }],
    ['F34', {}],
  ] as const)('because its service is not there yet is posted again (%s)', async (id, params) => {
    const rig = await openRig();
    const server = await rig.bootOne();
    rig.fake.fault({ id, params, times: 2 });

    await waitForColdMigration(rig.nova, server, QUICK);

    expect(answers(rig)).toEqual([409, 409, 202]);
  });

  test('or cannot be read for a moment is posted all the same by a wait that is woken by events only', async () => {
    const rig = await openRig();
    const server = await rig.bootOne();
    rig.fake.fault({ id: 'F17', match: { route: 'GET /servers/{id}' }, times: 1 });
    rig.fake.fault({ id: 'F34', times: 1 });

    await waitForColdMigration(rig.nova, server, { ...WOKEN, wakeOn: rig.events(server) });

    expect(answers(rig)).toEqual([409, 202]);
  });

  test('because the server is locked is not posted again', async () => {
    const rig = await openRig();
    const server = await rig.bootOne();
    rig.fake.fault({ id: 'F15', params: { reason: 'locked' } });

    const refused = waitForLiveMigration(rig.nova, server, QUICK);

    await expect(refused).rejects.toMatchObject({ status: 409, reason: `Instance ${server} is locked` });
    expect(answers(rig)).toEqual([409]);
  });

  test('and runs out of time names the refusal', async () => {
    const rig = await openRig();
    const server = await rig.bootOne();
    rig.fake.fault({ id: 'F05' });
    await rig.nova.liveMigrate(server);

    const error = await failureOf(waitForLiveMigration(rig.nova, server, { ...QUICK, timeout: '2s' }));

    expect(error.name).toBe('WaitTimeoutError');
    expect(error.message).toContain("(not accepted yet: Cannot 'os-migrateLive' instance");
    expect(answers(rig)).toEqual([202, 409]);
  });
});

describe('22. a request whose answer does not tell whether it took effect', () => {
  test('500, and nobody has written: it is posted again', async () => {
    const rig = await openRig();
    const server = await rig.bootOne();
    rig.fake.fault({ id: 'F16', params: { winner: 'nobody' }, times: 1 });

    const { migration } = await waitForLiveMigration(rig.nova, server, QUICK);

    expect(migration.status).toBe('completed');
    expect([answers(rig), await migrations(rig, server)]).toEqual([[500, 202], 1]);
  });

  test('500, and a rival has won: it is not posted on top of that', async () => {
    const rig = await openRig();
    const server = await rig.bootOne();
    rig.fake.fault({ id: 'F16', params: { winner: 'rival' }, times: 1 });

    const error = await failureOf(waitForLiveMigration(rig.nova, server, QUICK));

    expect(error.message).toContain('somebody else has moved it to host2 in the meantime');
    expect([answers(rig), await migrations(rig, server)]).toEqual([[500], 1]);
  });

  test.each([
    ['503 from a proxy', { id: 'F17', params: { after: true, body: 'html' } }, 503],
    ['a reset', { id: 'F19', params: { kind: 'reset', after: true } }, 0],
    ['a hang', { id: 'F19', params: { kind: 'hang', after: true } }, 0],
  ] as const)('%s after it has been taken: it is recognised, and not posted again', async (_title, fault, status) => {
    const rig = await openRig();
    const server = await rig.bootOne();
    rig.fake.fault({ ...fault, match: POST, times: 1 });

    const { migration, requestId } = await waitForLiveMigration(rig.nova, server, { ...QUICK, attemptTimeout: 400 });
    const [action] = await rig.nova.listActions(server);

    expect(migration.status).toBe('completed');
    expect(requestId, 'the action is known by its request').toBe(action?.requestId);
    expect([answers(rig), await migrations(rig, server)]).toEqual([[status], 1]);
  });

  test('whoever posts again whatever the answer was is told 409 by its own migration', async () => {
    const rig = await openRig();
    const server = await rig.bootOne();
    rig.fake.gate('live.accepted');
    rig.fake.fault({ id: 'F17', match: POST, times: 1, params: { after: true } });

    const naive = retry(() => rig.nova.liveMigrate(server), { interval: 5 });

    await expect(naive).rejects.toMatchObject({ status: 409 });
    expect((await rig.nova.showServer(server)).status).toBe('MIGRATING');
  });
});

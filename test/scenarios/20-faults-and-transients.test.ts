import { exponential, waitFor, waitForStatus } from 'unsleep';
import { describe, expect, test } from 'vitest';
import { waitForBoot } from '../../examples/nova-client/wait-for-boot.ts';
import { waitForLiveMigration } from '../../examples/nova-client/wait-for-live-migration.ts';
import { failureOf, HASTY, openRig, QUICK, stateOf, watch } from './rig.ts';

describe('20. ERROR comes before its fault', () => {
  test('a boot that fails says why, not "unknown"', async () => {
    const { fake, nova, order } = await openRig();
    fake.fault({ id: 'F02', params: { reason: 'No valid host was found. All of them are on fire.' } });
    const gate = fake.gate('error.fault');
    let looks = 0;
    const waiting = waitForBoot(nova, order, { ...HASTY, onLook: () => void looks++ });
    const state = stateOf(waiting);

    const server = await gate.reached;
    const naive = await waitForStatus(() => nova.showServer(server), { target: ['ACTIVE', 'ERROR'], timeout: '5s' });
    const before = looks;
    await waitFor(() => looks >= before + 3);
    const seen = state();
    gate.release();

    expect(naive, 'the wrong waiter has nothing to report').toMatchObject({ status: 'ERROR', fault: null });
    expect(seen).toBe('pending');
    expect((await failureOf(waiting)).message).toContain(
      'is in ERROR: No valid host was found. All of them are on fire.',
    );
  });

  test('a live migration too', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    fake.fault({ id: 'F01', params: { variant: 'L3', reason: 'the conductor tripped' } });
    fake.fault({ id: 'F09', params: { ms: 150 } });

    const error = await failureOf(waitForLiveMigration(nova, server, QUICK));

    expect(error.message).toContain(': the conductor tripped');
  });

  test('and an ERROR that never gets a fault is reported when patience ends', async () => {
    const { fake, nova, order } = await openRig();
    fake.fault({ id: 'F02' });
    fake.gate('error.fault');

    const error = await failureOf(waitForBoot(nova, order, { ...QUICK, patience: 200 }));

    expect(error.message).toContain('is in ERROR: no fault recorded');
  });
});

const READ = { route: 'GET /servers/{id}' };
const LIST = { route: 'GET /os-migrations' };

describe('21. trouble on the wire in the middle of a wait', () => {
  test.each([
    ['503 in HTML', { id: 'F17', params: { body: 'html' } }, /503: 503 Service Unavailable/],
    ['429 with seconds', { id: 'F18', params: { status: 429, retryAfter: 1 } }, /429 overLimit/],
    ['413 with a date', { id: 'F18', params: { status: 413, retryAfter: 1, format: 'date' } }, /413 overLimit/],
    ['408', { id: 'F19', params: { kind: '408' } }, /408: 408 Request Time-out/],
    ['504', { id: 'F19', params: { kind: '504' } }, /504: 504 Gateway Time-out/],
    ['a reset', { id: 'F19', params: { kind: 'reset' } }, /no answer/],
    ['a hang', { id: 'F19', params: { kind: 'hang' } }, /had no answer within/],
    ['broken JSON', { id: 'F19', params: { kind: 'truncated' } }, /with a body that makes no sense/],
  ] as const)('%s is survived', async (_title, fault, told) => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    const gate = fake.gate('live.post.start');
    const looks = watch();
    const options = { ...QUICK, attemptTimeout: 1_500, onLook: looks.onLook };
    const waiting = waitForLiveMigration(nova, server, options);
    const errors = () => looks.records.flatMap(({ error }) => (error === undefined ? [] : [String(error)]));

    await gate.reached;
    fake.fault({ ...fault, match: READ, times: 1 });
    await waitFor(() => errors().length === 1, { timeout: '10s' });
    gate.release();

    expect((await waiting).migration.status).toBe('completed');
    expect(errors()).toEqual([expect.stringMatching(told)]);
  });

  test('whoever takes one 503 for the end is wrong', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    const gate = fake.gate('live.post.start');
    await nova.liveMigrate(server);
    await gate.reached;
    fake.fault({ id: 'F17', match: READ, times: 1 });

    const naive = waitFor(async () => (await nova.showServer(server)).status === 'ACTIVE', { tolerate: () => false });

    await expect(naive).rejects.toMatchObject({ status: 503 });
    gate.release();
    await expect(waitForLiveMigration(nova, server, { ...QUICK, record: 1 })).resolves.toBeDefined();
  });

  test.each([
    [429, 'seconds', 1_000],
    [413, 'date', 1_000],
    [429, 'date', 1_000],
  ] as const)('nothing is asked before the Retry-After of a %i in %s is over', async (status, format, least) => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    const gate = fake.gate('live.post.start');
    const waiting = waitForLiveMigration(nova, server, QUICK);
    await gate.reached;
    fake.fault({ id: 'F18', match: LIST, times: 1, params: { status, retryAfter: 1, format } });

    const refused = await waitFor(() => fake.requests.find((one) => one.status === status), { timeout: '10s' });
    const next = await waitFor(() => fake.requests[fake.requests.indexOf(refused) + 1], { timeout: '10s' });
    gate.release();
    await waiting;

    expect(next.at - refused.at).toBeGreaterThanOrEqual(least);
  });

  test('the gaps between failing requests grow, each shortened by chance', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    const gate = fake.gate('live.post.start');
    await nova.liveMigrate(server);
    await gate.reached;
    fake.fault({ id: 'F17', match: LIST, times: 5, params: { body: 'html' } });
    const pauses: number[] = [];
    const backoff = exponential({ initial: 40, factor: 3, jitter: 'equal' });
    const interval: typeof backoff = (look) => {
      const pause = backoff(look);
      pauses.push(pause);
      return pause;
    };

    const readsDirectly = async () => (await nova.listMigrations({ serverId: server }))[0]?.status === 'running';
    await waitFor(readsDirectly, { timeout: '20s', interval });
    gate.release();

    const times = fake.requests.filter(({ path, status }) => path.endsWith('/os-migrations') && status === 503);
    const gaps = times.slice(1).map(({ at }, index) => at - (times[index]?.at ?? 0));
    const nominal = [40, 120, 360, 1_080, 3_240];
    expect(times).toHaveLength(5);
    // A timer rings late at worst; both clocks count whole milliseconds here.
    for (const [index, gap] of gaps.entries()) expect(gap).toBeGreaterThanOrEqual(Math.floor(pauses[index] ?? 0) - 1);
    for (const [index, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual((nominal[index] ?? 0) / 2);
      expect(pause).toBeLessThan(nominal[index] ?? 0);
    }
  });

  test('a 403 stops at once', async () => {
    let token = 'admin-token';
    const revocable: typeof fetch = (input, init) => {
      return fetch(input, { ...init, headers: { ...(init?.headers as object), 'X-Auth-Token': token } });
    };
    const { fake, nova, bootOne } = await openRig({}, { fetch: revocable });
    const server = await bootOne();
    const gate = fake.gate('live.post.start');
    const waiting = waitForLiveMigration(nova, server, QUICK);
    await gate.reached;
    token = 'member-token';

    await expect(waiting).rejects.toMatchObject({ name: 'NovaError', status: 403, word: 'forbidden' });
    gate.release();
    await waitFor(() => fake.flows.length === 0);
    expect(fake.requests.filter(({ status }) => status === 403)).toHaveLength(1);
  });
});

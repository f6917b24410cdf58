import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFakeNova, type FakeNova } from '../../examples/fake-nova/fake-nova.ts';
import { type ServedNova, serveFakeNova } from '../../examples/fake-nova/serve.ts';
import type { StepName } from '../../examples/fake-nova/step-names.ts';
import { createNovaClient } from '../../examples/nova-client/nova-client.ts';
import { waitForBoot } from '../../examples/nova-client/wait-for-boot.ts';

const PROGRAM = fileURLToPath(new URL('../../examples/operations/main.ts', import.meta.url));
const TIMEOUT = 60_000;

let nova: FakeNova;
let served: ServedNova;
let folder: string;
let id: string;
let children: ChildProcessByStdio<null, Readable, Readable>[];

beforeEach(async () => {
  children = [];
  nova = createFakeNova();
  served = await serveFakeNova(nova);
  folder = await mkdtemp(join(tmpdir(), 'unsleep-resume-'));
  const [image, flavor] = [nova.scenario.images[0]?.id ?? '', nova.scenario.flavors[0]?.id ?? ''];
  const client = createNovaClient({ url: served.url, token: 'admin-token' });
  const [server] = await waitForBoot(client, { name: 'web', image, flavor, host: 'host1' }, { settle: 0 });
  id = server?.id ?? '';
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await served.close();
  await rm(folder, { recursive: true });
});

const file = () => join(folder, 'migration.json');
const migrations = () => nova.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/action'));

/** Starts the program that migrates the server, or goes on with it when it finds a token. */
function run() {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, served.url, id, file()], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const exit = once(child, 'exit');
  return {
    stored: once(child.stdout, 'data'),
    async kill() {
      child.kill('SIGKILL');
      expect(await exit).toEqual([null, 'SIGKILL']);
    },
    async end() {
      const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
      return { code, last: stdout.trim().split('\n').at(-1), stderr };
    },
  };
}

/** Has a process start the migration and store its token, and kills it once the migration stands at this step. */
async function killedAt(step: StepName): Promise<() => void> {
  const gate = nova.gate(step);
  const first = run();
  await Promise.all([first.stored, gate.reached]);
  await first.kill();
  return gate.release;
}

describe('a wait whose process is killed', { timeout: TIMEOUT }, () => {
  test.each<[when: string, step: StepName]>([
    ['before there is a record of the migration', 'live.select.start'],
    ['when the server has moved, and the record does not say so yet', 'live.completed'],
  ])('%s is gone on with by the next process', async (_, step) => {
    const release = await killedAt(step);
    release();
    expect(await run().end()).toEqual({ code: 0, last: 'it is ACTIVE on host2', stderr: '' });
    expect(migrations()).toHaveLength(1);
  });

  test('learns of a failure that came while nobody looked', async () => {
    nova.fault({ id: 'rollback' });
    const release = await killedAt('live.rollback.start');
    release();
    const { code, stderr } = await run().end();
    expect(code).toBe(1);
    expect(stderr).toMatch(/OperationError: operation \S+: failed: \S+ migration 1 (error|failed)/);
    expect(migrations()).toHaveLength(1);
  });

  test('can be killed again', async () => {
    const release = await killedAt('live.memory');
    const second = run();
    await second.stored;
    await second.kill();
    release();
    expect(await run().end()).toEqual({ code: 0, last: 'it is ACTIVE on host2', stderr: '' });
    expect(migrations()).toHaveLength(1);
  });

  test('leaves an address and no credentials, and is gone on with by nobody who speaks another dialect', async () => {
    const release = await killedAt('live.memory');
    release();
    const stored = await readFile(file(), 'utf8');
    expect(stored).not.toContain('admin-token');
    const { token, ...rest } = JSON.parse(stored);
    const url = `${served.url}/v2.1/os-migrations?instance_uuid=${id}`;
    expect(token).toMatchObject({ v: 1, dialect: 'openstack-migration', url });
    expect(rest).toEqual({ before: { status: 'ACTIVE', host: 'host1' }, known: [] });

    await writeFile(file(), JSON.stringify({ ...rest, token: { ...token, dialect: 'plain' } }));
    const asked = nova.requests.length;
    const { code, stderr } = await run().end();
    expect(code).toBe(1);
    expect(stderr).toContain("the token is of 'plain', not of 'openstack-migration'");
    expect(nova.requests).toHaveLength(asked);
  });
});

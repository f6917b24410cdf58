// A process is killed while it waits for a live migration. The next one goes on with the token that the first has stored.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createFakeNova } from './fake-nova/fake-nova.ts';
import { serveFakeNova } from './fake-nova/serve.ts';
import { createNovaClient } from './nova-client/nova-client.ts';
import { waitForBoot } from './nova-client/wait-for-boot.ts';

const fake = createFakeNova();
const { url, close } = await serveFakeNova(fake);
const nova = createNovaClient({ url, token: 'admin-token' });
const [image, flavor] = [fake.scenario.images[0]?.id ?? '', fake.scenario.flavors[0]?.id ?? ''];
const [server] = await waitForBoot(nova, { name: 'web', image, flavor, host: 'host1' }, { settle: 0 });

const folder = await mkdtemp(join(tmpdir(), 'unsleep-'));
const program = fileURLToPath(new URL('operations/main.ts', import.meta.url));
const args = ['--import', 'tsx', program, url, server?.id ?? '', join(folder, 'migration.json')];
const run = () => spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });

const middle = fake.gate('live.memory'); // holds the migration while it is running
const first = run();
const [said] = await once(first.stdout, 'data');
console.log(`the first process: ${String(said).split('\n')[0]}`);
await middle.reached;
first.kill('SIGKILL');
console.log(`the first process: ${(await once(first, 'exit'))[1]}`);
middle.release();

const lines = (await text(run().stdout)).trim().split('\n');
console.log(`the second process: ${lines.at(-1)}`);
const asked = fake.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/action'));
console.log(`the migration was asked for: ${asked.length} time`);
await Promise.all([close(), rm(folder, { recursive: true })]);

// Prints:
// the first process: the token is stored
// the first process: SIGKILL
// the second process: it is ACTIVE on host2
// the migration was asked for: 1 time

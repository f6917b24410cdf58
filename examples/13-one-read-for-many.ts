// A thousand migrations are awaited with one list request a round, where each for itself would ask for its own.
import { createPoller } from 'unsleep';
import { createFakeNova } from './fake-nova/fake-nova.ts';
import { serveFakeNova } from './fake-nova/serve.ts';
import { createNovaClient } from './nova-client/nova-client.ts';
import { waitForBoot } from './nova-client/wait-for-boot.ts';

const fake = createFakeNova({ delays: { max: 2 } });
const { url, close } = await serveFakeNova(fake);
const nova = createNovaClient({ url, token: 'admin-token' });
const [image, flavor] = [fake.scenario.images[0]?.id ?? '', fake.scenario.flavors[0]?.id ?? ''];
const servers = await waitForBoot(nova, { name: 'server', image, flavor, count: 1_000 }, { settle: 0, timeout: '2m' });

let rounds = 0;
const migrations = createPoller({
  interval: 250,
  read: async (_servers: readonly string[], signal) => {
    rounds++;
    const list = await nova.listMigrations({}, { signal }); // every page of it
    return list.map((migration) => [migration.serverId, migration]);
  },
});

// Who waits before there is a migration is told that there is none, round after round.
const options = { target: 'finished', failure: 'error', timeout: '2m' } as const;
const waits = Promise.all(servers.map(({ id }) => migrations.waitForStatus(id, options)));
for (const { id } of servers) await nova.migrate(id);
const moved = new Set((await waits).map(({ serverId }) => serverId));
await migrations.close();

const lists = fake.requests.filter(({ path }) => path.includes('/os-migrations')); // pages of them counted
console.log(`migrated: ${moved.size}`);
console.log(
  `rounds: ${rounds < 200 ? 'fewer than 200' : rounds}, requests in a round: ${Math.round(lists.length / rounds)}`,
);
await close();

// Prints:
// migrated: 1000
// rounds: fewer than 200, requests in a round: 1

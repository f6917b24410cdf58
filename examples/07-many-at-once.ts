// Moves ten servers at once: each wait has its own verdict, and one signal ends them all.
import { on, pendingWaits } from 'unsleep';
import { createFakeNova } from './fake-nova/fake-nova.ts';
import { serveFakeNova } from './fake-nova/serve.ts';
import { createNovaClient } from './nova-client/nova-client.ts';
import { waitForBoot } from './nova-client/wait-for-boot.ts';
import { waitForLiveMigration } from './nova-client/wait-for-live-migration.ts';

const fake = createFakeNova({ delays: { max: 5 } });
const { url, close } = await serveFakeNova(fake);
const nova = createNovaClient({ url, token: 'admin-token' });
const [image, flavor] = [fake.scenario.images[0]?.id ?? '', fake.scenario.flavors[0]?.id ?? ''];
const servers = await waitForBoot(nova, { name: 'server', image, flavor, count: 10 }, { settle: 0 });

// Three of them will find no host. A host runs one live migration at a time; the others are queued.
for (const { id } of servers.slice(0, 3)) fake.fault({ id: 'noValidHost', match: { serverId: id } });

const controller = new AbortController();
const { signal } = controller;
const wakeOn = on(fake.bus, 'notification'); // one listener on the bus, however many wait
const waits = servers.map(({ id }) => waitForLiveMigration(nova, id, { wakeOn, signal, settle: 50 }));
const results = await Promise.allSettled(waits);

const failed = results.filter(({ status }) => status === 'rejected');
console.log(`moved: ${results.length - failed.length}, failed: ${failed.length}`);

// And once more, but this time somebody stops it all in the middle.
const again = servers.map(({ id }) => waitForLiveMigration(nova, id, { wakeOn, signal }));
controller.abort(new Error('the maintenance window is over'));
const reasons = (await Promise.allSettled(again)).map((result) => 'reason' in result && String(result.reason));
console.log([...new Set(reasons)].join());
console.log(`still waiting: ${pendingWaits().length}, listeners left: ${fake.bus.listenerCount('notification')}`);
await close();

// Prints:
// moved: 7, failed: 3
// Error: the maintenance window is over
// still waiting: 0, listeners left: 0

// Nova's test of bug 1718455, without its sleeps: two servers booted by one request, one of them moved. Once with the
// bug fixed, once with it present: the same request and the same 202, and opposite outcomes.
import { createFakeNova } from './fake-nova/fake-nova.ts';
import { serveFakeNova } from './fake-nova/serve.ts';
import { notificationSource } from './nova-client/notification-source.ts';
import { createNovaClient } from './nova-client/nova-client.ts';
import { waitForBoot } from './nova-client/wait-for-boot.ts';
import { waitForLiveMigration } from './nova-client/wait-for-live-migration.ts';

for (const isBugPresent of [false, true]) {
  const fake = createFakeNova();
  const { url, close } = await serveFakeNova(fake);
  const nova = createNovaClient({ url, token: 'admin-token' });
  const wakeOn = notificationSource({ url: `${url}/_fake/notifications` });

  const [image, flavor] = [fake.scenario.images[0]?.id ?? '', fake.scenario.flavors[0]?.id ?? ''];
  const [first] = await waitForBoot(nova, { name: 'server', image, flavor, count: 2 }, { wakeOn });
  const { id = '', host: source = null } = first ?? {};
  const target = fake.scenario.hosts.find((host) => host !== source);

  // With the bug, the request for two servers made the scheduler look for room for two when one of them moved.
  if (isBugPresent) fake.fault({ id: 'noValidHost' });
  try {
    const { server, migration } = await waitForLiveMigration(nova, id, { host: target, wakeOn, timeout: '1m' });
    console.log(`${migration.type}: ${migration.status}, moved: ${server.host === target}`);
  } catch (error) {
    console.log(
      String(error)
        .split('\n')[0]
        ?.replace(/server \S+ \(\S+\)|\(after.*/g, '…'),
    );
  }
  const post = fake.requests.find(({ method, path }) => method === 'POST' && path.endsWith('/action'));
  console.log(`answered with ${post?.status}, on its old host: ${(await nova.showServer(id)).host === source}`);
  await close();
}

// Prints:
// live-migration: completed, moved: true
// answered with 202, on its old host: false
// WaitFailedError: live migration of …: migration 1 error: No valid host was found. There are not enough hosts available. …
// answered with 202, on its old host: true

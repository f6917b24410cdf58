// Waits for real migrations of a real HTTP service, and compares ways of doing so. Run it with `npm run demo`.
import Table from 'cli-table3';
import { type LookRecord, WaitFailedError } from 'unsleep';
import { createFakeNova } from '../fake-nova/fake-nova.ts';
import { serveFakeNova } from '../fake-nova/serve.ts';
import { notificationSource } from '../nova-client/notification-source.ts';
import { createNovaClient } from '../nova-client/nova-client.ts';
import type { Sighting } from '../nova-client/sighting.ts';
import { waitForBoot } from '../nova-client/wait-for-boot.ts';
import { waitForLiveMigration } from '../nova-client/wait-for-live-migration.ts';
import { type Job, type Result, race } from './race.ts';
import { DELAYS, TRANSFER } from './timing.ts';
import { WAYS, type Way } from './ways.ts';

const start = performance.now();

function tell(text: string): void {
  console.log(`${((performance.now() - start) / 1_000).toFixed(2).padStart(6)} s  ${text}`);
}

/** Tells each change that the looks of a wait see. */
function narrator(): (record: LookRecord) => void {
  let told = '';
  return ({ value, wokenBy }) => {
    const { server, migration } = value as Sighting;
    const text = `server ${server}, migration: ${migration}`;
    if (text !== told) tell(`  ${text}${wokenBy === 'event' ? '   (woken by a notification)' : ''}`);
    told = text;
  };
}

async function story(): Promise<void> {
  const fake = createFakeNova({ seed: 7, delays: DELAYS, transfer: TRANSFER });
  const { url, close } = await serveFakeNova(fake);
  const nova = createNovaClient({ url, token: 'admin-token' });
  const wakeOn = notificationSource({ url: `${url}/_fake/notifications` });
  tell(`a compute service answers on ${url}`);

  const [image, flavor] = [fake.scenario.images[0]?.id ?? '', fake.scenario.flavors[0]?.id ?? ''];
  const servers = await waitForBoot(nova, { name: 'demo', image, flavor, count: 2 }, { wakeOn, settle: 0 });
  tell(`two servers booted by one request: ${servers.map(({ name, host }) => `${name} on ${host}`).join(', ')}`);

  for (const [index, { id = '', host = null }] of servers.entries()) {
    const target = host === 'host1' ? 'host2' : 'host1';
    if (index === 1) fake.fault({ id: 'noValidHost' });
    tell(
      `live migration of server ${index + 1} to ${target}${index === 1 ? ', with the bug of the original test' : ''}`,
    );
    try {
      await waitForLiveMigration(nova, id, { host: target, wakeOn, onLook: narrator() });
      tell(`server ${index + 1} runs on ${target}`);
    } catch (error) {
      if (!(error instanceof WaitFailedError)) throw error;
      tell(`it was answered with the same 202, and failed:\n\n${error.message.replace(/^/gm, '    ')}\n`);
    }
  }
  await close();
}

const JOBS: readonly Job[] = [
  { name: 'succeeds', truth: 'migrated', faults: [] },
  { name: 'fails', truth: 'failed', faults: [{ id: 'noValidHost' }] },
  { name: 'fails, old record', truth: 'failed', faults: [{ id: 'staleRecord' }, { id: 'noValidHost' }] },
];

const SEEDS = [7, 8, 9];

async function comparison(): Promise<void> {
  tell('the same job, done in three ways, each on a service of its own, all measured now:\n');
  const table = new Table({
    head: ['the migration', 'waited for by', 'noticed', 'requests', 'verdict'],
    style: { head: [], border: [], compact: true },
  });
  const run = (way: Way, job: Job) => Promise.all(SEEDS.map((seed) => race(way, job, seed)));
  // The sleepers side by side, the others one job after the other: they would measure each other.
  const sleepers = JOBS.map((job) => run(WAYS.originalLoop, job));
  for (const [index, job] of JOBS.entries()) {
    const busy = await Promise.all([run(WAYS.polling, job), run(WAYS.events, job)]);
    table.push(...[(await sleepers[index]) ?? [], ...busy].map(toRow));
  }
  console.log(table.toString());
  console.log(`
noticed: after the last write of the migration; medians of ${SEEDS.length} runs. The answer to each request was the same 202.`);
}

function toRow(results: readonly Result[]): string[] {
  const [{ job = '', way = '' } = {}] = results;
  const noticedAfter = median(results.map((result) => result.noticedAfter));
  const noticed = noticedAfter >= 0 ? `${noticedAfter} ms after` : 'before it ended';
  const verdicts = results.map(({ belief, isRight: right }) => `${belief}: ${right ? 'right' : 'WRONG'}`);
  const requests = median(results.map((result) => result.requests));
  return [job, way, noticed, String(requests), [...new Set(verdicts)].join(', ')];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

await story();
await comparison();
tell('done');

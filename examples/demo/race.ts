import { createFakeNova } from '../fake-nova/fake-nova.ts';
import type { FaultRequest } from '../fake-nova/faults.ts';
import { serveFakeNova } from '../fake-nova/serve.ts';
import { notificationSource } from '../nova-client/notification-source.ts';
import { createNovaClient } from '../nova-client/nova-client.ts';
import { waitForBoot } from '../nova-client/wait-for-boot.ts';
import { DELAYS, TRANSFER } from './timing.ts';
import type { Belief, Way } from './ways.ts';

/** The same request and the same 202 each time, and what comes of it. */
export interface Job {
  readonly name: string;
  readonly truth: Belief;
  readonly faults: readonly FaultRequest[];
}

/** What a way made of a job. Measured, except for the names. */
export interface Result {
  readonly way: string;
  readonly job: string;
  /** Milliseconds from the last write of the migration to the verdict; negative if it came before. */
  readonly noticedAfter: number;
  readonly requests: number;
  readonly belief: Belief;
  readonly isRight: boolean;
}

/** Lets a way do a job, each on a service of its own. */
export async function race(way: Way, job: Job, seed: number): Promise<Result> {
  const fake = createFakeNova({ seed, delays: DELAYS, transfer: TRANSFER });
  const { url, close } = await serveFakeNova(fake);
  try {
    const nova = createNovaClient({ url, token: 'admin-token' });
    const [image, flavor] = [fake.scenario.images[0]?.id ?? '', fake.scenario.flavors[0]?.id ?? ''];
    const [server] = await waitForBoot(nova, { name: 'racer', image, flavor }, { settle: 0 });
    const { id = '', host } = server ?? {};
    for (const fault of job.faults) fake.fault(fault);
    const asked = fake.requests.length;
    const wakeOn = notificationSource({ url: `${url}/_fake/notifications` });
    const belief = await way.migrate(nova, id, host === 'host1' ? 'host2' : 'host1', wakeOn);
    const [believedAt, requests] = [Date.now(), fake.requests.length - asked];
    const fact = fake.journal.findLast(({ text }) => text === 'M completed' || text === 'M error');
    const noticedAfter = fact ? believedAt - fact.at : Number.NEGATIVE_INFINITY;
    return { way: way.name, job: job.name, noticedAfter, requests, belief, isRight: belief === job.truth };
  } finally {
    await close();
  }
}

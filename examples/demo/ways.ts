import { proportional, WaitFailedError, type WakeSource } from 'unsleep';
import type { NovaClient } from '../nova-client/nova-client.ts';
import { waitForLiveMigration } from '../nova-client/wait-for-live-migration.ts';

/** What somebody who waited for a live migration believes in the end. */
export type Belief = 'migrated' | 'failed' | 'timed out';

/** A way to live-migrate a server and wait for the end of it. */
export interface Way {
  readonly name: string;
  readonly migrate: (nova: NovaClient, serverId: string, host: string, wakeOn: WakeSource) => Promise<Belief>;
}

/** The loop of Nova's own functional test: ten looks, half a second apart, for any record of the server that fits. */
const originalLoop: Way = {
  name: 'sleep 0.5 s x 10',
  async migrate(nova, serverId, host) {
    await nova.liveMigrate(serverId, host);
    for (let attempt = 0; attempt < 10; attempt++) {
      const records = await nova.listMigrations({});
      if (records.some((record) => record.serverId === serverId && record.status === 'completed')) return 'migrated';
      await new Promise((wake) => setTimeout(wake, 500));
    }
    return 'timed out';
  },
};

const polling: Way = {
  name: 'unsleep, polling',
  migrate: (nova, serverId, host) => believe(waitForLiveMigration(nova, serverId, { host, settle: 0 })),
};

const SPARSE = proportional({ min: 200 });

const events: Way = {
  name: 'unsleep, events + polling',
  // The events tell when to look, so the polling underneath may begin slowly. It cannot be left out: Nova announces
  // nothing after the last write.
  migrate: (nova, serverId, host, wakeOn) =>
    believe(waitForLiveMigration(nova, serverId, { host, settle: 0, wakeOn, interval: SPARSE })),
};

/** The ways that the demo compares. The first sleeps most of the time; the others are busy. */
export const WAYS = { originalLoop, polling, events } as const;

async function believe(waiting: Promise<unknown>): Promise<Belief> {
  try {
    await waiting;
    return 'migrated';
  } catch (error) {
    if (error instanceof WaitFailedError) return 'failed';
    throw error;
  }
}

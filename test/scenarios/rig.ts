import { type LookRecord, on, pendingWaits, WaitError, waitFor } from 'unsleep';
import { afterEach, expect, vi } from 'vitest';
import { createFakeNova } from '../../examples/fake-nova/fake-nova.ts';
import type { ScenarioOverrides } from '../../examples/fake-nova/scenario.ts';
import { serveFakeNova } from '../../examples/fake-nova/serve.ts';
import { concerns } from '../../examples/nova-client/notification.ts';
import { type ClientOptions, createNovaClient } from '../../examples/nova-client/nova-client.ts';
import type { Sighting } from '../../examples/nova-client/sighting.ts';
import { waitForBoot } from '../../examples/nova-client/wait-for-boot.ts';

/** What the waits of a scenario take unless it is about just that: quick looks, and a deadline that none should need. */
export const QUICK = { timeout: '15s', interval: 5, settle: 40 } as const;

/** The first end counts: a wait that takes a window for the end has no later look to be saved by. */
export const HASTY = { ...QUICK, settle: 0 } as const;

/** Looks only when woken, and has no deadline that would cause a look: a wait that misses its events hangs the test. */
export const WOKEN = { timeout: '1h', interval: Number.POSITIVE_INFINITY, settle: 40 } as const;

// Well above the deadlines of the waits, so that their message is the one that is printed.
vi.setConfig({ testTimeout: 30_000 });

const open = new Set<() => Promise<void>>();

afterEach(async () => {
  const closing = [...open].map((close) => close());
  open.clear();
  await Promise.all(closing);
  const left = pendingWaits().map(({ name }) => name);
  const fresh = left.filter((name) => !reported.has(name));
  for (const name of fresh) reported.add(name);
  expect(fresh, 'waits left behind').toEqual([]);
});

// A test that fails may leave its waits behind, of which the tests after it know nothing.
const reported = new Set<string>();

/** A service of its own behind a real port, and a client for it. */
export async function openRig(overrides: ScenarioOverrides = {}, options: Partial<ClientOptions> = {}) {
  const fake = createFakeNova(overrides);
  const { url, close } = await serveFakeNova(fake);
  open.add(close);
  const connect = (other: Partial<ClientOptions> = {}) =>
    createNovaClient({ url, token: 'admin-token', ...options, ...other });
  const nova = connect();
  const { images, flavors } = fake.scenario;
  const order = { name: 'subject', image: images[0]?.id ?? '', flavor: flavors[0]?.id ?? '' };
  const rig = {
    ...{ fake, nova, url, close, connect, order },
    /** Every notification about the server, out of the process. */
    events: (serverId: string) => on(fake.bus, 'notification', concerns(serverId)),
    /** The ids of freshly booted servers. */
    async boot(count = 1, host?: string): Promise<string[]> {
      const whole = { ...order, count, ...(host !== undefined && { host }) };
      const rows = await waitForBoot(nova, whole, { ...QUICK, settle: 0 });
      return rows.map(({ id }) => id);
    },
    async bootOne(host = 'host1'): Promise<string> {
      const [id = ''] = await rig.boot(1, host);
      return id;
    },
    /** Requests that came in since the given one, as `GET /servers/…`. */
    posts: (action: string) =>
      fake.requests.filter(({ method, path }) => method === 'POST' && path.endsWith(action)).length,
  };
  return rig;
}

export type Rig = Awaited<ReturnType<typeof openRig>>;

/** Watches a wait from outside. */
export function watch() {
  const records: LookRecord[] = [];
  const sightings = () => records.map(({ value }) => value as Sighting | undefined);
  return {
    records,
    sightings,
    onLook: (record: LookRecord) => void records.push(record),
    /** Settles once so many looks have seen this. */
    saw: (isIt: (seen: Sighting) => boolean, count = 1) =>
      waitFor(() => sightings().filter((seen) => seen !== undefined && isIt(seen)).length >= count, {
        timeout: '10s',
        name: `${count} looks that see ${isIt}`,
      }),
  };
}

/** Whether a promise has settled yet. */
export function stateOf(promise: Promise<unknown>): () => 'pending' | 'settled' {
  let state: 'pending' | 'settled' = 'pending';
  const settle = () => {
    state = 'settled';
  };
  promise.then(settle, settle);
  return () => state;
}

/** The error with which the wait failed. */
export async function failureOf(waiting: Promise<unknown>): Promise<WaitError> {
  const [result] = await Promise.allSettled([waiting]);
  expect(result.status, 'the wait should have failed').toBe('rejected');
  const { reason } = result as PromiseRejectedResult;
  expect(reason).toBeInstanceOf(WaitError);
  return reason;
}

import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { FaultId } from '../../examples/fake-nova/fault-catalogue.ts';
import { apiStatus } from '../../examples/fake-nova/status.ts';
import type { MigrationType } from '../../examples/fake-nova/store.ts';
import { createRig, LIVE, type Rig } from './rig.ts';

// A limit against hangs alone: many runs take many times as long on a loaded machine.
vi.setConfig({ testTimeout: 120_000 });

const COLD = {
  new: ['pre-migrating'],
  'pre-migrating': ['migrating', 'error'],
  migrating: ['post-migrating', 'error'],
  'post-migrating': ['finished', 'error'],
  finished: ['confirming', 'reverting', 'error'],
  confirming: ['confirmed', 'error'],
  reverting: ['reverted', 'error'],
  confirmed: ['error'],
  reverted: ['error'],
};

/** Which status may follow which, by type of migration. */
const ALLOWED: Readonly<Record<MigrationType, Readonly<Record<string, readonly string[]>>>> = {
  'live-migration': {
    new: ['accepted'],
    accepted: ['queued', 'error', 'failed'],
    queued: ['preparing', 'cancelled', 'error'],
    preparing: ['running', 'error', 'cancelled'],
    running: ['completed', 'failed', 'cancelled', 'error'],
    error: ['failed'],
    failed: ['error'],
    completed: ['error'],
  },
  migration: COLD,
  resize: COLD,
  evacuation: {
    new: ['accepted'],
    accepted: ['pre-migrating', 'error', 'completed'],
    'pre-migrating': ['done', 'failed', 'completed'],
    done: ['completed'],
  },
};

type Move = (rig: Rig, id: string) => Promise<{ readonly status: number }>;

const act =
  (body: unknown): Move =>
  (rig, id) =>
    rig.act(id, body);

const done = { status: 0 };

const MOVES: Readonly<Record<string, Move>> = {
  live: act(LIVE),
  'live to host1': act({ 'os-migrateLive': { host: 'host1', block_migration: 'auto' } }),
  migrate: act({ migrate: null }),
  resize: act({ resize: { flavorRef: '2' } }),
  confirm: act({ confirmResize: null }),
  revert: act({ revertResize: null }),
  evacuate: act({ evacuate: {} }),
  stop: act({ 'os-stop': null }),
  start: act({ 'os-start': null }),
  'reset to active': act({ 'os-resetState': { state: 'active' } }),
  'reset to error': act({ 'os-resetState': { state: 'error' } }),
  nonsense: act({ 'os-migrateLive': { host: 7 } }),
  abort: (rig, id) => rig.call('DELETE', `/servers/${id}/migrations/${lastRecord(rig)}`),
  force: (rig, id) => rig.call('POST', `/servers/${id}/migrations/${lastRecord(rig)}/action`, { force_complete: null }),
  list: (rig) => rig.call('GET', '/servers/detail'),
  records: (rig) => rig.call('GET', '/os-migrations'),
  async delete(rig, id) {
    // Not awaited: the answer may need time to pass, which this test moves itself.
    void rig.call('DELETE', `/servers/${id}`);
    return done;
  },
  async down(rig) {
    rig.nova.host('host1').down();
    return done;
  },
  async up(rig) {
    rig.nova.host('host1').up();
    return done;
  },
};

const lastRecord = (rig: Rig) => rig.nova.store.migrations.all().length;

const faults = fc.subarray(['F01', 'F02', 'F03', 'F04', 'F05', 'F06', 'F08', 'F13', 'F28'] as const, { maxLength: 2 });
const moves = fc.array(fc.tuple(fc.constantFrom(...Object.keys(MOVES)), fc.nat(1), fc.nat(200)), { maxLength: 25 });

type Story = readonly (readonly [move: string, server: number, milliseconds: number])[];

/** What the service must never do, over all of this. */
async function strays(ids: readonly FaultId[], story: Story, seed: number): Promise<string[]> {
  const rig = createRig({ seed, serviceDownTime: 50, faults: ids.map((id) => ({ id, times: 2 })) });
  const servers = [await rig.boot(), await rig.boot()];
  for (const [name, which, ms] of story) {
    const answer = await MOVES[name]?.(rig, servers[which] ?? '');
    expect(answer?.status, name).toBeLessThan(500);
    await rig.virtual.tickAsync(ms);
  }
  // A host that stays down would have the automatic confirmation come back for ever.
  rig.nova.host('host1').up();
  await rig.settle();
  rig.nova.close();
  expect(rig.virtual.countTimers()).toBe(0);
  return [...strayTransitions(rig), ...strayServers(rig, servers)];
}

describe('the service', () => {
  test('stays within the transitions of Nova, and never answers 500, whatever it is asked', async () => {
    await fc.assert(
      fc.asyncProperty(faults, moves, fc.nat(), async (ids, story, seed) => {
        expect(await strays(ids, story, seed)).toEqual([]);
      }),
      {
        numRuns: 150,
        // A confirmation that is asked for just as the automatic one has made up its mind.
        examples: [
          [
            ['F08'],
            [
              ['migrate', 1, 12],
              ['live', 0, 108],
              ['live', 0, 66],
              ['confirm', 1, 0],
            ],
            1532902826,
          ],
        ],
      },
    );
  });
});

function strayTransitions(rig: Rig): string[] {
  return rig.nova.store.migrations.all().flatMap(({ id, type }) => {
    const statuses = ['new', ...rig.nova.store.migrations.history(id).map(({ row }) => row.status)];
    return statuses
      .map((status, index) => [statuses[index - 1] ?? status, status] as const)
      .filter(([from, to]) => from !== to && !ALLOWED[type][from]?.includes(to))
      .map(([from, to]) => `${type}: ${from} to ${to}`);
  });
}

function strayServers(rig: Rig, ids: readonly string[]): string[] {
  return ids.flatMap((id) => {
    const rows = rig.nova.store.servers.history(id).map(({ row }) => row);
    const unknown = rows.filter((row) => apiStatus(row.vmState, row.taskState) === 'UNKNOWN').map((row) => row.vmState);
    const afterwards = rows.slice(rows.findIndex((row) => row.deleted) + 1);
    const risen = rows.some((row) => row.deleted) && afterwards.length > 0 ? ['written after its end'] : [];
    return [...unknown, ...risen];
  });
}

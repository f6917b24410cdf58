import { waitFor } from 'unsleep';
import { describe, expect, test } from 'vitest';
import { waitForLiveMigration } from '../../examples/nova-client/wait-for-live-migration.ts';
import { openRig, QUICK, stateOf, watch } from './rig.ts';

describe('3. the server is ahead of its record', () => {
  test('ACTIVE on the target is not the end while the record is still running', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    const gate = fake.gate('live.completed');
    const looks = watch();
    const waiting = waitForLiveMigration(nova, server, { ...QUICK, onLook: looks.onLook });
    const state = stateOf(waiting);

    await gate.reached;
    await looks.saw(({ row }) => row?.status === 'ACTIVE' && row.host === 'host2', 3);
    const seen = { ours: state(), naive: await activeElsewhere(), record: looks.sightings().at(-1)?.record?.status };
    gate.release();

    expect(seen).toEqual({ ours: 'pending', naive: 'done', record: 'running' });
    expect((await waiting).migration.status).toBe('completed');

    /** The wrong waiter: ACTIVE means done. */
    async function activeElsewhere() {
      const isDone = async () => (await nova.showServer(server)).status === 'ACTIVE';
      return waitFor(async () => (await isDone()) && 'done', { timeout: '5s' });
    }
  });
});

import { describe, expect, test } from 'vitest';
import { waitForDelete } from '../../examples/nova-client/wait-for-delete.ts';
import { HASTY, openRig, stateOf, watch } from '../scenarios/rig.ts';

describe('the deletion of a server', () => {
  test('is not done while the server is ACTIVE', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    const gate = fake.gate('delete.gone');
    const looks = watch();
    const deleting = waitForDelete(nova, server, { ...HASTY, onLook: looks.onLook });
    const state = stateOf(deleting);

    await gate.reached;
    await looks.saw(({ row }) => row?.status === 'ACTIVE' && row.taskState === 'deleting', 3);
    const seen = state();
    gate.release();
    await deleting;

    expect(seen).toBe('pending');
    await expect(nova.showServer(server)).rejects.toMatchObject({ status: 404 });
  });

  test('is strictly done when what it held is given back, after it is gone', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    const gate = fake.gate('delete.end');
    const looks = watch();
    const strict = waitForDelete(nova, server, { ...HASTY, strict: true, onLook: looks.onLook });
    const state = stateOf(strict);

    await gate.reached;
    await looks.saw(({ row }) => row === undefined, 3);
    const seen = state();
    gate.release();
    await strict;

    expect(seen).toBe('pending');
  });

  test('is done at once for one that is gone', async () => {
    const { nova, bootOne } = await openRig();
    const server = await bootOne();
    await waitForDelete(nova, server, HASTY);

    await expect(waitForDelete(nova, server, HASTY)).resolves.toBeUndefined();
  });

  test('fails when the server ends in ERROR instead', async () => {
    const { fake, nova, bootOne } = await openRig();
    const server = await bootOne();
    const gate = fake.gate('delete.gone');
    const deleting = waitForDelete(nova, server, { ...HASTY, patience: 100 });
    await gate.reached;
    await nova.resetState(server, 'error');

    await expect(deleting).rejects.toThrow('the server is in ERROR');
  });
});

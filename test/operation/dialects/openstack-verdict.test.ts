import { describe, expect, test } from 'vitest';
import {
  type OpenstackMigrationOptions,
  openstackMigration,
} from '../../../src/operation/dialects/openstack-migration.ts';
import { actionBody, begun, DATE, ID, lookAt, REQUEST, recordOf, serverBody, startAnswer } from './openstack-looks.ts';

type Case = readonly [title: string, record: string | undefined, server: string, host: string, kind: string];

const BEFORE = { status: 'ACTIVE', host: 'host1' };

/** The kind of verdict on a record of a status, and a server on a host. */
function verdict(
  options: Partial<OpenstackMigrationOptions> & Pick<OpenstackMigrationOptions, 'kind'>,
  [record, server, host]: readonly [string | undefined, string, string | null],
  { action, version, more }: { action?: unknown; version?: string; more?: Record<string, unknown> } = {},
) {
  const dialect = openstackMigration({ before: BEFORE, ...options });
  const records = record === undefined ? [] : [recordOf(7, record, { migration_type: options.kind, ...more })];
  const headers = version === undefined ? {} : { 'openstack-api-version': `compute ${version}` };
  const token = begun(dialect, startAnswer({ date: DATE, 'x-openstack-request-id': REQUEST, ...headers }));
  return lookAt(dialect, records, serverBody(server, host), { token, action });
}

describe('a live migration', () => {
  const LIVE: readonly Case[] = [
    ['succeeds when completed, at rest, elsewhere and as it was', 'completed', 'ACTIVE', 'host2', 'succeeded'],
    ['is pending before there is a record', undefined, 'MIGRATING/migrating', 'host1', 'pending'],
    ['is pending while accepted', 'accepted', 'MIGRATING/migrating', 'host1', 'pending'],
    ['is pending while queued', 'queued', 'MIGRATING/migrating', 'host1', 'pending'],
    ['is pending while preparing', 'preparing', 'MIGRATING/migrating', 'host1', 'pending'],
    ['is pending while running', 'running', 'MIGRATING/migrating', 'host1', 'pending'],
    ['is pending in post-copy', 'running (post-copy)', 'MIGRATING/migrating', 'host1', 'pending'],
    ['is pending in a status from the future', 'teleporting', 'MIGRATING/migrating', 'host1', 'pending'],
    ['is pending when the server is ahead of the record', 'running', 'ACTIVE', 'host2', 'pending'],
    ['is pending when a replica still shows the server before it', undefined, 'ACTIVE', 'host1', 'pending'],
    ['is pending when completed and the server has not moved', 'completed', 'ACTIVE', 'host1', 'pending'],
    ['is pending when completed and a task is under way', 'completed', 'MIGRATING/migrating', 'host2', 'pending'],
    ['is pending when completed and another task is under way', 'completed', 'ACTIVE/deleting', 'host2', 'pending'],
    ['is pending when completed and the server is not what it was', 'completed', 'PAUSED', 'host2', 'pending'],
    ['fails with the record in error', 'error', 'ACTIVE', 'host1', 'failed'],
    ['fails with the record failed', 'failed', 'ACTIVE', 'host1', 'failed'],
    ['fails with the record in error, wherever the server is', 'error', 'ACTIVE', 'host2', 'failed'],
    ['fails with the server in ERROR', 'running', 'ERROR', 'host1', 'failed'],
    ['fails with the server in ERROR, though completed', 'completed', 'ERROR', 'host2', 'failed'],
    ['fails with the server in ERROR, though cancelled', 'cancelled', 'ERROR', 'host1', 'failed'],
    ['is cancelled with the record cancelled', 'cancelled', 'ACTIVE', 'host1', 'cancelled'],
    ['is cancelled while the server is still migrating', 'cancelled', 'MIGRATING/migrating', 'host1', 'cancelled'],
  ];
  test.each(LIVE)('%s', (_, record, server, host, kind) => {
    expect(verdict({ kind: 'live-migration' }, [record, server, host]).kind).toBe(kind);
  });

  test.each([
    ['fails with an action in error and no record', undefined, 'ACTIVE', 'failed'],
    ['fails with an action in error that no record tells of yet', 'accepted', 'ACTIVE', 'failed'],
    ['is pending with an action in error while a task is under way', 'accepted', 'MIGRATING/migrating', 'pending'],
  ] as const)('%s', (_, record, server, kind) => {
    const action = actionBody('No valid host was found.');
    expect(verdict({ kind: 'live-migration' }, [record, server, 'host1'], { action }).kind).toBe(kind);
  });

  test('succeeds in spite of an event that failed', () => {
    const action = actionBody('the first host did not want it');
    const seen = verdict({ kind: 'live-migration' }, ['completed', 'ACTIVE', 'host2'], { action });
    expect(seen.kind).toBe('succeeded');
  });

  test('succeeds on a third host, to which somebody has moved it on', () => {
    expect(verdict({ kind: 'live-migration' }, ['completed', 'ACTIVE', 'host3']).kind).toBe('succeeded');
  });

  test.each([
    ['host2', 'host2', 'succeeded'],
    ['host3', 'host2', 'pending'],
    ['host1', 'host1', 'succeeded'],
  ])('to %s that ends on %s is %s', (host, there, kind) => {
    expect(verdict({ kind: 'live-migration', host }, ['completed', 'ACTIVE', there]).kind).toBe(kind);
  });

  test('of a paused server ends paused', () => {
    const before = { status: ' paused ', host: 'host1' };
    expect(verdict({ kind: 'live-migration', before }, ['completed', 'PAUSED', 'host2']).kind).toBe('succeeded');
  });

  test.each([
    ['elsewhere', 'hash of host1', 'succeeded'],
    ['where it was', 'hash of null', 'pending'],
  ])('with hosts that are not shown ends %s by its hostId', (_, hostId, kind) => {
    const more = { source_compute: null, dest_compute: null };
    const before = { status: 'ACTIVE', host: null, hostId };
    const seen = verdict({ kind: 'live-migration', before }, ['completed', 'ACTIVE', null], { more });
    expect(seen.kind).toBe(kind);
  });

  test('is pending with hosts that are not shown, and nothing to compare', () => {
    const seen = verdict({ kind: 'live-migration' }, ['completed', 'ACTIVE', null]);
    expect(seen).toMatchObject({ kind: 'pending', state: expect.stringContaining('on a host that is not shown') });
  });

  test('is compared with where the record says that it came from', () => {
    const before = { status: 'ACTIVE', host: 'host9' };
    expect(verdict({ kind: 'live-migration', before }, ['completed', 'ACTIVE', 'host1']).kind).toBe('pending');
  });

  test('is compared with where it was when the record does not tell', () => {
    const more = { source_compute: null };
    expect(verdict({ kind: 'live-migration' }, ['completed', 'ACTIVE', 'host1'], { more }).kind).toBe('pending');
    expect(verdict({ kind: 'live-migration' }, ['completed', 'ACTIVE', 'host2'], { more }).kind).toBe('succeeded');
  });
});

describe.each(['migration', 'resize'] as const)('a %s', (kind) => {
  const COLD: readonly Case[] = [
    ['succeeds when finished and the server waits to be confirmed', 'finished', 'VERIFY_RESIZE', 'host2', 'succeeded'],
    ['succeeds when it was confirmed by itself', 'confirmed', 'ACTIVE', 'host2', 'succeeded'],
    ['succeeds when it was confirmed by itself and is off', 'confirmed', 'SHUTOFF', 'host2', 'succeeded'],
    ['is pending before there is a record', undefined, 'RESIZE/resize_prep', 'host1', 'pending'],
    ['is pending while pre-migrating', 'pre-migrating', 'RESIZE/resize_prep', 'host1', 'pending'],
    ['is pending while migrating', 'migrating', 'RESIZE/resize_migrating', 'host1', 'pending'],
    ['is pending while post-migrating on the new host', 'post-migrating', 'RESIZE/resize_migrated', 'host2', 'pending'],
    ['is pending when the record is ahead of the server', 'finished', 'RESIZE/resize_finish', 'host2', 'pending'],
    ['is pending when finished and a task is left', 'finished', 'VERIFY_RESIZE/resize_finish', 'host2', 'pending'],
    ['is pending when finished and the server is back', 'finished', 'ACTIVE', 'host1', 'pending'],
    ['is pending while it is being confirmed', 'confirming', 'VERIFY_RESIZE', 'host2', 'pending'],
    ['is pending when confirmed and the server is not yet', 'confirmed', 'VERIFY_RESIZE', 'host2', 'pending'],
    ['is pending when confirmed and a task is under way', 'confirmed', 'ACTIVE/deleting', 'host2', 'pending'],
    ['is pending when confirmed and the server is on a third host', 'confirmed', 'ACTIVE', 'host3', 'pending'],
    ['is pending when confirmed and the server has not moved', 'confirmed', 'ACTIVE', 'host1', 'pending'],
    ['is pending while it is being reverted', 'reverting', 'REVERT_RESIZE/resize_reverting', 'host2', 'pending'],
    ['is pending with a server at rest and no record', undefined, 'ACTIVE', 'host1', 'pending'],
    ['is pending in VERIFY_RESIZE without the record', 'post-migrating', 'VERIFY_RESIZE', 'host2', 'pending'],
    ['fails with the record in error', 'error', 'ACTIVE', 'host1', 'failed'],
    ['fails with the record failed', 'failed', 'ACTIVE', 'host1', 'failed'],
    ['fails with the record reverted', 'reverted', 'ACTIVE', 'host1', 'failed'],
    ['fails with the server in ERROR', 'migrating', 'ERROR', 'host1', 'failed'],
    [
      'fails with the server in ERROR while its task is left',
      'post-migrating',
      'ERROR/resize_finish',
      'host2',
      'failed',
    ],
  ];
  test.each(COLD)('%s', (_, record, server, host, outcome) => {
    expect(verdict({ kind }, [record, server, host]).kind).toBe(outcome);
  });

  test.each([
    ['fails with an action in error and the server at rest', 'ACTIVE', 'failed'],
    ['is pending with an event that failed while another host is tried', 'RESIZE/resize_prep', 'pending'],
  ] as const)('%s', (_, server, outcome) => {
    const action = actionBody('boom');
    expect(verdict({ kind }, ['pre-migrating', server, 'host1'], { action }).kind).toBe(outcome);
  });

  test('succeeds after another host was tried', () => {
    const action = actionBody('boom');
    expect(verdict({ kind }, ['finished', 'VERIFY_RESIZE', 'host2'], { action }).kind).toBe('succeeded');
  });

  test('of a server that is off falls back to that', () => {
    const seen = verdict({ kind, before: { status: 'SHUTOFF', host: 'host1' } }, ['pre-migrating', 'SHUTOFF', 'host1']);
    expect(seen).toMatchObject({ kind: 'pending', state: expect.stringContaining('disagree') });
  });

  test.each(['finished/VERIFY_RESIZE', 'confirmed/ACTIVE'])('is not done as %s on another host than asked', (words) => {
    const [record = '', server = ''] = words.split('/');
    expect(verdict({ kind, host: 'host3' }, [record, server, 'host2']).kind).toBe('pending');
    expect(verdict({ kind, host: 'host2' }, [record, server, 'host2']).kind).toBe('succeeded');
  });
});

describe('a resize', () => {
  test.each([
    ['on the host where it was', 'host1', 'succeeded'],
    ['elsewhere than its record says', 'host2', 'pending'],
  ])('%s and confirmed is %s', (_, host, kind) => {
    const more = { dest_compute: 'host1' };
    expect(verdict({ kind: 'resize' }, ['confirmed', 'ACTIVE', host], { more }).kind).toBe(kind);
  });
});

describe('an evacuation', () => {
  const EVACUATION: readonly (readonly [...Case, version: string | undefined])[] = [
    ['succeeds when done, elsewhere and off', 'done', 'SHUTOFF', 'host2', 'succeeded', '2.95'],
    ['succeeds as completed too, once its source is back', 'completed', 'SHUTOFF', 'host2', 'succeeded', '2.95'],
    ['succeeds when on as before, up to 2.94', 'done', 'ACTIVE', 'host2', 'succeeded', '2.94'],
    ['is pending when on, from 2.95', 'done', 'ACTIVE', 'host2', 'pending', '2.95'],
    ['is pending when off, up to 2.94', 'done', 'SHUTOFF', 'host2', 'pending', '2.94'],
    ['succeeds when on, where no microversion is told', 'done', 'ACTIVE', 'host2', 'succeeded', undefined],
    ['succeeds when off, where no microversion is told', 'done', 'SHUTOFF', 'host2', 'succeeded', undefined],
    ['is pending in another status, where none is told', 'done', 'PAUSED', 'host2', 'pending', undefined],
    ['is pending while accepted', 'accepted', 'REBUILD/rebuilding', 'host1', 'pending', undefined],
    ['is pending while pre-migrating', 'pre-migrating', 'REBUILD/rebuild_spawning', 'host1', 'pending', undefined],
    ['is pending while ACTIVE on the host that is gone', 'pre-migrating', 'ACTIVE', 'host1', 'pending', undefined],
    ['is pending while the host is ahead of the record', 'pre-migrating', 'SHUTOFF', 'host2', 'pending', '2.95'],
    ['is pending when done and the host is not', 'done', 'SHUTOFF', 'host1', 'pending', '2.95'],
    ['is pending when done and a task is under way', 'done', 'ACTIVE/powering-off', 'host2', 'pending', '2.95'],
    ['is pending when done and another task is under way', 'done', 'ACTIVE/deleting', 'host2', 'pending', '2.94'],
    ['fails with the record in error', 'error', 'ERROR', 'host1', 'failed', undefined],
    ['fails with the record failed', 'failed', 'ACTIVE', 'host1', 'failed', undefined],
    ['fails with the server in ERROR', 'pre-migrating', 'ERROR', 'host1', 'failed', undefined],
  ];
  test.each(EVACUATION)('%s', (_, record, server, host, kind, version) => {
    const seen = verdict({ kind: 'evacuation' }, [record, server, host], version === undefined ? {} : { version });
    expect(seen.kind).toBe(kind);
  });

  const OUT_OF_ERROR: readonly Case[] = [
    ['is pending while it still shows that', 'accepted', 'ERROR', 'host1', 'pending'],
    ['succeeds when it is on again', 'done', 'ACTIVE', 'host2', 'succeeded'],
    ['is pending when it is off', 'done', 'SHUTOFF', 'host2', 'pending'],
    ['fails when it is in ERROR at the end', 'done', 'ERROR', 'host2', 'failed'],
    ['fails with its record', 'failed', 'ERROR', 'host1', 'failed'],
  ];
  test.each(OUT_OF_ERROR)('out of ERROR %s', (_, record, server, host, kind) => {
    const before = { status: 'error', host: 'host1' };
    expect(verdict({ kind: 'evacuation', before }, [record, server, host], { version: '2.95' }).kind).toBe(kind);
  });

  test('is no success on another host than asked', () => {
    const options = { kind: 'evacuation', host: 'host3' } as const;
    expect(verdict(options, ['done', 'SHUTOFF', 'host2'])).toMatchObject({
      kind: 'pending',
      state: 'disagree: migration 7 done, server SHUTOFF on host2',
    });
  });

  test('knows the microversion by the older header too', () => {
    const dialect = openstackMigration({ kind: 'evacuation', before: BEFORE });
    const token = begun(dialect, startAnswer({ date: DATE, 'x-openstack-nova-api-version': '2.95' }));
    const records = [recordOf(7, 'done', { migration_type: 'evacuation' })];
    expect(lookAt(dialect, records, serverBody('ACTIVE', 'host2'), { token }).kind).toBe('pending');
  });
});

describe('what is told', () => {
  test('of a move that goes on, is the record, the server and the progress', () => {
    const dialect = openstackMigration({ kind: 'live-migration', before: BEFORE });
    const server = serverBody('MIGRATING/migrating', 'host1', { progress: 30 });
    expect(lookAt(dialect, [recordOf(7, 'running')], server)).toMatchObject({
      kind: 'pending',
      state: 'running, server MIGRATING/migrating on host1',
      progress: 30,
    });
    expect(lookAt(dialect, [recordOf(7, 'queued')], server)).not.toHaveProperty('progress');
    expect(lookAt(dialect, [], server)).toMatchObject({
      state: 'no record yet, server MIGRATING/migrating on host1',
    });
  });

  test.each([
    [undefined, 'ACTIVE', 'no record, server ACTIVE on host1'],
    ['preparing', 'ACTIVE', 'migration 7 preparing, server ACTIVE on host1'],
    ['completed', 'ACTIVE', 'migration 7 completed, server ACTIVE on host1'],
    ['completed', 'MIGRATING/migrating', 'migration 7 completed, server MIGRATING/migrating on host1'],
  ])('of a record that is %s and a server that is %s, is that they disagree', (record, server, told) => {
    expect(verdict({ kind: 'live-migration' }, [record, server, 'host1'])).toMatchObject({
      kind: 'pending',
      state: `disagree: ${told}`,
    });
  });

  test('of a success, is the server and the record, whole', () => {
    const dialect = openstackMigration({ kind: 'live-migration', before: BEFORE });
    const [record, body] = [recordOf(7, 'completed', { uuid: 'u' }), serverBody('ACTIVE', 'host2', { metadata: {} })];
    expect(lookAt(dialect, [record], body)).toEqual({
      kind: 'succeeded',
      state: 'completed',
      value: { server: body.server, migration: record },
    });
  });

  test('of a failure, is the fault before what an event says', () => {
    const dialect = openstackMigration({ kind: 'live-migration', before: BEFORE });
    const fault = { code: 500, message: 'the conductor tripped' };
    const action = actionBody('something else');
    expect(lookAt(dialect, [recordOf(7, 'error')], serverBody('ERROR', 'host1', { fault }), { action })).toEqual({
      kind: 'failed',
      state: 'error',
      error: { code: '500', status: 500, message: 'migration 7 error: the conductor tripped', details: fault },
    });
  });

  test('of a failure without a fault, is what the event says that failed', () => {
    const seen = verdict({ kind: 'migration' }, ['error', 'ACTIVE', 'host1'], { action: actionBody('No valid host.') });
    expect(seen).toMatchObject({
      kind: 'failed',
      error: { code: 'error', message: 'migration 7 error: No valid host.', details: { result: 'Error' } },
    });
  });

  test.each([
    ['live-migration', undefined, 'the live migration failed'],
    ['resize', 'pre-migrating', 'the resize failed'],
  ] as const)('of a %s of which only the action tells, is that', (kind, record, message) => {
    const seen = verdict({ kind }, [record, 'ACTIVE', 'host1'], { action: actionBody(null) });
    expect(seen).toMatchObject({ kind: 'failed', state: 'Error', error: { code: 'Error', message } });
  });

  test('of an ERROR whose fault is not there yet, is that much', () => {
    expect(verdict({ kind: 'live-migration' }, ['running', 'ERROR', 'host1'])).toMatchObject({
      kind: 'failed',
      state: 'ERROR',
      error: { code: 'ERROR', message: 'the server is in ERROR' },
    });
  });

  test('of a failure that leaves the server at work, is that too', () => {
    expect(verdict({ kind: 'live-migration' }, ['cancelled', 'MIGRATING/migrating', 'host1'])).toMatchObject({
      kind: 'cancelled',
      state: 'cancelled',
      error: { message: 'migration 7 cancelled; but the server is still MIGRATING/migrating on host1' },
    });
  });
});

describe('a move that another one has followed', () => {
  const later = recordOf(9, 'running', { migration_type: 'migration' });
  const dialect = openstackMigration({ kind: 'live-migration', before: BEFORE });

  test.each([
    ['completed', 'RESIZE/resize_migrating', 'succeeded'],
    ['completed', 'ERROR', 'succeeded'],
    ['cancelled', 'RESIZE/resize_migrating', 'cancelled'],
    ['cancelled', 'ERROR', 'cancelled'],
    ['failed', 'RESIZE/resize_migrating', 'failed'],
    ['running', 'RESIZE/resize_migrating', 'pending'],
  ])('is judged by its record alone: %s while the server is %s is %s', (record, server, kind) => {
    const body = serverBody(server, 'host1', { fault: { message: 'of the other' } });
    const seen = lookAt(dialect, [later, recordOf(7, record)], body);
    expect(seen.kind).toBe(kind);
    if (seen.kind === 'failed') expect(seen.error.message).toBe('migration 7 failed');
  });

  test('is not taken for followed by what was there before', () => {
    const earlier = recordOf(5, 'completed', { migration_type: 'migration' });
    expect(lookAt(dialect, [recordOf(7, 'completed'), earlier], serverBody('ACTIVE')).kind).toBe('pending');
  });
});

test('the server of a move is the one whose action was asked for', () => {
  const dialect = openstackMigration({ kind: 'live-migration', before: BEFORE });
  expect(dialect.reads?.(begun(dialect))[0]).toContain(ID);
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CallOptions, createRig, LIVE, order, type Rig } from './rig.ts';

let rig: Rig;
let id: string;
beforeEach(async () => {
  rig = createRig();
  id = await rig.boot();
});
afterEach(() => rig.nova.close());

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

describe('errors', () => {
  const post: [string, string, unknown, string, string][] = [
    ['/servers', '{', 'badRequest', 'Malformed request body', ''],
    ['/servers', {}, 'badRequest', "Value: {}. 'server' is a required property", ''],
    ['/servers/ID/action', {}, 'badRequest', 'Malformed request body', ''],
    ['/servers/ID/action', [], 'badRequest', 'Malformed request body', ''],
    ['/servers/ID/action', null, 'badRequest', 'Malformed request body', ''],
    ['/servers/ID/action', { a: 1, b: 2 }, 'badRequest', 'Malformed request body', ''],
    ['/servers/ID/action', { constructor: 1 }, 'badRequest', 'There is no such action: constructor', ''],
    ['/servers/ID/action', { 'os-migrateLive': {} }, 'badRequest', "'host' is a required property", ''],
    ['/servers/ID/action', { 'os-migrateLive': null }, 'badRequest', "None is not of type 'object'", ''],
    ['/servers/ID/action', { migrate: { host: 'x' } }, 'badRequest', 'Compute host x could not be found.', ''],
    ['/servers/ID/action', { migrate: { host: 'host1' } }, 'badRequest', 'Cannot migrate to the host where', ''],
    ['/servers/ID/action', { resize: { flavorRef: '1' } }, 'badRequest', 'instances must change flavor!', ''],
    ['/servers/ID/action', { resize: { flavorRef: '9' } }, 'badRequest', 'Flavor 9 could not be found.', ''],
    ['/servers/ID/action', { confirmResize: null }, 'conflictingRequest', 'while it is in vm_state active', ''],
    ['/servers/ID/action', { evacuate: {} }, 'badRequest', 'Compute service of host1 is still in use.', ''],
    ['/servers/ID/action', { evacuate: { host: 'x' } }, 'itemNotFound', 'Compute host x not found.', ''],
    ['/servers/ID/action', { evacuate: { host: 'host1' } }, 'badRequest', "The target host can't be the same", ''],
    ['/servers/ID/action', { 'os-resetState': { state: 'odd' } }, 'badRequest', 'attribute state', ''],
    [`/servers/${UNKNOWN}/action`, LIVE, 'itemNotFound', `Instance ${UNKNOWN} could not be found.`, ''],
  ] as never;

  test.each(post)('POST %s %j is a %s: %s', async (path, body, name, text) => {
    const answer = await rig.call('POST', path.replace('ID', id), body);
    const [[key, error]] = Object.entries(answer.body) as [[string, { code: number; message: string }]];
    expect([key, error.code]).toEqual([name, answer.status]);
    expect(error.message).toContain(text);
  });

  test.each([
    [{ imageRef: 'x' }, 'Can not find requested image'],
    [{ flavorRef: 'x' }, 'Flavor x could not be found.'],
    [{ min_count: 3, max_count: 2 }, 'min_count must be <= max_count'],
    [{ min_count: 'x' }, "'x' does not match '^[0-9]*$'"],
    [{ networks: 'some' }, 'attribute networks'],
    [{ networks: undefined }, "'networks' is a required property"],
    [{ name: '' }, "'' is too short"],
    [{ host: 'x' }, 'Compute host x could not be found.'],
    [{ odd: 1 }, "('odd' was unexpected)"],
  ])('a server of %j is refused', async (extra, text) => {
    const { status, body } = await rig.call('POST', '/servers', { server: order(rig.nova, extra) });
    expect([status, body.badRequest.message]).toEqual([400, expect.stringContaining(text)]);
  });

  test('a project may have no more servers than its quota', async () => {
    const { status, body } = await rig.call('POST', '/servers', { server: order(rig.nova, { min_count: 1000 }) });
    const text = 'Quota exceeded for instances: Requested 1000, but already used 1 of 1000 instances';
    expect([status, body.forbidden.message]).toEqual([403, text]);
  });

  test.each([
    ['GET', '/nowhere', 404, 'itemNotFound', {}],
    ['DELETE', '/servers', 405, 'badMethod', {}],
    ['POST', '/servers', 415, 'badMediaType', { headers: { 'Content-Type': 'text/xml' } }],
    ['POST', '/servers', 413, 'overLimit', {}],
    ['GET', '/servers', 401, 'unauthorized', { token: null }],
    ['GET', '/servers', 401, 'unauthorized', { token: 'constructor' }],
  ] as [string, string, number, string, CallOptions][])(
    '%s %s answers %i %s',
    async (method, path, status, key, options) => {
      const body = method === 'POST' ? { filler: 'x'.repeat(120_000) } : undefined;
      const answer = await rig.call(method, path, body, options);
      expect([answer.status, Object.keys(answer.body)]).toEqual([status, [key]]);
      expect(answer.headers.get('x-compute-request-id')).toMatch(/^req-[0-9a-f-]{36}$/);
    },
  );

  test('a second action on a busy server is a conflict', async () => {
    await rig.act(id, LIVE);
    const { body } = await rig.act(id, LIVE);
    const text = `Cannot 'os-migrateLive' instance ${id} while it is in task_state migrating`;
    expect(body).toEqual({ conflictingRequest: { code: 409, message: text } });
  });

  test('a locked server refuses all but admins', async () => {
    await rig.act(id, { lock: null });
    const { body } = await rig.act(id, { migrate: null }, { token: 'manager-token' });
    expect(body).toEqual({ conflictingRequest: { code: 409, message: `Instance ${id} is locked` } });
    expect((await rig.act(id, { migrate: null })).status).toBe(202);
  });

  test('roles end where the policy says', async () => {
    const forbidden = await rig.act(id, LIVE, { token: 'member-token' });
    const rule = "Policy doesn't allow os_compute_api:os-migrate-server:migrate_live to be performed.";
    expect(forbidden.body).toEqual({ forbidden: { code: 403, message: rule } });
    expect((await rig.call('GET', '/os-services', undefined, { token: 'manager-token' })).status).toBe(403);
    expect((await rig.call('GET', '/os-migrations', undefined, { token: 'member-token' })).status).toBe(403);
    expect((await rig.act(id, LIVE, { token: 'manager-token' })).status).toBe(202);
  });

  test("another project's server is not there", async () => {
    rig.nova.close();
    const stranger = { role: 'member', projectId: 'other', userId: 'other' } as const;
    rig = createRig({ tokens: { 'admin-token': 'admin', other: stranger } });
    id = await rig.boot();
    expect((await rig.call('GET', `/servers/${id}`, undefined, { token: 'other' })).status).toBe(404);
    expect((await rig.call('GET', '/servers', undefined, { token: 'other' })).body.servers).toEqual([]);
  });
});

describe('microversions', () => {
  test.each([
    [null, '2.1'],
    ['2.30', '2.30'],
    ['latest', '2.104'],
  ])('%s is served as %s, and echoed', async (version, echo) => {
    const { headers } = await rig.call('GET', '/servers', undefined, { version });
    expect(headers.get('OpenStack-API-Version')).toBe(`compute ${echo}`);
    expect(headers.get('X-OpenStack-Nova-API-Version')).toBe(echo);
    expect(headers.get('Vary')).toContain('OpenStack-API-Version');
  });

  test.each([
    ['2.999', 406, 'Version 2.999 is not supported by the API. Minimum is 2.1 and maximum is 2.104.'],
    ['3.0', 406, 'Version 3.0 is not supported by the API. Minimum is 2.1 and maximum is 2.104.'],
    ['two', 400, 'API Version String two is of invalid format. Must be of format MajorNum.MinorNum.'],
  ])('%s is refused with %i', async (version, status, message) => {
    const { body, headers } = await rig.call('GET', '/servers', undefined, { version });
    expect(body).toEqual({ [status === 406 ? 'computeFault' : 'badRequest']: { code: status, message } });
    expect(headers.has('x-openstack-request-id')).toBe(true);
  });

  test('the older header counts as well', async () => {
    const headers = { 'X-OpenStack-Nova-API-Version': '2.53' };
    const { body } = await rig.call('GET', '/os-services', undefined, { version: null, headers });
    expect(body.services[0].id).toMatch(/-/);
  });

  test('the version document needs no token', async () => {
    const { body } = await rig.call('GET', '', undefined, { token: null });
    expect(body.version).toMatchObject({ version: '2.104', min_version: '2.1' });
  });

  test('records show what their version knows', async () => {
    await rig.act(id, LIVE);
    await rig.settle();
    const at = async (version: string) => (await rig.call('GET', '/os-migrations', undefined, { version })).body;
    expect((await at('2.1')).migrations[0]).not.toHaveProperty('migration_type');
    expect((await at('2.58')).migrations[0]).not.toHaveProperty('uuid');
    expect((await at('2.79')).migrations[0]).not.toHaveProperty('project_id');
    expect((await at('2.80')).migrations[0]).toMatchObject({ migration_type: 'live-migration', user_id: 'fake' });
  });
});

describe('lists', () => {
  test('a full page has a next link, and the last one may be empty', async () => {
    await rig.boot();
    const first = await rig.call('GET', '/servers?limit=2');
    expect(first.body.servers).toHaveLength(2);
    const { pathname, search } = new URL(first.body.servers_links[0].href);
    const next = await rig.call('GET', pathname.replace('/v2.1', '') + search);
    expect(next.body).toEqual({ servers: [] });
    expect((await rig.call('GET', '/servers?limit=0')).body).toEqual({ servers: [] });
  });

  test.each([
    ['/servers?marker=x', 'marker [x] not found'],
    ['/os-migrations?marker=x', 'Marker x could not be found.'],
    ['/servers?limit=-1', 'attribute limit'],
    ['/servers?status=odd', 'Invalid status value'],
    ['/os-migrations?odd=1', "Additional properties are not allowed ('odd' was unexpected)"],
    ['/os-migrations?constructor=1', "('constructor' was unexpected)"],
    ['/os-migrations?changes-since=odd', 'attribute changes-since'],
    ['/os-migrations?changes-since=2026-02-01T00:00:00&changes-before=2026-01-01T00:00:00', 'changes-since'],
  ])('GET %s is refused', async (path, text) => {
    const { status, body } = await rig.call('GET', path);
    expect([status, body.badRequest.message]).toEqual([400, expect.stringContaining(text)]);
  });

  test('an unknown filter of migrations is passed over before 2.59', async () => {
    expect((await rig.call('GET', '/os-migrations?odd=1', undefined, { version: '2.58' })).status).toBe(200);
  });

  test('migrations come newest first, and can be filtered', async () => {
    const other = await rig.boot();
    for (const one of [id, other]) {
      await rig.act(one, LIVE);
      await rig.settle();
    }
    const all = await rig.call('GET', '/os-migrations');
    expect(all.body.migrations.map((one: Record<string, number>) => one['id'])).toEqual([2, 1]);
    for (const filter of ['status=error', 'host=host9', 'migration_type=resize', 'hidden=true']) {
      expect((await rig.call('GET', `/os-migrations?${filter}`)).body.migrations, filter).toEqual([]);
    }
  });

  test('servers can be filtered by status', async () => {
    expect((await rig.call('GET', '/servers?status=active')).body.servers).toHaveLength(1);
    expect((await rig.call('GET', '/servers?status=shutoff')).body.servers).toHaveLength(0);
  });

  test('managers see their migrations without the hosts', async () => {
    await rig.act(id, LIVE);
    await rig.settle();
    const { body } = await rig.call('GET', '/os-migrations', undefined, { token: 'manager-token' });
    const none = { source_compute: null, source_node: null, dest_compute: null, dest_node: null, dest_host: null };
    expect(body.migrations[0]).toMatchObject(none);
  });
});

describe('migrations of a server', () => {
  test('are shown while queued, preparing and running, and 404 before and after', async () => {
    const path = `/servers/${id}/migrations/1`;
    const text = async () => (await rig.call('GET', path)).body.itemNotFound?.message;
    await rig.act(id, LIVE);
    expect(await text()).toBe(`In-progress live migration 1 is not found for server ${id}.`);
    const gate = rig.nova.gate('live.select.start');
    const post = rig.nova.gate('live.post.start');
    await rig.settle();
    expect(await text()).toBe(`Live migration 1 for server ${id} is not in progress.`);
    expect((await rig.migration(id)).updated_at).toBeNull();
    gate.release();
    await rig.settle();
    const { migration } = (await rig.call('GET', path)).body;
    expect(migration).toMatchObject({ status: 'running', server_uuid: id, memory_total_bytes: 536_870_912 });
    post.release();
    await rig.settle();
    expect(await text()).toBe(`Live migration 1 for server ${id} is not in progress.`);
  });

  test('of another kind are not live migrations', async () => {
    await rig.act(id, { migrate: null });
    await rig.settle();
    const { body } = await rig.call('GET', `/servers/${id}/migrations/1`);
    expect(body.itemNotFound.message).toBe(`Migration 1 for server ${id} is not live-migration.`);
  });

  test('are forced only while they run', async () => {
    const path = `/servers/${id}/migrations/1/action`;
    expect((await rig.call('POST', path, { force_complete: null })).status).toBe(409);
    const gate = rig.nova.gate('live.preparing');
    await rig.act(id, LIVE);
    await rig.settle();
    const { body } = await rig.call('POST', path, { force_complete: null });
    expect(body.badRequest.message).toContain('Cannot force complete while the migration is in this state.');
    gate.release();
  });

  test('cannot be aborted when nothing migrates', async () => {
    const { body } = await rig.call('DELETE', `/servers/${id}/migrations/1`);
    expect(body.conflictingRequest.message).toBe(`Instance ${id} is in an invalid state for 'abort live migration'`);
  });
});

describe('instance actions', () => {
  test('are found by the id of their request, which the notifications carry too', async () => {
    const requests = new Set<unknown>();
    rig.nova.bus.on('instance.live_migration_pre.start', ({ envelope }) =>
      requests.add(envelope.payload['nova_object.data']['request_id']),
    );
    const requestId = (await rig.act(id, LIVE)).headers.get('x-openstack-request-id');
    await rig.settle();
    const { body } = await rig.call('GET', `/servers/${id}/os-instance-actions/${requestId}`);
    const { action, message, events } = body.instanceAction;
    expect([action, message, [...requests]]).toEqual(['live-migration', null, [requestId]]);
    expect(events.map((one: Record<string, string>) => `${one['event']} ${one['result']}`).reverse()).toEqual([
      'conductor_live_migrate_instance Success',
      'compute_check_can_live_migrate_destination Success',
      'compute_check_can_live_migrate_source Success',
      'compute_live_migration Success',
      'compute_pre_live_migration Success',
      'compute_post_live_migration_at_destination Success',
    ]);
  });

  test('call the job done when it is merely queued', async () => {
    rig.nova.gate('live.preparing');
    const requestId = (await rig.act(id, LIVE)).headers.get('x-openstack-request-id');
    await rig.settle();
    const { events } = (await rig.call('GET', `/servers/${id}/os-instance-actions/${requestId}`)).body.instanceAction;
    expect(events[0]).toMatchObject({ event: 'compute_live_migration', result: 'Success' });
  });

  test('outlive their server', async () => {
    await rig.call('DELETE', `/servers/${id}`);
    await rig.settle();
    const path = `/servers/${id}/os-instance-actions`;
    const { body } = await rig.call('GET', path);
    expect(body.instanceActions.map((one: Record<string, string>) => one['action'])).toEqual(['delete', 'create']);
    expect((await rig.call('GET', path, undefined, { version: '2.20' })).status).toBe(404);
    expect((await rig.call('GET', `${path}/req-x`)).body.itemNotFound.message).toBe('Action req-x not found');
  });
});

describe('services', () => {
  test('are up until their heart has been still for long enough', async () => {
    const state = async () => (await rig.call('GET', '/os-services?host=host1')).body.services[0].state;
    rig.nova.host('host1').down();
    rig.virtual.tick(60_000);
    expect(await state()).toBe('up');
    rig.virtual.tick(1);
    expect(await state()).toBe('down');
  });

  test('tell of each change, and take a disabled host out of the schedule', async () => {
    const changed: unknown[] = [];
    rig.nova.bus.on('service.update', ({ envelope }) => changed.push(envelope.payload['nova_object.data']['host']));
    const [{ id: service }] = (await rig.call('GET', '/os-services?host=host2')).body.services;
    const body = { status: 'disabled', disabled_reason: 'broken' };
    const answer = await rig.call('PUT', `/os-services/${service}`, body);
    expect(answer.body.service).toMatchObject({ status: 'disabled', disabled_reason: 'broken' });
    await rig.act(id, LIVE);
    await rig.settle();
    expect([rig.statuses(id).at(-1), changed]).toEqual(['M error', ['host2']]);
  });

  test.each([
    [{}, 'No updates were requested.'],
    [{ status: 'enabled', disabled_reason: 'x' }, "Specifying 'disabled_reason' with status 'enabled' is invalid."],
    [{ status: 'odd' }, 'attribute status'],
    [{ forced_down: true }, 'Invalid uuid x'],
  ])('refuse %j', async (body, text) => {
    const answer = await rig.call('PUT', '/os-services/x', body);
    expect([answer.status, answer.body.badRequest.message]).toEqual([400, expect.stringContaining(text)]);
  });

  test('are named before 2.53', async () => {
    const put = (action: string, extra: object) =>
      rig.call(
        'PUT',
        `/os-services/${action}`,
        { host: 'host1', binary: 'nova-compute', ...extra },
        { version: '2.30' },
      );
    expect((await put('force-down', { forced_down: true })).body.service).toMatchObject({ forced_down: true, id: 1 });
    expect((await put('disable', {})).status).toBe(200);
    expect((await put('odd', {})).body.itemNotFound.message).toBe('Unknown action');
    expect((await rig.act(id, { evacuate: {} })).status).toBe(200);
  });
});

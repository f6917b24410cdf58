import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFakeNova, type FakeNova } from '../../examples/fake-nova/fake-nova.ts';
import type { Notification } from '../../examples/fake-nova/notifications.ts';
import { type ServedNova, serveFakeNova } from '../../examples/fake-nova/serve.ts';
import { createCaller, LIVE, order } from './rig.ts';

let nova: FakeNova;
let served: ServedNova;
const call = createCaller((path, init) => fetch(served.url + path, init));

beforeEach(async () => {
  nova = createFakeNova({ delays: { max: 0 } });
  served = await serveFakeNova(nova);
});
afterEach(() => served.close());

const heard = (type: string) => new Promise<Notification>((resolve) => void nova.bus.once(type, resolve));

async function boot(): Promise<string> {
  const active = heard('instance.create.end');
  const { body } = await call('POST', '/servers', { server: order(nova) });
  await active;
  return body.server.id;
}

/** Reads a stream of events until it has seen the given one, and goes away. */
async function listen(path: string, until: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${served.url}/_fake/notifications${path}`, { headers });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (!text.includes(until)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}

const idsIn = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, seq]) => Number(seq));

describe('serveFakeNova', () => {
  test('answers on a free port of 127.0.0.1', async () => {
    expect(served.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await call('GET', '')).status).toBe(200);
  });

  test('carries a live migration from the request to its end', async () => {
    const id = await boot();
    const gate = nova.gate('live.completed', { serverId: id });
    await call('POST', `/servers/${id}/action`, LIVE);
    expect(await gate.reached).toBe(id);
    const { server } = (await call('GET', `/servers/${id}`)).body;
    const { migrations } = (await call('GET', '/os-migrations')).body;
    expect([server.status, server['OS-EXT-SRV-ATTR:host'], migrations[0].status]).toEqual([
      'ACTIVE',
      'host2',
      'running',
    ]);
  });

  test('opens the stream with a comment, before any event', async () => {
    expect(await listen('', ': open')).toBe(': open\n\n');
  });

  test('replays what came after a number, and after Last-Event-ID', async () => {
    await boot();
    const all = await listen('?since=0', 'instance.create.end');
    const last = idsIn(all).at(-1) ?? 0;
    expect(idsIn(all)).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    const rest = await listen('?since=0', 'instance.create.end', { 'Last-Event-ID': String(last - 1) });
    expect(idsIn(rest)).toEqual([last]);
  });

  test('sends the number outside of the envelope', async () => {
    await boot();
    const text = await listen('?since=0', 'instance.create.end');
    const data = JSON.parse(/^data: (.*create\.end.*)$/m.exec(text)?.[1] ?? '{}');
    expect(Object.keys(data)).toEqual(['seq', 'envelope']);
    expect(data.envelope).toMatchObject({ event_type: 'instance.create.end', publisher_id: 'nova-compute:host1' });
  });

  test('lets go of a listener that went away', async () => {
    const gone = new AbortController();
    const response = await fetch(`${served.url}/_fake/notifications`, { signal: gone.signal });
    await response.body?.getReader().read();
    expect(nova.bus.listenerCount('notification')).toBe(1);
    gone.abort();
    await expect.poll(() => nova.bus.listenerCount('notification')).toBe(0);
  });

  test('ends the streams when a fault disconnects them', async () => {
    const response = await fetch(`${served.url}/_fake/notifications`);
    nova.fault({ id: 'F21', params: { disconnect: true, windowMs: 50 } });
    expect(await response.text()).toBe(': open\n\n');
  });

  test('refuses a place in the stream that is none', async () => {
    expect((await call('GET', '/_fake/notifications?since=x')).status).toBe(400);
  });

  test('resets the connection under F19', async () => {
    nova.fault({ id: 'F19', params: { kind: 'reset' }, times: 1 });
    await expect(call('GET', '/servers')).rejects.toThrow('fetch failed');
    expect((await call('GET', '/servers')).status).toBe(200);
  });

  test('closes with a stream, a hanging request and an idle connection still open', async () => {
    nova.fault({ id: 'F19', params: { kind: 'hang' }, match: { route: 'GET /servers' } });
    const stream = await fetch(`${served.url}/_fake/notifications`);
    const hanging = call('GET', '/servers');
    const idle = connect(Number(new URL(served.url).port), '127.0.0.1');
    const ended = new Promise((resolve) => void idle.once('close', resolve));
    idle.on('error', () => {});
    await expect.poll(() => nova.requests.length).toBe(1);
    const results = Promise.allSettled([hanging, stream.text()]);
    await served.close();
    await ended;
    expect((await results)[0].status).toBe('rejected');
  });

  test('takes a body that comes in chunks without a length', async () => {
    const chunks = ['{ "ser', 'ver": 1 }'].map((text) => new TextEncoder().encode(text));
    const body = new ReadableStream({
      pull(controller) {
        const chunk = chunks.shift();
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
    });
    const headers = { 'X-Auth-Token': 'admin-token', 'Content-Type': 'application/json' };
    const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
    const text = await (await fetch(`${served.url}/v2.1/servers`, init)).text();
    expect(text).toContain("1 is not of type 'object'");
  });

  test.each([
    ['OPTIONS /v2.1/servers', 'Host: x', 405],
    ['GET /v2.1/servers', 'Host: not a host', 400],
    ['GET /v2.1/servers/%E0%A4%A', 'Host: x', 404],
    ['nonsense', '', 400],
  ])('answers the odd request %s with %s by %i', async (line, host, status) => {
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
    const lines = [`${line} HTTP/1.1`, host, 'X-Auth-Token: admin-token', 'Connection: close', '', ''];
    socket.end(lines.join('\r\n'));
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  test('refuses a port that is taken', async () => {
    const other = createFakeNova();
    const port = Number(new URL(served.url).port);
    await expect(serveFakeNova(other, { port })).rejects.toThrow('EADDRINUSE');
    other.close();
  });
});

describe('/_fake', () => {
  test('sets gates, says who stands there, and opens them', async () => {
    const id = await boot();
    expect((await call('POST', '/_fake/gates', { step: 'live.queued', serverId: id })).status).toBe(201);
    await call('POST', `/servers/${id}/action`, LIVE);
    expect((await call('GET', '/_fake/gates/live.queued/reached')).body).toEqual({ serverId: id });
    expect((await call('GET', '/_fake/gates')).body.gates).toEqual([
      { step: 'live.queued', serverId: id, waiting: [id] },
    ]);
    const done = heard('instance.live_migration_post.end');
    expect((await call('DELETE', '/_fake/gates/live.queued')).status).toBe(204);
    await done;
  });

  test.each([
    ['/_fake/gates', { step: 'nowhere' }],
    ['/_fake/gates', {}],
    ['/_fake/faults', { id: 'F99' }],
    ['/_fake/faults', null],
    ['/_fake/faults', { id: 'F10', params: { odd: 1 } }],
    ['/_fake/hosts/host9/down', undefined],
    ['/_fake/hosts/host1/sideways', undefined],
  ])('POST %s %j is refused', async (path, body) => {
    expect((await call('POST', path, body)).status).toBe(400);
  });

  test('plans faults and removes them', async () => {
    const { status, body } = await call('POST', '/_fake/faults', { id: 'gone404', times: 2 });
    expect([status, (await call('GET', '/_fake/faults')).body.faults[0]]).toMatchObject([201, { id: 'F20', times: 2 }]);
    expect((await call('DELETE', `/_fake/faults/${body.handles[0]}`)).status).toBe(204);
    expect((await call('DELETE', `/_fake/faults/${body.handles[0]}`)).status).toBe(404);
  });

  test('keeps a log of the requests to the API, with their instants', async () => {
    const before = Date.now();
    const { headers } = await call('GET', '/servers?limit=1');
    const { requests } = (await call('GET', '/_fake/requests')).body;
    const requestId = headers.get('x-compute-request-id');
    expect(requests).toMatchObject([
      { method: 'GET', path: '/v2.1/servers', query: '?limit=1', status: 200, requestId },
    ]);
    expect(requests[0].at).toBeGreaterThanOrEqual(before);
  });

  test('takes hosts down and up, and forgets everything at a reset', async () => {
    await boot();
    expect((await call('POST', '/_fake/hosts/host1/down')).status).toBe(204);
    expect((await call('POST', '/_fake/reset')).status).toBe(204);
    expect((await call('GET', '/servers')).body.servers).toEqual([]);
    expect((await call('GET', '/_fake/journal')).body.journal).toEqual([]);
    expect((await call('GET', '/_fake/scenario')).body.hosts).toEqual(nova.scenario.hosts);
  });
});

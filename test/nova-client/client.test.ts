import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isTransient } from 'unsleep';
import { afterEach, describe, expect, test } from 'vitest';
import { createFakeNova } from '../../examples/fake-nova/fake-nova.ts';
import { serveFakeNova } from '../../examples/fake-nova/serve.ts';
import { createNovaClient } from '../../examples/nova-client/nova-client.ts';
import { NovaError } from '../../examples/nova-client/nova-error.ts';

const SERVER = { id: 's', name: 'n', status: 'ACTIVE', 'OS-EXT-STS:vm_state': 'active' };
const json = (body: unknown, init: ResponseInit = {}) => Response.json(body, init);
const text = (body: string, type: string, status = 200) =>
  new Response(body, { status, headers: { 'Content-Type': type } });

/** A client of a service that gives this answer. */
function clientOf(answer: () => Response | Promise<Response>) {
  return createNovaClient({ url: 'http://nova', token: 't', fetch: async () => answer() });
}

async function errorOf(promise: Promise<unknown>): Promise<NovaError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NovaError);
  return error as NovaError;
}

describe('an answer that nobody can read', () => {
  const unreadable: [string, () => Response, RegExp][] = [
    ['HTML', () => text('<html>', 'text/html'), /GET \/servers\/s: 200 with text\/html instead of JSON/],
    ['no content type', () => new Response(new Uint8Array([123, 125])), /200 with no content type instead of JSON/],
    ['broken JSON', () => text('{"server": {', 'application/json'), /200 with a body that makes no sense/],
    ['an empty body', () => text('', 'application/json'), /200 with a body that makes no sense/],
    ['null', () => json(null), /`body` is no object/],
    ['another thing', () => json({ migration: {} }), /`server` is no object/],
    ['a field of another type', () => json({ server: { ...SERVER, status: 7 } }), /`status` is no text/],
  ];

  test.each(unreadable)(
    '%s is an error that names the request, and transient for a GET',
    async (_what, answer, told) => {
      const error = await errorOf(clientOf(answer).showServer('s'));

      expect(error.message).toMatch(told);
      expect(error.status).toBeUndefined();
      expect(isTransient(error)).toBe(true);
    },
  );

  test.each(unreadable)('%s is not transient for a POST, which may have taken effect', async (_what, answer) => {
    const error = await errorOf(clientOf(answer).bootServers({ name: 'n', image: 'i', flavor: 'f' }));

    expect(error.message).toContain('whether it took effect is not known');
    expect(isTransient(error)).toBe(false);
  });

  test('a list whose pages go round in circles ends', async () => {
    const links = [{ rel: 'next', href: 'http://nova/v2.1/os-migrations?marker=a' }];
    const error = await errorOf(clientOf(() => json({ migrations: [], migrations_links: links })).listMigrations({}));

    expect(error.message).toContain('comes twice');
  });
});

describe('a refusal', () => {
  test('carries status, word, message, request id and the pause that is asked for', async () => {
    const headers = { 'Retry-After': '7', 'x-openstack-request-id': 'req-1' };
    const body = { overLimit: { code: 429, message: 'Slow down.' } };
    const error = await errorOf(clientOf(() => json(body, { status: 429, headers })).showServer('s'));

    expect(error).toMatchObject({
      status: 429,
      word: 'overLimit',
      reason: 'Slow down.',
      requestId: 'req-1',
      retryAfter: '7',
    });
    expect(error.message).toBe('GET /servers/s: 429 overLimit: Slow down. (req-1)');
  });

  test.each([
    ['HTML', '<html><head><title>503 Service Unavailable</title></head></html>', '503 Service Unavailable'],
    ['nothing', '', 'an answer of 0 characters with text/html'],
    ['JSON that is not Nova’s', '[1]', 'an answer of 3 characters with text/html'],
  ])('with %s says what there is', async (_what, body, reason) => {
    const error = await errorOf(clientOf(() => text(body, 'text/html', 503)).showServer('s'));

    expect(error).toMatchObject({ status: 503, word: undefined, reason });
    expect(isTransient(error)).toBe(true);
  });

  test.each([400, 401, 403, 404, 409])('with %i is final', async (status) => {
    expect(isTransient(await errorOf(clientOf(() => json({}, { status })).showServer('s')))).toBe(false);
  });
});

describe('a connection that breaks', () => {
  const open = new Set<Server>();
  afterEach(async () => {
    for (const server of open) await new Promise((resolve) => server.close(resolve));
    open.clear();
  });

  /** A service that promises more than it sends, or sends nothing. */
  async function serveHalf(head: string): Promise<string> {
    const server = createServer(({ socket }) => {
      socket.write(head);
      socket.end();
    });
    open.add(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const half = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"server": ';
  test.each([
    ['in the middle of the body', half, /GET \/servers\/s: the answer broke off/],
    ['before the answer', '', /GET \/servers\/s: no answer \(other side closed\)/],
  ])('%s is an error that names the request', async (_when, head, told) => {
    const nova = createNovaClient({ url: await serveHalf(head), token: 't' });

    const read = await errorOf(nova.showServer('s'));
    const posted = await errorOf(nova.bootServers({ name: 'n', image: 'i', flavor: 'f' }));

    expect(read.message).toMatch(told);
    expect([isTransient(read), isTransient(posted)]).toEqual([true, false]);
  });

  test('that was never made is one too', async () => {
    const url = await serveHalf('');
    const [server] = open;
    await new Promise((resolve) => server?.close(resolve));
    open.clear();

    const error = await errorOf(createNovaClient({ url, token: 't' }).showServer('s'));

    expect(error.message).toMatch(/GET \/servers\/s: no answer \(.*ECONNREFUSED/);
    expect(isTransient(error)).toBe(true);
  });

  test('by the caller rejects with his reason itself', async () => {
    const fake = createFakeNova();
    const served = await serveFakeNova(fake);
    fake.fault({ id: 'F19', params: { kind: 'hang' } });
    const stop = new AbortController();
    const reason = new Error('enough');

    const reading = createNovaClient({ url: served.url, token: 'admin-token' }).showServer('s', {
      signal: stop.signal,
    });
    stop.abort(reason);

    await expect(reading).rejects.toBe(reason);
    await served.close();
  });
});

describe('a method of the client', () => {
  test('answers an accepted action with its request id', async () => {
    const headers = { 'x-openstack-request-id': 'req-9' };
    const nova = clientOf(() => new Response(null, { status: 202, headers }));

    const accepted = [nova.stop('s'), nova.start('s'), nova.resetState('s', 'error'), nova.liveMigrate('s')];

    expect(await Promise.all(accepted)).toEqual(Array.from({ length: 4 }, () => ({ requestId: 'req-9' })));
  });

  test('keeps an id from reaching beyond its place in the path', async () => {
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (input) => {
      asked.push(String(input));
      return json({ server: SERVER });
    };

    await createNovaClient({ url: 'http://nova/', token: 't', fetch }).showServer('../os-services?x');

    expect(asked).toEqual(['http://nova/v2.1/servers/..%2Fos-services%3Fx']);
  });
});

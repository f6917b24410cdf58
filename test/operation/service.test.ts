import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PAGE, RESET, type Service, startService, TRUNCATED } from './service.ts';

let service: Service;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service.close());

async function bodiesOf(url: string, times: number): Promise<unknown[]> {
  const bodies: unknown[] = [];
  for (let time = 0; time < times; time++) bodies.push(await (await fetch(url)).json());
  return bodies;
}

describe('the test service', () => {
  test('goes one step on with each read, and stays at the last', async () => {
    const job = service.plain(['running', 'done'], { headers: { 'retry-after': '0' } });
    const start = await job.begin();
    expect([start.status, start.headers.get('location'), start.headers.get('retry-after')]).toEqual([
      202,
      job.status,
      '0',
    ]);
    expect(await bodiesOf(job.status, 3)).toEqual([{ status: 'running' }, { status: 'done' }, { status: 'done' }]);
    expect(job.reads).toBe(3);
  });

  test('keeps its operations apart, and records what it was asked', async () => {
    const [one, other] = [service.plain(['one']), service.plain(['other'])];
    expect(await bodiesOf(other.status, 1)).toEqual([{ status: 'other' }]);
    await fetch(`${one.status}?a=b`, { headers: { authorization: 'me' } });
    expect(service.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /plain/2/status',
      'GET /plain/1/status?a=b',
    ]);
    expect(service.requests[1]?.headers.get('authorization')).toBe('me');
    expect((await fetch(`${service.url}/nowhere`)).status).toBe(404);
  });

  test('names addresses by any header, as paths, and other ones each time', async () => {
    const job = service.plain(['running'], { by: 'operation-location', isRelative: true, moves: true });
    expect((await job.begin('PUT')).headers.get('operation-location')).toBe('/plain/1/status/0');
    expect((await fetch(`${job.status}/0`)).headers.get('operation-location')).toBe('/plain/1/status/1');
  });

  test('answers 304 to whoever has the ETag of what is next', async () => {
    const job = service.plain(['running', 'running', 'done'], { hasEtag: true });
    const etag = (await fetch(job.status)).headers.get('etag') ?? '';
    const statuses = [];
    for (let time = 0; time < 2; time++) {
      statuses.push((await fetch(job.status, { headers: { 'if-none-match': etag } })).status);
    }
    expect(statuses).toEqual([304, 200]);
  });

  test('sees others to the result', async () => {
    const job = service.plain([{ status: 303 }]);
    const answer = await fetch(job.status, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, job.result]);
    expect(await bodiesOf(job.result, 1)).toEqual([{ made: 1 }]);
  });

  test('fails as networks and proxies do', async () => {
    const job = service.plain([RESET, PAGE, TRUNCATED, { status: 503, headers: { 'retry-after': '1' } }]);
    await expect(fetch(job.status)).rejects.toThrow('fetch failed');
    expect((await fetch(job.status)).headers.get('content-type')).toBe('text/html');
    await expect((await fetch(job.status)).json()).rejects.toThrow(SyntaxError);
    const last = await fetch(job.status);
    expect([last.status, last.headers.get('retry-after')]).toEqual([503, '1']);
  });

  test('cancels, unless it is to refuse', async () => {
    const job = service.google(['running'], { afterCancel: ['running', 'cancelled'] });
    expect((await fetch(`${job.status}:cancel`, { method: 'POST' })).status).toBe(202);
    expect(await bodiesOf(job.status, 2)).toMatchObject([{ name: 'operations/1' }, { done: true, error: { code: 1 } }]);
    const firm = service.azure(['Running'], { cancel: { status: 409 } });
    expect((await fetch(`${firm.status}:cancel`, { method: 'POST' })).status).toBe(409);
    expect(await bodiesOf(firm.status, 1)).toEqual([{ status: 'Running' }]);
    const plain = service.plain(['running']);
    await fetch(plain.status, { method: 'DELETE' });
    expect(await bodiesOf(plain.status, 1)).toEqual([{ status: 'cancelled' }]);
  });

  test('speaks Azure: by a monitor, by a Location, by the resource', async () => {
    const monitored = service.azure(['Running'], { hasLocation: true, by: 'azure-asyncoperation' });
    const { headers } = await monitored.begin('PUT');
    expect([headers.get('azure-asyncoperation'), headers.get('location')]).toEqual([
      monitored.status,
      monitored.result,
    ]);
    expect(await bodiesOf(monitored.start, 1)).toMatchObject([{ properties: { provisioningState: 'Succeeded' } }]);
    const located = service.azure(['Running', 'Succeeded'], { by: 'location' });
    expect((await fetch(located.status)).status).toBe(202);
    expect(await bodiesOf(located.status, 1)).toMatchObject([{ properties: { provisioningState: 'Succeeded' } }]);
    const resource = service.azure(['Updating', 'Failed'], { by: 'resource' });
    expect((await resource.begin('PUT')).status).toBe(201);
    expect(await bodiesOf(resource.start, 2)).toMatchObject([
      { properties: { provisioningState: 'Updating' } },
      { properties: { provisioningState: 'Failed' } },
    ]);
  });

  test('speaks Google', async () => {
    const job = service.google(['running', { body: { metadata: { progressPercent: 40 } } }, { status: 429 }, 'done']);
    expect(await (await job.begin()).json()).toEqual({ name: 'operations/1' });
    expect(await bodiesOf(job.status, 2)).toEqual([
      { name: 'operations/1' },
      { name: 'operations/1', metadata: { progressPercent: 40 } },
    ]);
    expect((await fetch(job.status)).status).toBe(429);
    expect(await bodiesOf(job.status, 1)).toEqual([{ name: 'operations/1', done: true, response: { made: 1 } }]);
  });

  test('speaks Kubernetes', async () => {
    const job = service.kubernetes(['stale', 'False', 'True', 'gone']);
    expect(await (await job.begin('PATCH')).json()).toMatchObject({
      metadata: { generation: 2, uid: 'uid-1' },
      status: {},
    });
    expect(await bodiesOf(job.status, 3)).toMatchObject([
      { status: { observedGeneration: 1, conditions: [{ status: 'True' }] } },
      { status: { observedGeneration: 2, conditions: [{ status: 'False' }] } },
      { status: { observedGeneration: 2, conditions: [{ status: 'True' }] } },
    ]);
    expect((await fetch(job.status)).status).toBe(404);
  });
});

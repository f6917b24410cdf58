import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OperationError } from 'unsleep/operation';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clients } from '../../examples/operations/clients.ts';
import type { Step } from './protocols.ts';
import { PAGE, RESET, type Service, startService } from './service.ts';

const NO_PAUSE = { 'retry-after': '0' };
const options = { interval: 1 };

let service: Service;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service.close());

describe.each([...clients])('an operation followed with %s', (_, follow) => {
  /** Each read of the status gets the next of these, and the last one stays. */
  async function followed(steps: readonly Step[], result?: { readonly body: unknown }) {
    const job = service.plain(steps, { by: 'operation-location', isRelative: true, ...(result && { result }) });
    let looks = 0;
    const counting = { ...options, onLook: () => void looks++ };
    const ended = await follow(job.start, counting).catch((error: unknown) => error);
    return { ended, looks, reads: job.reads, asked: service.requests.map(({ method }) => method).join(' ') };
  }

  test('resolves to its result', async () => {
    const done = { body: { status: 'done', size: 41 } };
    expect(await followed(['running', done])).toMatchObject({ ended: done.body, reads: 2, asked: 'POST GET GET' });
  });

  test('fails with the reason that the server gives', async () => {
    const { ended } = await followed(['running', { body: { status: 'failed', error: { code: 'E7', message: 'no' } } }]);
    expect(ended).toBeInstanceOf(OperationError);
    expect(ended).toMatchObject({ outcome: 'failed', known: true, failure: { code: 'E7', message: 'no' } });
  });

  test.each<[what: string, step: Step]>([
    ['a 429 with its Retry-After', { status: 429, headers: NO_PAUSE, body: { message: 'slow down' } }],
    ['a 503', { status: 503, headers: NO_PAUSE, text: 'try again' }],
    ['a page of a proxy', PAGE],
    ['a connection that is reset', RESET],
  ])('goes on after %s, and leaves it to the wait to ask again', async (_, step) => {
    const { ended, looks, reads } = await followed(['running', step, 'done']);
    expect(ended).toEqual({ status: 'done' });
    // One of them at the start answer.
    expect([looks, reads]).toEqual([4, 3]);
  });

  test('goes on after a 404 while the operation was never seen', async () => {
    const { ended, reads } = await followed([{ status: 404, body: { message: 'no such thing' } }, 'done']);
    expect(ended).toEqual({ status: 'done' });
    expect(reads).toBe(2);
  });

  test('is gone after a 404 once it was seen', async () => {
    const { ended } = await followed(['running', { status: 404 }]);
    expect(ended).toMatchObject({ outcome: 'gone', known: false });
  });

  test('is rejected by a 403 at once, with what the server says', async () => {
    const { ended, reads } = await followed([{ status: 403, body: { error: { message: 'not yours' } } }]);
    expect(ended).toMatchObject({ outcome: 'rejected', known: false });
    expect(String(ended)).toContain('answered 403: not yours');
    expect(reads).toBe(1);
  });

  test('reads the result that a 303 leads to, and takes no word in it for a status', async () => {
    const result = { body: { status: 'failed', of: 'an exam' } };
    const { ended, reads } = await followed(['running', { status: 303 }], result);
    expect(ended).toEqual(result.body);
    expect(reads).toBe(2);
  });

  test('is cut when the wait is aborted: the request that was under way ends', async () => {
    const hanging = await serveHanging();
    try {
      const controller = new AbortController();
      const reason = new Error('not needed any more');
      const waiting = follow(hanging.url, { ...options, signal: controller.signal });
      await hanging.asked;
      controller.abort(reason);
      await expect(waiting).rejects.toBe(reason);
      await hanging.left;
    } finally {
      await hanging.close();
    }
  });
});

/** A server that starts an operation, and does not answer when it is asked for its status. */
async function serveHanging() {
  let [onAsked, onLeft] = [() => {}, () => {}];
  const asked = new Promise<void>((resolve) => {
    onAsked = resolve;
  });
  const left = new Promise<void>((resolve) => {
    onLeft = resolve;
  });
  const listener: RequestListener = ({ method }, response) => {
    if (method === 'POST') return response.writeHead(202, { 'operation-location': '/status' }).end();
    response.on('close', onLeft);
    return onAsked();
  };
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/start`,
    asked,
    left,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

import { type Wake, waitFor } from 'unsleep';
import { describe, expect, test } from 'vitest';
import { notificationSource } from '../../examples/nova-client/notification-source.ts';

/** A stream whose every connection is fed by hand. */
function createFeed() {
  const connections: { send: (text: string) => void; end: () => void; headers: Headers; isLeft: boolean }[] = [];
  const fetch: typeof globalThis.fetch = async (_input, init) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        connections.push({
          send: (text) => controller.enqueue(new TextEncoder().encode(text)),
          end: () => controller.close(),
          headers: new Headers(init?.headers),
          isLeft: false,
        });
      },
      cancel() {
        Object.assign(connection(), { isLeft: true });
      },
    });
    const connection = () => connections.at(-1) as (typeof connections)[number];
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  };
  const connection = async (count: number) => waitFor(() => connections[count - 1], { name: `connection ${count}` });
  return { fetch, connection, count: () => connections.length };
}

/** A `wake` that counts. */
function counter() {
  const told: { wakes: number; failure: unknown } = { wakes: 0, failure: undefined };
  const failed = (reason: unknown) => {
    told.failure = reason;
  };
  const wake: Wake = Object.assign(() => void told.wakes++, { failed });
  return { told, wake };
}

const event = (id: number, data: unknown) => `id: ${id}\ndata: ${JSON.stringify(data)}\n\n`;

describe('the notification source', () => {
  test('is live when the opening comment has come, not before', async () => {
    const feed = createFeed();
    const { wake } = counter();
    let isLive = false;
    const live = Promise.resolve(notificationSource({ url: 'http://nova', fetch: feed.fetch })(wake));
    void live.then(() => {
      isLive = true;
    });

    const connection = await feed.connection(1);
    connection.send('retry: 10\n');
    await new Promise((resolve) => setImmediate(resolve));
    const before = isLive;
    connection.send(': open\n\n');
    const stop = (await live) as () => void;
    stop();

    expect(before).toBe(false);
    await waitFor(() => connection.isLeft, { name: 'the stream is left' });
  });

  test('wakes for what passes the filter, for what cannot be read, and when it is back', async () => {
    const feed = createFeed();
    const { wake, told } = counter();
    const filter = ({ seq }: { seq: number }) => seq === 7;
    const source = notificationSource({ url: 'http://nova', fetch: feed.fetch, filter, interval: 1 });
    const live = source(wake);
    const first = await feed.connection(1);
    first.send(': open\n\n');
    const stop = (await live) as () => void;

    first.send(event(6, { seq: 6 }) + event(7, { seq: 7 }));
    await waitFor(() => told.wakes === 1);
    first.send('id: 8\ndata: {"seq":\n\n');
    await waitFor(() => told.wakes === 2);
    first.end();
    const second = await feed.connection(2);
    const before = told.wakes;
    second.send(': open\n\n');
    await waitFor(() => told.wakes === 3);
    stop();

    expect(before).toBe(2);
    expect(second.headers.get('Last-Event-ID')).toBe('8');
    expect(told.failure).toBeUndefined();
  });

  test('gives up a stream that ends again and again, and says so', async () => {
    const feed = createFeed();
    const { wake, told } = counter();
    const live = notificationSource({ url: 'http://nova', fetch: feed.fetch, maxAttempts: 3, interval: 1 })(wake);
    for (const count of [1, 2, 3]) {
      const connection = await feed.connection(count);
      connection.send(': open\n\n');
      connection.end();
    }
    await live;

    await waitFor(() => told.failure !== undefined);
    expect(String(told.failure)).toContain('the stream ended');
    expect(feed.count()).toBe(3);
  });

  test.each([
    [204, null],
    [401, 'text/html'],
    [200, 'text/html'],
  ])('takes %i with %s for no stream', async (status, type) => {
    const headers: Record<string, string> = type === null ? {} : { 'Content-Type': type };
    const fetch = async () => new Response(null, { status, headers });
    const { wake } = counter();

    const live = Promise.resolve(notificationSource({ url: 'http://nova', fetch, maxAttempts: 2, interval: 1 })(wake));

    await expect(live).rejects.toThrow(`http://nova answered ${status}`);
  });
});

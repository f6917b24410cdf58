import { badRequest } from './errors.ts';
import type { HttpContext } from './http.ts';
import type { Notification, Notifications } from './notifications.ts';

/**
 * Answers with the notifications as server-sent events: first those after `since` (or `Last-Event-ID`),
 * then each new one. Without either it begins now.
 */
export function notificationStream(
  context: HttpContext,
  notifications: Notifications,
  streams: Set<() => void>,
): Response {
  const since = sinceOf(context) ?? notifications.lastSeq();
  const encoder = new TextEncoder();
  let stop = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string) => controller.enqueue(encoder.encode(text));
      const send = (notification: Notification) =>
        write(`id: ${notification.seq}\ndata: ${JSON.stringify(notification)}\n\n`);
      stop = () => {
        notifications.bus.off('notification', send);
        streams.delete(end);
      };
      const end = () => {
        stop();
        controller.close();
      };
      // The first bytes tell the client that from here on it misses nothing.
      write(': open\n\n');
      for (const notification of notifications.since(since)) send(notification);
      notifications.bus.on('notification', send);
      streams.add(end);
    },
    cancel: () => stop(),
  });
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' } });
}

function sinceOf(context: HttpContext): number | undefined {
  // What a reconnecting client last saw is newer than what its address said at first.
  const text = context.req.header('Last-Event-ID') || context.req.query('since');
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) throw badRequest(`\`since\` must be a whole number; got '${text}'`);
  return Number(text);
}

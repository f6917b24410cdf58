import { createParser } from 'eventsource-parser';
import { type Call, type RetryOptions, retry, type Wake, type WakeSource } from 'unsleep';
import type { Notification } from './notification.ts';

/** Where the stream is, and what of it counts. */
export interface NotificationSourceOptions extends Pick<RetryOptions, 'maxAttempts' | 'interval' | 'attemptTimeout'> {
  /** The address of the stream of server-sent events. */
  readonly url: string;
  /** Which notifications bring a look forward. @defaultValue all of them */
  readonly filter?: ((notification: Notification) => boolean) | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * A wake source over a stream of server-sent events, which is live once its opening comment has arrived.
 *
 * A stream that breaks off is taken up again where it ended, as far as the service can, and each time counts as an event.
 */
export function notificationSource(options: NotificationSourceOptions): WakeSource {
  const { maxAttempts = 10, interval } = options;
  const notifications = (wake: Wake): Promise<() => void> => {
    const stop = new AbortController();
    const place = { lastEventId: '' };
    return new Promise((resolve, reject) => {
      let isLive = false;
      const onOpen = () => {
        if (isLive) wake();
        isLive = true;
        resolve(() => stop.abort());
      };
      const listen = async () => {
        const session = (call: Call) => attend(options, place, wake, onOpen, call);
        for (;;) await retry(session, { signal: stop.signal, tolerate: isBroken, maxAttempts, interval });
      };
      listen().catch((error: unknown) => {
        if (!isLive) reject(error);
        else if (!stop.signal.aborted) wake.failed(error);
      });
    });
  };
  return notifications;
}

// A stream that ends sooner is no stream: it counts as a failed attempt, so that nothing spins.
const SHORT = 1_000;

/** Listens to one connection until it breaks off. */
async function attend(
  options: NotificationSourceOptions,
  place: { lastEventId: string },
  wake: Wake,
  onOpen: () => void,
  { signal }: Call,
): Promise<void> {
  const { filter = () => true, attemptTimeout = '10s' } = options;
  let isOpen = false;
  const parser = createParser({
    onComment: () => {
      isOpen = true;
    },
    onEvent: ({ id, data }) => {
      if (id !== undefined) place.lastEventId = id;
      if (passes(filter, data)) wake();
    },
  });
  const open = async (call: Call) => {
    const reader = await connect(options, place, call.signal);
    while (!isOpen) await advance(reader, parser);
    return reader;
  };
  const reader = await retry(open, { maxAttempts: 1, attemptTimeout, signal });
  const openedAt = performance.now();
  onOpen();
  const leave = () => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', leave, { once: true });
  try {
    if (signal.aborted) leave();
    for (;;) await advance(reader, parser);
  } catch (error) {
    if (performance.now() - openedAt < SHORT) throw error;
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

type Reader = ReadableStreamDefaultReader<string>;

async function connect(
  { url, fetch = globalThis.fetch }: NotificationSourceOptions,
  { lastEventId }: { readonly lastEventId: string },
  signal: AbortSignal,
): Promise<Reader> {
  const headers = { Accept: 'text/event-stream', ...(lastEventId !== '' && { 'Last-Event-ID': lastEventId }) };
  const response = await fetch(url, { headers, signal });
  const type = response.headers.get('content-type') ?? '';
  if (response.status !== 200 || !type.startsWith('text/event-stream') || !response.body) {
    await response.body?.cancel();
    throw new StreamError(`${url} answered ${response.status} with ${type || 'no content type'}`, response.status);
  }
  return response.body.pipeThrough(new TextDecoderStream()).getReader();
}

async function advance(reader: Reader, parser: ReturnType<typeof createParser>): Promise<void> {
  const { done, value } = await reader.read();
  if (done) throw new StreamError('the stream ended', 200);
  parser.feed(value);
}

/** A stream that is none, or no longer. */
class StreamError extends Error {
  override readonly name = 'StreamError';
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Only an answer that says that there is no such stream, or none for us, ends the matter. */
function isBroken(error: unknown): boolean {
  if (!(error instanceof StreamError)) return true;
  return error.status === 200 || error.status === 408 || error.status === 429 || error.status >= 500;
}

/** What cannot be read may be about our server: one look too many costs time, one too few truth. */
function passes(filter: (notification: Notification) => boolean, data: string): boolean {
  try {
    return filter(JSON.parse(data) as Notification);
  } catch {
    return true;
  }
}

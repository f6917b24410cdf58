import { member } from './member.ts';

/** What to read at most, and until when. */
export interface ReadLimits {
  /** The most bytes of a body, after decompression. */
  readonly maxBytes: number;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

/** Something that gives one chunk after the other. */
export interface ByteSource {
  /** The next chunk. */
  next(): Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>;
  /** Gives up the rest. */
  stop(): unknown;
}

/**
 * Reads a source to its end; undefined when there is more than allowed, and then the rest is given up. `Content-Length` is
 * not asked: it may lie, and it counts what is compressed.
 *
 * @throws the reason of the signal, or the error of the source
 */
export async function readBytes(source: ByteSource, { maxBytes, signal }: ReadLimits): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isOver = false;
  const abort = abortOf(signal);
  try {
    while (size <= maxBytes) {
      const { done, value } = await Promise.race([abort.promise, source.next()]);
      isOver = done === true;
      if (isOver) return concatenated(chunks, size);
      const chunk = bytesOf(value);
      if (!chunk) throw new TypeError('its chunks are no bytes');
      chunks.push(chunk);
      size += chunk.byteLength;
    }
    return undefined;
  } finally {
    abort.dispose();
    if (!isOver) void giveUp(source);
  }
}

/**
 * A source of the chunks of a web stream, of a stream of Node, or of whatever else is iterated asynchronously; undefined
 * for what is no stream.
 */
export function sourceOf(stream: unknown): ByteSource | undefined {
  if (isWebStream(stream)) {
    const reader = stream.getReader();
    return { next: () => reader.read(), stop: () => reader.cancel() };
  }
  if (!isAsyncIterable(stream)) return undefined;
  const iterator = stream[Symbol.asyncIterator]();
  const destroy = member(stream, 'destroy');
  return {
    next: () => iterator.next(),
    // The iterator of a Node stream would wait for the next chunk before it closes anything.
    stop: () => (typeof destroy === 'function' ? destroy.call(stream) : iterator.return?.()),
  };
}

/** Whether somebody else reads this stream, or has read it: it would seem to be empty. */
export function isTaken(stream: unknown): boolean {
  const mark = isWebStream(stream) ? 'locked' : 'readableDidRead';
  // A member of JSON may be named so as well.
  return (isWebStream(stream) || isAsyncIterable(stream)) && member(stream, mark) === true;
}

/** Bytes in whatever they come: by what it has, as those of another realm are instances of nothing here. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value === 'string') return new TextEncoder().encode(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const isBuffer = Object.prototype.toString.call(value) === '[object ArrayBuffer]';
  return isBuffer ? new Uint8Array(value as ArrayBuffer) : undefined;
}

function concatenated(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

async function giveUp(source: ByteSource): Promise<void> {
  try {
    await source.stop();
  } catch {
    // What broke off cannot be stopped again.
  }
}

function abortOf(signal: AbortSignal | undefined): { promise: Promise<never>; dispose: () => void } {
  const listening = new AbortController();
  const promise = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { signal: listening.signal });
  });
  return { promise, dispose: () => listening.abort() };
}

function isWebStream(value: unknown): value is ReadableStream<unknown> {
  return typeof member(value, 'getReader') === 'function';
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

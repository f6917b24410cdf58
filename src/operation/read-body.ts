import { isTransient } from 'unsleep';
import { render, renderError } from '../render.ts';
import { member } from './member.ts';
import { decoded, parseBody, type ReadBody } from './parse-body.ts';
import { bytesOf, isTaken, type ReadLimits, readBytes, sourceOf } from './read-bytes.ts';

const ALREADY_READ =
  'the body of this answer was read already: pass the response unread, or `response.clone()` made before it was read';
const NO_BODIES: readonly string[] = ['function', 'symbol', 'bigint'];

/**
 * Reads the body of an answer to its end. One that is no JSON, or larger than allowed, is no error of the read.
 *
 * @throws TypeError for a body that was read already, or is none; the reason of the signal; what broke the connection
 */
export async function readBody(answer: unknown, contentType: string, limits: ReadLimits): Promise<ReadBody> {
  const read = howToRead(answer, limits);
  let content: unknown;
  try {
    content = await read();
  } catch (error) {
    const isKnown = limits.signal?.aborted || member(error, 'name') === 'AbortError' || isTransient(error);
    if (isKnown) throw error;
    // Each engine says it in its own words, and what is cut short is never the fault of the caller.
    return { body: undefined, unreadable: `its body broke off: ${renderError(error)}` };
  }
  const bytes = typeof content === 'string' ? undefined : bytesOf(content);
  const size = typeof content === 'string' ? content.length : bytes?.byteLength;
  if (content === TOO_LARGE || (size !== undefined && size > limits.maxBytes)) {
    return { body: undefined, unreadable: `its body is larger than ${limits.maxBytes} bytes` };
  }
  if (bytes) return parseBody(decoded(bytes, contentType), contentType);
  return typeof content === 'string' ? parseBody(content, contentType) : { body: content };
}

const TOO_LARGE = Symbol('too large');

/** As a stream where there is one, so that it can be given up. Undefined is no body. */
function howToRead(answer: unknown, limits: ReadLimits): () => unknown {
  const body = member(answer, 'body') ?? member(answer, 'data');
  // An answer of Node is its own stream.
  const stream = body ?? answer;
  if (member(answer, 'bodyUsed') === true || isTaken(stream)) throw new TypeError(ALREADY_READ);
  const source = sourceOf(stream);
  if (source) return async () => (await readBytes(source, limits)) ?? TOO_LARGE;
  // Blobs, the responses of React Native, and those that a test puts together.
  for (const name of ['arrayBuffer', 'text', 'json']) {
    const method = member(stream, name);
    if (typeof method === 'function') return () => method.call(stream);
  }
  if (NO_BODIES.includes(typeof body) || typeof member(body, 'pipe') === 'function') {
    throw new TypeError(`the body of an answer must be JSON, text, bytes or a stream of them; got ${render(body)}`);
  }
  return () => body ?? undefined;
}

import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import type { AxiosResponse } from 'axios';
import type { Response as GotResponse } from 'got';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { type ResponseLike, toStatusResponse } from '../../src/operation/to-status-response.ts';

const LIMITS = { maxBytes: 1_000 };
const TEXT = '{"status":"Running"}';
const BODY = { status: 'Running' };
const bytes = (text: string) => new TextEncoder().encode(text);

/** A stream that gives these chunks, then does what `end` does. */
function streamOf(
  chunks: readonly unknown[],
  end: (controller: ReadableStreamDefaultController) => void,
  cancel = () => {},
) {
  const left = [...chunks];
  return new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (left.length === 0) end(controller);
      else controller.enqueue(left.shift() as Uint8Array);
    },
    cancel,
  });
}

async function* iterate(...chunks: unknown[]) {
  yield* chunks;
}

describe('a Response', () => {
  test('is read to its end', async () => {
    const response = new Response(TEXT, { status: 202, headers: { 'retry-after': '5' } });
    const read = await toStatusResponse(response, LIMITS);
    expect(read).toEqual({ status: 202, headers: response.headers, url: '', body: BODY });
    expect(read.headers.get('retry-after')).toBe('5');
  });

  test('in several chunks is read whole, also when a chunk ends within a character', async () => {
    const [one, other] = [bytes('{"a":"ö"}').slice(0, 7), bytes('{"a":"ö"}').slice(7)];
    const response = new Response(streamOf([one, other], (controller) => controller.close()));
    expect(await toStatusResponse(response, LIMITS)).toMatchObject({ body: { a: 'ö' } });
  });

  test.each([204, 205, 304])('of %i has no body, and that is no fault', async (status) => {
    const read = await toStatusResponse(new Response(null, { status }), LIMITS);
    expect(read).toEqual({ status, headers: new Headers(), url: '', body: undefined });
  });

  test.each([
    ['its body was read', async (response: Response) => response.text()],
    ['somebody else reads its body', async (response: Response) => response.body?.getReader()],
  ])('is refused when %s', async (_, use) => {
    const response = new Response(TEXT);
    await use(response);
    await expect(toStatusResponse(response, LIMITS)).rejects.toThrow(
      new TypeError(
        'the body of this answer was read already: pass the response unread, or `response.clone()` made before it was read',
      ),
    );
  });

  test('may be a clone of one that was read', async () => {
    const response = new Response(TEXT);
    const clone = response.clone();
    await response.text();
    expect(await toStatusResponse(clone, LIMITS)).toMatchObject({ body: BODY });
  });

  test('that is an error is refused', async () => {
    await expect(toStatusResponse(Response.error(), LIMITS)).rejects.toThrow(
      new TypeError("nothing can be read of a response of the type 'error'"),
    );
  });
});

describe('a body', () => {
  test('of as many bytes as allowed is read', async () => {
    expect(await toStatusResponse(new Response(TEXT), { maxBytes: TEXT.length })).toMatchObject({ body: BODY });
  });

  test('of more bytes is given up, and that is told', async () => {
    const cancel = vi.fn();
    const endless = streamOf(Array(100).fill(bytes('[1,')), (controller) => controller.close(), cancel);
    const read = await toStatusResponse(new Response(endless), { maxBytes: 10 });
    expect(read).toMatchObject({ body: undefined, unreadable: 'its body is larger than 10 bytes' });
    expect(cancel).toHaveBeenCalledOnce();
  });

  test('is measured, whatever Content-Length says', async () => {
    const headers = { 'content-length': '5' };
    expect(await toStatusResponse(new Response(TEXT, { headers }), { maxBytes: 10 })).toHaveProperty('unreadable');
    const long = { 'content-length': '5000' };
    expect(await toStatusResponse(new Response(TEXT, { headers: long }), LIMITS)).toMatchObject({ body: BODY });
  });

  test.each([
    ['text', 'x'.repeat(11)],
    ['bytes', new Uint8Array(11)],
    ['a buffer', new ArrayBuffer(11)],
  ])('that comes whole is measured as well: %s', async (_, body) => {
    expect(await toStatusResponse({ status: 200, body }, { maxBytes: 10 })).toMatchObject({
      body: undefined,
      unreadable: 'its body is larger than 10 bytes',
    });
  });

  test('that is no JSON is told, with its text', async () => {
    const headers = { 'content-type': 'text/plain' };
    expect(await toStatusResponse(new Response('Accepted', { headers }), LIMITS)).toMatchObject({
      body: undefined,
      text: 'Accepted',
      unreadable: 'no JSON but text/plain: Accepted',
    });
  });

  test('is decoded as its content type says', async () => {
    const headers = { 'content-type': 'application/json; charset=iso-8859-1' };
    const response = new Response(Buffer.from('"ö"', 'latin1'), { headers });
    expect(await toStatusResponse(response, LIMITS)).toMatchObject({ body: 'ö' });
  });

  test('that breaks off by the network rejects, with what broke it', async () => {
    const error = Object.assign(new TypeError('terminated'), { cause: { code: 'UND_ERR_SOCKET' } });
    const broken = streamOf([bytes('{"sta')], (controller) => controller.error(error));
    await expect(toStatusResponse(new Response(broken), LIMITS)).rejects.toBe(error);
  });

  test('that is aborted by its client rejects with that', async () => {
    const error = new DOMException('stop', 'AbortError');
    const aborted = streamOf([], (controller) => controller.error(error));
    await expect(toStatusResponse(new Response(aborted), LIMITS)).rejects.toBe(error);
  });

  test('that breaks off in another way is told', async () => {
    const broken = streamOf([bytes('{"sta')], (controller) => controller.error(new Error('Error in input stream')));
    expect(await toStatusResponse(new Response(broken), LIMITS)).toMatchObject({
      status: 200,
      body: undefined,
      unreadable: 'its body broke off: Error in input stream',
    });
  });

  test('whose chunks are no bytes is told', async () => {
    const body = streamOf([{ a: 1 }], (controller) => controller.close());
    expect(await toStatusResponse({ status: 200, body }, LIMITS)).toMatchObject({
      unreadable: 'its body broke off: TypeError: its chunks are no bytes',
    });
  });
});

describe('the signal', () => {
  test('ends the reading of a body that hangs, and gives the body up', async () => {
    const controller = new AbortController();
    const cancel = vi.fn();
    const hangs = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}), cancel });
    const read = toStatusResponse(new Response(hangs), { ...LIMITS, signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(read).rejects.toBe(reason);
    expect(cancel).toHaveBeenCalledOnce();
  });

  test('ends it at once when it was aborted before', async () => {
    const reason = new Error('enough');
    const read = toStatusResponse(new Response(TEXT), { ...LIMITS, signal: AbortSignal.abort(reason) });
    await expect(read).rejects.toBe(reason);
  });

  test('ends it though the body cannot be given up', async () => {
    const controller = new AbortController();
    const body = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
    const stuck = {
      getReader: () => ({ read: () => new Promise(() => {}), cancel: () => Promise.reject(new Error('no')) }),
    };
    const reads = [body, stuck].map((body) =>
      toStatusResponse({ status: 200, body }, { ...LIMITS, signal: controller.signal }),
    );
    controller.abort('enough');
    for (const read of reads) await expect(read).rejects.toBe('enough');
  });

  test('has no listener left when the body is read', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const end = (controller: ReadableStreamDefaultController) => {
      listeners = getEventListeners(signal, 'abort').length;
      controller.close();
    };
    await toStatusResponse(new Response(streamOf([bytes('[1'), bytes(']')], end)), { ...LIMITS, signal });
    expect(listeners).toBe(1);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('an answer of another client', () => {
  test.each<[string, unknown]>([
    ['parsed JSON', BODY],
    ['text', TEXT],
    ['bytes', bytes(TEXT)],
    ['a Buffer', Buffer.from(TEXT)],
    ['a part of a buffer', bytes(`xx${TEXT}xx`).subarray(2, 2 + TEXT.length)],
    ['an ArrayBuffer', bytes(TEXT).buffer],
    ['an ArrayBuffer of another realm', runInNewContext(`new Uint8Array([${bytes(TEXT)}]).buffer`)],
    ['a Blob', new Blob([TEXT])],
    ['a web stream', new Response(TEXT).body],
    ['a stream of Node', Readable.from([Buffer.from(TEXT)])],
    ['a stream of Node in text', Readable.from([TEXT.slice(0, 5), TEXT.slice(5)], { encoding: 'utf8' })],
    ['an iterable', iterate(bytes(TEXT.slice(0, 5)), bytes(TEXT.slice(5)))],
  ])('may have a body of %s', async (_, body) => {
    expect(await toStatusResponse({ status: 200, body }, LIMITS)).toMatchObject({ body: BODY });
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['empty text', ''],
    ['no bytes', new Uint8Array()],
  ])('may have no body: %s', async (_, body) => {
    const read = await toStatusResponse({ status: 204, body }, LIMITS);
    expect(read).toEqual({ status: 204, headers: new Headers(), url: '', body: undefined });
  });

  test.each([0, false, [1]])('may have JSON for a body that is no object: %o', async (body) => {
    expect(await toStatusResponse({ status: 200, body }, LIMITS)).toMatchObject({ body });
  });

  test('may be of axios', async () => {
    const url = 'https://api.test/jobs';
    const answer = { status: 202, statusText: '', data: BODY, headers: { location: '/ops/1' }, config: {} };
    for (const request of [{ res: { responseUrl: url } }, { responseURL: url }, { url }]) {
      const read = await toStatusResponse({ ...answer, request }, LIMITS);
      expect(read).toMatchObject({ status: 202, url, body: BODY });
      expect(read.headers.get('location')).toBe('/ops/1');
    }
  });

  test('may be of got', async () => {
    const headers = { 'retry-after': '5', 'set-cookie': ['a=1', 'b=2'] };
    const read = await toStatusResponse({ statusCode: 202, headers, url: 'https://api.test/', body: TEXT }, LIMITS);
    expect(read).toMatchObject({ status: 202, url: 'https://api.test/', body: BODY });
    expect(read.headers.get('retry-after')).toBe('5');
  });

  test('may be of React Native, which has no stream', async () => {
    const answer = { status: 200, headers: new Headers(), url: 'https://api.test/' };
    expect(await toStatusResponse({ ...answer, arrayBuffer: async () => bytes(TEXT).buffer }, LIMITS)).toMatchObject({
      body: BODY,
    });
  });

  test.each([
    ['text', { text: async () => TEXT }],
    ['JSON', { json: async () => BODY }],
  ])('may be put together by a test, that gives %s', async (_, methods) => {
    expect(await toStatusResponse({ status: 200, headers: {}, ...methods }, LIMITS)).toMatchObject({ body: BODY });
  });

  test('may be one that is read, again', async () => {
    for (const response of [new Response(TEXT), new Response('<title>Sign in</title>'), new Response()]) {
      const read = await toStatusResponse(response, LIMITS);
      expect(await toStatusResponse(read, LIMITS)).toStrictEqual(read);
    }
    const large = await toStatusResponse(new Response(TEXT), { maxBytes: 1 });
    expect(await toStatusResponse(large, LIMITS)).toStrictEqual(large);
  });

  test('may have members in its JSON that are named as those of streams', async () => {
    const data = { locked: true, bodyUsed: true, readableDidRead: true, text: 'a', json: {}, getReader: 1, pipe: '|' };
    expect(await toStatusResponse({ status: 200, data }, LIMITS)).toMatchObject({ body: data });
  });

  test('is what its types say', () => {
    expectTypeOf<Response>().toExtend<ResponseLike>();
    expectTypeOf<AxiosResponse<{ status: string }>>().toExtend<ResponseLike>();
    expectTypeOf<GotResponse<string>>().toExtend<ResponseLike>();
    expectTypeOf<{ status: number; body: string }>().toExtend<ResponseLike>();
    expectTypeOf<string>().not.toExtend<ResponseLike>();
  });

  const ALLOWED =
    'an answer must be a Response, or an object with `status` or `statusCode`, `headers`, `body` or `data`';

  test.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['text', 'done', "'done'"],
    ['a promise', Promise.resolve(new Response()), 'a promise: await it'],
    ['something else', { ok: true, token: 's3cret' }, 'Object { ok, token }'],
    ['an array', [1], 'Array { 0 }'],
    ['a status that is text', { status: '200' }, "the status '200'"],
    ['a status that is no integer', { status: 200.5 }, 'the status 200.5'],
    ['a status of 0', { status: 0 }, 'the status 0'],
    ['a status below 100', { statusCode: 99 }, 'the status 99'],
    ['a status above 999', { status: 1_000 }, 'the status 1000'],
    ['a status that is NaN', { status: Number.NaN }, 'the status NaN'],
  ])('is refused when it is none: %s', async (_, answer, got) => {
    await expect(toStatusResponse(answer, LIMITS)).rejects.toThrow(new TypeError(`${ALLOWED}; got ${got}`));
  });

  test('is refused with headers that are none', async () => {
    await expect(toStatusResponse({ status: 200, headers: 'a: b' }, LIMITS)).rejects.toThrow(TypeError);
  });

  test.each<[string, unknown, string]>([
    ['a function', function read() {}, '[function read]'],
    ['a symbol', Symbol('body'), 'Symbol(body)'],
    ['a large integer', 5n, '5n'],
    ['a stream of long ago', { pipe: () => {} }, '{ pipe: [function pipe] }'],
  ])('is refused with a body that is none: %s', async (_, body, got) => {
    await expect(toStatusResponse({ status: 200, body }, LIMITS)).rejects.toThrow(
      new TypeError(`the body of an answer must be JSON, text, bytes or a stream of them; got ${got}`),
    );
  });

  test('is refused when its stream was read', async () => {
    const body = Readable.from([Buffer.from(TEXT)]);
    for await (const _ of body);
    await expect(toStatusResponse({ status: 200, body }, LIMITS)).rejects.toThrow('was read already');
  });
});

describe('a stream of Node', () => {
  test('is destroyed when it is larger than allowed', async () => {
    const body = Readable.from(Array(100).fill(bytes('[1,')));
    expect(await toStatusResponse({ status: 200, body }, { maxBytes: 10 })).toHaveProperty('unreadable');
    expect(body.destroyed).toBe(true);
  });

  test('is destroyed when it hangs and the signal aborts', async () => {
    const controller = new AbortController();
    const body = new Readable({ read: () => {} });
    const read = toStatusResponse({ status: 200, body }, { ...LIMITS, signal: controller.signal });
    controller.abort('enough');
    await expect(read).rejects.toBe('enough');
    expect(body.destroyed).toBe(true);
  });

  test('that is iterated alone is told to return', async () => {
    const onReturn = vi.fn();
    async function* endless() {
      try {
        for (;;) yield bytes('[1,');
      } finally {
        onReturn();
      }
    }
    expect(await toStatusResponse({ status: 200, body: endless() }, { maxBytes: 10 })).toHaveProperty('unreadable');
    expect(onReturn).toHaveBeenCalledOnce();
  });

  test('may be the answer itself, as of node:http', async () => {
    const message = Object.assign(Readable.from([Buffer.from(TEXT)]), {
      statusCode: 202,
      headers: { etag: '"1"' },
      url: '',
    });
    expect(await toStatusResponse(message, LIMITS)).toMatchObject({ status: 202, url: '', body: BODY });
  });
});

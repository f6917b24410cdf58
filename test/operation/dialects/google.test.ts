import { describe, expect, test, vi } from 'vitest';
import type { CancelIo, Circumstances, StatusResponse } from '../../../src/operation/dialect.ts';
import { type GoogleOptions, google } from '../../../src/operation/dialects/google.ts';
import type { OperationToken } from '../../../src/operation/token.ts';

const ASKED = 'https://library.example/v1/publishers/1/books?key=secret';
const NAME = 'operations/7';
const URL_OF_IT = 'https://library.example/v1/operations/7';

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly url?: string;
  readonly unreadable?: string;
}

function answer(body: unknown, { status = 200, headers = {}, url = ASKED, unreadable }: Answer = {}): StatusResponse {
  return { status, headers: new Headers(headers), url, body, ...(unreadable !== undefined && { unreadable }) };
}

function at(initial: boolean): Circumstances {
  return { initial, now: 0, more: [], token: { v: 1, dialect: 'google', url: URL_OF_IT, name: NAME, startedAt: 0 } };
}

const begin = (body: unknown, more?: Answer, options?: GoogleOptions) =>
  google(options).classify(answer(body, more), at(true));
const look = (body: unknown, more?: Answer) => google().classify(answer(body, { url: URL_OF_IT, ...more }), at(false));

describe('an operation', () => {
  test('that is not done is pending, and tells how far it is', () => {
    const body = { name: NAME, done: false, metadata: { state: 'RUNNING', progressPercent: 42 } };
    const seen = look(body, { headers: { 'retry-after': '5', etag: '"1"' } });
    expect(seen).toEqual({ kind: 'pending', state: 'RUNNING', progress: 42, notBefore: 5_000, version: '"1"' });
  });

  test('that says nothing of done is pending, as JSON of protocol buffers leaves out what is false', () => {
    expect(look({ name: NAME })).toMatchObject({ kind: 'pending', state: undefined, progress: undefined });
    expect(look({ done: false }).kind).toBe('pending');
  });

  test('that is not done has its error and its response ignored', () => {
    expect(look({ name: NAME, error: { code: 3, message: 'no' } }).kind).toBe('pending');
    expect(look({ name: NAME, done: false, response: { id: 1 } }).kind).toBe('pending');
  });

  test('that is done with a response is succeeded with it', () => {
    const response = { '@type': 'type.googleapis.com/Book', id: 1 };
    expect(look({ name: NAME, done: true, response })).toEqual({ kind: 'succeeded', value: response });
    expect(look({ name: NAME, done: true, response: {} })).toEqual({ kind: 'succeeded', value: {} });
    expect(look({ done: true, error: null, response })).toEqual({ kind: 'succeeded', value: response });
  });

  test('that is done with an error is failed, by the name of its code', () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'X' }];
    expect(look({ name: NAME, done: true, error: { code: 5, message: 'no such book', details } })).toEqual({
      kind: 'failed',
      state: 'NOT_FOUND',
      error: { code: 'NOT_FOUND', message: 'no such book', details },
    });
  });

  test('that is done with the error code 1 is cancelled', () => {
    expect(look({ name: NAME, done: true, error: { code: 1, message: 'as you wished' } })).toMatchObject({
      kind: 'cancelled',
      error: { code: 'CANCELLED', message: 'as you wished' },
    });
  });

  test('that a later one has pre-empted is failed as ABORTED', () => {
    expect(look({ done: true, error: { code: 10, message: 'a later update' } })).toMatchObject({
      error: { code: 'ABORTED' },
    });
  });

  test('that is done with neither is succeeded without a result (gax-nodejs#465)', () => {
    const end = { kind: 'succeeded', state: 'done, without a result', value: undefined };
    expect(look({ name: NAME, done: true })).toEqual(end);
    expect(look({ name: NAME, done: true, error: null, response: null })).toEqual(end);
  });

  test('that is done with both is failed', () => {
    expect(look({ done: true, error: { code: 13, message: 'no' }, response: {} }).kind).toBe('failed');
  });

  test.each([
    ['{}', {}, 'an error that does not say what went wrong', undefined],
    ['text', 'boom', 'an error that does not say what went wrong', undefined],
    ['an array', [], 'an error that does not say what went wrong', undefined],
    ['false', false, 'an error that does not say what went wrong', undefined],
    ['0', 0, 'an error that does not say what went wrong', undefined],
    ['the code of no error', { code: 0 }, 'an error OK', 'OK'],
    ['an unknown code', { code: 99 }, 'an error 99', '99'],
    ['a code that is a word', { code: 'QUOTA' }, 'an error QUOTA', 'QUOTA'],
    ['a negative code', { code: -1, message: 'no' }, 'no', '-1'],
    ['a code of another type', { code: [1], message: 'no' }, 'no', undefined],
    ['a message that is none', { code: 8, message: 7 }, 'an error RESOURCE_EXHAUSTED', 'RESOURCE_EXHAUSTED'],
  ])('whose error is %s is failed all the same', (_, error, message, code) => {
    expect(look({ done: true, error })).toMatchObject({ kind: 'failed', state: code, error: { message, code } });
  });

  test('whose error is no object has it in the details', () => {
    expect(look({ done: true, error: 'boom' })).toMatchObject({ error: { details: 'boom' } });
  });

  test.each([
    ['progressPercent', { progressPercent: 0 }, 0],
    ['progress_percent', { progress_percent: 100 }, 100],
    ['more than there is', { progressPercent: 101 }, undefined],
    ['less than nothing', { progressPercent: -1 }, undefined],
    ['text', { progressPercent: '40' }, undefined],
    ['null', null, undefined],
    ['an array', [40], undefined],
  ])('whose metadata is %s tells its progress if that is one', (_, metadata, progress) => {
    expect(look({ name: NAME, metadata })).toMatchObject({ kind: 'pending', progress });
  });
});

describe('an answer that is no operation is unreadable:', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'done'],
    ['true', true],
    ['an array', [{ name: NAME, done: true }]],
    ['an empty object, as of a method that is not long-running', {}],
    ['metadata alone', { metadata: {} }],
    ['a name that is none', { name: 7 }],
    ['an empty name', { name: '' }],
    ['a done that is text', { name: NAME, done: 'true' }],
    ['a done that is 1', { name: NAME, done: 1 }],
    ['a done that is null', { name: NAME, done: null }],
    ['a done that is inherited', JSON.parse('{"__proto__":{"done":true,"name":"a"}}')],
  ])('%s', (_, body) => {
    for (const seen of [look(body), begin(body)]) expect(seen.kind).toBe('unreadable');
  });

  test('the page of a proxy', () => {
    const seen = look(undefined, { unreadable: 'no JSON but text/html' });
    expect(seen).toMatchObject({ kind: 'unreadable', cause: { message: expect.stringContaining('text/html') } });
  });
});

describe('the start answer', () => {
  test('leads to its name behind the version that was asked', () => {
    const seen = begin({ name: NAME }, { headers: { etag: '"1"', 'retry-after': '3' } });
    expect(seen).toEqual({
      kind: 'pending',
      state: undefined,
      progress: undefined,
      notBefore: 3_000,
      url: URL_OF_IT,
      name: NAME,
    });
  });

  test.each([
    ['https://a.example/v1/books', 'operations/7', 'https://a.example/v1/operations/7'],
    ['https://a.example/v1beta1/books:import', 'operations/7', 'https://a.example/v1beta1/operations/7'],
    ['https://a.example/v1p1beta1/books', 'operations/7', 'https://a.example/v1p1beta1/operations/7'],
    ['https://a.example/v2', 'operations/7', 'https://a.example/v2/operations/7'],
    [
      'http://127.0.0.1:8080/v1alpha/books',
      'projects/p/operations/a.b-7',
      'http://127.0.0.1:8080/v1alpha/projects/p/operations/a.b-7',
    ],
    ['https://a.example/v1/books', 'operations/7?x=1#y', 'https://a.example/v1/operations/7%3Fx%3D1%23y'],
    ['https://a.example/v1/books', 'operations/7:cancel', 'https://a.example/v1/operations/7%3Acancel'],
    ['https://a.example/v1/books', 'operations/%2e%2e/7', 'https://a.example/v1/operations/%252e%252e/7'],
    ['https://me:secret@a.example/v1/books', 'operations/7', 'https://a.example/v1/operations/7'],
  ])('of %s with the name %s leads to %s', (url, name, expected) => {
    expect(begin({ name }, { url })).toMatchObject({ kind: 'pending', url: expected, name });
  });

  test.each([
    ['/v1/operations/7', '/evil'],
    ['https://a.example', 'https://evil.example/7'],
    ['//', '//evil.example/7'],
    ['..', '../../7'],
    ['.', 'operations/./7'],
    ['an empty segment', 'operations//7'],
    ['a slash at the end', 'operations/7/'],
    ['half a character', 'operations/\ud800'],
  ])('with a name that is no path has no monitor: %s', (_, name) => {
    expect(begin({ name })).toMatchObject({ kind: 'no-monitor', because: expect.stringContaining('is no path') });
  });

  test.each([
    ['https://a.example/books'],
    ['https://a.example/compute/v1/books'],
    ['https://a.example/v1.2/books'],
    [''],
    ['no address'],
  ])('of %j, which begins with no version, has no monitor', (url) => {
    expect(begin({ name: NAME }, { url })).toMatchObject({
      kind: 'no-monitor',
      because: expect.stringContaining('`url`'),
    });
  });

  test('that goes on without a name has no monitor', () => {
    expect(begin({ done: false })).toMatchObject({ kind: 'no-monitor', because: expect.stringContaining('no name') });
  });

  test('that is done needs no poll (nodejs-dialogflow#450)', () => {
    expect(begin({ name: NAME, done: true, response: { id: 1 } })).toEqual({ kind: 'succeeded', value: { id: 1 } });
    expect(begin({ done: true, error: { code: 3, message: 'no' } }).kind).toBe('failed');
    expect(begin({ name: NAME, done: true, response: {} }, { url: 'https://a.example/' }).kind).toBe('succeeded');
  });

  test('that is an error is rejected', () => {
    expect(begin({ error: { code: 409, message: 'in progress', status: 'ABORTED' } }, { status: 409 }).kind).toBe(
      'rejected',
    );
  });
});

describe('url', () => {
  test('gives the address, relative to the one that was asked', () => {
    const url = vi.fn((name: string) => `/storage/v2/${name}`);
    expect(begin({ name: NAME }, {}, { url })).toMatchObject({
      url: 'https://library.example/storage/v2/operations/7',
    });
    expect(url.mock.calls).toEqual([[NAME, ASKED]]);
  });

  test('is not asked about an operation that is known', () => {
    const url = vi.fn(() => 'https://a.example/');
    google({ url }).classify(answer({ name: NAME }, { url: URL_OF_IT }), at(false));
    expect(url).not.toHaveBeenCalled();
  });

  test('that gives no address means that there is no monitor', () => {
    for (const given of ['', 'https://', undefined, 7]) {
      const seen = begin({ name: NAME }, {}, { url: () => given as string });
      expect(seen).toMatchObject({ kind: 'no-monitor', because: expect.stringContaining('`url`') });
    }
  });

  test('that throws is heard', () => {
    const error = new Error('no');
    const throws = () => {
      throw error;
    };
    expect(() => begin({ name: NAME }, {}, { url: throws })).toThrow(error);
  });

  test('that is no function is refused at once', () => {
    expect(() => google({ url: 'https://a.example' } as never)).toThrow(
      new TypeError("`url` must be a function; got 'https://a.example'"),
    );
  });
});

describe('a read that fails', () => {
  const error = (status: string, details?: unknown) => ({ error: { message: 'no', status, details } });

  test.each([
    [503, 'UNAVAILABLE', 'unreadable'],
    [504, 'DEADLINE_EXCEEDED', 'unreadable'],
    [429, 'RESOURCE_EXHAUSTED', 'unreadable'],
    [500, 'INTERNAL', 'unreadable'],
    [404, 'NOT_FOUND', 'notfound'],
    [403, 'PERMISSION_DENIED', 'rejected'],
    [401, 'UNAUTHENTICATED', 'rejected'],
    [400, 'INVALID_ARGUMENT', 'rejected'],
    [409, 'ABORTED', 'rejected'],
    [499, 'CANCELLED', 'rejected'],
  ])('with %d %s is %s, whatever became of the operation (python-api-core#183)', (status, name, kind) => {
    expect(look(error(name), { status })).toMatchObject({ kind });
  });

  const info = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.5s' };

  test('tells in its body when to come again', () => {
    const other = { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', retryDelay: '9s' };
    const seen = look(error('RESOURCE_EXHAUSTED', [other, null, info]), { status: 429 });
    expect(seen).toMatchObject({ kind: 'unreadable', notBefore: 1_500, hard: true });
  });

  test('tells it in its header before that', () => {
    const more = { status: 503, headers: { 'retry-after': '7' } };
    expect(look(error('UNAVAILABLE', [info]), more)).toMatchObject({ notBefore: 7_000 });
  });

  test.each([['soon'], ['1e3s'], ['-1s'], ['9999999999999s'], [5], [null]])(
    'has a delay of %j passed over',
    (retryDelay) => {
      const seen = look(error('UNAVAILABLE', [{ ...info, retryDelay }]), { status: 503 });
      expect(seen).toMatchObject({ kind: 'unreadable', notBefore: undefined });
    },
  );

  test('says nothing by a body of another shape', () => {
    for (const body of [
      undefined,
      null,
      [],
      {},
      { error: 'no' },
      error('UNAVAILABLE', {}),
      error('UNAVAILABLE', 'no'),
    ]) {
      expect(look(body, { status: 503 })).toMatchObject({ kind: 'unreadable', notBefore: undefined });
    }
  });
});

describe('cancelling', () => {
  const token = (url?: string): OperationToken => ({ ...at(false).token, url });

  test('posts an empty request to the operation', async () => {
    const send = vi.fn<CancelIo['send']>(async () => answer({}));
    await google().cancel?.(token(`${URL_OF_IT}?alt=json`), { send });
    expect(send.mock.calls).toEqual([
      [
        'https://library.example/v1/operations/7:cancel?alt=json',
        { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
      ],
    ]);
  });

  test('is refused where there is no address', async () => {
    const send = vi.fn<CancelIo['send']>();
    await expect(google().cancel?.(token(), { send })).rejects.toThrow('there is no address to cancel at');
    expect(send).not.toHaveBeenCalled();
  });
});

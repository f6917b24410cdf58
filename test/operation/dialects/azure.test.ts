import { describe, expect, test, vi } from 'vitest';
import type { CancelIo, Circumstances, StatusResponse } from '../../../src/operation/dialect.ts';
import { type AzureOptions, azure } from '../../../src/operation/dialects/azure.ts';
import type { Observation } from '../../../src/operation/observation.ts';
import type { OperationToken } from '../../../src/operation/token.ts';

const ASKED = 'https://management.example/subscriptions/s/providers/Vendor.Thing/things/t?api-version=1';
const MONITOR = 'https://management.example/operations/7?api-version=1';
const RESULT = 'https://management.example/results/7?api-version=1';

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly url?: string;
  readonly unreadable?: string;
}

function answer({ status = 200, headers = {}, body, url = ASKED, unreadable }: Answer): StatusResponse {
  return { status, headers: new Headers(headers), url, body, ...(unreadable !== undefined && { unreadable }) };
}

function at(initial: boolean, token: Partial<OperationToken> = {}): Circumstances {
  return { initial, now: 0, more: [], token: { v: 1, dialect: 'azure', startedAt: 0, ...token } };
}

function begin(start: Answer, options?: AzureOptions, token?: Partial<OperationToken>): Observation {
  return azure(options).classify(answer({ status: 202, ...start }), at(true, token));
}

function look(memo: string | undefined, poll: Answer, options?: AzureOptions, token: Partial<OperationToken> = {}) {
  return azure(options).classify(answer({ url: MONITOR, ...poll }), at(false, { url: MONITOR, memo, ...token }));
}

/** Follows an operation as the library does: what a pending observation says is remembered, and looked at next. */
function follow(options: AzureOptions | undefined, start: Answer, ...polls: readonly Answer[]) {
  const dialect = azure(options);
  let token: OperationToken = at(true).token;
  const asked: (string | undefined)[] = [];
  let last: Observation = dialect.classify(answer({ status: 202, ...start }), at(true));
  for (const poll of polls) {
    if (last.kind !== 'pending') break;
    const { url = token.url, resourceUrl = token.resourceUrl, memo = token.memo } = last;
    token = { ...token, url, resourceUrl, memo };
    asked.push(url);
    last = dialect.classify(answer({ ...poll, url: url ?? '' }), { ...at(false), token });
  }
  return { last, asked, token };
}

const state = (provisioningState: unknown) => ({ properties: { provisioningState } });
const failure = { code: 'Quota', message: 'No cores are left.' };

describe('the start answer', () => {
  test('with an Operation-Location leads to the monitor', () => {
    const seen = begin({ headers: { 'operation-location': MONITOR, 'retry-after': '20' } });
    expect(seen).toMatchObject({ kind: 'pending', url: MONITOR, memo: 'operation', notBefore: 20_000 });
  });

  test('with an Azure-AsyncOperation leads to the monitor', () => {
    expect(begin({ headers: { 'azure-asyncoperation': MONITOR } })).toMatchObject({ url: MONITOR, memo: 'operation' });
  });

  test('has its Operation-Location go before its Azure-AsyncOperation', () => {
    const headers = { 'azure-asyncoperation': 'https://management.example/old', 'operation-location': MONITOR };
    expect(begin({ headers })).toMatchObject({ url: MONITOR });
  });

  test('has its Operation-Location go before its Location (azure-sdk-for-js#20647)', () => {
    const seen = begin({ headers: { location: RESULT, 'operation-location': MONITOR } });
    expect(seen).toMatchObject({ url: MONITOR, resourceUrl: RESULT, memo: 'operation' });
  });

  test('with a Location alone leads there', () => {
    const seen = begin({ headers: { location: RESULT } });
    expect(seen).toMatchObject({ kind: 'pending', url: RESULT, memo: 'location' });
    expect(seen).not.toHaveProperty('resourceUrl');
  });

  test('with a monitor whose address is none does not take the Location for it', () => {
    const headers = { location: RESULT, 'operation-location': 'https://a.example/1, https://a.example/2' };
    expect(begin({ headers }).kind).toBe('no-monitor');
    expect(begin({ headers: { 'azure-asyncoperation': 'https://', location: RESULT } }).kind).toBe('no-monitor');
  });

  test('that is a 202 without headers is no success (core-lro resolves)', () => {
    for (const method of [undefined, 'POST', 'DELETE'] as const) {
      expect(begin({}, { method })).toMatchObject({ kind: 'no-monitor', because: expect.stringContaining('Location') });
    }
  });

  test('that is a 202 without headers is no success whatever its body says', () => {
    for (const body of [state('Succeeded'), { status: 'Succeeded' }, {}, null, [], 'Succeeded']) {
      expect(begin({ body }).kind).toBe('no-monitor');
    }
    expect(begin({ unreadable: 'no JSON' }).kind).toBe('no-monitor');
  });

  test.each([
    ['a relative path', '/operations/7?api-version=1', MONITOR],
    ['a path beside the one asked', '../../../operations/7', 'https://management.example/subscriptions/s/operations/7'],
    ['another origin, which is for others to refuse', 'https://elsewhere.example/7', 'https://elsewhere.example/7'],
    [
      'an address with credentials, without them',
      'https://me:secret@management.example/7',
      'https://management.example/7',
    ],
  ])('takes %s', (_, header, url) => {
    expect(begin({ headers: { 'operation-location': header } })).toMatchObject({ url });
  });

  test('has the verdict of its monitor still to come, whatever its own body says', () => {
    for (const body of [{ status: 'Succeeded' }, { status: 'Failed', error: failure }, state('Succeeded'), null]) {
      for (const status of [200, 201, 202, 204]) {
        expect(begin({ status, body, headers: { 'operation-location': MONITOR } }).kind).toBe('pending');
        expect(begin({ status, body, headers: { location: RESULT } }).kind).toBe('pending');
      }
    }
  });

  test('shows its word', () => {
    const headers = { 'operation-location': MONITOR };
    expect(begin({ headers, body: { status: 'NotStarted' } })).toMatchObject({ state: 'NotStarted' });
    expect(begin({ headers, body: state('Accepted') })).toMatchObject({ state: 'Accepted' });
  });

  test('of a PUT without headers leads to the resource while it is on its way', () => {
    for (const status of [200, 201, 202]) {
      const seen = begin({ status, body: state('Creating') }, { method: 'PUT' });
      expect(seen).toMatchObject({ kind: 'pending', state: 'Creating', url: ASKED, memo: 'body' });
    }
  });

  test('of a PUT that is a 202 without anything leads to the resource', () => {
    expect(begin({}, { method: 'PUT' })).toMatchObject({ kind: 'pending', url: ASKED, memo: 'body' });
    expect(begin({}, { method: 'PUT' }).kind).toBe('pending');
    expect(begin({ url: '' }, { method: 'PUT' }).kind).toBe('no-monitor');
  });

  test('of a PUT without headers may be the end', () => {
    const body = { id: 't', ...state('Succeeded') };
    const seen = begin({ status: 201, body }, { method: 'PUT' });
    expect(seen).toEqual({ kind: 'succeeded', state: 'Succeeded', value: body });
    expect(begin({ status: 200, body: { id: 't' } }, { method: 'PUT' }).kind).toBe('succeeded');
    expect(begin({ status: 201 }, { method: 'PUT' })).toMatchObject({ kind: 'succeeded', value: undefined });
    expect(begin({ status: 200, body: state('Failed') }, { method: 'PUT' }).kind).toBe('failed');
    expect(begin({ status: 202, body: state('Canceled') }, { method: 'PUT' }).kind).toBe('cancelled');
  });

  test('of a PUT that is cut short is unreadable', () => {
    expect(begin({ status: 200, unreadable: 'cut short' }, { method: 'PUT' }).kind).toBe('unreadable');
  });

  test('of a PATCH without headers leads to the resource', () => {
    expect(begin({ status: 200, body: state('Updating') }, { method: 'PATCH' })).toMatchObject({
      url: ASKED,
      memo: 'body',
    });
  });

  test('that is a 200, 201 or 204 of a POST or a DELETE without headers is the end', () => {
    for (const method of [undefined, 'POST', 'DELETE'] as const) {
      expect(begin({ status: 204 }, { method })).toMatchObject({ kind: 'succeeded', value: undefined });
      expect(begin({ status: 200, body: [1] }, { method })).toMatchObject({ kind: 'succeeded', value: [1] });
      expect(begin({ status: 201, body: { id: 1 } }, { method }).kind).toBe('succeeded');
      expect(begin({ status: 200, unreadable: 'no JSON' }, { method }).kind).toBe('unreadable');
    }
  });

  test('of a POST or a DELETE without headers that goes on has no monitor', () => {
    expect(begin({ status: 200, body: state('Deleting') }, { method: 'DELETE' }).kind).toBe('no-monitor');
    expect(begin({ status: 201, body: state('Creating') }, { method: 'POST' }).kind).toBe('no-monitor');
  });

  test('that is a 303 leads to what answers by HTTP', () => {
    const seen = begin({ status: 303, headers: { location: RESULT } });
    expect(seen).toMatchObject({ kind: 'pending', url: RESULT, memo: 'location' });
  });

  test('that is an error is rejected', () => {
    expect(begin({ status: 400, body: { error: failure }, headers: { 'operation-location': MONITOR } }).kind).toBe(
      'rejected',
    );
    expect(begin({ status: 503 }).kind).toBe('rejected');
  });
});

describe('a start answer whose method nobody tells', () => {
  const id = '/subscriptions/S/providers/vendor.thing/things/t';

  test.each([
    ['the path that was asked, in any case', id],
    ['the address that was asked', `https://management.example${id}`],
  ])('is that of a PUT when it shows a resource whose id is %s', (_, id) => {
    const body = { id, ...state('Creating') };
    expect(begin({ status: 201, body })).toMatchObject({ kind: 'pending', url: ASKED, memo: 'body' });
    const headers = { 'azure-asyncoperation': MONITOR };
    expect(begin({ status: 201, body, headers })).toMatchObject({ url: MONITOR, resourceUrl: ASKED });
  });

  test.each([
    ['another id, as after a POST to a collection', { id: `${id}/more`, ...state('Creating') }],
    ['no id', state('Creating')],
    ['an id that is none', { id: 7, ...state('Creating') }],
  ])('is that of a POST when it shows %s', (_, body) => {
    expect(begin({ status: 201, body }).kind).toBe('no-monitor');
    expect(begin({ status: 201, body, headers: { 'azure-asyncoperation': MONITOR } })).toMatchObject({
      resourceUrl: undefined,
    });
  });

  test('is that of a POST when the resource has no state', () => {
    expect(begin({ status: 201, body: { id }, headers: { 'operation-location': MONITOR } })).toMatchObject({
      resourceUrl: undefined,
    });
  });

  test('may be that of a DELETE when it is a 202, so the resource is not read at the end', () => {
    const headers = { 'azure-asyncoperation': MONITOR };
    expect(begin({ status: 202, body: { id, ...state('Deleting') }, headers })).toMatchObject({
      resourceUrl: undefined,
    });
  });

  test('is none of a PUT by its id when the method is known', () => {
    expect(begin({ body: { id, ...state('Deleting') } }, { method: 'DELETE' }).kind).toBe('no-monitor');
  });

  test('is that of the method in the token', () => {
    const seen = begin({ headers: { 'operation-location': MONITOR } }, {}, { method: 'delete' });
    expect(seen).toMatchObject({ memo: 'operation-only' });
  });
});

describe('a monitor', () => {
  test.each([
    ['Succeeded', 'succeeded'],
    ['succeeded', 'succeeded'],
    [' SUCCEEDED ', 'succeeded'],
    ['Failed', 'failed'],
    ['FAILED', 'failed'],
    ['Canceled', 'cancelled'],
    ['Cancelled', 'cancelled'],
    ['canceled', 'cancelled'],
    ['InProgress', 'pending'],
    ['Running', 'pending'],
    ['NotStarted', 'pending'],
    ['Accepted', 'pending'],
  ])('that says %j is %s', (word, kind) => {
    expect(look('operation', { body: { status: word } })).toMatchObject({ kind, state: word });
  });

  test.each([
    ['PartiallySucceeded', 'core-lro resolves'],
    ['NotSucceeded', 'core-lro resolves'],
    ['FailoverInProgress', 'core-lro rejects'],
    ['Completed', 'azure-sdk-for-go#20342'],
    ['TestFailed', 'azure-sdk-for-net#3546'],
  ])('that says %s is pending (%s)', (word) => {
    expect(look('operation', { body: { status: word } })).toMatchObject({ kind: 'pending', state: word });
  });

  test.each([
    ['null (azure-sdk-for-js#24965)', { status: null }],
    ['missing (core-lro resolves)', {}],
    ['missing beside a provisioningState (core-lro resolves)', state('Succeeded')],
    ['a number', { status: 200 }],
    ['true', { status: true }],
    ['an array', { status: ['Succeeded'] }],
    ['an object', { status: { status: 'Succeeded' } }],
    ['empty', { status: '' }],
    ['blank', { status: '  ' }],
    ['inherited', JSON.parse('{"__proto__":{"status":"Succeeded"}}')],
  ])('whose status is %s is unreadable', (_, body) => {
    for (const status of [200, 201, 202]) expect(look('operation', { status, body }).kind).toBe('unreadable');
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['an array', [{ status: 'Succeeded' }]],
    ['text', 'Succeeded'],
    ['a number', 1],
    ['true', true],
  ])('that answers 200 with %s is unreadable', (_, body) => {
    expect(look('operation', { body }).kind).toBe('unreadable');
  });

  test('that answers with the page of a proxy is unreadable', () => {
    for (const status of [200, 202, 204]) {
      expect(look('operation', { status, unreadable: 'no JSON but text/html' })).toMatchObject({
        kind: 'unreadable',
        cause: { message: expect.stringContaining('text/html') },
      });
    }
  });

  test('that answers 204 is a success (azure-sdk-for-net#52402)', () => {
    expect(look('operation-only', { status: 204 })).toEqual({ kind: 'succeeded', state: undefined, value: undefined });
  });

  test('that answers 202 with nothing goes on', () => {
    expect(look('operation', { status: 202 })).toMatchObject({ kind: 'pending' });
  });

  test('that answers 202 with a word goes by the word', () => {
    expect(look('operation', { status: 202, body: { status: 'Accepted' } }).kind).toBe('pending');
    expect(look('operation', { status: 202, body: { status: 'Failed' } }).kind).toBe('failed');
    expect(look('operation', { status: 202, body: { status: 'Succeeded' } }).kind).toBe('succeeded');
  });

  test('is succeeded with properties that are null', () => {
    const body = { status: 'Succeeded', properties: null };
    expect(look('operation', { body })).toMatchObject({ kind: 'succeeded', value: body });
  });

  test('tells how far it is, and when to come again', () => {
    const poll = { headers: { 'retry-after': '15' }, body: { status: 'Running', percentComplete: 42.5 } };
    expect(look('operation', poll)).toMatchObject({ kind: 'pending', progress: 42.5, notBefore: 15_000 });
  });

  test('has a Retry-After passed over that is none', () => {
    const seen = look('operation', { headers: { 'retry-after': '/bar' }, body: { status: 'Running' } });
    expect(seen).toMatchObject({ kind: 'pending', notBefore: undefined });
  });

  test('may move', () => {
    const headers = { 'azure-asyncoperation': '/operations/8' };
    const seen = look('operation', { headers, body: { status: 'Running' } });
    expect(seen).toMatchObject({ url: 'https://management.example/operations/8' });
  });

  test('has a Location on the way that is not polled', () => {
    expect(look('operation', { headers: { location: RESULT }, body: { status: 'Running' } })).toMatchObject({
      url: undefined,
    });
  });

  test('has no ETag remembered', () => {
    expect(look('operation', { headers: { etag: '"1"' }, body: { status: 'Running' } })).not.toHaveProperty('version');
  });

  test('that failed tells why (azure-sdk-for-net#3396)', () => {
    const seen = look('operation', { body: { status: 'Failed', error: failure } });
    expect(seen).toEqual({ kind: 'failed', state: 'Failed', error: failure });
  });

  test('that failed without an error tells its word and its body', () => {
    const body = { status: 'Failed', error: null };
    expect(look('operation', { body })).toMatchObject({ error: { message: 'status Failed', details: body } });
  });

  test('that was cancelled gives its partial results', () => {
    const body = { status: 'canceled', results: [1, 2] };
    expect(look('operation', { body })).toMatchObject({ kind: 'cancelled', error: { details: { results: [1, 2] } } });
  });

  test('is what a token without a memo is taken for', () => {
    expect(look(undefined, { body: { status: 'Running' } }).kind).toBe('pending');
    expect(look(undefined, { body: {} }).kind).toBe('unreadable');
    expect(look('nonsense', { body: {} }).kind).toBe('unreadable');
  });
});

describe('the result of an operation with a monitor', () => {
  const headers = { 'operation-location': MONITOR, location: RESULT };
  const { location: _, ...without } = headers;
  const done = { body: { status: 'Succeeded' } };

  const rows: [string, AzureOptions, Record<string, string>, string | undefined][] = [
    ['a PUT is the resource', { method: 'PUT' }, headers, ASKED],
    [
      'a PUT is the resource, whatever final state',
      { method: 'PUT', finalState: 'operation-location' },
      headers,
      ASKED,
    ],
    ['a PUT is the monitor when nothing is to be read', { method: 'PUT', finalState: 'none' }, headers, undefined],
    ['a DELETE is nothing but the monitor', { method: 'DELETE' }, headers, undefined],
    ['a DELETE is the monitor, whatever final state', { method: 'DELETE', finalState: 'location' }, headers, undefined],
    ['a PATCH is at the Location', { method: 'PATCH' }, headers, RESULT],
    ['a PATCH without a Location is the resource', { method: 'PATCH' }, without, ASKED],
    ['a PATCH is the resource by its original-uri', { method: 'PATCH', finalState: 'original-uri' }, headers, ASKED],
    ['a PATCH is no monitor', { method: 'PATCH', finalState: 'operation-location' }, headers, ASKED],
    ['a POST is at the Location', { method: 'POST' }, headers, RESULT],
    ['a POST is at the Location, said so', { method: 'POST', finalState: 'location' }, headers, RESULT],
    ['a POST without a Location is the monitor', { method: 'POST' }, without, undefined],
    ['a POST by original-uri is at the address asked', { method: 'POST', finalState: 'original-uri' }, headers, ASKED],
    [
      'a POST by operation-location is the monitor',
      { method: 'POST', finalState: 'operation-location' },
      headers,
      undefined,
    ],
    ['a POST is the monitor when nothing is to be read', { method: 'POST', finalState: 'none' }, headers, undefined],
    ['an unknown method is at the Location', {}, headers, RESULT],
    ['an unknown method without a Location is the monitor', {}, without, undefined],
    ['an unknown method by original-uri is there', { finalState: 'original-uri' }, headers, ASKED],
  ];
  test.each(rows)('of %s', (_, options, headers, resultUrl) => {
    const { last } = follow(options, { headers }, { body: { status: 'Running' } }, done);
    if (resultUrl === undefined) expect(last).toEqual({ kind: 'succeeded', state: 'Succeeded', value: done.body });
    else expect(last).toEqual({ kind: 'succeeded', state: 'Succeeded', resultUrl });
  });

  test('is at the resourceLocation of the monitor before all else', () => {
    const last = { body: { status: 'Succeeded', resourceLocation: '/things/t' } };
    for (const method of ['PUT', 'PATCH', 'POST', undefined] as const) {
      expect(follow({ method }, { headers }, last).last).toMatchObject({
        resultUrl: 'https://management.example/things/t',
      });
    }
  });

  test('is not read where there is none, resourceLocation or not (fabric-cli#69)', () => {
    const last = { body: { status: 'Succeeded', resourceLocation: '/things/t' } };
    for (const options of [{ method: 'DELETE' }, { method: 'PUT', finalState: 'none' }] as const) {
      expect(follow(options, { headers }, last).last).toEqual({
        kind: 'succeeded',
        state: 'Succeeded',
        value: last.body,
      });
      expect(look(undefined, last, options)).not.toHaveProperty('resultUrl');
    }
  });

  test.each([[null], [''], [7], [{}], ['https://']])('is not at a resourceLocation %j', (resourceLocation) => {
    const last = { body: { status: 'Succeeded', resourceLocation } };
    expect(follow({ method: 'POST' }, { headers }, last).last).toMatchObject({ resultUrl: RESULT });
    expect(follow({ method: 'POST' }, { headers: without }, last).last).toMatchObject({ value: last.body });
  });

  test('is found by a token alone, in another process', () => {
    const { token } = follow({ method: 'PUT' }, { headers }, { body: { status: 'Running' } });
    const restored = JSON.parse(JSON.stringify(token)) as OperationToken;
    const seen = azure().classify(answer({ url: MONITOR, ...done }), { ...at(false), token: restored });
    expect(seen).toMatchObject({ kind: 'succeeded', resultUrl: ASKED });
    const { token: deletion } = follow({ method: 'DELETE' }, { headers }, { body: { status: 'Running' } });
    const named = { body: { ...done.body, resourceLocation: '/things/t' } };
    expect(azure().classify(answer(named), { ...at(false), token: deletion })).toMatchObject({ value: named.body });
  });
});

describe('a Location', () => {
  test.each([
    [202, 'pending'],
    [200, 'succeeded'],
    [201, 'succeeded'],
    [204, 'succeeded'],
  ])('that answers %d is %s', (status, kind) => {
    expect(look('location', { status }).kind).toBe(kind);
  });

  test('gives what it answers with', () => {
    for (const body of [
      { id: 1 },
      [{ id: 1 }],
      'text',
      null,
      undefined,
      { status: 'Online' },
      { properties: 'text' },
    ]) {
      expect(look('location', { body })).toEqual({ kind: 'succeeded', state: undefined, value: body });
    }
    expect(look('location', { body: state('Succeeded') })).toMatchObject({ kind: 'succeeded', state: 'Succeeded' });
  });

  test.each([
    ['200 Failed in its provisioningState is no success (core-lro resolves)', 200, state('Failed'), 'failed'],
    ['200 Canceled in its provisioningState is cancelled (core-lro resolves)', 200, state('Canceled'), 'cancelled'],
    ['200 Failed in its status is no success (msrestazure-for-python#157)', 200, { status: 'Failed' }, 'failed'],
    ['200 Canceled in its status is cancelled', 200, { status: 'Canceled' }, 'cancelled'],
    ['202 Failed is failed', 202, state('Failed'), 'failed'],
    ['202 Succeeded goes on', 202, state('Succeeded'), 'pending'],
    ['200 with a provisioningState that goes on goes on', 200, state('Creating'), 'pending'],
  ])('that answers %s', (_, status, body, kind) => {
    expect(look('location', { status, body }).kind).toBe(kind);
  });

  test('that answers with the page of a proxy is unreadable, unless it is a 202', () => {
    expect(look('location', { unreadable: 'no JSON but text/html' }).kind).toBe('unreadable');
    expect(look('location', { status: 202, unreadable: 'no JSON but text/html' }).kind).toBe('pending');
  });

  test('may move, and stays where it is when it does not say', () => {
    const poll = { status: 202, headers: { location: '/results/8', 'retry-after': '0' } };
    expect(look('location', poll)).toMatchObject({ url: 'https://management.example/results/8', notBefore: 0 });
    expect(look('location', { status: 202 })).toMatchObject({ url: undefined });
  });

  test('that names a monitor on the way is not left for it', () => {
    expect(look('location', { status: 202, headers: { 'operation-location': MONITOR } })).toMatchObject({
      url: undefined,
    });
  });
});

describe('a resource', () => {
  test.each([
    ['Succeeded', 'succeeded'],
    ['Failed', 'failed'],
    ['Canceled', 'cancelled'],
    ['Creating', 'pending'],
    ['Deleted', 'pending'],
    ['Ready', 'pending'],
  ])('whose provisioningState is %s is %s', (word, kind) => {
    expect(look('body', { body: state(word) })).toMatchObject({ kind, state: word });
    expect(look('body', { body: { provisioningState: word } })).toMatchObject({ kind, state: word });
  });

  test('without a provisioningState is succeeded', () => {
    for (const body of [{}, { id: 1 }, { properties: {} }, { properties: null }]) {
      expect(look('body', { body })).toMatchObject({ kind: 'succeeded', value: body });
    }
  });

  test.each([
    ['null', state(null)],
    ['a number', state(1)],
    ['empty', state('')],
    ['an array', state(['Succeeded'])],
    ['in properties that are an array', { properties: ['Succeeded'] }],
    ['in properties that are text', { properties: 'Succeeded' }],
    ['null beside no properties', { provisioningState: null }],
    ['null before another', { provisioningState: 'Succeeded', ...state(null) }],
  ])('whose provisioningState is %s is unreadable', (_, body) => {
    expect(look('body', { body }).kind).toBe('unreadable');
  });

  test.each([[undefined], [null], [[]], ['Succeeded'], [1]])('that is %j is unreadable', (body) => {
    expect(look('body', { body }).kind).toBe('unreadable');
  });

  test('that is cut short is unreadable', () => {
    expect(look('body', { unreadable: 'cut short' }).kind).toBe('unreadable');
  });

  test('that answers 204 is succeeded, and 202 goes on', () => {
    expect(look('body', { status: 204 })).toMatchObject({ kind: 'succeeded', value: undefined });
    expect(look('body', { status: 202 }).kind).toBe('pending');
    expect(look('body', { status: 202, body: state('Succeeded') }).kind).toBe('pending');
  });

  test('that failed tells why, from among its properties', () => {
    const body = { id: 't', properties: { provisioningState: 'Failed', error: failure } };
    expect(look('body', { body })).toMatchObject({ kind: 'failed', error: failure });
  });

  test('has no header followed', () => {
    const headers = { 'azure-asyncoperation': MONITOR, location: RESULT, etag: '"1"' };
    const seen = look('body', { body: state('Updating'), headers });
    expect(seen).toEqual({ kind: 'pending', state: 'Updating', notBefore: undefined });
  });
});

describe('an answer that is no 2xx', () => {
  test.each([
    [303, 'succeeded'],
    [304, 'pending'],
    [400, 'rejected'],
    [401, 'rejected'],
    [403, 'rejected'],
    [404, 'notfound'],
    [408, 'unreadable'],
    [410, 'gone'],
    [429, 'unreadable'],
    [500, 'unreadable'],
    [503, 'unreadable'],
  ])('%d is %s, and says nothing of the operation', (status, kind) => {
    for (const memo of ['operation', 'location', 'body']) {
      const seen = look(memo, { status, headers: { location: RESULT }, body: { status: 'Failed', error: failure } });
      expect(seen.kind).toBe(kind);
    }
  });
});

// What the tests of @azure/core-lro play through, as far as it is a matter of what answers mean.
describe('from the start to the end', () => {
  const to = (location: string, status = 202): Answer => ({ status, headers: { location } });
  const both = (body?: unknown, status = 202, location = RESULT): Answer => {
    return { status, body, headers: { location, 'azure-asyncoperation': MONITOR, 'retry-after': '0' } };
  };
  const shows = (word: string, status = 200): Answer => ({ status, body: { id: '100', ...state(word) } });
  const says = (status: string): Answer => ({ body: { status } });
  const running = both({ status: 'Accepted' });
  const accepted = shows('Accepted').body;
  const [PUT, PATCH, POST, DELETE] = [
    { method: 'PUT' },
    { method: 'PATCH' },
    { method: 'POST' },
    { method: 'DELETE' },
  ] as const;
  const [succeeded, failed, cancelled] = [{ kind: 'succeeded' }, { kind: 'failed' }, { kind: 'cancelled' }];
  const product = { ...succeeded, value: shows('Succeeded').body };
  const [atAsked, atResult] = [
    { ...succeeded, resultUrl: ASKED },
    { ...succeeded, resultUrl: RESULT },
  ];

  const rows: [string, AzureOptions, Answer[], object][] = [
    ['a DELETE is over with a 204', DELETE, [{ status: 204 }], succeeded],
    ['a PUT is over with a 201 that says so', PUT, [shows('Succeeded', 201)], product],
    ['a POST ends with a 200 where its Location went', POST, [to(ASKED), to(RESULT), shows('Succeeded')], product],
    ['a POST ends with a 204 where its Location went', POST, [to(ASKED), to(RESULT), { status: 204 }], succeeded],
    ['a DELETE 200 with a Location goes on', DELETE, [to(RESULT, 200), { status: 202 }, { status: 204 }], succeeded],
    ['a PUT 202 ends with what is at its Location', PUT, [to(RESULT), { body: [1] }], { ...succeeded, value: [1] }],
    ['a PUT goes on where no header says more', PUT, [to(RESULT), { status: 202 }, shows('Succeeded')], product],
    ['a DELETE ends with a Location that says so', DELETE, [to(RESULT), shows('Succeeded')], succeeded],
    ['a DELETE fails with a Location that says so', DELETE, [to(RESULT), shows('Failed')], failed],
    ['a DELETE is cancelled with a Location that says so', DELETE, [to(RESULT), shows('Canceled')], cancelled],
    ['a PUT 201 ends with its resource', PUT, [shows('Creating', 201), shows('Succeeded')], product],
    ['a PUT 200 is cancelled with its resource', PUT, [shows('Accepted'), shows('Canceled')], cancelled],
    ['a PUT 200 ends with a 204 of its resource', PUT, [shows('Updating'), { status: 204 }], succeeded],
    ['a PUT 201 fails with its resource', PUT, [shows('Created', 201), shows('Failed')], failed],
    [
      'a DELETE ends with its monitor',
      DELETE,
      [both(), running, says('Succeeded')],
      { value: { status: 'Succeeded' } },
    ],
    ['a DELETE fails with its monitor', DELETE, [both(), running, says('Failed')], failed],
    ['a DELETE is cancelled with its monitor', DELETE, [both(), running, says('Canceled')], cancelled],
    ['a PUT ends with its monitor, and is read', PUT, [both(accepted, 200), running, says('Succeeded')], atAsked],
    ['a PUT fails with its monitor', PUT, [both(accepted, 200), running, says('Failed')], failed],
    ['a PUT is cancelled with its monitor', PUT, [both(accepted, 201), running, says('Canceled')], cancelled],
    ['a PUT with a bad Location does not use it', PUT, [both(accepted, 201, 'bad'), says('Succeeded')], atAsked],
    ['a PATCH ends with its monitor, and its Location is read', PATCH, [both(), running, says('Succeeded')], atResult],
    ['a POST ends with its monitor, and its Location is read', POST, [both(), running, says('Succeeded')], atResult],
    ['a POST 200 with a monitor goes on', POST, [both(undefined, 200), says('Succeeded')], atResult],
    ['a POST fails with its monitor', POST, [both(accepted), says('Failed')], failed],
    ['a PUT that is refused is rejected', PUT, [{ status: 400 }], { kind: 'rejected' }],
    [
      'a PUT whose resource may not be read is rejected',
      PUT,
      [shows('Creating', 201), { status: 400 }],
      { kind: 'rejected' },
    ],
    ['a monitor without a status is unreadable', PUT, [both(accepted, 200), { body: {} }], { kind: 'unreadable' }],
    ['a monitor without a body is unreadable', POST, [both(), {}], { kind: 'unreadable' }],
    ['a monitor that is cut short is unreadable', PUT, [both(), { unreadable: 'cut short' }], { kind: 'unreadable' }],
    ['a monitor that is not there is not found', PUT, [both(), { status: 404 }], { kind: 'notfound' }],
    // `expect: 'deleted'` makes it the success that it is (go-autorest#596).
    [
      'a monitor that goes with the thing is not found',
      DELETE,
      [to(RESULT), { status: 202 }, { status: 404 }],
      { kind: 'notfound' },
    ],
  ];
  test.each(rows)('%s', (_, options, [start = {}, ...polls], end) => {
    expect(follow(options, start, ...polls).last).toMatchObject(end);
  });

  test('the address that is polled is the newest', () => {
    const poll = (path: string) => ({ body: { status: 'Running' }, headers: { 'operation-location': path } });
    const { asked } = follow(
      {},
      { headers: { 'operation-location': '/1' } },
      poll('/2'),
      { body: { status: 'Running' } },
      {},
    );
    expect(asked).toEqual([
      'https://management.example/1',
      'https://management.example/2',
      'https://management.example/2',
    ]);
  });
});

describe('cancelling', () => {
  function io() {
    const send = vi.fn<CancelIo['send']>(async () => answer({ status: 202 }));
    return { send };
  }

  test.each([
    ['https://a.example/operations/7', 'https://a.example/operations/7:cancel'],
    [MONITOR, 'https://management.example/operations/7:cancel?api-version=1'],
    ['https://a.example/operations/7/?v=1#x', 'https://a.example/operations/7:cancel?v=1'],
  ])('posts for %s to %s', async (url, cancel) => {
    const { send } = io();
    await azure().cancel?.(at(false, { url, memo: 'operation' }).token, { send });
    expect(send.mock.calls).toEqual([[cancel, { method: 'POST' }]]);
  });

  test.each([
    ['a resource, which has no monitor', { url: ASKED, memo: 'body' }],
    ['nothing', {}],
  ])('is refused at %s', async (_, token) => {
    const { send } = io();
    await expect(azure().cancel?.(at(false, token).token, { send })).rejects.toThrow(
      'there is no monitor to cancel at',
    );
    expect(send).not.toHaveBeenCalled();
  });
});

test.each([
  ['method', { method: 'GET' }, "`method` must be one of PUT, PATCH, DELETE, POST; got 'GET'"],
  ['method', { method: 7 }, '`method` must be one of PUT, PATCH, DELETE, POST; got 7'],
  [
    'finalState',
    { finalState: 'azure' },
    "`finalState` must be one of location, original-uri, operation-location, none; got 'azure'",
  ],
])('an odd `%s` is refused at once: %j', (_, options, message) => {
  expect(() => azure(options as AzureOptions)).toThrow(new RangeError(message));
});

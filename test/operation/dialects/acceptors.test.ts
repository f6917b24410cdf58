import { describe, expect, test } from 'vitest';
import { type Acceptor, acceptors } from '../../../src/operation/dialects/acceptors.ts';
import { look } from './waiters/look.ts';
import { jsonError, queryError } from './waiters/waiter.ts';

type Comparator = 'stringEquals' | 'booleanEquals' | 'allStringEquals' | 'anyStringEquals';
type State = Acceptor['state'];

const output = (path: string, comparator: Comparator, expected: string, state: State = 'success'): Acceptor => ({
  state,
  matcher: { output: { path, expected, comparator } },
});
const success = (value: boolean, state: State): Acceptor => ({ state, matcher: { success: value } });
const errorType = (name: string, state: State): Acceptor => ({ state, matcher: { errorType: name } });
const UP = output('state', 'stringEquals', 'UP');

describe('a comparator', () => {
  test.each<[Comparator, string, unknown, boolean]>([
    ['stringEquals', 'UP', 'UP', true],
    ['stringEquals', 'UP', 'up', false],
    ['stringEquals', 'UP', 'UP ', false],
    ['stringEquals', 'UP', ['UP'], false],
    ['stringEquals', 'true', true, false],
    ['stringEquals', '1', 1, false],
    ['stringEquals', 'null', null, false],
    ['booleanEquals', 'true', true, true],
    ['booleanEquals', 'false', false, true],
    ['booleanEquals', 'true', false, false],
    ['booleanEquals', 'true', 'true', false],
    ['booleanEquals', 'true', 1, false],
    ['booleanEquals', 'false', null, false],
    ['allStringEquals', 'UP', ['UP'], true],
    ['allStringEquals', 'UP', ['UP', 'UP'], true],
    ['allStringEquals', 'UP', ['UP', 'DOWN'], false],
    ['allStringEquals', 'UP', ['UP', null], false],
    ['allStringEquals', 'UP', [], false],
    ['allStringEquals', 'UP', 'UP', false],
    ['allStringEquals', 'UP', { 0: 'UP', length: 1 }, false],
    ['anyStringEquals', 'UP', ['DOWN', 'UP'], true],
    ['anyStringEquals', 'UP', ['DOWN'], false],
    ['anyStringEquals', 'UP', [], false],
    ['anyStringEquals', 'UP', 'UP', false],
    ['anyStringEquals', 'UP', [['UP']], false],
  ])('%s %j of %j: %j', (comparator, expected, state, isMatch) => {
    const dialect = acceptors([output('state', comparator, expected)]);
    expect(look(dialect, { state }).kind).toBe(isMatch ? 'succeeded' : 'pending');
  });

  test('is not asked of an error', () => {
    expect(look(acceptors([UP]), { state: 'UP' }, { status: 400 }).kind).toBe('rejected');
    const compared: Acceptor = {
      state: 'success',
      matcher: { inputOutput: { path: 'output.state == input.state', expected: 'true', comparator: 'booleanEquals' } },
    };
    expect(look(acceptors([compared], { input: { state: 'UP' } }), { state: 'UP' }, { status: 400 }).kind).toBe(
      'rejected',
    );
  });
});

describe('inputOutput', () => {
  test('compares what was asked with the answer, both in one expression', () => {
    const path = 'output.replicas == input.replicas && output.state == `UP`';
    const compared: Acceptor = {
      state: 'success',
      matcher: { inputOutput: { path, expected: 'true', comparator: 'booleanEquals' } },
    };
    const dialect = acceptors([compared], { input: { replicas: 3 } });
    expect(look(dialect, { replicas: 3, state: 'UP' }).kind).toBe('succeeded');
    expect(look(dialect, { replicas: 2, state: 'UP' }).kind).toBe('pending');
    expect(look(dialect, { replicas: 3 }).kind).toBe('pending');
  });
});

describe('success', () => {
  test('true is any call that succeeded, with or without a body', () => {
    const dialect = acceptors([success(true, 'success')]);
    expect(look(dialect, undefined, { status: 204 }).kind).toBe('succeeded');
    expect(look(dialect, { any: 'thing' })).toMatchObject({ kind: 'succeeded', value: { any: 'thing' } });
    expect(look(dialect, {}, { status: 404 }).kind).toBe('rejected');
    const gone = acceptors([success(true, 'failure')]);
    expect(look(gone, undefined)).toMatchObject({ kind: 'failed', error: { message: 'the call succeeded' } });
  });

  test('false is any error', () => {
    const gone = acceptors([success(false, 'success')]);
    expect(look(gone, jsonError('ThingNotFound'), { status: 404 })).toMatchObject({
      kind: 'succeeded',
      value: undefined,
    });
    expect(look(gone, {}).kind).toBe('pending');
    const there = acceptors([success(false, 'retry')]);
    expect(look(there, {}, { status: 500 }).kind).toBe('pending');
  });

  test.each([408, 425, 429, 500, 502, 503, 504])(
    'false ends nothing at a %i, which says nothing of the thing',
    (status) => {
      expect(look(acceptors([success(false, 'success')]), {}, { status }).kind).toBe('unreadable');
      expect(look(acceptors([success(false, 'failure')]), {}, { status }).kind).toBe('unreadable');
    },
  );
});

describe('errorType', () => {
  const gone = acceptors([errorType('ThingNotFound', 'success')]);

  test('leads to success, failure or the next look', () => {
    const body = jsonError('ThingNotFound', 'no thing 41');
    const at = { status: 404 };
    expect(look(gone, body, at)).toEqual({ kind: 'succeeded', state: 'ThingNotFound', value: undefined });
    expect(look(acceptors([errorType('ThingNotFound', 'failure')]), body, at)).toEqual({
      kind: 'failed',
      state: 'ThingNotFound',
      error: { code: 'ThingNotFound', message: 'no thing 41', status: 404, details: body },
    });
    expect(look(acceptors([errorType('ThingNotFound', 'retry')]), body, at)).toMatchObject({ kind: 'pending' });
  });

  test('is compared by its name, and not by its namespace', () => {
    const at = { status: 404 };
    expect(
      look(acceptors([errorType('com.example#ThingNotFound', 'success')]), jsonError('ThingNotFound'), at).kind,
    ).toBe('succeeded');
    expect(look(gone, jsonError('com.example#ThingNotFound'), at).kind).toBe('succeeded');
    expect(look(gone, jsonError('com.example#ThingNotFoundAnymore'), at).kind).toBe('rejected');
    expect(look(gone, jsonError('thingnotfound'), at).kind).toBe('rejected');
  });

  test('is not looked for in what succeeded', () => {
    expect(look(gone, jsonError('ThingNotFound')).kind).toBe('pending');
  });

  test('may name what says nothing of the thing', () => {
    const dialect = acceptors([errorType('ThrottlingException', 'failure'), errorType('InternalFailure', 'failure')]);
    expect(look(dialect, jsonError('ThrottlingException'), { status: 400 }).kind).toBe('failed');
    expect(look(dialect, jsonError('InternalFailure'), { status: 500 }).kind).toBe('failed');
  });
});

describe('no match', () => {
  test('goes on after a success', () => {
    expect(look(acceptors([UP]), { state: 'STARTING' })).toEqual({
      kind: 'pending',
      state: 'STARTING',
      notBefore: undefined,
    });
  });

  test('is rejected after an error, and not retried until the deadline (aws-sdk-js-v3#2091)', () => {
    for (const status of [400, 401, 403, 404, 405, 409, 410, 422]) {
      expect(look(acceptors([UP]), jsonError('AccessDeniedException'), { status }).kind).toBe('rejected');
    }
    const seen = look(acceptors([UP]), jsonError('AccessDeniedException', 'not you'), { status: 403 });
    expect(seen.kind === 'rejected' && String(seen.cause)).toBe(
      'StatusError: answered 403: AccessDeniedException: not you',
    );
    const unnamed = look(acceptors([UP]), undefined, { status: 403, unreadable: 'no JSON but text/html' });
    expect(unnamed.kind === 'rejected' && String(unnamed.cause)).toBe(
      'StatusError: answered 403: no JSON but text/html',
    );
    const silent = look(acceptors([UP]), { __type: 'AccessDeniedException' }, { status: 403 });
    expect(silent.kind === 'rejected' && String(silent.cause)).toBe('StatusError: answered 403: AccessDeniedException');
  });

  test.each([
    'Throttling',
    'ThrottlingException',
    'RequestLimitExceeded',
    'TooManyRequestsException',
    'ProvisionedThroughputExceededException',
    'SlowDown',
  ])('is unreadable when it was throttled: %s is no failure (aws-sdk#714, bosh-aws-cpi-release#75)', (name) => {
    expect(look(acceptors([UP]), queryError(name), { status: 400 })).toMatchObject({ kind: 'unreadable', hard: true });
    const headers = { 'x-amzn-errortype': name, 'retry-after': '2' };
    expect(look(acceptors([UP]), {}, { status: 400, headers })).toMatchObject({ kind: 'unreadable', notBefore: 2_000 });
  });

  test('is unreadable when the server is unwell, and an event may end the pause unless it was asked for', () => {
    expect(look(acceptors([UP]), {}, { status: 500 })).toMatchObject({ kind: 'unreadable', hard: false });
    expect(look(acceptors([UP]), {}, { status: 503 })).toMatchObject({ kind: 'unreadable', hard: true });
    expect(look(acceptors([UP]), {}, { status: 429 })).toMatchObject({ kind: 'unreadable', hard: true });
  });

  test('is rejected at a 303, which leads to a result elsewhere', () => {
    expect(look(acceptors([UP]), {}, { status: 303, headers: { location: '/result' } }).kind).toBe('rejected');
  });

  test('goes on at a 304, which is no error', () => {
    expect(look(acceptors([UP, success(false, 'failure')]), undefined, { status: 304 }).kind).toBe('pending');
  });
});

describe('what cannot be read', () => {
  test.each<[string, unknown]>([
    ['no body', undefined],
    ['null', null],
    ['a text', 'UP'],
    ['a number', 7],
  ])('%s is unreadable where a path is asked of it', (_, body) => {
    expect(look(acceptors([UP]), body).kind).toBe('unreadable');
    // No path is asked of it.
    expect(look(acceptors([errorType('ThingNotFound', 'success')]), body).kind).toBe('pending');
  });

  test('a page of a proxy is unreadable, though it says 200', () => {
    const dialect = acceptors([success(true, 'success')]);
    expect(look(dialect, undefined, { unreadable: 'no JSON but text/html' }).kind).toBe('unreadable');
  });

  test.each<[string, unknown]>([
    ['a list', [{ state: 'UP' }]],
    ['another type', { state: { toString: 'UP' } }],
    ['members that only every object has', JSON.parse('{"__proto__":{"state":"UP"},"constructor":{"state":"UP"}}')],
  ])('%s is no match', (_, body) => {
    expect(look(acceptors([UP]), body).kind).toBe('pending');
    expect(look(acceptors([output('constructor.name', 'stringEquals', 'Object')]), body).kind).toBe('pending');
  });

  test('a list can be asked', () => {
    const dialect = acceptors([output('[].state', 'allStringEquals', 'UP')]);
    expect(look(dialect, [{ state: 'UP' }, { state: 'UP' }]).kind).toBe('succeeded');
  });

  test.each([Number.NaN, 0, 99, 600, 999])('the status %s is rejected', (status) => {
    expect(look(acceptors([UP]), { state: 'UP' }, { status }).kind).toBe('rejected');
  });
});

describe('the first answer', () => {
  const url = 'https://api.example/thing?id=41';

  test('is judged like any other: what is done needs no poll', () => {
    expect(look(acceptors([UP]), { state: 'UP' }, { initial: true, url }).kind).toBe('succeeded');
    const gone = acceptors([errorType('ThingNotFound', 'success')]);
    expect(look(gone, jsonError('ThingNotFound'), { status: 404, initial: true, url }).kind).toBe('succeeded');
    expect(look(acceptors([UP]), jsonError('AccessDenied'), { status: 403, initial: true, url }).kind).toBe('rejected');
  });

  test('tells where to look: the same request again', () => {
    expect(look(acceptors([UP]), { state: 'STARTING' }, { initial: true, url })).toEqual({
      kind: 'pending',
      state: 'STARTING',
      url,
    });
    expect(look(acceptors([UP]), { state: 'STARTING' }, { url })).not.toHaveProperty('url');
  });

  test('that could not be read is looked for again', () => {
    const at = { status: 503, initial: true, headers: { 'retry-after': '4' } };
    expect(look(acceptors([UP]), {}, { ...at, url })).toEqual({
      kind: 'pending',
      state: 'answered 503',
      notBefore: 4_000,
      url,
    });
    const throttled = look(acceptors([UP]), queryError('Throttling'), { status: 400, initial: true, url });
    expect(throttled).toMatchObject({ kind: 'pending', state: 'Throttling', url });
    expect(look(acceptors([UP]), undefined, { unreadable: 'cut short', initial: true, url })).toMatchObject({
      kind: 'pending',
      url,
    });
  });

  test('of a client of your own has no address', () => {
    expect(look(acceptors([UP]), { state: 'STARTING' }, { initial: true, url: '' })).not.toHaveProperty('url');
    expect(look(acceptors([UP]), {}, { status: 503, initial: true, url: '' }).kind).toBe('unreadable');
  });
});

describe('the state', () => {
  const all = acceptors([output('things[].state', 'allStringEquals', 'UP'), output('name', 'stringEquals', 'x')]);
  const states = (...of: readonly unknown[]) => look(all, { name: 'web', things: of.map((state) => ({ state })) });

  test('is the word that was found, or the words', () => {
    expect(states('DOWN')).toMatchObject({ state: 'DOWN' });
    expect(states('DOWN', 'UP', 'DOWN')).toMatchObject({ state: 'DOWN, UP' });
    expect(states('A', 'B', 'C', 'D')).toMatchObject({ state: 'A, B, C, …' });
    expect(states('A', 'B', 'C')).toMatchObject({ state: 'A, B, C' });
  });

  test('is what the next path finds when the first finds no word', () => {
    expect(states()).toMatchObject({ state: 'web' });
    expect(states(1)).toMatchObject({ state: 'web' });
    expect(look(all, {})).toMatchObject({ state: 'answered 200' });
  });

  test('of an error is its name, whatever else its body holds', () => {
    const dialect = acceptors([UP, errorType('ThingNotFound', 'retry')]);
    const body = { ...jsonError('ThingNotFound'), state: 'UP' };
    expect(look(dialect, body, { status: 404 })).toMatchObject({ kind: 'pending', state: 'ThingNotFound' });
  });

  test('is what the acceptor found that has matched', () => {
    const dialect = acceptors([output('a', 'stringEquals', 'x', 'failure'), output('b', 'stringEquals', 'y')]);
    expect(look(dialect, { a: 'w', b: 'y' })).toMatchObject({ kind: 'succeeded', state: 'y' });
  });
});

describe('the value', () => {
  test('is the body, or the part of it that the output names', () => {
    const body = { state: 'UP', thing: { id: 41 } };
    expect(look(acceptors([UP]), body)).toMatchObject({ value: body });
    expect(look(acceptors([UP], { output: 'thing.id' }), body)).toMatchObject({ value: 41 });
    expect(look(acceptors([UP], { output: 'other' }), body)).toMatchObject({ kind: 'succeeded', value: undefined });
  });
});

describe('the name of an error', () => {
  const gone = acceptors([errorType('ThingNotFound', 'success')]);

  test.each<[string, unknown, Record<string, string>]>([
    ['in the header', {}, { 'x-amzn-errortype': 'ThingNotFound' }],
    ['in the header, with an address', {}, { 'x-amzn-errortype': 'ThingNotFound:http://internal.example/coral/' }],
    ['in the header, with a namespace', {}, { 'x-amzn-errortype': 'com.example#ThingNotFound:http://x.example/#y' }],
    ['in the header, sent twice', {}, { 'x-amzn-errortype': 'ThingNotFound, ThingNotFound' }],
    ['in the header of the query protocol', jsonError('Other'), { 'x-amzn-query-error': 'ThingNotFound;Sender' }],
    ['at __type', { __type: 'com.example#ThingNotFound' }, {}],
    ['at code', { code: 'ThingNotFound' }, {}],
    ['at Code', { Code: 'ThingNotFound' }, {}],
    ['at Error.Code', queryError('ThingNotFound'), {}],
    ['at error.code', { error: { code: 'ThingNotFound' } }, {}],
    ['at the name of an error of an SDK', Object.assign(new Error('no thing'), { name: 'ThingNotFound' }), {}],
  ])('is found %s', (_, body, headers) => {
    expect(look(gone, body, { status: 404, headers }).kind).toBe('succeeded');
  });

  test('may be a number', () => {
    expect(look(acceptors([errorType('4041', 'success')]), { code: 4041 }, { status: 404 }).kind).toBe('succeeded');
  });

  test.each<[string, unknown]>([
    ['an object', { code: { ThingNotFound: 1 } }],
    ['an array', ['ThingNotFound']],
    ['null', null],
    ['an error that is a text', { Error: 'ThingNotFound' }],
    ['a message', { message: 'ThingNotFound' }],
  ])('is none in %s', (_, body) => {
    expect(look(gone, body, { status: 404 }).kind).toBe('rejected');
  });

  test.each<[string, unknown, string]>([
    ['message', { code: 'Bad', message: 'no thing' }, 'no thing'],
    ['Message', { Code: 'Bad', Message: 'no thing' }, 'no thing'],
    ['Error.Message', queryError('Bad', 'no thing'), 'no thing'],
    ['nothing but its name', { __type: 'Bad', Message: '' }, 'Bad'],
  ])('comes with what is said at %s', (_, body, message) => {
    const dialect = acceptors([errorType('Bad', 'failure')]);
    expect(look(dialect, body, { status: 400 })).toMatchObject({
      error: { code: 'Bad', message, status: 400, details: body },
    });
  });
});

const matching = (matcher: unknown) => [{ state: 'success', matcher }];
const COMPARED = { path: 'state', expected: 'UP', comparator: 'stringEquals' };

test.each<[string, unknown, unknown, typeof Error, string]>([
  ['no list', undefined, {}, TypeError, '`acceptors` must be a list of acceptors; got undefined'],
  ['an empty list', [], {}, TypeError, '`acceptors` must be a list of acceptors; got []'],
  [
    'null for an acceptor',
    [null],
    {},
    TypeError,
    '`acceptors[0]` must be an acceptor: an object with state and matcher; got null',
  ],
  [
    'another state',
    [{ state: 'done', matcher: { success: true } }],
    {},
    TypeError,
    "`acceptors[0].state` must be one of success, failure, retry; got 'done'",
  ],
  ['no matcher', matching(undefined), {}, TypeError, '`acceptors[0].matcher` must be an object with one of'],
  [
    'an empty matcher',
    matching({}),
    {},
    TypeError,
    '`acceptors[0].matcher` must be an object with one of success, errorType, output and inputOutput',
  ],
  [
    'two matchers',
    matching({ success: true, errorType: 'X' }),
    {},
    TypeError,
    '`acceptors[0].matcher` must be an object with one of',
  ],
  ['another matcher', matching({ status: 200 }), {}, TypeError, '`acceptors[0].matcher` must be an object with one of'],
  [
    'a success that is a text',
    matching({ success: 'true' }),
    {},
    TypeError,
    "`acceptors[0].matcher.success` must be true or false; got 'true'",
  ],
  [
    'an error without a name',
    matching({ errorType: 'com.example#' }),
    {},
    TypeError,
    '`acceptors[0].matcher.errorType` must be the name of an error',
  ],
  [
    'an error that is a number',
    matching({ errorType: 404 }),
    {},
    TypeError,
    '`acceptors[0].matcher.errorType` must be the name of an error',
  ],
  [
    'an output that is a text',
    matching({ output: 'state' }),
    {},
    TypeError,
    '`acceptors[0].matcher.output` must be an object with path, expected and comparator',
  ],
  [
    'no path',
    matching({ output: { ...COMPARED, path: undefined } }),
    {},
    TypeError,
    '`acceptors[0].matcher.output.path` must be a JMESPath expression; got undefined',
  ],
  [
    'a bad path',
    matching({ output: { ...COMPARED, path: 'a[' } }),
    {},
    RangeError,
    '`acceptors[0].matcher.output.path` must be a JMESPath expression; got "a["',
  ],
  [
    'another comparator',
    matching({ output: { ...COMPARED, comparator: 'toString' } }),
    {},
    TypeError,
    "`acceptors[0].matcher.output.comparator` must be one of stringEquals, booleanEquals, allStringEquals, anyStringEquals; got 'toString'",
  ],
  [
    'no expectation',
    matching({ output: { ...COMPARED, expected: undefined } }),
    {},
    TypeError,
    '`acceptors[0].matcher.output.expected` must be a string; got undefined',
  ],
  [
    'a boolean for a boolean',
    matching({ output: { ...COMPARED, comparator: 'booleanEquals', expected: true } }),
    {},
    TypeError,
    "`acceptors[0].matcher.output.expected` must be 'true' or 'false'; got true",
  ],
  [
    'another word for a boolean',
    matching({ output: { ...COMPARED, comparator: 'booleanEquals', expected: 'yes' } }),
    {},
    TypeError,
    "`acceptors[0].matcher.output.expected` must be 'true' or 'false'; got 'yes'",
  ],
  [
    'inputOutput without the input',
    matching({ inputOutput: COMPARED }),
    {},
    TypeError,
    '`input` must be given, as acceptors[0] compares it with the answer; got undefined',
  ],
  [
    'an input that is a list',
    matching({ inputOutput: COMPARED }),
    { input: [] },
    TypeError,
    '`input` must be the object that was asked with; got []',
  ],
  [
    'a bad output',
    matching({ success: true }),
    { output: 'a..b' },
    RangeError,
    '`output` must be a JMESPath expression; got "a..b": a step is missing',
  ],
])('%s is refused at once', (_, list, options, type, message) => {
  const make = () => acceptors(list as Acceptor[], options as object);
  expect(make).toThrow(type);
  expect(make).toThrow(message);
});

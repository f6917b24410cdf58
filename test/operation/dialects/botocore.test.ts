import { describe, expect, test } from 'vitest';
import { type BotocoreAcceptor, type BotocoreWaiter, botocore } from '../../../src/operation/dialects/botocore.ts';
import { CLOUDFORMATION } from './waiters/cloudformation.ts';
import { EC2 } from './waiters/ec2.ts';
import { EKS } from './waiters/eks.ts';
import { LAMBDA } from './waiters/lambda.ts';
import { look } from './waiters/look.ts';
import { RDS } from './waiters/rds.ts';
import { jsonError, queryError } from './waiters/waiter.ts';

const waiter = (...acceptors: readonly BotocoreAcceptor[]): BotocoreWaiter => ({
  operation: 'DescribeThing',
  delay: 5,
  maxAttempts: 20,
  acceptors,
});
const of = (...acceptors: readonly BotocoreAcceptor[]) => botocore(waiter(...acceptors));

const SERVICES = { EC2, RDS, CloudFormation: CLOUDFORMATION, EKS, Lambda: LAMBDA };
const CASES = Object.entries(SERVICES).flatMap(([service, waiters]) =>
  waiters.flatMap(({ name, waiter, answers }) =>
    answers.map((answer) => [`${service} ${name}`, answer.says, answer.means, { waiter, answer }] as const),
  ),
);

test.each(CASES)('%s: %s is %s', (_, __, means, { waiter, answer }) => {
  const seen = look(botocore(waiter), answer.body, { status: answer.status ?? 200 });
  expect(seen.kind).toBe(means);
  expect('state' in seen ? seen.state : undefined).toBe(answer.state);
});

describe('a path', () => {
  const up = of({ matcher: 'path', argument: 'thing.state', expected: 'UP', state: 'success' });

  test('is what is expected, and of its type', () => {
    expect(look(up, { thing: { state: 'UP' } }).kind).toBe('succeeded');
    expect(look(up, { thing: { state: 'UPPER' } }).kind).toBe('pending');
    expect(look(up, { thing: { state: ['UP'] } }).kind).toBe('pending');
    const two = of({ matcher: 'path', argument: 'count', expected: 2, state: 'success' });
    expect(look(two, { count: 2 }).kind).toBe('succeeded');
    expect(look(two, { count: '2' }).kind).toBe('pending');
    const none = of({ matcher: 'path', argument: 'length(things) == `0`', expected: true, state: 'success' });
    expect(look(none, { things: [] }).kind).toBe('succeeded');
    expect(look(none, { things: [1] }).kind).toBe('pending');
  });

  test('that cannot be asked of a body is no match', () => {
    const none = of({ matcher: 'path', argument: 'length(things) == `0`', expected: true, state: 'success' });
    expect(look(none, { things: 7 }).kind).toBe('pending');
    expect(look(none, {}).kind).toBe('pending');
  });

  test('of all needs a list that is not empty, and each element', () => {
    const all = of({ matcher: 'pathAll', argument: 'things[].state', expected: 'UP', state: 'success' });
    expect(look(all, { things: [{ state: 'UP' }, { state: 'UP' }] }).kind).toBe('succeeded');
    expect(look(all, { things: [{ state: 'UP' }, { state: 'DOWN' }] }).kind).toBe('pending');
    expect(look(all, { things: [] }).kind).toBe('pending');
    expect(look(all, {}).kind).toBe('pending');
    const word = of({ matcher: 'pathAll', argument: 'state', expected: 'UP', state: 'success' });
    expect(look(word, { state: 'UP' }).kind).toBe('pending');
    const yes = of({ matcher: 'pathAll', argument: 'things[].isUp', expected: true, state: 'success' });
    expect(look(yes, { things: [{ isUp: true }] }).kind).toBe('succeeded');
    expect(look(yes, { things: [{ isUp: 'true' }] }).kind).toBe('pending');
  });

  test('of any needs a list, and one element', () => {
    const any = of({ matcher: 'pathAny', argument: 'things[].state', expected: 'DOWN', state: 'failure' });
    expect(look(any, { things: [{ state: 'UP' }, { state: 'DOWN' }] }).kind).toBe('failed');
    expect(look(any, { things: [{ state: 'UP' }] }).kind).toBe('pending');
    expect(look(any, { things: [] }).kind).toBe('pending');
    const word = of({ matcher: 'pathAny', argument: 'state', expected: 'DOWN', state: 'failure' });
    expect(look(word, { state: 'DOWN' }).kind).toBe('pending');
  });

  test.each(['path', 'pathAll', 'pathAny'])('of an error is not asked: %s', (matcher) => {
    const dialect = of({ matcher, argument: 'code', expected: 'UP', state: 'success' });
    expect(look(dialect, { code: 'UP' }, { status: 400 }).kind).toBe('rejected');
    expect(look(dialect, { code: ['UP'] }, { status: 400 }).kind).toBe('rejected');
  });

  test('that led to failure is told', () => {
    const body = { things: [{ state: 'DOWN' }] };
    const any = of({ matcher: 'pathAny', argument: 'things[].state', expected: 'DOWN', state: 'failure' });
    const error = { message: 'one of things[].state is DOWN', details: body };
    expect(look(any, body)).toEqual({ kind: 'failed', state: 'DOWN', error });
    const one = of({ matcher: 'path', argument: 'things', expected: false, state: 'failure' });
    expect(look(one, { things: false })).toMatchObject({ error: { message: 'things is false' } });
    const all = of({ matcher: 'pathAll', argument: 'things[].state', expected: 'DOWN', state: 'failure' });
    expect(look(all, body)).toMatchObject({ error: { message: 'all of things[].state is DOWN' } });
  });
});

describe('a status', () => {
  const exists = of(
    { matcher: 'status', expected: 200, state: 'success' },
    { matcher: 'status', expected: 301, state: 'success' },
    { matcher: 'status', expected: 404, state: 'retry' },
    { matcher: 'status', expected: 403, state: 'failure' },
    { matcher: 'status', expected: 503, state: 'failure' },
  );

  test('is that of the answer, be it a success or an error', () => {
    expect(look(exists, undefined).kind).toBe('succeeded');
    expect(look(exists, undefined, { status: 301 }).kind).toBe('succeeded');
    expect(look(exists, undefined, { status: 404 })).toMatchObject({ kind: 'pending', state: 'answered 404' });
    expect(look(exists, undefined, { status: 403 })).toEqual({
      kind: 'failed',
      state: 'answered 403',
      error: { message: 'answered 403', status: 403 },
    });
    // It is named.
    expect(look(exists, undefined, { status: 503 }).kind).toBe('failed');
  });

  test('that no acceptor names goes on after a success, and is rejected after an error', () => {
    expect(look(exists, undefined, { status: 204 }).kind).toBe('pending');
    expect(look(exists, undefined, { status: 401 }).kind).toBe('rejected');
  });
});

describe('an error', () => {
  test('is known by its code', () => {
    const gone = of({ matcher: 'error', expected: 'ThingNotFound', state: 'success' });
    expect(look(gone, queryError('ThingNotFound'), { status: 404 })).toEqual({
      kind: 'succeeded',
      state: 'ThingNotFound',
      value: undefined,
    });
    expect(look(gone, jsonError('ThingNotFoundAnymore'), { status: 404 }).kind).toBe('rejected');
    // What succeeded is none, whatever it holds.
    expect(look(gone, jsonError('ThingNotFound')).kind).toBe('pending');
  });

  test('true is any, and false is none', () => {
    const broken = of({ matcher: 'error', expected: true, state: 'failure' });
    expect(look(broken, {}, { status: 400 }).kind).toBe('failed');
    expect(look(broken, {}).kind).toBe('pending');
    const there = of({ matcher: 'error', expected: false, state: 'success' });
    expect(look(there, { thing: 1 })).toMatchObject({ kind: 'succeeded', value: { thing: 1 } });
    expect(look(there, {}, { status: 404 }).kind).toBe('rejected');
  });

  test('true ends nothing when it says nothing of the thing', () => {
    for (const state of ['success', 'failure']) {
      const dialect = of({ matcher: 'error', expected: true, state });
      expect(look(dialect, {}, { status: 503 }).kind).toBe('unreadable');
      expect(look(dialect, queryError('Throttling'), { status: 400 }).kind).toBe('unreadable');
    }
    const patient = of({ matcher: 'error', expected: true, state: 'retry' });
    expect(look(patient, {}, { status: 503 }).kind).toBe('pending');
  });

  test('that leads to the next look is a good answer, not one that could not be read', () => {
    const dialect = of({ matcher: 'error', expected: 'ThingNotFound', state: 'retry' });
    const headers = { 'retry-after': '3' };
    const seen = look(dialect, jsonError('ThingNotFound'), { status: 404, headers });
    expect(seen).toEqual({ kind: 'pending', state: 'ThingNotFound', notBefore: 3_000 });
  });
});

test('the first acceptor that matches decides', () => {
  const up: BotocoreAcceptor = { matcher: 'path', argument: 'state', expected: 'UP', state: 'success' };
  expect(look(of({ ...up, state: 'retry' }, up), { state: 'UP' }).kind).toBe('pending');
  expect(look(of(up, { ...up, state: 'failure' }), { state: 'UP' }).kind).toBe('succeeded');
});

test('the output is a part of the body', () => {
  const up: BotocoreAcceptor = { matcher: 'path', argument: 'thing.state', expected: 'UP', state: 'success' };
  const body = { thing: { state: 'UP' } };
  expect(look(botocore(waiter(up), { output: 'thing' }), body)).toMatchObject({ value: { state: 'UP' } });
  expect(look(botocore(waiter(up)), body)).toMatchObject({ value: body });
});

const PATH = { matcher: 'path', argument: 'state', expected: 'UP', state: 'success' };

test.each<[string, unknown, typeof Error, string]>([
  ['no waiter', undefined, TypeError, '`waiter` must be a waiter of a waiters-2.json; got undefined'],
  ['no acceptors', {}, TypeError, '`acceptors` must be a list of acceptors; got undefined'],
  ['an empty list', { acceptors: [] }, TypeError, '`acceptors` must be a list of acceptors; got []'],
  ['null for an acceptor', { acceptors: [null] }, TypeError, '`acceptors[0]` must be an acceptor'],
  [
    'another state',
    { acceptors: [PATH, { ...PATH, state: 'done' }] },
    TypeError,
    "`acceptors[1].state` must be one of success, failure, retry; got 'done'",
  ],
  [
    'another matcher',
    { acceptors: [{ ...PATH, matcher: 'constructor' }] },
    TypeError,
    "`acceptors[0].matcher` must be one of path, pathAll, pathAny, status, error; got 'constructor'",
  ],
  [
    'no argument',
    { acceptors: [{ ...PATH, argument: undefined }] },
    TypeError,
    '`acceptors[0].argument` must be a JMESPath',
  ],
  [
    'a bad argument',
    { acceptors: [{ ...PATH, argument: 'a[' }] },
    RangeError,
    '`acceptors[0].argument` must be a JMESPath',
  ],
  [
    'an object for a value',
    { acceptors: [{ ...PATH, expected: {} }] },
    TypeError,
    '`acceptors[0].expected` must be a string, a number or a boolean',
  ],
  [
    'a status that is a text',
    { acceptors: [{ matcher: 'status', expected: '200', state: 'success' }] },
    TypeError,
    '`acceptors[0].expected` must be an HTTP status',
  ],
  [
    'an error without a code',
    { acceptors: [{ matcher: 'error', expected: '', state: 'success' }] },
    TypeError,
    '`acceptors[0].expected` must be the code of an error, or true or false',
  ],
])('%s is refused at once', (_, given, type, message) => {
  const make = () => botocore(given as BotocoreWaiter);
  expect(make).toThrow(type);
  expect(make).toThrow(message);
});

import { describe, expect, test } from 'vitest';
import { type PlainOptions, plain, progressIn } from '../../../src/operation/dialects/plain.ts';
import { StatusError } from '../../../src/operation/status-error.ts';
import { answer, POLL, START } from '../answer.ts';

const MONITOR = { location: '/ops/1' };
const URL_1 = 'https://api.test/ops/1';

const { classify } = plain();

describe('a 202 that starts it', () => {
  test.each([
    ['Operation-Location', { 'operation-location': '/a', 'azure-asyncoperation': '/b', location: '/c' }, '/a'],
    ['Azure-AsyncOperation', { 'azure-asyncoperation': '/b', location: '/c' }, '/b'],
    ['Location', { location: '/c' }, '/c'],
    ['Location, when the others are no addresses', { 'operation-location': ' ', location: '/c' }, '/c'],
  ])('is followed by %s', (_, headers, path) => {
    expect(classify(answer(202, undefined, headers), START)).toMatchObject({
      kind: 'pending',
      url: `https://api.test${path}`,
    });
  });

  test('puts the first poll off by its Retry-After', () => {
    expect(classify(answer(202, undefined, { ...MONITOR, 'retry-after': '10' }), START)).toMatchObject({
      kind: 'pending',
      notBefore: 10_000,
    });
  });

  test.each([
    ['no body', undefined],
    ['a body without a status', { id: 1 }],
    ['a word that is pending', { status: 'Running' }],
    ['a word that is an end, but of the request', { status: 'success', message: 'queued' }],
    ['a status that is no word', { status: 202 }],
  ])('is no success without a monitor, with %s', (_, body) => {
    const observation = classify(answer(202, body), START);
    expect(observation).toMatchObject({ kind: 'no-monitor' });
    expect(observation).toHaveProperty(
      'because',
      'accepted, and neither Operation-Location, Azure-AsyncOperation nor Location tells where to look (a browser hides them' +
        ' from a page of another origin, unless the server names them in Access-Control-Expose-Headers)',
    );
  });

  test('is no success with a monitor either, though its body says so: it is the request that succeeded', () => {
    const observation = classify(answer(202, { status: 'success', data: {} }, MONITOR), START);
    expect(observation).toMatchObject({ kind: 'pending', state: 'success', url: URL_1 });
  });

  test('may say that it failed', () => {
    const body = { status: 'failed', error: { code: 'C', message: 'no room' } };
    expect(classify(answer(202, body), START)).toMatchObject({
      kind: 'failed',
      error: { code: 'C', message: 'no room' },
    });
  });

  test('goes on though its body is no JSON', () => {
    const response = answer(202, undefined, MONITOR, { unreadable: 'no JSON but text/plain: Accepted' });
    expect(classify(response, START)).toMatchObject({ kind: 'pending', url: URL_1 });
  });

  test('with `sameUrl` is asked for where it was asked first', () => {
    const { classify } = plain({ sameUrl: true });
    expect(classify(answer(202), START)).toMatchObject({ kind: 'pending', url: 'https://api.test/jobs/1' });
    expect(classify(answer(202, undefined, MONITOR), START)).toMatchObject({ kind: 'pending', url: URL_1 });
  });

  test('with `sameUrl` has no monitor when it is not known where it was asked', () => {
    const response = answer(202, undefined, {}, { url: '' });
    expect(plain({ sameUrl: true }).classify(response, START)).toMatchObject({ kind: 'no-monitor' });
  });
});

describe('a later 202', () => {
  test('goes on where it was looked this time', () => {
    expect(classify(answer(202), POLL)).toEqual({
      kind: 'pending',
      state: undefined,
      notBefore: undefined,
      url: undefined,
    });
  });

  test('goes on where it says, each time anew, and no sooner than it says', () => {
    const headers = { location: '/ops/1?step=2', 'retry-after': '3' };
    expect(classify(answer(202, undefined, headers), POLL)).toMatchObject({
      kind: 'pending',
      url: 'https://api.test/ops/1?step=2',
      notBefore: 3_000,
    });
  });

  test.each([
    ['succeeded', { status: 'Succeeded' }],
    ['failed', { status: 'Failed' }],
    ['cancelled', { status: 'Canceled' }],
  ])('has %s when its word says so', (kind, body) => {
    expect(classify(answer(202, body), POLL)).toMatchObject({ kind, state: body.status });
  });

  test('with `sameUrl` goes on where it was looked, not where the answer came from', () => {
    expect(plain({ sameUrl: true }).classify(answer(202), POLL)).toMatchObject({ kind: 'pending', url: undefined });
  });
});

describe.each([200, 201, 204, 206])('a %i', (status) => {
  test.each([
    ['to the start', START],
    ['to a later read', POLL],
  ])('%s is the end without a status word', (_, at) => {
    const body = status === 204 ? undefined : { id: 1 };
    expect(classify(answer(status, body), at)).toEqual({ kind: 'succeeded', value: body });
  });

  test('with `statusRequired` is never the end without a status word', () => {
    const { classify } = plain({ statusRequired: true });
    for (const at of [START, POLL]) expect(classify(answer(status), at)).toMatchObject({ kind: 'unreadable' });
  });
});

describe('a 2xx that is no 202', () => {
  test.each([
    ['succeeded', 'Succeeded'],
    ['failed', 'Failed'],
    ['cancelled', 'Canceled'],
  ])('has %s when its word says so', (kind, status) => {
    for (const at of [START, POLL])
      expect(classify(answer(200, { status }), at)).toMatchObject({ kind, state: status });
  });

  test('has its body for a value', () => {
    const body = { status: 'done', result: 5 };
    expect(classify(answer(200, body), POLL)).toEqual({ kind: 'succeeded', state: 'done', value: body });
  });

  test('may have an array or a null for a value', () => {
    for (const body of [[1], null])
      expect(classify(answer(200, body), POLL)).toEqual({ kind: 'succeeded', value: body });
  });

  test('goes on when its word is pending, and remembers its ETag', () => {
    const body = { status: 'Running', percentComplete: 40 };
    expect(classify(answer(200, body, { etag: '"7"', 'retry-after': '3' }), POLL)).toEqual({
      kind: 'pending',
      state: 'Running',
      progress: 40,
      notBefore: 3_000,
      url: undefined,
      version: '"7"',
    });
  });

  test('that created a job is followed by Location', () => {
    const observation = classify(answer(201, { status: 'queued' }, { location: '/jobs/2' }), START);
    expect(observation).toMatchObject({ kind: 'pending', state: 'queued', url: 'https://api.test/jobs/2' });
  });

  test('that is pending and names no monitor has none', () => {
    expect(classify(answer(200, { status: 'queued' }), START)).toMatchObject({ kind: 'no-monitor' });
  });

  test('to a later read does not move the poll by its Location, which may be where the result will be', () => {
    const headers = { location: '/results/1' };
    expect(classify(answer(200, { status: 'Running' }, headers), POLL)).toMatchObject({
      kind: 'pending',
      url: undefined,
    });
  });

  test('to a later read moves the poll by its Operation-Location', () => {
    const headers = { 'operation-location': '/ops/2', location: '/results/1' };
    const observation = classify(answer(200, { status: 'Running' }, headers), POLL);
    expect(observation).toMatchObject({ kind: 'pending', url: 'https://api.test/ops/2' });
  });

  test.each(['operation-location', 'azure-asyncoperation'])('that starts it is not the end when it has %s', (name) => {
    for (const status of [200, 201]) {
      const observation = classify(answer(status, { id: 1 }, { [name]: '/ops/1' }), START);
      expect(observation).toMatchObject({ kind: 'pending', url: URL_1 });
    }
  });

  test('is the end when it has Operation-Location, but its word says so or it is a later one', () => {
    const headers = { 'operation-location': '/ops/1' };
    expect(classify(answer(200, { status: 'done' }, headers), START)).toMatchObject({ kind: 'succeeded' });
    expect(classify(answer(200, { id: 1 }, headers), POLL)).toMatchObject({ kind: 'succeeded' });
  });
});

describe('an answer 200 that is not what it has to be', () => {
  test.each([
    [
      'no JSON',
      answer(200, undefined, {}, { unreadable: 'no JSON but text/html: Sign in' }),
      'no JSON but text/html: Sign in',
    ],
    ['a status that is a number', answer(200, { status: 3 }), 'its `status` is no word'],
    ['a status that is null', answer(200, { status: null }), 'its `status` is no word'],
    ['a status that is an object', answer(200, { status: { state: 'done' } }), 'its `status` is no word'],
    ['a status that is an array', answer(200, { status: ['done'] }), 'its `status` is no word'],
    ['a status that is true', answer(200, { status: true }), 'its `status` is no word'],
    ['a blank status', answer(200, { status: ' ' }), 'its `status` is no word'],
  ])('is unreadable and no success: %s', (_, response, because) => {
    const { status } = response;
    for (const { classify } of [plain(), plain({ statusRequired: true })]) {
      const observation = classify(response, POLL);
      expect(observation).toMatchObject({ kind: 'unreadable', cause: expect.any(StatusError) });
      expect(observation).toHaveProperty('cause.message', `answered ${status}: ${because}`);
    }
  });

  test.each([
    ['an array', [], 'its body is an array'],
    ['null', null, 'its body is null'],
    ['text', 'Succeeded', 'its body is a string'],
    ['an object without it', { state: 'done' }, 'its body has no status'],
    ['nothing', undefined, 'it has no body'],
    ['what it inherits', Object.create({ status: 'done' }), 'its body has no status'],
  ])('is unreadable when a status is required: %s', (_, body, because) => {
    const observation = plain({ statusRequired: true }).classify(answer(200, body), POLL);
    expect(observation).toHaveProperty('cause.message', `answered 200: ${because}`);
  });
});

describe('words', () => {
  test.each(['PartiallySucceeded', 'NotSucceeded', 'FailoverInProgress', 'Canceling', 'incomplete'])(
    '%s is pending: words are compared whole',
    (status) => {
      expect(classify(answer(200, { status }), POLL)).toMatchObject({ kind: 'pending', state: status });
    },
  );

  test('an unknown word ends the wait when it must not be taken for pending', () => {
    const { classify } = plain({ unknown: 'fail' });
    expect(classify(answer(200, { status: 'incomplete' }), POLL)).toEqual({
      kind: 'unrecognized',
      state: 'incomplete',
    });
  });

  test('are found by their path', () => {
    const { classify } = plain({ path: 'properties.job.state', succeeded: ['ACTIVE'] });
    expect(classify(answer(200, { properties: { job: { state: 'active' } } }), POLL)).toMatchObject({
      kind: 'succeeded',
    });
    expect(classify(answer(200, { properties: { job: { state: 'done' } } }), POLL)).toMatchObject({ kind: 'pending' });
    expect(classify(answer(200, { properties: { job: { state: 1 } } }), POLL)).toHaveProperty(
      'cause.message',
      'answered 200: its `properties.job.state` is no word',
    );
  });

  test.each(['constructor.name', '__proto__.constructor.name', 'toString.name'])(
    'are not found in what every object inherits: %s',
    (path) => {
      expect(plain({ path, succeeded: ['Object', 'toString'] }).classify(answer(200, {}), POLL)).toEqual({
        kind: 'succeeded',
        value: {},
      });
    },
  );
});

describe('what is said of a failure', () => {
  test.each([
    ['an error', { error: { code: 'C', message: 'no room' } }, { code: 'C', message: 'no room' }],
    [
      'problem+json in it',
      { error: { title: 'No room', status: 507 } },
      { message: 'No room', status: 507, details: { title: 'No room', status: 507 } },
    ],
    ['a message', { message: 'no room' }, { message: 'no room' }],
    ['nothing', {}, { message: 'status Failed' }],
  ])('is told: %s', (_, rest, error) => {
    expect(classify(answer(200, { status: 'Failed', ...rest }), POLL)).toEqual({
      kind: 'failed',
      state: 'Failed',
      error,
    });
  });

  test('is told of a cancelled one as well', () => {
    const body = { status: 'Canceled', message: 'by the user' };
    expect(classify(answer(200, body), POLL)).toEqual({
      kind: 'cancelled',
      state: 'Canceled',
      error: { message: 'by the user' },
    });
    expect(classify(answer(200, { status: 'Canceled' }), POLL)).toMatchObject({ error: undefined });
  });
});

test('the status of HTTP goes before the body', () => {
  expect(classify(answer(404, { status: 'done' }), POLL)).toMatchObject({ kind: 'notfound' });
  expect(classify(answer(503, { status: 'failed' }), POLL)).toMatchObject({ kind: 'unreadable' });
  expect(classify(answer(400, { status: 'done' }), START)).toMatchObject({ kind: 'rejected' });
});

describe('progressIn', () => {
  test.each([
    ['percentComplete', { percentComplete: 0 }, 0],
    ['progress', { progress: 62.5 }, 62.5],
    ['progressPercent', { progressPercent: 100 }, 100],
    ['the first that is one', { percentComplete: null, progress: 'half', progressPercent: 3 }, 3],
  ])('reads %s', (_, body, progress) => {
    expect(progressIn(body)).toEqual({ progress });
  });

  test.each([
    ['below 0', { progress: -1 }],
    ['above 100', { progress: 101 }],
    ['text', { progress: '50' }],
    ['inherited', Object.create({ progress: 50 })],
    ['of no object', null],
  ])('passes over what is %s', (_, body) => {
    expect(progressIn(body)).toEqual({});
  });
});

describe('options', () => {
  test.each<[unknown, string]>([
    [null, '`options` must be an object; got null'],
    [{ path: 5 }, '`path` must be names of members with dots between them; got 5'],
    [{ statusRequired: 'yes' }, "`statusRequired` must be true or false; got 'yes'"],
    [{ sameUrl: 1 }, '`sameUrl` must be true or false; got 1'],
    [{ succeeded: 'done' }, "`succeeded` must be an array of words; got 'done'"],
  ])('of the wrong type are refused at once: %o', (options, message) => {
    expect(() => plain(options as PlainOptions)).toThrow(new TypeError(message));
  });

  test.each<[unknown, string]>([
    [{ path: '' }, "`path` must be names of members with dots between them; got ''"],
    [{ path: 'a..b' }, "`path` must be names of members with dots between them; got 'a..b'"],
    [{ unknown: 'x' }, "`unknown` must be 'pending' or 'fail'; got 'x'"],
  ])('out of range are refused at once: %o', (options, message) => {
    expect(() => plain(options as PlainOptions)).toThrow(new RangeError(message));
  });
});

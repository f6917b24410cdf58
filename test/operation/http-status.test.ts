import { describe, expect, test } from 'vitest';
import { byStatus, unreadable } from '../../src/operation/http-status.ts';
import { StatusError } from '../../src/operation/status-error.ts';
import { answer, NOW, POLL, START } from './answer.ts';

const LATER = { 'retry-after': '7' };

describe('an answer to the request that started it', () => {
  test.each([200, 201, 202, 203, 204, 206, 299])('of %i is for the body to say', (status) => {
    expect(byStatus(answer(status), START)).toBeUndefined();
  });

  test('of 303 is followed, no sooner than asked', () => {
    expect(byStatus(answer(303, undefined, { ...LATER, location: '/ops/1' }), START)).toEqual({
      kind: 'pending',
      state: 'See Other',
      url: 'https://api.test/ops/1',
      notBefore: 7_000,
    });
  });

  test.each([
    ...[300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 406, 408, 409, 410, 422, 425, 429, 451],
    ...[500, 502, 503, 504, 600, 999],
  ])('of %i is a rejection: nothing was started that is known of', (status) => {
    const observation = byStatus(answer(status, { message: 'no' }, LATER), START);
    expect(observation).toEqual({ kind: 'rejected', cause: new StatusError(answer(status, { message: 'no' })) });
  });
});

describe('an answer to a later read', () => {
  test.each([200, 201, 202, 203, 204, 206, 299])('of %i is for the body to say', (status) => {
    expect(byStatus(answer(status), POLL)).toBeUndefined();
  });

  test('of 303 is the end, with the result elsewhere, no sooner than asked', () => {
    expect(byStatus(answer(303, undefined, { ...LATER, location: '/results/1' }), POLL)).toEqual({
      kind: 'succeeded',
      resultUrl: 'https://api.test/results/1',
      notBefore: 7_000,
    });
  });

  test.each([301, 302, 307, 308])('of %i, not followed by the client, is the same poll elsewhere', (status) => {
    expect(byStatus(answer(status, undefined, { location: '/ops/2' }), POLL)).toEqual({
      kind: 'pending',
      url: 'https://api.test/ops/2',
    });
  });

  test('of 304 is a good read of what goes on', () => {
    expect(byStatus(answer(304, undefined, { ...LATER, etag: '"1"' }), POLL)).toEqual({
      kind: 'pending',
      notBefore: 7_000,
    });
  });

  test.each([300, 301, 302, 303, 307, 308, 400, 401, 403, 405, 406, 409, 412, 421, 422, 423, 451, 600, 999])(
    'of %i without more is a rejection: to ask again is of no use',
    (status) => {
      const observation = byStatus(answer(status, { message: 'no' }, LATER), POLL);
      expect(observation).toEqual({ kind: 'rejected', cause: new StatusError(answer(status, { message: 'no' })) });
    },
  );

  test('of 404 finds nothing: not yet, or no longer', () => {
    expect(byStatus(answer(404), POLL)).toEqual({ kind: 'notfound', cause: new StatusError(answer(404)) });
  });

  test('of 410 is gone', () => {
    expect(byStatus(answer(410), POLL)).toEqual({ kind: 'gone', cause: new StatusError(answer(410)) });
  });

  test.each([408, 425, 500, 501, 502, 504, 507, 599])(
    'of %i cannot be read, which says nothing of the operation; events may bring the next look forward',
    (status) => {
      expect(byStatus(answer(status, undefined, LATER), POLL)).toEqual({
        kind: 'unreadable',
        cause: new StatusError(answer(status)),
        notBefore: 7_000,
        hard: false,
      });
    },
  );

  test.each([429, 503])('of %i cannot be read, and its delay stands whatever events say', (status) => {
    expect(byStatus(answer(status, undefined, LATER), POLL)).toEqual({
      kind: 'unreadable',
      cause: new StatusError(answer(status)),
      notBefore: 7_000,
      hard: true,
    });
  });

  test('that says when to come back says so each time', () => {
    for (const seconds of [1, 5, 2]) {
      const response = answer(503, undefined, { 'retry-after': String(seconds) });
      expect(byStatus(response, POLL)).toMatchObject({ notBefore: seconds * 1_000 });
    }
  });

  test('without a delay asks for none', () => {
    expect(byStatus(answer(503), POLL)).toMatchObject({ notBefore: undefined });
  });

  test('with several addresses names none', () => {
    expect(byStatus(answer(303, undefined, { location: '/a, /b' }), POLL)).toMatchObject({ kind: 'rejected' });
  });
});

describe('unreadable', () => {
  test.each([
    [
      'what the reader says',
      answer(200, undefined, {}, { unreadable: 'no JSON but text/html: Sign in' }),
      'mine',
      'no JSON but text/html: Sign in',
    ],
    ['what the dialect says', answer(200, {}), 'its `state` is no word', 'its `state` is no word'],
    ['that there is no body', answer(200), undefined, 'it has no body'],
    ['that there is no status', answer(200, {}), undefined, 'its body has no status'],
    ['that it is an array', answer(200, []), undefined, 'its body is an array'],
    ['that it is null', answer(200, null), undefined, 'its body is null'],
    ['that it is a number', answer(200, 5), undefined, 'its body is a number'],
  ])('tells %s', (_, response, because, said) => {
    const observation = unreadable(response, NOW, because);
    expect(observation).toMatchObject({ kind: 'unreadable', notBefore: undefined });
    expect(observation).toHaveProperty('cause.message', `answered 200: ${said}`);
  });

  test('does not take what the body says for what is wrong with it', () => {
    const observation = unreadable(answer(200, { message: 'all is well' }), NOW);
    expect(observation).toHaveProperty('cause.message', 'answered 200: its body has no status');
  });

  test('comes back no sooner than asked', () => {
    expect(unreadable(answer(200, [], LATER), NOW)).toMatchObject({ notBefore: 7_000 });
  });
});

import { isTransient } from 'unsleep';
import { expect, test } from 'vitest';
import { StatusError } from '../../src/operation/status-error.ts';
import { answer } from './answer.ts';

test.each([
  ['the status alone, when nothing is said', answer(404), 'answered 404'],
  ['what the body says', answer(409, { error: { code: 'C', message: 'in use' } }), 'answered 409: in use'],
  ['what problem+json says', answer(409, { title: 'In use', detail: 'by c1' }), 'answered 409: In use: by c1'],
  [
    'why the body could not be read',
    answer(502, undefined, {}, { unreadable: 'no JSON but text/html: Bad Gateway' }),
    'answered 502: no JSON but text/html: Bad Gateway',
  ],
  [
    'what the server wants, when nothing else is said',
    answer(401, undefined, { 'www-authenticate': 'Bearer error="invalid_token"' }),
    'answered 401: Bearer error="invalid_token"',
  ],
  ['one line, whatever the body says', answer(400, { message: 'a\n\u001B[31mb\u0000c' }), 'answered 400: a b c'],
  [
    'no query of an address, as that may be signed',
    answer(403, { message: 'not allowed: https://api.test/a?sig=s3cret' }),
    'answered 403: not allowed: https://api.test/a',
  ],
])('tells %s', (_, response, message) => {
  const error = new StatusError(response);
  expect(error.message).toBe(message);
  expect(error.status).toBe(response.status);
  expect(String(error)).toBe(`StatusError: ${message}`);
});

test('is bounded, whatever the body says', () => {
  expect(new StatusError(answer(400, { message: 'x'.repeat(1_000_000) })).message.length).toBe(
    'answered 400: '.length + 200,
  );
});

test('never tells the address', () => {
  const error = new StatusError(answer(500, undefined, {}, { url: 'https://api.test/a?sig=s3cret' }));
  expect(JSON.stringify([error.message, error])).not.toContain('api.test');
});

test('is known for what passes by its status', () => {
  expect(isTransient(new StatusError(answer(503)))).toBe(true);
  expect(isTransient(new StatusError(answer(403)))).toBe(false);
});

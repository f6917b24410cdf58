import { describe, expect, test } from 'vitest';
import { isToken, toToken } from '../../src/operation/token.ts';

const LEAST = { v: 1, dialect: 'plain', startedAt: 1_700_000_000_000 };
const WHOLE = {
  ...LEAST,
  url: 'https://api.test/ops/1?v=2',
  method: 'PUT',
  resourceUrl: 'http://127.0.0.1:8080/things/1',
  name: 'operations/1',
  version: '"7"',
  memo: '{"mode":"location"}',
  notBefore: 1_700_000_005_000,
};

describe('toToken', () => {
  test.each([
    ['all that there may be', WHOLE],
    ['only what must be', LEAST],
  ])('takes a token with %s, through JSON too', (_, token) => {
    expect(toToken(token, 'plain')).toEqual(token);
    expect(toToken(JSON.parse(JSON.stringify(token)), 'plain')).toEqual(token);
  });

  test('makes a token of its own', () => {
    expect(toToken(WHOLE, 'plain')).not.toBe(WHOLE);
  });

  test('passes over what it does not know, and what is undefined', () => {
    expect(toToken({ ...LEAST, extra: 1, url: undefined }, 'plain')).toStrictEqual(LEAST);
  });

  test('passes over what the object inherits', () => {
    expect(toToken(Object.assign(Object.create({ url: 'https://api.test/' }), LEAST), 'plain')).toStrictEqual(LEAST);
  });

  const address = (name: string, got: string) =>
    `\`${name}\` of the token must be an http or https address without credentials; got ${got}`;

  test.each<[string, unknown, string]>([
    ['no object', 'x', "the token must be an object, as parsed from its JSON; got 'x'"],
    ['null', null, 'the token must be an object, as parsed from its JSON; got null'],
    ['an array', [LEAST], 'the token must be an object, as parsed from its JSON; got [{ v: 1,'],
    ['another version', { ...LEAST, v: 2 }, '`v` of the token must be 1, the version of its format; got 2'],
    ['no version', { dialect: 'plain' }, '`v` of the token must be 1, the version of its format; got undefined'],
    ['a version that is text', { ...LEAST, v: '1' }, "got '1'"],
    [
      'another dialect',
      { ...LEAST, dialect: 'azure' },
      "`dialect` of the token must be that of the wait: the token is of 'azure', not of 'plain'",
    ],
    ['no dialect', { v: 1, startedAt: 0 }, 'the token is of undefined'],
    ['an address that is relative', { ...LEAST, url: '/ops/1' }, address('url', 'a text that is none')],
    ['an address that is a number', { ...LEAST, url: 5 }, address('url', '5')],
    ['an address that is null', { ...LEAST, url: null }, address('url', 'null')],
    ['another scheme', { ...LEAST, url: 'file:///etc/passwd' }, address('url', "one that begins with 'file:'")],
    ['a user', { ...LEAST, url: 'https://me@api.test/' }, address('url', 'one with credentials')],
    ['a password', { ...LEAST, url: 'https://:s3cret@api.test/' }, address('url', 'one with credentials')],
    [
      'a bad result address',
      { ...LEAST, resourceUrl: 'data:,x' },
      address('resourceUrl', "one that begins with 'data:'"),
    ],
    ['a method that is none', { ...LEAST, method: 1 }, '`method` of the token must be a string; got 1'],
    ['a name that is none', { ...LEAST, name: {} }, '`name` of the token must be a string; got {}'],
    ['a version that is none', { ...LEAST, version: 7 }, '`version` of the token must be a string; got 7'],
    ['a memo that is none', { ...LEAST, memo: [] }, '`memo` of the token must be a string; got []'],
    ['no start', { v: 1, dialect: 'plain' }, '`startedAt` of the token must be milliseconds since 1970; got undefined'],
    [
      'a start that is text',
      { ...LEAST, startedAt: '2026' },
      "`startedAt` of the token must be milliseconds since 1970; got '2026'",
    ],
    ['a start that is NaN', { ...LEAST, startedAt: Number.NaN }, 'got NaN'],
    [
      'an endless time',
      { ...LEAST, notBefore: Infinity },
      '`notBefore` of the token must be milliseconds since 1970; got Infinity',
    ],
  ])('refuses %s', (_, value, message) => {
    expect(() => toToken(value, 'plain')).toThrow(TypeError);
    expect(() => toToken(value, 'plain')).toThrow(message);
  });

  test.each(['ftp://api.test/?sig=s3cret', 'https://me:s3cret@api.test/', '/a?sig=s3cret'])(
    'does not tell an address that it refuses, as that may be signed: %s',
    (url) => {
      expect(() => toToken({ ...LEAST, url }, 'plain')).toThrow(/^(?!.*s3cret)/s);
    },
  );
});

describe('isToken', () => {
  test.each([
    ['a token', LEAST],
    ['one of another version, so that it is told what is wrong', { v: 2, dialect: 'plain' }],
    ['one that is broken', { v: 1, dialect: 'plain', url: 5 }],
  ])('says yes of %s', (_, value) => {
    expect(isToken(value)).toBe(true);
  });

  test.each([
    ['a Response', new Response()],
    ['an answer', { status: 202, headers: {} }],
    ['nothing', undefined],
    ['its JSON', JSON.stringify(LEAST)],
    ['an array', [LEAST]],
    ['no version', { dialect: 'plain' }],
    ['no dialect', { v: 1 }],
  ])('says no of %s', (_, value) => {
    expect(isToken(value)).toBe(false);
  });
});

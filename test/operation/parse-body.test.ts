import { describe, expect, test } from 'vitest';
import { decoded, parseBody } from '../../src/operation/parse-body.ts';

const JSON_TYPE = 'application/json';

describe('parseBody', () => {
  test.each([
    ['application/json'],
    ['Application/JSON'],
    ['application/json; charset=utf-8'],
    [' application/json ;charset=utf-8'],
    ['application/problem+json'],
    ['application/vnd.api+json;v=1'],
    ['text/json'],
  ])('reads any JSON of the type %s', (type) => {
    expect(parseBody('{"a":1}', type)).toEqual({ body: { a: 1 } });
    expect(parseBody('"text"', type)).toEqual({ body: 'text' });
    expect(parseBody('null', type)).toEqual({ body: null });
  });

  test.each([
    ['an object', ' \n{"a":1}', { a: 1 }],
    ['an array', '[1]', [1]],
  ])('reads %s of whatever type', (_, text, body) => {
    for (const type of ['', 'text/plain', 'application/octet-stream']) expect(parseBody(text, type)).toEqual({ body });
  });

  test('reads JSON after a mark of its byte order', () => {
    expect(parseBody('\uFEFF{"a":1}', JSON_TYPE)).toEqual({ body: { a: 1 } });
  });

  test.each([
    ['with half a pair of surrogates', '{"a":"\\ud800"}', { a: '\uD800' }],
    ['with a NUL in its text', '{"a":"\\u0000"}', { a: '\0' }],
    ['with a member twice', '{"a":1,"a":2}', { a: 2 }],
    ['with a number too large', '{"a":1e999}', { a: Infinity }],
  ])('reads JSON %s', (_, text, body) => {
    expect(parseBody(text, JSON_TYPE)).toEqual({ body });
  });

  test('changes nothing by a member named __proto__', () => {
    const { body } = parseBody('{"__proto__":{"status":"done"}}', JSON_TYPE);
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
  });

  test('copes with JSON that is nested 100,000 deep', () => {
    const { body, unreadable } = parseBody('['.repeat(100_000) + ']'.repeat(100_000), JSON_TYPE);
    expect(Array.isArray(body) || unreadable !== undefined).toBe(true);
  });

  test.each(['', ' \r\n', '\uFEFF'])('takes nothing for no body, and for no fault: %o', (text) => {
    for (const type of ['', JSON_TYPE, 'text/html']) expect(parseBody(text, type)).toEqual({ body: undefined });
  });

  test.each([
    ['cut short', '{"status":"Succ'],
    ['with something after it', '{"status":"Succeeded"}}'],
    ['in another quotation', "{'status':'Succeeded'}"],
    ['with a NUL', '{"status":"\0"}'],
    ['that is a bare word', 'Succeeded'],
  ])('says that JSON is broken, without a word of it: %s', (_, text) => {
    const unreadable = `its JSON is broken or cut short (${text.length} characters)`;
    expect(parseBody(text, JSON_TYPE)).toEqual({ body: undefined, unreadable });
  });

  test.each([
    [
      'a page',
      '<!doctype html><html><head>\n<title>Sign\n in </title>',
      'text/html; charset=utf-8',
      'no JSON but text/html: Sign in',
    ],
    ['a page with attributes', '<TITLE lang="en">Sign in</TITLE>', 'text/html', 'no JSON but text/html: Sign in'],
    ['a page without a title', '<p>hello</p>', 'text/html', 'no JSON but text/html'],
    ['a text', 'upstream\nconnect error', 'text/plain', 'no JSON but text/plain: upstream connect error'],
    ['a log that begins as an array would', '[12:00] done', 'text/plain', 'no JSON but text/plain: [12:00] done'],
    ['a file', '%PDF-1.7 s3cret', 'application/pdf', 'no JSON but application/pdf'],
    ['something', 'hello', '', 'no JSON but something without a content type'],
    ['nothing but NULs', '\0\0\0', 'application/octet-stream', 'no JSON but application/octet-stream'],
  ])('says what it is instead, and keeps it: %s', (_, text, type, unreadable) => {
    expect(parseBody(text, type)).toEqual({ body: undefined, text, unreadable });
  });

  test('does not believe a page that it is JSON, nor keeps it', () => {
    expect(parseBody('<html><title>Sign in</title>', JSON_TYPE)).toEqual({
      body: undefined,
      unreadable: 'no JSON, though it says application/json, but text/html: Sign in',
    });
  });

  test.each([
    ['a title', `<title>${'x'.repeat(100_000)}`, 'text/html'],
    ['a text', 'x'.repeat(100_000), 'text/plain'],
    ['a type', '<p>', `text/${'x'.repeat(100_000)}`],
    ['many titles', '<title'.repeat(100_000), 'text/html'],
    ['a type of JSON', '<title>', `text/${'x'.repeat(100_000)}+json`],
  ])('says it in a short sentence, however long it is: %s', (_, text, type) => {
    expect(parseBody(text, type).unreadable?.length).toBeLessThan(250);
  });

  test('says it on one line, without signed addresses', () => {
    const { unreadable } = parseBody('see\r\n\u001B[31mhttps://a.test/b?sig=s3cret', 'text/plain');
    expect(unreadable).toBe('no JSON but text/plain: see https://a.test/b');
  });
});

describe('decoded', () => {
  const utf16 = (text: string) => Buffer.from(text, 'utf16le');

  test.each([
    ['UTF-8, when nothing is said', Buffer.from('ö'), 'application/json'],
    ['UTF-8, when what is said is unknown', Buffer.from('ö'), 'application/json; charset=klingon'],
    ['UTF-8, when what is said is empty', Buffer.from('ö'), 'application/json; charset='],
    ['what the content type says', Buffer.from('ö', 'latin1'), 'application/json; charset=ISO-8859-1'],
    ['what the content type says in quotes', Buffer.from('ö', 'latin1'), 'application/json; v=1; Charset="iso-8859-1"'],
    ['UTF-16, when the content type says so', utf16('ö'), 'application/json;charset=utf-16le'],
    ['what its mark says', utf16('\uFEFFö'), 'application/json'],
    ['what its mark says, from the other end', utf16('\uFEFFö').swap16(), 'application/json'],
    ['what its mark says, whatever the content type says', Buffer.from('\uFEFFö'), 'text/plain; charset=iso-8859-1'],
  ])('reads %s', (_, bytes, type) => {
    expect(decoded(bytes, type)).toBe('ö');
  });

  test('replaces what is no text', () => {
    expect(decoded(Uint8Array.of(0x61, 0xff, 0x62), '')).toBe('a\uFFFDb');
  });

  test('of no bytes is no text', () => {
    expect(decoded(new Uint8Array(), '')).toBe('');
  });
});

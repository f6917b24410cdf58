import { describe, expect, test } from 'vitest';
import { toHeaders } from '../../src/operation/to-headers.ts';

describe('toHeaders', () => {
  test('gives Headers back as they are', () => {
    const headers = new Headers({ a: '1' });
    expect(toHeaders(headers)).toBe(headers);
  });

  test.each([
    ['an object', { 'Retry-After': '5', etag: '"1"' }],
    ['numbers', { 'Retry-After': 5, etag: '"1"' }],
    ['lists', { 'Retry-After': ['5'], etag: ['"1"'] }],
    [
      'pairs',
      [
        ['Retry-After', '5'],
        ['etag', '"1"'],
      ],
    ],
    [
      'a map',
      new Map([
        ['Retry-After', '5'],
        ['etag', '"1"'],
      ]),
    ],
    [
      'an iterable of another kind',
      {
        *[Symbol.iterator]() {
          yield* [
            ['Retry-After', '5'],
            ['etag', '"1"'],
          ];
        },
      },
    ],
  ])('takes %s', (_, source) => {
    expect([...toHeaders(source)]).toEqual([
      ['etag', '"1"'],
      ['retry-after', '5'],
    ]);
  });

  test('joins what comes more than once', () => {
    expect(toHeaders({ vary: ['a', 'b'] }).get('vary')).toBe('a, b');
    expect(
      toHeaders([
        ['retry-after', '5'],
        ['Retry-After', '10'],
      ]).get('retry-after'),
    ).toBe('5, 10');
  });

  test.each([
    ['undefined', { a: undefined, b: '1' }],
    ['null', { a: null, b: '1' }],
    ['an empty list', { a: [], b: '1' }],
    ['what HTTP/2 says beside the headers', { ':status': 202, b: '1' }],
    ['a value of several lines', { a: 'x\ny', b: '1' }],
    ['a name that is none', { 'a b': 'x', b: '1' }],
  ])('leaves out %s', (_, source) => {
    expect([...toHeaders(source)]).toEqual([['b', '1']]);
  });

  test.each([[undefined], [null], [{}], [[]]])('may be none: %o', (source) => {
    expect([...toHeaders(source)]).toEqual([]);
  });

  test.each<[unknown, string]>([
    ['a: s3cret', 'a string'],
    [5, 'a number'],
    [() => {}, 'a function'],
    [['content-type', 's3cret'], 'a list of something else'],
    [[[1, 's3cret']], 'a list of something else'],
    [new Set(['s3cret']), 'a list of something else'],
  ])('refuses %o, without a word of what is in it', (source, got) => {
    expect(() => toHeaders(source)).toThrow(
      new TypeError(`the headers of an answer must be Headers, pairs, or an object of strings; got ${got}`),
    );
  });
});

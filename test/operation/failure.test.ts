import { describe, expect, test } from 'vitest';
import { failureIn, isObject, own } from '../../src/operation/failure.ts';

describe('failureIn', () => {
  test.each([
    [
      'an error of Azure',
      { error: { code: 'Conflict', message: 'in use', details: [{ code: 'Lease' }] } },
      { code: 'Conflict', message: 'in use', details: [{ code: 'Lease' }] },
    ],
    [
      'an error of Google, whose status is a word',
      { error: { code: 5, message: 'not found', status: 'NOT_FOUND' } },
      { code: '5', message: 'not found' },
    ],
    [
      'problem+json',
      { type: 'https://api.test/full', title: 'Disk full', detail: 'no space on c1', status: 507, instance: '/1' },
      {
        code: 'https://api.test/full',
        message: 'Disk full: no space on c1',
        status: 507,
        details: {
          type: 'https://api.test/full',
          title: 'Disk full',
          detail: 'no space on c1',
          status: 507,
          instance: '/1',
        },
      },
    ],
    [
      'problem+json as the error of a monitor',
      { status: 'Failed', error: { type: 'about:blank', title: 'Disk full', status: 507 } },
      { message: 'Disk full', status: 507, details: { type: 'about:blank', title: 'Disk full', status: 507 } },
    ],
    ['a detail alone, as of FastAPI', { detail: 'nope' }, { message: 'nope', details: { detail: 'nope' } }],
    ['an error that is a code', { error: 'disk_full' }, { code: 'disk_full', message: 'disk_full' }],
    ['an error that is a sentence', { error: 'the disk is full' }, { message: 'the disk is full' }],
    ['an error with a message beside it', { error: 'E1', message: 'disk full' }, { code: 'E1', message: 'disk full' }],
    [
      'an error of OAuth',
      { error: 'invalid_token', error_description: 'expired' },
      { code: 'invalid_token', message: 'expired' },
    ],
    ['the first of several errors', { errors: [{ message: 'a' }, { message: 'b' }] }, { message: 'a' }],
    ['the first of several errors that are text', { errors: ['a', 'b'] }, { message: 'a' }],
    [
      'an error of JSON:API',
      { errors: [{ code: '7', title: 'bad' }] },
      { code: '7', message: 'bad', details: { code: '7', title: 'bad' } },
    ],
    ['a message', { message: 'disk full' }, { message: 'disk full' }],
    ['a code', { code: 'E1' }, { code: 'E1', message: 'E1' }],
    ['a code that is a number', { error: { code: 17 } }, { code: '17', message: '17' }],
    ['a message beside an error that says nothing', { error: {}, message: 'disk full' }, { message: 'disk full' }],
    ['a message beside an error that is null', { error: null, message: 'disk full' }, { message: 'disk full' }],
    ['a message beside no errors', { errors: [], message: 'disk full' }, { message: 'disk full' }],
    ['a message beside errors by field', { errors: { name: ['bad'] }, message: 'invalid' }, { message: 'invalid' }],
  ])('finds %s', (_, body, expected) => {
    expect(failureIn(body)).toEqual(expected);
  });

  test.each([
    ['no body', undefined],
    ['null', null],
    ['text', 'disk full'],
    ['a number', 507],
    ['an array', [{ message: 'disk full' }]],
    ['an empty object', {}],
    ['a blank error', { error: '  ' }],
    ['a blank message', { message: ' ' }],
    ['a message that is none', { message: { text: 'disk full' } }],
    ['a code that is none', { code: {} }],
    ['an error that is a number', { error: 5 }],
    ['what it inherits', Object.create({ message: 'disk full', error: { message: 'disk full' } })],
  ])('finds nothing in %s', (_, body) => {
    expect(failureIn(body)).toBeUndefined();
  });

  test('is not misled by the names of what every object inherits', () => {
    expect(
      failureIn(JSON.parse('{ "__proto__": { "message": "x" }, "constructor": { "message": "y" } }')),
    ).toBeUndefined();
  });
});

describe('isObject', () => {
  test.each([[{}], [Object.create(null)]])('says yes of %o', (value) => {
    expect(isObject(value)).toBe(true);
  });

  test.each([[undefined], [null], [[]], ['{}'], [1], [() => {}]])('says no of %o', (value) => {
    expect(isObject(value)).toBe(false);
  });
});

describe('own', () => {
  test('gives a member', () => {
    expect(own({ a: 1 }, 'a')).toBe(1);
    expect(own(JSON.parse('{ "__proto__": 1 }'), '__proto__')).toBe(1);
  });

  test.each([
    ['inherits', {}, 'constructor'],
    ['has as an array', [1], '0'],
    ['has as text', 'abc', 'length'],
    ['has not, being null', null, 'a'],
  ])('does not give what it %s', (_, value, key) => {
    expect(own(value, key)).toBeUndefined();
  });
});

import { describe, expect, test } from 'vitest';
import { meaningOf, type Words } from '../../src/operation/words.ts';

const SUCCEEDED = ['succeeded', 'success', 'completed', 'complete', 'done'];
const FAILED = ['failed', 'failure', 'error', 'errored'];
const CANCELLED = ['canceled', 'cancelled', 'aborted', 'expired'];

describe('without words of one’s own', () => {
  const meaning = meaningOf();

  test.each(SUCCEEDED)('%s is success', (word) => {
    expect(meaning(word)).toBe('succeeded');
  });

  test.each(FAILED)('%s is failure', (word) => {
    expect(meaning(word)).toBe('failed');
  });

  test.each(CANCELLED)('%s is cancelled', (word) => {
    expect(meaning(word)).toBe('cancelled');
  });

  test.each(['Succeeded', 'SUCCEEDED', ' succeeded\n'])('"%s" is the same word', (word) => {
    expect(meaning(word)).toBe('succeeded');
  });

  test.each([
    'Running',
    // Matched by part, they would be ends.
    'PartiallySucceeded',
    'NotSucceeded',
    'succeeded_with_errors',
    'FailoverInProgress',
    'Failing',
    'Cancelling',
    'incomplete',
    'undone',
    'constructor',
    '__proto__',
    'toString',
    '',
  ])('"%s" is pending', (word) => {
    expect(meaning(word)).toBe('pending');
  });
});

describe('with `unknown`', () => {
  test("'fail', an unknown word is unrecognized", () => {
    const meaning = meaningOf({ unknown: 'fail' });
    expect(meaning('incomplete')).toBe('unrecognized');
    expect(meaning('done')).toBe('succeeded');
  });

  test("'pending', an unknown word is pending", () => {
    expect(meaningOf({ unknown: 'pending' })('incomplete')).toBe('pending');
  });
});

describe('with words of one’s own', () => {
  test('they take the place of the default of their list, and of no other', () => {
    const meaning = meaningOf({ succeeded: [' ACTIVE '] });
    expect(meaning('active')).toBe('succeeded');
    expect(meaning('done')).toBe('pending');
    expect(meaning('failed')).toBe('failed');
  });

  test('they go before the same words in other defaults', () => {
    expect(meaningOf({ succeeded: ['expired'] })('Expired')).toBe('succeeded');
    expect(meaningOf({ cancelled: ['done'] })('done')).toBe('cancelled');
  });

  test('an empty list has no words', () => {
    expect(meaningOf({ cancelled: [] })('cancelled')).toBe('pending');
  });

  test('the same word may stand in one list twice', () => {
    expect(meaningOf({ failed: ['dead', 'Dead'] })('dead')).toBe('failed');
  });

  test('undefined is as good as nothing', () => {
    expect(meaningOf({ succeeded: undefined, unknown: undefined })('done')).toBe('succeeded');
  });
});

describe('refuses', () => {
  test.each<[string, unknown, string]>([
    ['text for a list', { succeeded: 'done' }, "`succeeded` must be an array of words; got 'done'"],
    ['null for a list', { failed: null }, '`failed` must be an array of words; got null'],
    ['what is no word', { cancelled: ['a', 1] }, "`cancelled` must be an array of words; got ['a', 1]"],
    ['holes', { cancelled: Array(2) }, '`cancelled` must be an array of words'],
  ])('%s', (_, words, message) => {
    expect(() => meaningOf(words as Words)).toThrow(TypeError);
    expect(() => meaningOf(words as Words)).toThrow(message);
  });

  test.each<[string, unknown, string]>([
    ['a blank word', { succeeded: [' '] }, '`succeeded` must be an array of words that are not blank'],
    [
      'a word in two lists',
      { succeeded: ['Over'], failed: ['over'] },
      '`failed` must not have the words of `succeeded`',
    ],
    ['another `unknown`', { unknown: 'ignore' }, "`unknown` must be 'pending' or 'fail'; got 'ignore'"],
  ])('%s', (_, words, message) => {
    expect(() => meaningOf(words as Words)).toThrow(RangeError);
    expect(() => meaningOf(words as Words)).toThrow(message);
  });
});

import { describe, expect, test } from 'vitest';
import { checkJitter, shorten } from '../src/jitter.ts';

describe('checkJitter', () => {
  test.each(['phase', 'full', 'equal', 'decorrelated', 'none'])('accepts %s', (kind) => {
    expect(checkJitter(kind)).toBe(kind);
  });

  test.each([
    ['Full', "'Full'"],
    ['', "''"],
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'true'],
    [0, '0'],
    [['full'], "['full']"],
  ])('refuses %j', (value, shown) => {
    expect(() => checkJitter(value)).toThrow(
      new RangeError(`\`jitter\` must be one of phase, full, equal, decorrelated, none; got ${shown}`),
    );
  });
});

describe('shorten', () => {
  test.each([
    ['none', 0, 400],
    ['none', 0.75, 400],
    ['full', 0, 400],
    ['full', 0.75, 100],
    ['full', 1 - 2 ** -53, 400 * 2 ** -53],
    ['equal', 0, 400],
    ['equal', 0.5, 300],
    ['equal', 1, 200],
  ] as const)('%s makes, at a chance of %d, %d ms of 400', (jitter, chance, pause) => {
    expect(shorten(400, jitter, () => chance)).toBe(pause);
  });

  test('leaves an endless pause endless', () => {
    expect(shorten(Number.POSITIVE_INFINITY, 'full', () => 0.9)).toBe(Number.POSITIVE_INFINITY);
    expect(shorten(Number.POSITIVE_INFINITY, 'equal', () => 0.9)).toBe(Number.POSITIVE_INFINITY);
  });
});

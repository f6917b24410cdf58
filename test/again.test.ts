import { again } from 'unsleep';
import { describe, expect, test, vi } from 'vitest';
import { isAgain } from '../src/again.ts';

describe('again', () => {
  test.each([
    [undefined, undefined],
    [0, 0],
    [250, 250],
    ['5s', 5_000],
    ['1.5m', 90_000],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ] as const)('reads the pause %s as %s', (after, milliseconds) => {
    expect(again(after).after).toBe(milliseconds);
  });

  test('cannot be changed', () => {
    expect(Object.isFrozen(again())).toBe(true);
  });

  test.each<[unknown, typeof RangeError | typeof TypeError, string]>([
    [-1, RangeError, '-1'],
    [Number.NaN, RangeError, 'NaN'],
    ['5 s', RangeError, "'5 s'"],
    [null, TypeError, 'null'],
    [{}, TypeError, '{}'],
  ])('refuses %o', (after, type, shown) => {
    const make = () => again(after as never);
    expect(make).toThrow(type);
    expect(make).toThrow(/^`after` must be /);
    expect(make).toThrow(`got ${shown}`);
  });
});

describe('isAgain', () => {
  test('knows what again made, also that of another copy of this package', async () => {
    expect(isAgain(again())).toBe(true);
    vi.resetModules();
    const copy = await import('../src/again.ts');
    expect(copy.again).not.toBe(again);
    expect(isAgain(copy.again(5))).toBe(true);
  });

  test.each<[unknown]>([[undefined], [null], [{ after: 5 }], ['again'], [again], [5]])('says no of %o', (value) => {
    expect(isAgain(value)).toBe(false);
  });
});

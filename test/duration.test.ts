import { describe, expect, test } from 'vitest';
import { formatDuration, toMilliseconds } from '../src/duration.ts';

const ALLOWED = "milliseconds >= 0, or text with its unit such as '250ms', '5s', '2m', '1h'";

describe('toMilliseconds', () => {
  test.each([
    [0, 0],
    [250, 250],
    [0.5, 0.5],
    [2 ** 40, 2 ** 40],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ['0ms', 0],
    ['250ms', 250],
    ['5s', 5_000],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1.5m', 90_000],
    ['0.25s', 250],
    ['007s', 7_000],
  ])('reads %j as %d ms', (value, milliseconds) => {
    expect(toMilliseconds('timeout', value)).toBe(milliseconds);
  });

  test.each([
    [-1, '-1'],
    [-0.001, '-0.001'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
    ['', "''"],
    ['5', "'5'"],
    ['s', "'s'"],
    ['5 s', "'5 s'"],
    [' 5s', "' 5s'"],
    ['5s ', "'5s '"],
    ['5s\n', "'5s\\n'"],
    ['5sec', "'5sec'"],
    ['5S', "'5S'"],
    ['5d', "'5d'"],
    ['-5s', "'-5s'"],
    ['+5s', "'+5s'"],
    ['.5s', "'.5s'"],
    ['5.s', "'5.s'"],
    ['1e3ms', "'1e3ms'"],
    ['0x10ms', "'0x10ms'"],
    ['1,5s', "'1,5s'"],
    ['1m30s', "'1m30s'"],
    ['Infinity', "'Infinity'"],
    ['Infinitys', "'Infinitys'"],
  ])('refuses %j with a RangeError that names the option and the value', (value, shown) => {
    const read = () => toMilliseconds('timeout', value);
    expect(read).toThrow(new RangeError(`\`timeout\` must be ${ALLOWED}; got ${shown}`));
    expect(read).toThrow(RangeError);
  });

  test.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'true'],
    [5n, '5n'],
    [[5], '[5]'],
    [{ seconds: 5 }, '{ seconds: 5 }'],
    [Object(5), 'Number {}'],
  ])('refuses %o with a TypeError: it is neither a number nor text', (value, shown) => {
    const read = () => toMilliseconds('timeout', value);
    expect(read).toThrow(new TypeError(`\`timeout\` must be ${ALLOWED}; got ${shown}`));
    expect(read).toThrow(TypeError);
  });

  test('refuses Infinity where only a finite duration makes sense', () => {
    expect(() => toMilliseconds('holdFor', Number.POSITIVE_INFINITY, 'finite')).toThrow(
      new RangeError('`holdFor` must be finite; got Infinity'),
    );
    expect(toMilliseconds('holdFor', Number.MAX_VALUE, 'finite')).toBe(Number.MAX_VALUE);
  });
});

describe('formatDuration', () => {
  test.each([
    [0, '0 ms'],
    [0.4, '0 ms'],
    [410, '410 ms'],
    [999, '999 ms'],
    [1_000, '1 s'],
    [2_049, '2 s'],
    [2_050, '2.1 s'],
    [5_000, '5 s'],
    [90_000, '90 s'],
    [119_900, '119.9 s'],
    [120_000, '2 min'],
    [300_000, '5 min'],
    [3_599_000, '60 min'],
    [3_600_000, '1 h'],
    [5_400_000, '1.5 h'],
    [2 ** 31, '596.5 h'],
  ])('writes %d as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  test('writes what rounds up to a second as a second', () => {
    expect(formatDuration(999.6)).toBe('1 s');
  });
});

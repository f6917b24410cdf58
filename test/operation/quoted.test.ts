import { expect, test } from 'vitest';
import { quoted } from '../../src/operation/quoted.ts';

test.each([
  ['is on one line', 'a\r\nb\n\n  c\u2028d', 'a b c d'],
  ['has no blanks around it', '  a  ', 'a'],
  ['has no colours', '\u001B[31mred\u001B[0m', 'red'],
  ['has no control characters', 'a\u0000b\u0007c\u001Bd\u009Be', 'a b c d e'],
  ['does not turn the direction of what follows', 'a\u202Eb\u2066c', 'a b c'],
  ['keeps letters of any script', 'schön 日本 ✓', 'schön 日本 ✓'],
  ['keeps an address', 'see https://api.test/a/b', 'see https://api.test/a/b'],
  ['has no query of an address', 'see https://api.test/a?sig=s3cret&x=1 now', 'see https://api.test/a now'],
  ['has no query of a relative address', 'see "/a?sig=s3cret" now', 'see "/a" now'],
  ['has no credentials of an address', 'see https://me:s3cret@api.test/a now', 'see https://api.test/a now'],
  ['keeps a question', 'what? why = that', 'what? why = that'],
])('what is quoted %s', (_, text, expected) => {
  expect(quoted(text)).toBe(expected);
});

test('what is quoted is cut, and shows that it is', () => {
  expect(quoted('x'.repeat(1_000_000))).toBe(`${'x'.repeat(199)}…`);
  expect(quoted('x'.repeat(1_000_000), 10)).toBe(`${'x'.repeat(9)}…`);
});

test('a secret at the cut is not half shown', () => {
  expect(quoted(`${'x'.repeat(5)} https://api.test/a?sig=${'s3cret'.repeat(1_000)}`, 40)).toBe(
    'xxxxx https://api.test/a',
  );
});

test('what is quoted takes no time to speak of, whatever it is', () => {
  for (const hostile of ['?', '://', '\u001B[', '<title'])
    expect(quoted(hostile.repeat(500_000)).length).toBeLessThan(201);
});

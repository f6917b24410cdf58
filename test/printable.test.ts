import { describe, expect, test } from 'vitest';
import { cutToWidth, printable, widthOf } from '../src/printable.ts';

describe('printable', () => {
  test.each([
    ['leaves plain text as it is', 'plain', 'plain'],
    ['leaves characters that are joined, and wide ones', '👩‍🚀 漢字', '👩‍🚀 漢字'],
    ['takes colours away', '\u001B[1;31mred\u001B[0m', 'red'],
    ['takes commands to the window away', '\u001B]0;title\u0007named', 'named'],
    ['puts a space for what moves the cursor', 'a\r\nb\tc\bd\u0085e\u2028f\u2029g', 'a b c d e f g'],
    ['leaves no escape, whatever follows it', 'cut in the middle\u001B', 'cut in the middle '],
    ['puts a space for what turns the direction', '\u202Eesrever\u202C', ' esrever '],
  ])('%s', (_, text, expected) => {
    expect(printable(text)).toBe(expected);
  });
});

describe('widthOf', () => {
  test.each([
    ['', 0],
    ['server', 6],
    ['Größe', 5],
    ['сервер', 6],
    ['漢字', 4],
    ['🚀', 2],
    ['cut…', 4],
  ])('of %j is %d', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });
});

describe('cutToWidth', () => {
  test.each([
    ['server', 6, 'server'],
    ['server', 5, 'serv…'],
    ['漢字', 4, '漢字'],
    ['漢字', 3, '漢…'],
    ['漢字', 2, '…'],
    ['🚀🚀', 3, '🚀…'],
    ['server', 0, '…'],
  ])('%j, for %d columns: %j', (text, columns, expected) => {
    expect(cutToWidth(text, columns)).toBe(expected);
  });
});

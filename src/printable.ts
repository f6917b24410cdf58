import { stripVTControlCharacters } from 'node:util';

// From here on characters may take two columns, and those of two units, by which the spinner counts, are among them.
const WIDE = '\u1100';

/** Text that does nothing to a terminal but stand on its line: names and statuses are of others' making. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ');
}

/** Columns that text takes at most. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += character < WIDE || character === '…' ? 1 : 2;
  return width;
}

/** Cuts text to so many columns, and shows that it did. */
export function cutToWidth(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 1;
  let kept = '';
  for (const character of text) {
    width += widthOf(character);
    if (width > columns) break;
    kept += character;
  }
  return `${kept}…`;
}

import { cut, oneLine } from '../render.ts';

// Control characters move a cursor, and formats such as those that turn the direction make text read as something else.
const INVISIBLE = /[\p{Cc}\p{Cf}]/gu;

/** Foreign text for a message: on one line, of bounded length, and of nothing but what can be seen. */
export function harmless(text: string, limit: number): string {
  return cut(oneLine(text).replace(INVISIBLE, '\u{fffd}'), limit);
}

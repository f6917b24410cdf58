import { cut, oneLine } from '../render.ts';

const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\s]+/gu;
const CREDENTIALS = /:\/\/[^\s/?#@"'<>]*@/g;
const QUERY = /\?[^\s"'<>]*=[^\s"'<>]*/g;

/**
 * What somebody else wrote, for a message: a short piece of it on one line. Without the queries and credentials of
 * addresses, as a signed address is as good as a password, and messages end up in logs.
 */
export function quoted(text: string, limit = 200): string {
  // Cut first: a body may be huge, and the patterns need not see it all.
  const plain = oneLine(text.slice(0, 10 * limit)).replace(UNSEEN, ' ');
  return cut(plain.replace(CREDENTIALS, '://').replace(QUERY, '').trim(), limit);
}

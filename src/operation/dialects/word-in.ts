import { own } from '../failure.ts';

/** A word in a JSON object; undefined for none, for an empty one, and for what is no text. */
export function wordIn(value: unknown, key: string): string | undefined {
  const word = own(value, key);
  return typeof word === 'string' && word.trim() !== '' ? word : undefined;
}

import type { StatusResponse } from './dialect.ts';

/**
 * The address in a header, absolute: relative ones are relative to what was asked. Undefined for none, for one that is
 * no address, and for several, which arrive joined.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.2
 */
export function locationIn({ headers, url }: StatusResponse, header: string): string | undefined {
  const value = headers.get(header)?.trim();
  // A space is in no address, so this is more than one, or none.
  if (!value || /\s/.test(value)) return undefined;
  return resolved(value, url);
}

/**
 * An address, absolute and without the credentials that it may hold; undefined for none. Whether it may be asked is
 * another question: it may be a `file:` one.
 */
export function resolved(value: unknown, base: string): string | undefined {
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  try {
    const url = new URL(value, base === '' ? undefined : base);
    url.username = '';
    url.password = '';
    return url.href;
  } catch {
    return undefined;
  }
}

import { badRequest } from './errors.ts';
import type { HttpContext } from './http.ts';
import { invalid } from './schema.ts';
import { parseTime } from './timestamps.ts';

/** One page of a list, and the link to the next one if the page is full. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly links: readonly { readonly rel: 'next'; readonly href: string }[];
}

/**
 * Cuts the page that `limit` and `marker` ask for out of sorted rows.
 * @throws ApiError 400 for a limit that is none.
 */
export function pageOf<Row>(
  context: HttpContext,
  rows: readonly Row[],
  maxLimit: number,
  keyOf: (row: Row) => string,
  badMarker: (marker: string) => string,
): Page<Row> {
  const marker = context.req.query('marker');
  const limit = Math.min(limitOf(context) ?? maxLimit, maxLimit);
  const start = marker === undefined ? 0 : rows.findIndex((row) => keyOf(row) === marker) + 1;
  if (marker !== undefined && start === 0) throw badRequest(badMarker(marker));
  const page = rows.slice(start, start + limit);
  const last = page.at(-1);
  // A full page has a next one even if that is empty: the service does not look ahead.
  if (last === undefined || page.length < limit) return { rows: page, links: [] };
  const url = new URL(context.req.url);
  url.searchParams.set('marker', keyOf(last));
  return { rows: page, links: [{ rel: 'next', href: url.href }] };
}

function limitOf(context: HttpContext): number | undefined {
  const text = context.req.query('limit');
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) invalid('limit', text, `'${text}' does not match '^[0-9]*$'`);
  return Number(text);
}

/**
 * Reads `changes-since` and `changes-before` into a filter on `updated_at`.
 * A record that was never updated is in no such interval.
 */
export function changedWithin(context: HttpContext): (updatedAt: number | null) => boolean {
  const since = timeOf(context, 'changes-since');
  const before = timeOf(context, 'changes-before');
  if (since !== undefined && before !== undefined && since > before) {
    throw badRequest('The value of changes-since must be less than or equal to changes-before.');
  }
  if (since === undefined && before === undefined) return () => true;
  return (updatedAt) =>
    updatedAt !== null && updatedAt >= (since ?? Number.NEGATIVE_INFINITY) && updatedAt <= (before ?? Infinity);
}

function timeOf(context: HttpContext, name: string): number | undefined {
  const text = context.req.query(name);
  if (text === undefined) return undefined;
  const time = parseTime(text);
  if (Number.isNaN(time)) invalid(name, text, `'${text}' is not a 'date-time'`);
  return time;
}

/** A body of the wrong shape. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/** A JSON object, read with suspicion: it came over a network. */
export type Json = Readonly<Record<string, unknown>>;

/** @throws ShapeError for anything but an object. */
export function objectIn(value: unknown, name: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new ShapeError(`\`${name}\` is no object`);
}

/** @throws ShapeError for anything but a list. */
export function listIn(body: Json, key: string): readonly unknown[] {
  const value = body[key];
  if (Array.isArray(value)) return value;
  throw new ShapeError(`\`${key}\` is no list`);
}

/** @throws ShapeError for anything but text. */
export function textIn(body: Json, key: string): string {
  const value = body[key];
  if (typeof value === 'string') return value;
  throw new ShapeError(`\`${key}\` is no text`);
}

/** Text, or null where there is none. @throws ShapeError for anything else. */
export function maybeTextIn(body: Json, key: string): string | null {
  return body[key] === undefined || body[key] === null ? null : textIn(body, key);
}

/** A number, or null where there is none. @throws ShapeError for anything else. */
export function maybeNumberIn(body: Json, key: string): number | null {
  const value = body[key];
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return value;
  throw new ShapeError(`\`${key}\` is no number`);
}

/** @throws ShapeError for anything but a number. */
export function numberIn(body: Json, key: string): number {
  const value = maybeNumberIn(body, key);
  if (value === null) throw new ShapeError(`\`${key}\` is missing`);
  return value;
}

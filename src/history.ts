import { render } from './render.ts';

/**
 * Durations that were seen before: milliseconds, the newest last, or what has such `durations`, as a recorder has.
 *
 * Only the newest 200 count, and the older they are the less.
 */
export type History =
  | readonly number[]
  | {
      /** Milliseconds, the newest last. */
      readonly durations: readonly number[];
    };

/** The durations of a history, not yet looked at. */
export function durationsOf(history: History): readonly unknown[] {
  const durations: unknown = isList(history) ? history : history?.durations;
  if (isList(durations)) return durations;
  throw new TypeError(
    `\`history\` must be an array of milliseconds, or an object with such \`durations\`; got ${render(history)}`,
  );
}

/** Gives back the durations, or says which is none. */
export function checkDurations(durations: readonly unknown[]): readonly number[] {
  const wrong = durations.findIndex((duration) => !isDuration(duration));
  if (wrong === -1) return durations as readonly number[];
  const Kind = typeof durations[wrong] === 'number' ? RangeError : TypeError;
  throw new Kind(`\`history\` must hold finite milliseconds >= 0; got ${render(durations[wrong])} at ${wrong}`);
}

/** Whether a value is milliseconds, finite and not negative. */
export function isDuration(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY;
}

/** Whether two histories hold the same. */
export function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  if (some.length !== others.length) return false;
  for (let index = 0; index < some.length; index++) if (some[index] !== others[index]) return false;
  return true;
}

// Array.isArray makes any[] of what is unknown.
function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

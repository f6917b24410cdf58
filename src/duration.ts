import { render } from './render.ts';

/**
 * A length of time, 0 or more: milliseconds as a number, or text with its unit, such as `'250ms'`, `'5s'`, `'1.5m'`,
 * `'1h'`. `Infinity` is a number too, for those options that say so.
 *
 * What the compiler takes for a number is more than a duration may be: `'5 s'`, `'-5s'` and `'1e3s'` compile, and the
 * wait refuses them.
 */
export type Duration = number | `${number}ms` | `${number}s` | `${number}m` | `${number}h`;

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const TEXT = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;
const ALLOWED = "milliseconds >= 0, or text with its unit such as '250ms', '5s', '2m', '1h'";

/**
 * Turns a duration into milliseconds, or says what is wrong with it.
 *
 * `Infinity` is a number of milliseconds as well: callers that cannot use it refuse it by `finite`.
 *
 * @throws RangeError for NaN, a negative number or a text that is not a duration; TypeError for any other type.
 */
export function toMilliseconds(name: string, value: unknown, bounds?: 'finite'): number {
  const milliseconds = typeof value === 'string' ? parse(value) : value;
  if (typeof milliseconds !== 'number') {
    throw new TypeError(`\`${name}\` must be ${ALLOWED}; got ${render(value)}`);
  }
  if (!(milliseconds >= 0)) {
    throw new RangeError(`\`${name}\` must be ${ALLOWED}; got ${render(value)}`);
  }
  if (bounds === 'finite' && milliseconds === Number.POSITIVE_INFINITY) {
    throw new RangeError(`\`${name}\` must be finite; got Infinity`);
  }
  return milliseconds;
}

/** A duration as people say it: `410 ms`, `5 s`, `2.1 s`, `5 min`, `1.5 h`. */
export function formatDuration(milliseconds: number): string {
  if (Math.round(milliseconds) < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 120_000) return `${oneDecimal(milliseconds / 1_000)} s`;
  if (milliseconds < 3_600_000) return `${oneDecimal(milliseconds / 60_000)} min`;
  return `${oneDecimal(milliseconds / 3_600_000)} h`;
}

function parse(text: string): number {
  const [, amount, unit] = TEXT.exec(text) ?? [];
  return amount === undefined ? Number.NaN : Number(amount) * UNITS[unit as keyof typeof UNITS];
}

function oneDecimal(value: number): string {
  return String(Math.round(value * 10) / 10);
}

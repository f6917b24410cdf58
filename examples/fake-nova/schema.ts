import { badRequest } from './errors.ts';

/** Refuses a value as Nova's schemas do. */
export function invalid(field: string, value: unknown, reason: string): never {
  throw badRequest(`Invalid input for field/attribute ${field}. Value: ${render(value)}. ${reason}`);
}

/** The value as an object with these members and no others. */
export function objectOf(
  field: string,
  value: unknown,
  { required = [], optional = [] }: { readonly required?: readonly string[]; readonly optional?: readonly string[] },
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    invalid(field, value, `${render(value)} is not of type 'object'`);
  }
  const missing = required.find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) invalid(field, value, `'${missing}' is a required property`);
  const stray = Object.keys(value).find((key) => !required.includes(key) && !optional.includes(key));
  if (stray !== undefined) {
    invalid(field, value, `Additional properties are not allowed ('${stray}' was unexpected)`);
  }
  return value as Readonly<Record<string, unknown>>;
}

/** The value as a text of 1 to 255 characters. */
export function textOf(field: string, value: unknown): string {
  if (typeof value !== 'string') invalid(field, value, `${render(value)} is not of type 'string'`);
  if (value.trim() === '') invalid(field, value, `'${value}' is too short`);
  if (value.length > 255) invalid(field, value, `'${value}' is too long`);
  return value;
}

/** The value as a boolean, in any of the spellings that Nova takes. */
export function booleanOf(field: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (['true', '1', 'on', 'yes', 't', 'y'].includes(word)) return true;
  if (['false', '0', 'off', 'no', 'f', 'n'].includes(word)) return false;
  return invalid(field, value, `${render(value)} is not one of [True, False]`);
}

/** The value as a whole number from `minimum` up; digits in a text will do. */
export function integerOf(field: string, value: unknown, minimum: number): number {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (!Number.isInteger(number)) invalid(field, value, `${render(value)} does not match '^[0-9]*$'`);
  if (Number(number) < minimum) invalid(field, value, `${render(value)} is less than the minimum of ${minimum}`);
  return Number(number);
}

function render(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'string') return `'${value}'`;
  return JSON.stringify(value).slice(0, 200);
}

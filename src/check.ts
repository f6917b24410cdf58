import { render } from './render.ts';

/** Refuses an option of the wrong type. */
export function check(name: string, value: unknown, isRight: boolean, allowed: string): void {
  if (!isRight) throw new TypeError(`\`${name}\` must be ${allowed}; got ${render(value)}`);
}

/** Refuses an option that is there and not a function. */
export function checkFunction(name: string, value: unknown): void {
  check(name, value, value === undefined || typeof value === 'function', 'a function');
}

/** Refuses options that are none. */
export function checkOptions(options: unknown): void {
  check('options', options, typeof options === 'object' && options !== null, 'an object');
}

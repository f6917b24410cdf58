/** A property of whatever it is, also one that it inherits: clients give instances of their own. For JSON see `own`. */
export function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

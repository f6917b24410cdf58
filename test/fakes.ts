/** Bun fakes the very functions that were there before, and marks them. Gives back how to stop. */
export function fakeAsBunDoes(): () => void {
  const { setTimeout } = globalThis;
  Object.defineProperty(setTimeout, 'clock', { value: true, configurable: true });
  return () => Reflect.deleteProperty(setTimeout, 'clock');
}

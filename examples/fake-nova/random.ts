/** Gives the next number of a reproducible sequence, at least 0 and below 1. */
export type Random = () => number;

/**
 * Makes a small seeded generator: the same seed gives the same sequence on every platform.
 * @see https://github.com/bryc/code/blob/master/jshash/PRNGs.md#mulberry32
 */
function mulberry32(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Derives a sequence of its own, so that one consumer's draws never move another's. */
export function fork(seed: number, stream: number): Random {
  return mulberry32(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35));
}

/** Makes a version 4 UUID out of the given sequence. */
export function uuid(random: Random): string {
  const digit = (from: number, range: number) => (from + Math.floor(random() * range)).toString(16);
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (sign) => (sign === 'x' ? digit(0, 16) : digit(8, 4)));
}

import type { Backoff } from 'unsleep';

/** Pauses of 1, 1, 2, 3, 5… times the base, as in several pollers. */
export function fibonacci(base: number): Backoff {
  const golden = (1 + Math.sqrt(5)) / 2;
  return ({ attempt }) => base * Math.round(golden ** attempt / Math.sqrt(5));
}

/**
 * The waiters of the AWS SDKs: random between `min` and what doubles, and exactly `max` once that is reached.
 *
 * @see https://smithy.io/2.0/additional-specs/waiters.html
 */
export function smithy(min: number, max: number): Backoff {
  const ceiling = Math.log2(max / min) + 1;
  return ({ attempt, random }) => {
    if (attempt > ceiling) return max;
    return min + random() * (Math.min(max, min * 2 ** (attempt - 1)) - min);
  };
}

/** Each pause random by so much in either direction, as `randomize` and the like of many. */
export function wobbling(backoff: Backoff, share: number): Backoff {
  return (look) => backoff(look) * (1 + share * (2 * look.random() - 1));
}

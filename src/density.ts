/** A duration that was seen, as a part of what is believed of the next one. */
export interface Kernel {
  /** The logarithm of the duration. */
  readonly center: number;
  /** How far the next may be from it, as a logarithm. */
  readonly reach: number;
  /** How much it counts, of 1. */
  readonly share: number;
}

/** What is believed of the next duration. */
export interface Density {
  readonly kernels: readonly Kernel[];
  /** How many durations it rests on, where one that counts half counts half. */
  readonly size: number;
}

interface Point {
  readonly center: number;
  readonly weight: number;
}

// After so many newer ones a duration counts half: long enough to know a shape by some forty, short enough to follow
// one that changes.
const HALF_LIFE = 30;
/** Durations that count: what is older has a share of less than a hundredth of the newest. */
export const MEMORY = 200;
// In logarithms: no duration is known better than to 5 %, nor says anything of what is seven times as long.
const NARROWEST = 0.05;
const WIDEST = 2;
// Below a millisecond all is alike, as timers cannot tell; and past 30,000 years.
const [SHORTEST, LONGEST] = [1, 1e15];

/**
 * A kernel for each duration, in the logarithm of time, so that jobs of milliseconds and of hours are told apart alike.
 *
 * Each is as wide as its neighbours are far: so a peak stays a peak, and an outlier a vague rumour.
 *
 * @param durations Milliseconds, at least one, the newest last.
 * @see Breiman, Meisel, Purcell: Variable Kernel Estimates of Multivariate Densities, Technometrics 19 (1977)
 */
export function estimateDensity(durations: readonly number[]): Density {
  const points = durations
    .slice(-MEMORY)
    .map((duration, index, { length }) => ({
      center: Math.log(Math.min(LONGEST, Math.max(SHORTEST, duration))),
      weight: 2 ** ((index + 1 - length) / HALF_LIFE),
    }))
    .sort((a, b) => a.center - b.center);
  const [total, squares] = points.reduce(([sum, squares], { weight }) => [sum + weight, squares + weight ** 2], [0, 0]);
  const size = total ** 2 / squares;
  const narrowest = Math.max(NARROWEST, 1 / (size + 1));
  const kernels = points.map(({ center, weight }, index) => {
    const distance = distanceToOthers(points, index, total / Math.sqrt(size));
    return { center, reach: Math.min(WIDEST, Math.max(narrowest, 1.5 * distance)), share: weight / total };
  });
  return { kernels, size };
}

/** How far one must go from a point until the others on the way weigh as much as that. */
function distanceToOthers(points: readonly Point[], index: number, enough: number): number {
  const here = (points[index] as Point).center;
  let left = index - 1;
  let right = index + 1;
  let weight = 0;
  let distance = 0;
  while (weight < enough && (left >= 0 || right < points.length)) {
    const toLeft = left < 0 ? Number.POSITIVE_INFINITY : here - (points[left] as Point).center;
    const toRight = right < points.length ? (points[right] as Point).center - here : Number.POSITIVE_INFINITY;
    distance = Math.min(toLeft, toRight);
    weight += (points[toLeft < toRight ? left-- : right++] as Point).weight;
  }
  return distance;
}

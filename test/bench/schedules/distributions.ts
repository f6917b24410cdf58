/** How long jobs take, in medians: half of them take less than 1. */
export interface Distribution {
  readonly name: string;
  /** The duration that a job falls below with this probability, from 0 to 1, both excluded. */
  readonly quantile: (probability: number) => number;
}

/** The five shapes that every schedule is measured on. */
export const DISTRIBUTIONS: readonly Distribution[] = [
  { name: 'lognormal', quantile: inverted(lognormal(0.6)) },
  { name: 'uniform', quantile: (probability) => 0.5 + probability },
  {
    // Two fifths of the jobs find their work done already, and take a fifth of the time.
    name: 'bimodal',
    quantile: inverted((time) => 0.4 * lognormal(0.15)(5 * time) + 0.6 * lognormal(0.15)(time)),
  },
  { name: 'heavy', quantile: (probability) => ((1 - probability) * 2) ** -0.5 },
  { name: 'exponential', quantile: (probability) => -Math.log2(1 - probability) },
];

/** Durations that stand for all: one of each of so many equal parts, drawn at random, from the shortest to the longest. */
export function draw({ quantile }: Distribution, count: number, random: () => number): number[] {
  return Array.from({ length: count }, (_, index) => quantile((index + within(random)) / count));
}

/** Durations as they come. */
export function drawHistory({ quantile }: Distribution, count: number, random: () => number): number[] {
  return Array.from({ length: count }, () => quantile(within(random)));
}

// 0 has no quantile in some.
function within(random: () => number): number {
  return Math.max(random(), 1e-9);
}

function lognormal(sigma: number): (time: number) => number {
  return (time) => normal(Math.log(time) / sigma);
}

/** @see Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26: exact to 1.5e-7 */
function normal(deviations: number): number {
  const x = Math.abs(deviations) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const above = (tail * Math.exp(-x * x)) / 2;
  return deviations < 0 ? above : 1 - above;
}

/** The quantile of a distribution by bisection, scaled so that its median is 1. */
function inverted(probabilityBelow: (time: number) => number): (probability: number) => number {
  const find = (probability: number) => {
    let [low, high] = [-20, 20];
    for (let step = 0; step < 50; step++) {
      const middle = (low + high) / 2;
      if (probabilityBelow(Math.exp(middle)) < probability) low = middle;
      else high = middle;
    }
    return Math.exp((low + high) / 2);
  };
  const median = find(0.5);
  return (probability) => find(probability) / median;
}

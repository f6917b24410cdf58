import { render } from './render.ts';

/**
 * How pauses are spread, so that a thousand waiters that start together do not look together.
 *
 * - `'phase'`: only the first pause is random. Spreads as well as `'full'`, at no cost in lateness.
 * - `'full'`: anywhere between nothing and the pause.
 * - `'equal'`: anywhere between half the pause and the pause.
 * - `'decorrelated'`: anywhere between the first pause and three times the previous one.
 * - `'none'`: exactly the pause.
 *
 * Jitter only ever shortens, and is applied after the cap: so it never exceeds the cap and does not vanish there.
 *
 * @see https://github.com/aws-samples/aws-arch-backoff-simulator
 */
export type Jitter = 'phase' | 'full' | 'equal' | 'decorrelated' | 'none';

const KINDS: readonly unknown[] = ['phase', 'full', 'equal', 'decorrelated', 'none'] satisfies Jitter[];

/** Gives back the jitter, or refuses it. */
export function checkJitter(value: unknown): Jitter {
  if (!KINDS.includes(value)) {
    throw new RangeError(`\`jitter\` must be one of ${KINDS.join(', ')}; got ${render(value)}`);
  }
  return value as Jitter;
}

/** Shortens a pause at random. `'phase'` and `'decorrelated'` need more than the pause; their backoff does them. */
export function shorten(pause: number, jitter: 'full' | 'equal' | 'none', random: () => number): number {
  if (jitter === 'none') return pause;
  return jitter === 'full' ? pause * (1 - random()) : pause * (1 - random() / 2);
}

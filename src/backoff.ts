import { type Duration, toMilliseconds } from './duration.ts';
import { checkJitter, type Jitter, shorten } from './jitter.ts';
import { render } from './render.ts';

/** What a backoff knows when it decides. */
export interface BackoffLook {
  /** Looks made on schedule, from 1. Looks that an event brought forward do not count. */
  readonly attempt: number;
  /** Milliseconds since the wait began. */
  readonly elapsed: number;
  /** The pause that this backoff gave before the last look on schedule, 0 at first. */
  readonly previousPause: number;
  /** A number from 0 to 1, 1 excluded. A pause is longest at 0. */
  readonly random: () => number;
}

/**
 * Says how long to pause before the next look, in milliseconds.
 *
 * A plain function without state, so that one backoff serves any number of waits. Anything but a number from 0 to
 * `Infinity` ends the wait with a `RangeError`.
 *
 * @example
 * ```ts
 * import { type Backoff, waitFor } from 'unsleep';
 *
 * const linear: Backoff = ({ attempt }) => 2 * attempt;
 * let looks = 0;
 * await waitFor(() => ++looks === 3, { interval: linear }); // => true
 * ```
 */
export type Backoff = (look: BackoffLook) => number;

/** Settings of {@link constant}. */
export interface ConstantOptions {
  /** How the pauses are spread. @defaultValue `'phase'` */
  readonly jitter?: Exclude<Jitter, 'decorrelated'> | undefined;
}

/** Settings of {@link exponential}. */
export interface ExponentialOptions {
  /** The first pause. @defaultValue `100` */
  readonly initial?: Duration | undefined;
  /** What each pause is multiplied by to get the next, 1 or more. @defaultValue `2` */
  readonly factor?: number | undefined;
  /** No pause is longer. @defaultValue `30_000` */
  readonly max?: Duration | undefined;
  /** How the pauses are spread. @defaultValue `'phase'` */
  readonly jitter?: Jitter | undefined;
}

/** Settings of {@link proportional}. */
export interface ProportionalOptions {
  /** The share of the time already waited that the next pause takes, above 0. @defaultValue `0.1` */
  readonly ratio?: number | undefined;
  /** No pause is shorter, jitter apart. @defaultValue `5` */
  readonly min?: Duration | undefined;
  /** No pause is longer, but for the one before the first look of an `expected` duration. @defaultValue `30_000` */
  readonly max?: Duration | undefined;
  /** How long it takes as a rule, roughly: the first look after the start falls at half of it. No default. */
  readonly expected?: Duration | undefined;
  /** How the pauses are spread. @defaultValue `'phase'` */
  readonly jitter?: Exclude<Jitter, 'decorrelated'> | undefined;
}

/**
 * The same pause each time. With the default jitter the first one is shorter, by chance.
 *
 * @throws RangeError or TypeError for a pause that is not a duration.
 * @example
 * ```ts
 * import { constant, waitFor } from 'unsleep';
 *
 * let looks = 0;
 * await waitFor(() => ++looks === 3, { interval: constant('2ms') }); // => true
 * ```
 */
export function constant(pause: Duration, { jitter = 'phase' }: ConstantOptions = {}): Backoff {
  const milliseconds = toMilliseconds('pause', pause);
  const kind = checkSimple(jitter);
  return (look) => spread(milliseconds, kind, look);
}

/**
 * One pause after the other; the last one repeats.
 *
 * @throws RangeError when there is no pause, or one that is not a duration.
 * @example
 * ```ts
 * import { ladder, waitFor } from 'unsleep';
 *
 * let looks = 0;
 * await waitFor(() => ++looks === 3, { interval: ladder(1, 2, 5) }); // => true
 * ```
 */
export function ladder(...pauses: readonly Duration[]): Backoff {
  if (pauses.length === 0) throw new RangeError('`ladder` needs at least one pause');
  const steps = pauses.map((pause, index) => toMilliseconds(`pause ${index + 1}`, pause));
  return (look) => spread(steps[Math.min(look.attempt, steps.length) - 1] as number, 'phase', look);
}

/**
 * Each pause is the one before times `factor`, up to `max`.
 *
 * Made for repeating calls that fail, where every try costs the other side something. To watch something that takes
 * its time, {@link proportional} sees it sooner with as many looks.
 *
 * @throws RangeError or TypeError for a setting out of range.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 * @example
 * ```ts
 * import { exponential, retry } from 'unsleep';
 *
 * await retry(({ attempt }) => attempt, { interval: exponential({ initial: 200, max: '10s', jitter: 'full' }) }); // => 1
 * ```
 */
export function exponential(options: ExponentialOptions = {}): Backoff {
  const { initial = 100, factor = 2, max = 30_000, jitter = 'phase' } = options;
  const first = toMilliseconds('initial', initial, 'finite');
  const cap = toMilliseconds('max', max);
  const kind = checkJitter(jitter);
  if (!(typeof factor === 'number' && factor >= 1 && factor < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`\`factor\` must be a number from 1; got ${render(factor)}`);
  }
  if (cap < first) throw new RangeError(`\`max\` must not be less than \`initial\`, ${first} ms; got ${cap} ms`);
  // Not Infinity: 0 * Infinity is NaN.
  const power = (exponent: number) => Math.min(factor ** exponent, Number.MAX_VALUE);
  return ({ attempt, previousPause, random }) => {
    if (kind === 'decorrelated') {
      // The cap comes before chance, or most pauses at the cap would be alike.
      const longest = Math.min(cap, 3 * Math.max(first, previousPause));
      return first + (longest - first) * (1 - random());
    }
    if (kind !== 'phase') return shorten(Math.min(cap, first * power(attempt - 1)), kind, random);
    // Grown from the previous pause, so that the random phase of the first one is kept at every scale.
    return Math.min(cap, previousPause > 0 ? previousPause * factor : first * power(attempt - 1) * factor ** -random());
  };
}

/**
 * Each pause is a fixed share of the time already waited, so that lateness is at most that share of the job's own
 * length, for a job of 30 ms as for one of 10 minutes, and the looks grow with the logarithm of the time only.
 *
 * Nothing that knows nothing does better. With a rough `expected` duration no look is wasted before half of it.
 *
 * @throws RangeError or TypeError for a setting out of range.
 * @example
 * ```ts
 * import { proportional, waitFor } from 'unsleep';
 *
 * const start = performance.now();
 * await waitFor(() => performance.now() - start > 20, { interval: proportional({ expected: '20ms' }) }); // => true
 * ```
 */
export function proportional(options: ProportionalOptions = {}): Backoff {
  const { ratio = 0.1, min = 5, max = 30_000, expected = 0, jitter = 'phase' } = options;
  const shortest = toMilliseconds('min', min, 'finite');
  const longest = toMilliseconds('max', max);
  const half = toMilliseconds('expected', expected, 'finite') / 2;
  const kind = checkSimple(jitter);
  if (!(typeof ratio === 'number' && ratio > 0 && ratio < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`\`ratio\` must be a number above 0; got ${render(ratio)}`);
  }
  if (longest < shortest)
    throw new RangeError(`\`max\` must not be less than \`min\`, ${shortest} ms; got ${longest} ms`);
  return (look) => {
    const { attempt, elapsed, random } = look;
    if (attempt === 1 && elapsed < half) {
      const phase = kind === 'phase' ? (1 + ratio) ** -random() : shorten(1, kind, random);
      return Math.max(0, half * phase - elapsed);
    }
    return spread(Math.min(longest, Math.max(shortest, elapsed * ratio)), kind, look);
  };
}

function spread(pause: number, jitter: Exclude<Jitter, 'decorrelated'>, { attempt, random }: BackoffLook): number {
  if (jitter !== 'phase') return shorten(pause, jitter, random);
  return attempt === 1 ? shorten(pause, 'full', random) : pause;
}

function checkSimple(jitter: Jitter): Exclude<Jitter, 'decorrelated'> {
  const kind = checkJitter(jitter);
  if (kind === 'decorrelated') throw new RangeError("`jitter` 'decorrelated' is for `exponential` only");
  return kind;
}

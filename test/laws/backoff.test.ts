import fc from 'fast-check';
import { type Backoff, constant, exponential, type Jitter, ladder, proportional } from 'unsleep';
import { describe, expect, test, vi } from 'vitest';

// A limit against hangs alone: many runs take many times as long on a loaded machine.
vi.setConfig({ testTimeout: 120_000 });

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const duration = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e6, noNaN: true }));
const hugeDuration = fc.oneof(duration, fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true }));
const cap = fc.oneof(hugeDuration, fc.constant(Number.POSITIVE_INFINITY));
const factor = fc.oneof(
  fc.double({ min: 1, max: 10, noNaN: true }),
  fc.double({ min: 1, max: Number.MAX_VALUE, noNaN: true }),
);
const simple = fc.constantFrom<Exclude<Jitter, 'decorrelated'>>('phase', 'full', 'equal', 'none');
const jitter = fc.constantFrom<Jitter>('phase', 'full', 'equal', 'decorrelated', 'none');
const look = fc.record({
  attempt: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 20_000 })),
  elapsed: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e12, noNaN: true })),
  previousPause: cap,
  chance,
});

interface Case {
  /** The backoff with this jitter. */
  readonly make: (jitter: never) => Backoff;
  readonly jitter: Jitter;
  readonly longest: number;
}

const constants = fc
  .record({ pause: cap, jitter: simple })
  .map(({ pause, jitter }): Case => ({ make: (jitter) => constant(pause, { jitter }), jitter, longest: pause }));
const ladders = fc
  .array(cap, { minLength: 1, maxLength: 6 })
  .map((steps): Case => ({ make: () => ladder(...steps), jitter: 'phase', longest: Math.max(...steps) }));
const exponentials = fc
  .record({ initial: hugeDuration, factor, max: cap, jitter })
  .filter(({ initial, max }) => max >= initial)
  .map(
    ({ initial, factor, max, jitter }): Case => ({
      make: (jitter) => exponential({ initial, factor, max, jitter }),
      jitter,
      longest: max,
    }),
  );
const proportionals = fc
  .record({
    ratio: fc.oneof(
      fc.double({ min: 1e-6, max: 4, noNaN: true }),
      fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true }),
    ),
    min: duration,
    max: cap,
    expected: duration,
    jitter: simple,
  })
  .filter(({ min, max }) => max >= min)
  .map(
    ({ jitter, ...options }): Case => ({
      make: (jitter) => proportional({ ...options, jitter }),
      jitter,
      longest: Math.max(options.max, options.expected / 2),
    }),
  );

describe.each([
  ['constant', constants],
  ['ladder', ladders],
  ['exponential', exponentials],
  ['proportional', proportionals],
])('%s', (_, cases) => {
  test('gives a number from 0 to its cap, whatever happened before', () => {
    fc.assert(
      fc.property(cases, look, ({ make, jitter, longest }, { chance, ...known }) => {
        const pause = make(jitter as never)({ ...known, random: () => chance });
        expect(pause).toBeGreaterThanOrEqual(0);
        expect(pause).toBeLessThanOrEqual(longest);
      }),
      { numRuns: 1_000 },
    );
  });

  test('only ever shortens by chance', () => {
    fc.assert(
      fc.property(cases, look, ({ make, jitter }, { chance, ...known }) => {
        const backoff = make(jitter as never);
        const [longest, pause] = [0, chance].map((chance) => backoff({ ...known, random: () => chance }));
        expect(pause).toBeLessThanOrEqual(longest as number);
      }),
      { numRuns: 1_000 },
    );
  });

  test('keeps no state: asked the same, it says the same', () => {
    fc.assert(
      fc.property(cases, look, look, ({ make, jitter }, { chance, ...known }, { chance: otherChance, ...other }) => {
        const backoff = make(jitter as never);
        const first = backoff({ ...known, random: () => chance });
        backoff({ ...other, random: () => otherChance });
        expect(backoff({ ...known, random: () => chance })).toBe(first);
      }),
    );
  });

  test('never gives NaN in 10 000 pauses, one after the other', () => {
    fc.assert(
      fc.property(cases, chance, ({ make, jitter, longest }, chance) => {
        const backoff = make(jitter as never);
        let [elapsed, previousPause, isRight] = [0, 0, true];
        for (let attempt = 1; attempt <= 10_000; attempt++) {
          previousPause = backoff({ attempt, elapsed, previousPause, random: () => chance });
          isRight &&= previousPause >= 0 && previousPause <= longest;
          elapsed += previousPause;
        }
        expect(isRight).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe('proportional without jitter', () => {
  const settings = fc.record({
    ratio: fc.double({ min: 0.01, max: 2, noNaN: true }),
    min: fc.double({ min: 1, max: 100, noNaN: true }),
  });

  test('is late by at most its share of the time already waited, or by its shortest pause', () => {
    fc.assert(
      fc.property(settings, look, ({ ratio, min }, { attempt, elapsed, chance }) => {
        const backoff = proportional({ ratio, min, max: Number.POSITIVE_INFINITY, jitter: 'none' });
        const pause = backoff({ attempt, elapsed, previousPause: 0, random: () => chance });
        expect(pause).toBeLessThanOrEqual(Math.max(min, ratio * elapsed));
      }),
    );
  });

  test('needs looks that grow with the logarithm of the time', () => {
    fc.assert(
      fc.property(settings, fc.integer({ min: 1, max: 9 }), ({ ratio, min }, magnitude) => {
        const backoff = proportional({ ratio, min, max: Number.POSITIVE_INFINITY, jitter: 'none' });
        const end = min * 10 ** magnitude;
        let [looks, elapsed] = [0, 0];
        while (elapsed < end) {
          looks++;
          elapsed += backoff({ attempt: looks, elapsed, previousPause: 0, random: () => 0 });
        }
        // The even pauses until the share outgrows the shortest, then one look for each factor of 1 + ratio.
        const bound = 1 / ratio + Math.log(10 ** magnitude) / Math.log(1 + ratio) + 2;
        expect(looks).toBeLessThanOrEqual(bound);
      }),
    );
  });

  test('has its first look after the start at half of what is expected', () => {
    fc.assert(
      fc.property(settings, fc.double({ min: 1, max: 1e7, noNaN: true }), ({ ratio, min }, expected) => {
        const backoff = proportional({ ratio, min, expected, jitter: 'none' });
        expect(backoff({ attempt: 1, elapsed: 0, previousPause: 0, random: () => 0 })).toBe(expected / 2);
      }),
    );
  });
});

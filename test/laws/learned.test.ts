import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Backoff, learned } from 'unsleep';
import { recorder } from 'unsleep/recorder';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

// A limit against hangs alone: many runs take many times as long on a loaded machine.
vi.setConfig({ testTimeout: 120_000 });

const duration = fc.oneof(
  fc.constant(0),
  fc.double({ min: 0, max: 1e7, noNaN: true }),
  fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true }),
);
const history = fc.array(duration, { maxLength: 40 });
const price = fc.oneof(
  fc.record({ looks: fc.double({ min: 3, max: 1e6, noNaN: true }) }),
  fc.record({ lateness: fc.double({ min: Number.MIN_VALUE, max: 1e9, noNaN: true }) }),
);
const jitter = fc.constantFrom('phase', 'full', 'equal', 'none');
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const look = fc.record({
  attempt: fc.integer({ min: 1, max: 1_000 }),
  elapsed: fc.oneof(
    fc.constant(0),
    fc.double({ min: 0, max: 1e8, noNaN: true }),
    fc.double({ min: 0, max: 1e18, noNaN: true }),
  ),
  previousPause: fc.constant(0),
  chance,
});

/** Where looks fall, and no more than so many. */
function instants(backoff: Backoff, end: number, random: () => number, most = 10_000): number[] {
  const at: number[] = [];
  let elapsed = 0;
  while (elapsed < end && at.length < most) {
    elapsed += backoff({ attempt: at.length + 1, elapsed, previousPause: 0, random });
    at.push(elapsed);
  }
  return at;
}

describe('learned', () => {
  test('gives a finite pause of 0 or more, whatever was seen', () => {
    fc.assert(
      fc.property(history, price, jitter, look, (history, price, jitter, { chance, ...known }) => {
        const pause = learned(history, { ...price, jitter })({ ...known, random: () => chance });
        expect(pause).toBeGreaterThanOrEqual(0);
        expect(pause).toBeLessThan(Number.POSITIVE_INFINITY);
      }),
      { numRuns: 2_000 },
    );
  });

  test('only ever shortens by chance, and never below its shortest pause but for the first', () => {
    fc.assert(
      fc.property(history, price, look, (history, price, { chance, ...known }) => {
        const backoff = learned(history, price);
        const [longest, pause] = [0, chance].map((chance) => backoff({ ...known, random: () => chance }));
        expect(pause).toBeLessThanOrEqual(longest as number);
        if (known.attempt > 1) expect(pause).toBeGreaterThanOrEqual(5);
      }),
      { numRuns: 1_000 },
    );
  });

  test('keeps no state: asked the same, it says the same', () => {
    fc.assert(
      fc.property(history, price, look, look, (history, price, { chance, ...known }, { chance: another, ...other }) => {
        const backoff = learned(history, price);
        const first = backoff({ ...known, random: () => chance });
        backoff({ ...other, random: () => another });
        expect(backoff({ ...known, random: () => chance })).toBe(first);
      }),
    );
  });

  test('needs a bounded number of looks, for a job as those seen and for one that lasts a hundred times as long', () => {
    const seconds = fc.array(fc.double({ min: 1_000, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 60 });
    const looks = fc.double({ min: 3, max: 50, noNaN: true });
    fc.assert(
      fc.property(seconds, looks, chance, (history, looks, chance) => {
        const backoff = learned(history, { looks, max: Number.MAX_VALUE });
        // Ten times the budget for what is usual, and past that a look for each factor of 1.025.
        const end = 100 * Math.max(...history);
        const bound = 10 * looks + Math.log(end / Math.min(...history)) / Math.log(1.025) + 3;
        expect(instants(backoff, end, () => chance).length).toBeLessThan(bound);
      }),
      { numRuns: 1_000 },
    );
  });

  test('looks no less often for a higher price', () => {
    const seconds = fc.array(fc.double({ min: 1_000, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(seconds, fc.double({ min: 3, max: 50, noNaN: true }), chance, (history, looks, chance) => {
        const end = Math.max(...history);
        const count = (looks: number) => instants(learned(history, { looks }), end, () => chance).length;
        expect(count(looks + 5)).toBeGreaterThanOrEqual(count(looks));
      }),
    );
  });

  test('is the same at every scale', () => {
    const seconds = fc.array(fc.double({ min: 1_000, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(seconds, fc.integer({ min: 2, max: 1_000 }), chance, (history, scale, chance) => {
        const [some, others] = [1, scale].map((scale) => {
          const backoff = learned(
            history.map((duration) => duration * scale),
            { min: 0, max: Number.MAX_VALUE },
          );
          return instants(backoff, 90_000 * scale, () => chance).map((time) => time / scale);
        });
        expect(others?.length).toBe(some?.length);
        for (const [index, time] of (some ?? []).entries()) expect((others?.[index] ?? 0) / time).toBeCloseTo(1, 6);
      }),
    );
  });
});

describe('recorder', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'unsleep-laws-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .anything()
      .map((value) =>
        Buffer.from(
          JSON.stringify({ durations: value }, (_, part) => (typeof part === 'bigint' ? String(part) : part)),
        ),
      ),
    fc.array(fc.oneof(fc.double(), fc.anything())).map((durations) => {
      const text = JSON.stringify({ durations }, (_, part) => (typeof part === 'bigint' ? String(part) : part));
      return Buffer.from(text);
    }),
  );

  test('makes a valid history of any bytes, and a file that reads the same', () => {
    fc.assert(
      fc.property(bytes, duration, (content, added) => {
        const file = join(folder, 'jobs.json');
        writeFileSync(file, content);
        const seen = recorder(file, { onProblem: () => {} });
        seen.add(added);
        expect(seen.durations.at(-1)).toBe(added);
        const pause = learned(seen)({ attempt: 1, elapsed: 0, previousPause: 0, random: Math.random });
        expect(pause).toBeGreaterThanOrEqual(0);
        expect(recorder(file, { onProblem: () => expect.fail('damaged') }).durations).toEqual(seen.durations);
      }),
    );
  });

  test('keeps the newest of what it is given, in order', () => {
    fc.assert(
      fc.property(fc.array(duration, { maxLength: 30 }), fc.integer({ min: 1, max: 12 }), (added, limit) => {
        const file = join(folder, 'kept.json');
        rmSync(file, { force: true });
        const seen = recorder(file, { limit });
        for (const one of added) seen.add(one);
        expect(seen.durations).toEqual(added.slice(-limit));
      }),
    );
  });
});

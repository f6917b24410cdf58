import { constant, exponential, proportional } from 'unsleep';
import { describe, expect, test } from 'vitest';
import { DISTRIBUTIONS, type Distribution, draw, drawHistory } from './distributions.ts';
import { herd } from './herd.ts';
import { simulateSchedules } from './index.ts';
import { bestAt, optimum } from './optimum.ts';
import { fibonacci, smithy } from './peers.ts';
import { looksOf, play } from './play.ts';
import { seededRandom } from './random.ts';
import { toMarkdown } from './table.ts';
import { tune } from './tune.ts';

const [, uniform, , , exponentially] = DISTRIBUTIONS as [Distribution, Distribution, unknown, unknown, Distribution];

describe('the optimum', () => {
  test('is what one finds by hand for three jobs', () => {
    // Jobs of 1, 2 and 10. A look at 10 costs (9 + 8) / 3 of lateness; one more at 2 takes that to 1 / 3.
    const grid = { times: [0, 1, 2, 10], left: [1, 2 / 3, 1 / 3, 0], mean: 13 / 3 };
    const rounded = (price: number) => {
      const { looks, lateness } = bestAt(grid, price);
      return [looks.toFixed(6), lateness.toFixed(6)];
    };
    expect(rounded(100)).toEqual(['1.000000', (17 / 3).toFixed(6)]);
    expect(rounded(1)).toEqual([(4 / 3).toFixed(6), (1 / 3).toFixed(6)]);
    expect(rounded(0.1)).toEqual(['2.000000', '0.000000']);
  });

  test('is a fixed interval for jobs that end as likely at any time', () => {
    const jobs = draw(exponentially, 3_000, seededRandom(1));
    const fixed = tune(10, [0.01, 10], (pause) => play(constant(pause, { jitter: 'none' }), jobs, 1));
    expect(fixed.lateness / optimum(exponentially, 10).lateness).toBeCloseTo(1, 1);
  });

  test('is what the square-root law says for jobs of any length within bounds', () => {
    // The integral of √(f S) over a width of 1 is 2/3; looks are half more than the law counts, for the last of them.
    expect(optimum(uniform, 10).lateness / ((2 / 3) ** 2 / (2 * 9.5))).toBeCloseTo(1, 1);
  });
});

describe('a schedule that is played', () => {
  test('is late by half of a fixed interval, and looks half more often than the interval fits', () => {
    const jobs = draw(uniform, 1_000, seededRandom(2)).map((job) => job * 1_000);
    const { looks, lateness, worst } = play(constant(10), jobs, 10);
    expect(lateness / 5).toBeCloseTo(1, 2);
    expect(looks / (1_000 / 10 + 1)).toBeCloseTo(1, 2);
    expect(worst()).toBeGreaterThan(9.8);
    expect(worst()).toBeLessThan(10);
  });

  test('is late by what theory says of a share that grows with the time', () => {
    const jobs = draw(uniform, 1_000, seededRandom(3)).map((job) => job * 1e6);
    const backoff = exponential({ initial: 1, max: Number.POSITIVE_INFINITY });
    const { lateness } = play(backoff, jobs, 50, (late, job) => late / job);
    expect(lateness).toBeCloseTo(1 / Math.LN2 - 1, 2);
  });

  test('looks where its pauses say', () => {
    const none = () => 0;
    expect(looksOf(constant(10, { jitter: 'none' }), 25, none)).toEqual([10, 20, 30]);
    expect(looksOf(proportional({ ratio: 1, min: 4, jitter: 'none' }), 20, none)).toEqual([4, 8, 16, 32]);
    expect(looksOf(fibonacci(1), 12, none)).toEqual([1, 2, 4, 7, 12]);
    expect(looksOf(smithy(10, 40), 100, () => 0.5)).toEqual([10, 25, 50, 90, 130]);
  });
});

test('a crowd without jitter is one peak, and a spread one is even', () => {
  expect(herd(constant(5_000, { jitter: 'none' })).early).toBeCloseTo(58, 0);
  expect(herd(constant(5_000)).early).toBeLessThan(2);
});

test.each(DISTRIBUTIONS)('half of the jobs are shorter than 1: $name', (distribution) => {
  expect(distribution.quantile(0.5)).toBeCloseTo(1, 6);
  const drawn = drawHistory(distribution, 2_000, seededRandom(4)).filter((job) => job < 1);
  expect(drawn.length / 1_000).toBeCloseTo(1, 0);
  const sorted = draw(distribution, 100, seededRandom(5));
  expect(sorted).toEqual(sorted.toSorted((a, b) => a - b));
});

test('a setting is found by the looks it takes, whichever way they go', () => {
  expect(tune(10, [1, 1_000], (pause) => ({ looks: 100 / pause })).setting).toBeCloseTo(10, 1);
  expect(tune(10, [1, 1_000], (density) => ({ looks: density / 2 })).setting).toBeCloseTo(20, 1);
});

test('a thousand jobs show already what holds', { timeout: 60_000 }, () => {
  const { tables, results } = simulateSchedules(1_000);
  const { learned20, learned20Bimodal, expected, constantHerd, proportionalHerdLate } = results;
  expect(learned20).toBeLessThan(1.5);
  expect(learned20Bimodal).toBeLessThan(1.8);
  expect(expected).toBeLessThan(2.1);
  expect(constantHerd).toBeLessThan(2);
  expect(proportionalHerdLate).toBeLessThan(4);
  for (const { head, rows } of tables) for (const row of rows) expect(row.length).toBe(head.length);
});

test('every run says the same', () => {
  const run = () => {
    const { looks, lateness, worst } = play(exponential({ jitter: 'full' }), draw(uniform, 50, seededRandom(6)), 5);
    return [looks, lateness, worst()];
  };
  expect(run()).toEqual(run());
});

test('a table is markdown, with its numbers to the right', () => {
  const table = { title: 'T', head: ['a', 'b'], rows: [['x', 1.5]] };
  expect(toMarkdown(table)).toBe('**T**\n\n| a | b |\n|---|---:|\n| x | 1.5 |');
});

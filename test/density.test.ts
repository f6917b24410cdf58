import { describe, expect, test } from 'vitest';
import { estimateDensity } from '../src/density.ts';

const reaches = (durations: readonly number[]) => estimateDensity(durations).kernels.map(({ reach }) => reach);

describe('a kernel', () => {
  test('reaches as far as its neighbours are, half as far again', () => {
    // The root of five, a little more than two, is what the others must weigh: the third counts.
    const [first, , third] = reaches([0, 1, 2, 3, 4].map((step) => 1_000 * 1.5 ** step));
    expect(first).toBeCloseTo(1.5 * Math.log(1.5 ** 3), 9);
    expect(third).toBeCloseTo(1.5 * Math.log(1.5 ** 2), 9);
  });

  test('is never narrower than one part in the number of durations and one, nor than 5 %', () => {
    expect(reaches([10_000])).toEqual([1 / 2]);
    expect(reaches([10_000, 10_000])).toEqual([expect.closeTo(1 / 3, 3), expect.closeTo(1 / 3, 3)]);
    expect(new Set(reaches(Array(60).fill(10_000)))).toEqual(new Set([0.05]));
  });

  test('of an outlier reaches no further than to seven times as long', () => {
    const usual = Array.from({ length: 20 }, (_, index) => 9_000 + 100 * index);
    expect(reaches([...usual, 0])[0]).toBe(2);
    expect(reaches([...usual, 1e12]).at(-1)).toBe(2);
  });
});

test('the shares make a whole, and the size is that of as many that count alike', () => {
  const { kernels, size } = estimateDensity(Array.from({ length: 200 }, (_, index) => 1_000 + index));
  expect(kernels.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  expect(size).toBeGreaterThan(80);
  expect(size).toBeLessThan(90);
});

test('after thirty newer ones a duration counts half', () => {
  const { kernels } = estimateDensity([5, ...Array(29).fill(1_000), 900]);
  const [oldest, newest] = [5, 900].map((duration) => kernels.find(({ center }) => center === Math.log(duration)));
  expect((oldest?.share ?? 0) / (newest?.share ?? 0)).toBeCloseTo(1 / 2, 9);
});

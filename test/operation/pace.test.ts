import { constant } from 'unsleep';
import { describe, expect, test } from 'vitest';
import { askedPause, jittered, pauseOf, untilLast } from '../../src/operation/pace.ts';

const pauses = (random: () => number, polls = 8) =>
  Array.from({ length: polls }, (_, index) =>
    Math.round(jittered(1_000, 30_000)({ attempt: index + 1, elapsed: 0, previousPause: 0, random })),
  );

describe('the pace of polls', () => {
  test('grows from 1 s to 30 s, at the longest', () => {
    expect(pauses(() => 0)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  test('is random between 1 s and that, past the ceiling too', () => {
    expect(pauses(() => 0.5)).toEqual([1_000, 1_500, 2_500, 4_500, 8_500, 15_500, 15_500, 15_500]);
    expect(pauses(() => 1 - 1e-9, 6)).toEqual([1_000, 1_000, 1_000, 1_000, 1_000, 1_000]);
  });

  test('stays at its ceiling however often it was polled', () => {
    const pause = jittered(1_000, 30_000)({ attempt: 5_000, elapsed: 0, previousPause: 0, random: () => 0 });
    expect(pause).toBe(30_000);
  });

  const state = { steps: 1, age: 10_000, previousPause: 0, random: () => 0 };
  const backoff = constant(7, { jitter: 'none' });

  test.each([
    [50, 5_000],
    [25, 15_000],
    [10, 30_000],
    [90, 1_000],
    [99, 1_000],
    [0, 7],
    [100, 7],
    [undefined, 7],
  ])('after 10 s at %s %% it pauses for half of what is left at that speed: %s ms', (progress, pause) => {
    expect(pauseOf(backoff, { ...state, progress }, true)).toBe(pause);
  });

  test('is that of the caller, whatever the progress, when the caller gave one', () => {
    expect(pauseOf(backoff, { ...state, progress: 50 }, false)).toBe(7);
  });

  test('asks a backoff for a first pause when it was just told when to come back', () => {
    const asked: number[] = [];
    const noting = ({ attempt }: { attempt: number }) => asked.push(attempt);
    for (const steps of [0, 1, 2]) pauseOf(noting, { ...state, steps }, true);
    expect(asked).toEqual([1, 1, 2]);
  });

  test.each([
    ['a server that asks for longer', 5_000, 2_000, 0, 5_000],
    ['up to a tenth more, so that not all come at once', 5_000, 2_000, 1, 5_500],
    ['one that asks for less, but for the first second', 0, 2_000, 0, 1_000],
    ['one that asks for less than a short pause', 0, 10, 0, 10],
  ])('follows %s', (_, asked, own, random, pause) => {
    expect(askedPause(asked, own, () => random)).toBe(pause);
  });

  test.each([
    ['is kept when another poll fits after it', 1_000, 2_000, 1_000],
    ['waits for the last instant when no other would fit after it', 1_000, 1_999, 1_999],
    ['comes sooner when it would be too late', 30_000, 4_000, 4_000],
    ['is the last at the last instant itself', 4_000, 4_000, 4_000],
    ['does not come when there is no time left', 1_000, 0, Number.POSITIVE_INFINITY],
    ['does not come after the last', 1_000, -3, Number.POSITIVE_INFINITY],
    ['is kept, however short, when there is time', 0, 1, 0],
  ])('a pause %s', (_, pause, left, expected) => {
    expect(untilLast(pause, left)).toBe(expected);
  });
});

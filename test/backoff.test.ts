import { type Backoff, constant, exponential, ladder, proportional } from 'unsleep';
import { describe, expect, test } from 'vitest';

/** The pauses that a backoff gives to a wait whose looks take no time. */
function pauses(backoff: Backoff, count: number, random: () => number = () => 0): number[] {
  const given: number[] = [];
  for (let attempt = 1; attempt <= count; attempt++) {
    const elapsed = given.reduce((sum, pause) => sum + pause, 0);
    given.push(backoff({ attempt, elapsed, previousPause: given.at(-1) ?? 0, random }));
  }
  return given;
}

/** A single pause, after a wait that has lasted so long. */
function pauseAfter(backoff: Backoff, elapsed: number, attempt = 2, chance = 0): number {
  return backoff({ attempt, elapsed, previousPause: 0, random: () => chance });
}

const half = () => 0.5;

describe('constant', () => {
  test('gives the same pause each time, and shortens the first by chance', () => {
    expect(pauses(constant(100), 3)).toEqual([100, 100, 100]);
    expect(pauses(constant('100ms'), 3, half)).toEqual([50, 100, 100]);
  });

  test.each([
    ['none', [100, 100, 100]],
    ['full', [50, 50, 50]],
    ['equal', [75, 75, 75]],
  ] as const)('spreads every pause with the jitter %s', (jitter, expected) => {
    expect(pauses(constant(100, { jitter }), 3, half)).toEqual(expected);
  });

  test('takes 0 and Infinity', () => {
    expect(pauses(constant(0), 2, half)).toEqual([0, 0]);
    expect(pauses(constant(Number.POSITIVE_INFINITY), 2, half)).toEqual([
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
  });

  test('asks no chance when nothing is random', () => {
    const random = () => expect.fail('asked');
    expect(constant(100, { jitter: 'none' })({ attempt: 1, elapsed: 0, previousPause: 0, random })).toBe(100);
    expect(constant(100)({ attempt: 2, elapsed: 0, previousPause: 0, random })).toBe(100);
  });

  test.each([
    [() => constant(-1), '`pause`', 'got -1'],
    [() => constant('5 s' as never), '`pause`', "got '5 s'"],
    [() => constant(100, { jitter: 'some' as never }), '`jitter`', "got 'some'"],
    [() => constant(100, { jitter: 'decorrelated' as never }), '`jitter`', "'decorrelated' is for `exponential` only"],
  ])('refuses %s', (make, option, value) => {
    expect(make).toThrow(RangeError);
    expect(make).toThrow(option);
    expect(make).toThrow(value);
  });
});

describe('ladder', () => {
  test('gives one pause after the other, and repeats the last', () => {
    expect(pauses(ladder(100, '250ms', 500, '1s'), 6)).toEqual([100, 250, 500, 1_000, 1_000, 1_000]);
  });

  test('shortens the first pause by chance', () => {
    expect(pauses(ladder(100, 250), 3, half)).toEqual([50, 250, 250]);
  });

  test('refuses a ladder without a step', () => {
    expect(() => ladder()).toThrow(new RangeError('`ladder` needs at least one pause'));
  });

  test('names the step that is no duration', () => {
    expect(() => ladder(100, -5)).toThrow(RangeError);
    expect(() => ladder(100, -5)).toThrow(/^`pause 2` must be .*; got -5$/);
    expect(() => ladder(null as never)).toThrow(TypeError);
  });
});

describe('exponential', () => {
  test('doubles from 100 ms up to 30 s', () => {
    const expected = [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000];
    expect(pauses(exponential(), 11)).toEqual(expected);
    expect(pauses(exponential({ jitter: 'none' }), 11)).toEqual(expected);
  });

  test('grows by its own factor', () => {
    expect(pauses(exponential({ initial: '1s', factor: 3, max: '20s' }), 5)).toEqual([
      1_000, 3_000, 9_000, 20_000, 20_000,
    ]);
    expect(pauses(exponential({ initial: 7, factor: 1 }), 3)).toEqual([7, 7, 7]);
  });

  test('shortens the first pause by a part of one step, and keeps that phase in all that follow', () => {
    expect(pauses(exponential({ initial: 100, factor: 4, max: 10_000 }), 5, half)).toEqual([
      50, 200, 800, 3_200, 10_000,
    ]);
  });

  test('throws the dice for the first pause only', () => {
    const chances = [0.5, 0, 0.9, 0.1];
    expect(pauses(exponential({ initial: 100, factor: 4 }), 4, () => chances.shift() ?? 0)).toEqual([
      50, 200, 800, 3_200,
    ]);
  });

  test.each([
    ['full', [50, 100, 200, 400, 500, 500]],
    ['equal', [75, 150, 300, 600, 750, 750]],
  ] as const)('shortens with the jitter %s after the cap, so that it does not vanish there', (jitter, expected) => {
    expect(pauses(exponential({ max: '1s', jitter }), 6, half)).toEqual(expected);
  });

  test('draws with the jitter decorrelated between the first pause and three times the previous one', () => {
    const backoff = exponential({ initial: 100, max: '10s', jitter: 'decorrelated' });
    expect(pauses(backoff, 4)).toEqual([300, 900, 2_700, 8_100]);
    expect(pauses(backoff, 3, half)).toEqual([200, 350, 575]);
    expect(pauses(backoff, 3, () => 1 - 2 ** -53).map(Math.round)).toEqual([100, 100, 100]);
  });

  test('spreads with the jitter decorrelated at the cap as well', () => {
    const backoff = exponential({ initial: 100, max: '1s', jitter: 'decorrelated' });
    const atCap = (chance: number) => backoff({ attempt: 9, elapsed: 0, previousPause: 1_000, random: () => chance });
    expect([0, 0.25, 0.5].map(atCap)).toEqual([1_000, 775, 550]);
  });

  test('stays at 0 from an initial pause of 0, however far', () => {
    const backoff = exponential({ initial: 0, factor: 1e300 });
    expect(backoff({ attempt: 10_000, elapsed: 0, previousPause: 0, random: half })).toBe(0);
  });

  test('grows without end when the cap is Infinity', () => {
    const backoff = exponential({ max: Number.POSITIVE_INFINITY, jitter: 'full' });
    expect(backoff({ attempt: 2_000, elapsed: 0, previousPause: 0, random: half })).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([
    [{ initial: -1 }, RangeError, '`initial`', '-1'],
    [{ initial: Number.POSITIVE_INFINITY }, RangeError, '`initial`', 'Infinity'],
    [{ initial: null }, TypeError, '`initial`', 'null'],
    [{ factor: 0.5 }, RangeError, '`factor`', '0.5'],
    [{ factor: Number.NaN }, RangeError, '`factor`', 'NaN'],
    [{ factor: Number.POSITIVE_INFINITY }, RangeError, '`factor`', 'Infinity'],
    [{ factor: '2' }, RangeError, '`factor`', "'2'"],
    [{ factor: 2n }, RangeError, '`factor`', '2n'],
    [{ max: '5sec' }, RangeError, '`max`', "'5sec'"],
    [{ initial: 200, max: 100 }, RangeError, '`max` must not be less than `initial`, 200 ms', '100 ms'],
    [{ jitter: 'half' }, RangeError, '`jitter`', "'half'"],
  ])('refuses %o', (options, type, option, value) => {
    const make = () => exponential(options as never);
    expect(make).toThrow(type);
    expect(make).toThrow(option);
    expect(make).toThrow(`got ${value}`);
  });
});

describe('proportional', () => {
  test('pauses a tenth of the time already waited, at least 5 ms and at most 30 s', () => {
    const backoff = proportional();
    expect([0, 50, 51, 1_000, 60_000, 300_000, 1e9].map((elapsed) => pauseAfter(backoff, elapsed))).toEqual([
      5, 5, 5.1000000000000005, 100, 6_000, 30_000, 30_000,
    ]);
  });

  test('starts with its shortest pause, shorter by chance', () => {
    expect(pauseAfter(proportional(), 0, 1, 0)).toBe(5);
    expect(pauseAfter(proportional(), 0, 1, 0.5)).toBe(2.5);
    expect(pauseAfter(proportional(), 0, 2, 0.5)).toBe(5);
  });

  test('takes its own share and bounds', () => {
    const backoff = proportional({ ratio: 0.5, min: '10ms', max: '1s' });
    expect([0, 20, 100, 2_000, 4_000].map((elapsed) => pauseAfter(backoff, elapsed))).toEqual([
      10, 10, 50, 1_000, 1_000,
    ]);
  });

  test.each([
    ['none', [10, 100]],
    ['full', [5, 50]],
    ['equal', [7.5, 75]],
  ] as const)('spreads every pause with the jitter %s', (jitter, expected) => {
    const backoff = proportional({ min: 10, jitter });
    expect([pauseAfter(backoff, 0, 1, 0.5), pauseAfter(backoff, 1_000, 7, 0.5)]).toEqual(expected);
  });

  test('looks for the first time at half of the expected duration, longer than any other pause', () => {
    const backoff = proportional({ expected: '10m', max: '1s' });
    expect(pauseAfter(backoff, 0, 1)).toBe(300_000);
    expect(pauseAfter(backoff, 300_000, 2)).toBe(1_000);
  });

  test('counts what the first look took towards half of the expected duration', () => {
    const backoff = proportional({ expected: '10s' });
    expect(pauseAfter(backoff, 1_000, 1)).toBe(4_000);
    expect(pauseAfter(backoff, 5_000, 1)).toBe(500);
    expect(pauseAfter(backoff, 4_000, 2)).toBe(400);
    expect(pauseAfter(backoff, 4_900, 1, 1 - 2 ** -53)).toBe(0);
  });

  test.each([
    ['phase', 5_000 / 1.21 ** 0.5],
    ['none', 5_000],
    ['full', 2_500],
    ['equal', 3_750],
  ] as const)('brings the look at half of the expected duration forward with the jitter %s', (jitter, expected) => {
    expect(pauseAfter(proportional({ ratio: 0.21, expected: '10s', jitter }), 0, 1, 0.5)).toBeCloseTo(expected, 9);
  });

  test.each([
    [{ ratio: 0 }, RangeError, '`ratio`', '0'],
    [{ ratio: -1 }, RangeError, '`ratio`', '-1'],
    [{ ratio: Number.NaN }, RangeError, '`ratio`', 'NaN'],
    [{ ratio: Number.POSITIVE_INFINITY }, RangeError, '`ratio`', 'Infinity'],
    [{ ratio: '0.1' }, RangeError, '`ratio`', "'0.1'"],
    [{ min: '5' }, RangeError, '`min`', "'5'"],
    [{ min: Number.POSITIVE_INFINITY }, RangeError, '`min`', 'Infinity'],
    [{ max: {} }, TypeError, '`max`', '{}'],
    [{ min: 100, max: 99 }, RangeError, '`max` must not be less than `min`, 100 ms', '99 ms'],
    [{ expected: -5 }, RangeError, '`expected`', '-5'],
    [{ expected: Number.POSITIVE_INFINITY }, RangeError, '`expected`', 'Infinity'],
    [{ jitter: 5 }, RangeError, '`jitter`', '5'],
  ])('refuses %o', (options, type, option, value) => {
    const make = () => proportional(options as never);
    expect(make).toThrow(type);
    expect(make).toThrow(option);
    expect(make).toThrow(`got ${value}`);
  });

  test('refuses the jitter of the exponential backoff', () => {
    expect(() => proportional({ jitter: 'decorrelated' as never })).toThrow(
      new RangeError("`jitter` 'decorrelated' is for `exponential` only"),
    );
  });
});

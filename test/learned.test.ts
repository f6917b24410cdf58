import { type Backoff, type LearnedOptions, learned, proportional, waitFor } from 'unsleep';
import { describe, expect, test } from 'vitest';
import { settle, stampedCalls, useVirtualTime } from './virtual-time.ts';

useVirtualTime();

const HISTORY = [9_000, 10_000, 11_000, 10_500, 9_500];

/** Where looks fall, until so many or one past `end`, when looks take no time. */
function instants(backoff: Backoff, end: number, chance = 0): number[] {
  const at: number[] = [];
  let [elapsed, previousPause] = [0, 0];
  while (elapsed < end) {
    previousPause = backoff({ attempt: at.length + 1, elapsed, previousPause, random: () => chance });
    elapsed += previousPause;
    at.push(elapsed);
  }
  return at;
}

function pauseAfter(backoff: Backoff, elapsed: number, attempt = 2, chance = 0): number {
  return backoff({ attempt, elapsed, previousPause: 0, random: () => chance });
}

describe('with an empty history', () => {
  test.each<LearnedOptions>([
    {},
    { ratio: 0.3, min: '20ms', max: '1s' },
    { expected: '1m', jitter: 'none' },
    { jitter: 'equal', looks: 20 },
  ])('it is proportional(%o)', (options) => {
    const [some, others] = [learned([], options), proportional(options)];
    for (const chance of [0, 0.3, 0.9])
      expect(instants(some, 600_000, chance)).toEqual(instants(others, 600_000, chance));
  });
});

describe('with a history', () => {
  test('no look falls before anything can be done, and most where jobs ended', () => {
    const at = instants(learned([...HISTORY, ...HISTORY, ...HISTORY, ...HISTORY]), 12_000);
    expect(at.filter((time) => time < 8_500).length).toBeLessThanOrEqual(2);
    expect(at.filter((time) => time > 8_500 && time < 11_500).length).toBeGreaterThanOrEqual(8);
  });

  test('a usual job takes as many looks as were asked for', () => {
    for (const looks of [5, 10, 30]) {
      const taken = HISTORY.flatMap((duration) =>
        [0.1, 0.3, 0.5, 0.7, 0.9].map((chance) => 1 + instants(learned(HISTORY, { looks }), duration, chance).length),
      );
      const mean = taken.reduce((sum, count) => sum + count) / taken.length;
      expect(mean / looks).toBeCloseTo(1, 0.5);
    }
  });

  test('a usual job is noticed as late as was asked for', () => {
    for (const lateness of [20, 100, 400]) {
      const backoff = learned(HISTORY, { lateness });
      const late = HISTORY.flatMap((duration) =>
        [0.05, 0.25, 0.45, 0.65, 0.85].map((chance) => (instants(backoff, duration, chance).at(-1) ?? 0) - duration),
      );
      const mean = late.reduce((sum, one) => sum + one) / late.length;
      expect(mean / lateness).toBeGreaterThan(0.6);
      expect(mean / lateness).toBeLessThan(1.2);
    }
  });

  test('ten looks are the default', () => {
    expect(instants(learned(HISTORY), 12_000)).toEqual(instants(learned(HISTORY, { looks: 10 }), 12_000));
  });

  test('it is proportional past everything seen, within its bounds', () => {
    const backoff = learned(HISTORY, { ratio: 0.2, max: '5s' });
    expect([20_000, 25_000, 1e6].map((elapsed) => pauseAfter(backoff, elapsed))).toEqual([4_000, 5_000, 5_000]);
  });

  test('the pause that leads past everything seen is made of what is left of it, and of the one that follows', () => {
    // A single duration says something of what is up to √e times as long.
    const end = 10_000 * Math.sqrt(Math.E);
    const backoff = learned([10_000], { jitter: 'none' });
    expect(pauseAfter(backoff, end - 0.01)).toBeCloseTo(end / 10, 0);
    expect(pauseAfter(backoff, end)).toBeCloseTo(end / 10, 6);
    const crossing = instants(backoff, end).at(-1) as number;
    expect(crossing).toBeGreaterThan(end);
    expect(crossing).toBeLessThan(1.1 * end);
  });

  test('two kinds of jobs get looks for each, and few in between', () => {
    const at = instants(learned([1_000, 1_010, 1_020, 60_000, 61_000, 62_000, 1_030, 63_000], { looks: 20 }), 64_000);
    const count = (from: number, to: number) => at.filter((time) => time >= from && time < to).length;
    expect(count(900, 1_200)).toBe(2);
    expect(count(55_000, 64_000) / 9).toBeGreaterThan((4 * count(2_000, 50_000)) / 48);
  });

  test('one duration is enough to begin with', () => {
    const at = instants(learned([10_000]), 15_000);
    expect(at[0]).toBeGreaterThan(1_000);
    expect(at.filter((time) => time > 5_000).length).toBeGreaterThan(4);
  });

  test('older durations count less', () => {
    const [early, late] = [Array(60).fill(1_000) as number[], Array(60).fill(100_000) as number[]];
    const looksEarly = (history: readonly number[]) => instants(learned(history), 2_000).length;
    expect(looksEarly([...late, ...early])).toBeGreaterThan(looksEarly([...early, ...late]));
  });

  test('what is older than the newest 200 does not count', () => {
    const newest = Array.from({ length: 200 }, (_, index) => 9_000 + 10 * index);
    expect(instants(learned([...Array(50).fill(5), ...newest]), 12_000)).toEqual(instants(learned(newest), 12_000));
  });

  test.each([
    ['one of a hundred times as long', 1_000_000],
    ['one of 0', 0],
    ['one of 30,000 years', 1e15],
    ['the largest number there is', Number.MAX_VALUE],
  ])('%s changes little', (_, outlier) => {
    const usual = Array.from({ length: 20 }, (_, index) => 9_000 + 100 * index);
    const [plain, disturbed] = [usual, [...usual, outlier]].map((history) => instants(learned(history), 11_000).length);
    expect(disturbed).toBeGreaterThan(0.6 * (plain as number));
    expect(disturbed).toBeLessThan(1.4 * (plain as number));
  });

  test('after an outlier of a hundred times as long, a job that takes twice the usual is noticed within half of that', () => {
    const backoff = learned([...HISTORY, ...HISTORY, ...HISTORY, ...HISTORY, 1_000_000], { jitter: 'none' });
    expect(instants(backoff, 20_000).at(-1)).toBeLessThan(30_000);
  });
});

describe('its jitter', () => {
  test('makes a part of the first pause of it, by looks and not by time', () => {
    const firsts = [0, 0.25, 0.5, 0.75].map((chance) => instants(learned(HISTORY), 12_000, chance)[0] as number);
    expect(firsts).toEqual(firsts.toSorted((a, b) => b - a));
    expect(new Set(firsts).size).toBe(4);
    expect(firsts[3]).toBeGreaterThan(0.1 * (firsts[0] as number));
  });

  test('throws the dice for the first pause only', () => {
    const backoff = learned(HISTORY);
    expect(pauseAfter(backoff, 9_500, 2, 0.7)).toBe(pauseAfter(backoff, 9_500, 2, 0));
    expect(pauseAfter(backoff, 9_500, 1, 0.7)).toBeLessThan(pauseAfter(backoff, 9_500, 1, 0));
    expect(pauseAfter(backoff, 50_000, 1, 0.5)).toBe(2_500);
  });

  test.each([
    ['none', 1],
    ['full', 0.5],
    ['equal', 0.75],
  ] as const)('shortens every pause when it is %s', (jitter, share) => {
    const [plain, backoff] = [learned(HISTORY, { jitter: 'none' }), learned(HISTORY, { jitter })];
    for (const [elapsed, attempt] of [
      [0, 1],
      [9_900, 3],
      [90_000, 9],
    ] as const) {
      expect(pauseAfter(backoff, elapsed, attempt, 0.5)).toBeCloseTo(share * pauseAfter(plain, elapsed, attempt), 9);
    }
  });
});

test('no pause is shorter than its shortest', () => {
  const backoff = learned(HISTORY, { lateness: 0.001, min: '50ms' });
  expect(pauseAfter(backoff, 10_000)).toBe(50);
});

test('what is added while a wait is under way counts from the next wait on', () => {
  const history: number[] = [];
  const backoff = learned(history, { min: 100, max: 100, jitter: 'none' });
  expect(pauseAfter(backoff, 0, 1)).toBe(100);
  history.push(...HISTORY);
  expect(pauseAfter(backoff, 100, 2)).toBe(100);
  expect(pauseAfter(backoff, 0, 1)).toBeGreaterThan(1_000);
});

test('a history that is emptied is no history', () => {
  const history = [...HISTORY];
  const backoff = learned(history);
  history.length = 0;
  expect(instants(backoff, 1_000)).toEqual(instants(proportional(), 1_000));
});

test('what replaces a duration, in a history as long as before, counts too', () => {
  const history = [...HISTORY];
  const backoff = learned(history, { jitter: 'none' });
  const before = pauseAfter(backoff, 0, 1);
  history.shift();
  history.push(200);
  expect(pauseAfter(backoff, 0, 1)).toBeLessThan(before);
});

test('it takes what has durations, such as a recorder', () => {
  const [some, others] = [learned({ durations: HISTORY }), learned(HISTORY)];
  expect(instants(some, 15_000)).toEqual(instants(others, 15_000));
});

test('an event does not make it look less often', () => {
  const backoff = learned(HISTORY);
  // The pause after a look that an event brought forward, before the first look on schedule.
  expect(9_000 + pauseAfter(backoff, 9_000, 1, 0)).toBe(9_000 + pauseAfter(backoff, 9_000, 2));
});

test('it paces a wait', async () => {
  const start = performance.now();
  const { at, call } = stampedCalls(() => performance.now() - start >= 10_000);
  const interval = learned(HISTORY, { looks: 6, jitter: 'none' });
  const result = await settle(waitFor(call, { timeout: '1m', interval }), 60_000);
  expect(result.status).toBe('fulfilled');
  expect(at).toMatchInlineSnapshot(`
    [
      0,
      6190,
      8729,
      9557,
      10145,
    ]
  `);
});

describe('it refuses', () => {
  test.each([
    [{ looks: 2.9 }, RangeError, '`looks`', '2.9'],
    [{ looks: Number.NaN }, RangeError, '`looks`', 'NaN'],
    [{ looks: Number.POSITIVE_INFINITY }, RangeError, '`looks`', 'Infinity'],
    [{ looks: '10' }, RangeError, '`looks`', "'10'"],
    [{ lateness: 0 }, RangeError, '`lateness`', '0'],
    [{ lateness: -1 }, RangeError, '`lateness`', '-1'],
    [{ lateness: {} }, TypeError, '`lateness`', '{}'],
    [{ lateness: Number.POSITIVE_INFINITY }, RangeError, '`lateness`', 'Infinity'],
    [
      { looks: 10, lateness: '1s' },
      TypeError,
      '`looks` and `lateness` are one choice',
      "{ looks: 10, lateness: '1s' }",
    ],
    [{ ratio: 0 }, RangeError, '`ratio`', '0'],
    [{ min: Number.POSITIVE_INFINITY }, RangeError, '`min`', 'Infinity'],
    [{ min: 10, max: 5 }, RangeError, '`max`', '5 ms'],
    [{ jitter: 'some' }, RangeError, '`jitter`', "'some'"],
    [null, TypeError, '`options`', 'null'],
  ])('the options %o', (options, type, option, value) => {
    const make = () => learned(HISTORY, options as never);
    expect(make).toThrow(type);
    expect(make).toThrow(option);
    expect(make).toThrow(`got ${value}`);
  });

  test.each([
    [[1, Number.NaN], RangeError, 'finite milliseconds >= 0; got NaN at 1'],
    [[-1], RangeError, 'got -1 at 0'],
    [[Number.POSITIVE_INFINITY], RangeError, 'got Infinity at 0'],
    [[1, '5s'], TypeError, "got '5s' at 1"],
    [{ durations: [null] }, TypeError, 'got null at 0'],
    [{ durations: 5 }, TypeError, 'must be an array of milliseconds'],
    [undefined, TypeError, 'must be an array of milliseconds, or an object with such `durations`; got undefined'],
    [5, TypeError, 'got 5'],
  ])('the history %o', (history, type, message) => {
    const make = () => learned(history as never);
    expect(make).toThrow(type);
    expect(make).toThrow('`history`');
    expect(make).toThrow(message);
  });

  test('a history that goes wrong later, when a wait begins', () => {
    const history = [...HISTORY];
    const backoff = learned(history);
    history.push(Number.NaN);
    expect(() => pauseAfter(backoff, 0, 1)).toThrow(RangeError);
  });
});

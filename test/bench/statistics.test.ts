import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { median, type Sample, shuffled, summarise } from './statistics.ts';
import { BARE } from './waiters/waiter.ts';

const sample = (waiter: string, round: number, ns: number, name = 'sync'): Sample => ({
  case: name,
  waiter,
  round,
  figures: { ns },
});

describe('the median', () => {
  test('is in the middle, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  test('is halfway between the two in the middle', () => {
    expect(median([10, 1, 3, 2])).toBe(2.5);
  });

  test('of nothing is no number', () => {
    expect(median([])).toBeNaN();
  });

  test('is sorted by size, not by letters', () => {
    expect(median([100, 9, 20])).toBe(20);
  });
});

describe('a summary', () => {
  test('takes each ratio within its round', () => {
    // A machine that was four times as slow in the second round: the medians are 2.5 and 5, and nothing was twice as fast.
    const samples = [sample(BARE, 0, 1), sample('other', 0, 2), sample(BARE, 1, 4), sample('other', 1, 8)];
    expect(summarise(samples, ['ns'])).toEqual([
      { case: 'sync', waiter: BARE, figures: { ns: 2.5, 'ns x': 1 } },
      { case: 'sync', waiter: 'other', figures: { ns: 5, 'ns x': 2 } },
    ]);
  });

  test('is not moved by one bad round', () => {
    const rounds = [1, 1, 1, 1, 1].flatMap((ns, round) => [
      sample(BARE, round, ns),
      sample('other', round, round === 3 ? 1_000 : 3),
    ]);
    expect(summarise(rounds, ['ns'])[1]?.figures).toEqual({ ns: 3, 'ns x': 3 });
  });

  test('compares within a case only', () => {
    const samples = [sample(BARE, 0, 1, 'sync'), sample(BARE, 0, 10, 'async'), sample('other', 0, 20, 'async')];
    expect(summarise(samples, ['ns'])[2]?.figures).toEqual({ ns: 20, 'ns x': 2 });
  });

  test('compares with another base where there is one', () => {
    const samples = [sample('raw', 0, 4), sample('other', 0, 2)];
    expect(summarise(samples, ['ns'], 'raw')[1]?.figures).toEqual({ ns: 2, 'ns x': 0.5 });
  });

  test('has no ratio where the base was not measured, or is nothing', () => {
    expect(summarise([sample('other', 0, 2)], ['ns'])[0]?.figures).toEqual({ ns: 2 });
    expect(summarise([sample(BARE, 0, 0), sample('other', 0, 2)], ['ns'])[1]?.figures).toEqual({ ns: 2 });
  });

  test('keeps the word about one that was not measured', () => {
    const note = 'does not load on Node 20';
    const samples = [{ case: 'sync', waiter: 'other', round: 0, figures: {}, note }];
    expect(summarise(samples, ['ns'])).toEqual([{ case: 'sync', waiter: 'other', figures: {}, note }]);
  });
});

test('shuffling loses nobody and adds nobody', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (values) => {
      expect(shuffled(values).toSorted()).toEqual(values.toSorted());
    }),
  );
});

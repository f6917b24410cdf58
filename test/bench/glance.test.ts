import { expect, test } from 'vitest';
import { glance } from './glance.ts';
import type { Run } from './results.ts';

const crowd = '100,000 waits, spread';
const run: Run = {
  node: '20.20.2',
  date: '2026-01-31',
  isFull: true,
  machine: { processor: 'one', cores: 2, gigabytes: 8 },
  versions: {},
  jobs: {
    crowd: [
      { case: crowd, waiter: 'unsleep', figures: { percent: 20.25, done: 0.987 } },
      { case: crowd, waiter: 'bare loop', figures: { percent: 98.5, done: 0.81 } },
      { case: crowd, waiter: 'ticker', figures: { percent: 3, done: 1 } },
      { case: crowd, waiter: 'p-wait-for', figures: { percent: 110, done: 0.25 } },
      { case: crowd, waiter: 'wait-for-expect', figures: { percent: 103, done: 0.56 } },
    ],
  },
};

test('the rows at the top have ours, the bare loop and the best peer: the least, or the most where more is better', () => {
  expect(glance(run).split('\n')).toEqual(
    expect.arrayContaining([
      '| 100,000 waits | 20.3 % CPU | 98.5 % CPU | 103 % CPU, wait-for-expect |',
      '| of their looks are made | 98.7 % | 81 % | 56.0 %, wait-for-expect |',
    ]),
  );
});

test('what was not measured is a dash there', () => {
  expect(glance(run)).toContain('| a wait weighs, with timeout and signal | – | – | – |');
});

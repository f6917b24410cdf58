import { describe, expect, test } from 'vitest';
import { JOBS } from './jobs.ts';
import { markdown, numberText, tablesOf } from './tables.ts';

const [job] = JOBS.filter(({ name }) => name === 'first-look');

describe('the table of a case', () => {
  test('has the lowest first figure at the top, and who has none at the bottom, with a word', () => {
    const measured = [
      { case: 'sync', waiter: 'slow', figures: { ns: 2_000, 'ns x': 20 } },
      { case: 'sync', waiter: 'absent', figures: {}, note: 'does not load on Node 20' },
      { case: 'sync', waiter: 'fast', figures: { ns: 100, 'ns x': 1 } },
    ];
    expect(job && tablesOf(job, measured)).toEqual([
      {
        title: 'sync',
        head: ['', 'ns per wait', '× bare loop'],
        rows: [
          ['fast', '100', '1'],
          ['slow', '2,000', '20'],
          ['absent', 'does not load on Node 20', ''],
        ],
      },
    ]);
  });

  test('is a table of its own', () => {
    const measured = ['sync', 'async'].map((name) => ({ case: name, waiter: 'unsleep', figures: { ns: 1 } }));
    expect(job && tablesOf(job, measured).map(({ title }) => title)).toEqual(['sync', 'async']);
  });
});

test.each([
  [0, '0'],
  [0.034, '0.03'],
  [1.5, '1.50'],
  [7, '7'],
  [12.34, '12.3'],
  [-4.36, '-4.36'],
  [1_234.5, '1,235'],
  [Number.NaN, '–'],
])('the number %d reads %s', (value, text) => {
  expect(numberText(value)).toBe(text);
});

test('markdown has names to the left and figures to the right', () => {
  expect(markdown({ head: ['', 'ns'], rows: [['unsleep', 12.34]] })).toBe('|  | ns |\n|---|---:|\n| unsleep | 12.3 |');
});

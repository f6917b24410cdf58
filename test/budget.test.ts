import { createClock } from '@sinonjs/fake-timers';
import { realClock } from 'unsleep';
import { expect, test } from 'vitest';
import { carryBudget, tightestBudget } from '../src/budget.ts';

function signalWith(left: number, clock = realClock): AbortSignal {
  const { signal } = new AbortController();
  carryBudget(signal, { timeout: 100, clock, name: () => 'it', remaining: () => left });
  return signal;
}

test('of several budgets the one that ends first counts', () => {
  expect(tightestBudget([signalWith(20), signalWith(10), signalWith(30)], realClock)).toMatchObject({ left: 10 });
});

test('a signal without a budget, or with one in another time, counts for nothing', () => {
  const signals = [new AbortController().signal, signalWith(10, createClock())];
  expect(tightestBudget(signals, realClock)).toBe(undefined);
});

import type { Clock } from './clock.ts';
import { isFaked } from './clock.ts';

/** Time that several waits share: that of an outer wait, or of a test. */
export interface Budget {
  /** The whole of it, in milliseconds. */
  readonly timeout: number;
  /** What it is measured with. */
  readonly clock: Clock;
  /** Whose it is, as a message names it. */
  name(): string;
  /** Milliseconds left of it, never less than 0. */
  remaining(): number;
}

// Registered for the whole process: the signal may come from another build of this package, or another entry of it.
const BUDGET = Symbol.for('unsleep.budget');

/** Lets a signal tell of the budget at whose end it aborts, so that a wait that is given the signal ends with a look. */
export function carryBudget(signal: AbortSignal, budget: Budget): void {
  Object.defineProperty(signal, BUDGET, { value: budget });
}

/** Whether a signal is that of a look or of a test, and tells of a budget. */
export function isOurs(signal: AbortSignal): boolean {
  return budgetBehind(signal) !== undefined;
}

function budgetBehind(signal: AbortSignal): Budget | undefined {
  return (signal as { [BUDGET]?: Budget })[BUDGET];
}

/** What is left of the budget that ends first, of those that the signals tell of. */
export function tightestBudget(
  signals: readonly AbortSignal[],
  clock: Clock,
): { readonly budget: Budget; readonly left: number } | undefined {
  let tightest: { readonly budget: Budget; readonly left: number } | undefined;
  for (const signal of signals) {
    const budget = budgetBehind(signal);
    if (!budget || !isSameTime(budget.clock, clock)) continue;
    const left = budget.remaining();
    if (!tightest || left < tightest.left) tightest = { budget, left };
  }
  return tightest;
}

/** Whether both count the same milliseconds: a minute of a faked clock is no minute of the real one. */
function isSameTime(a: Clock, b: Clock): boolean {
  return a === b || (!isFaked(a) && !isFaked(b));
}

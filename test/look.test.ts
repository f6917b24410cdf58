import { describe, expect, test } from 'vitest';
import { tightestBudget } from '../src/budget.ts';
import { realClock } from '../src/clock.ts';
import { CurrentLook } from '../src/look.ts';

/** A wait whose state can be set. */
function createWait() {
  return {
    lastValue: 'queued' as unknown,
    lastError: { error: 'not there' } as { error: unknown } | undefined,
    triggered: 41,
    budget: { timeout: 900, clock: realClock, name: () => 'job', remaining: () => 800 },
    now: 100,
    elapsed() {
      return this.now;
    },
    remaining() {
      return 900 - this.now;
    },
  };
}

describe('CurrentLook', () => {
  test('shows the time of its wait at the moment at which it is read', () => {
    const wait = createWait();
    const look = new CurrentLook(wait, 2, 'event', wait.elapsed());
    expect([look.attempt, look.wokenBy, look.startedAt]).toEqual([2, 'event', 100]);
    wait.now = 150;
    expect([look.startedAt, look.elapsed, look.remaining]).toEqual([100, 150, 750]);
  });

  test('has a signal that tells of the budget of its wait', () => {
    const wait = createWait();
    const look = new CurrentLook(wait, 1, 'start', wait.elapsed());
    expect(look.usedSignal).toBe(undefined);
    expect(tightestBudget([look.signal], realClock)).toEqual({ budget: wait.budget, left: 800 });
    expect(look.usedSignal).toBe(look.signal);
  });

  test('can be copied as data, though it has a limit', () => {
    const look = new CurrentLook(createWait(), 2, 'event', 100);
    look.limitedBy(() => {});
    const { lastValue, lastError, triggered } = look;
    const told = { attempt: 2, wokenBy: 'event', startedAt: 100, lastValue, lastError, triggered };
    expect(structuredClone({ ...look })).toEqual(told);
  });

  test('keeps what it was told at its start', () => {
    const wait = createWait();
    const look = new CurrentLook(wait, 2, 'schedule', wait.elapsed());
    Object.assign(wait, { lastValue: 'running', lastError: { error: new Error('later') }, triggered: 42 });
    expect([look.lastValue, look.lastError, look.triggered]).toEqual(['queued', 'not there', 41]);
  });

  test('has one signal, which aborts when the look is cut', () => {
    const look = new CurrentLook(createWait(), 1, 'start', 100);
    const { signal } = look;
    expect(look.signal).toBe(signal);
    expect(signal.aborted).toBe(false);
    const reason = new Error('cut');
    look.cut(reason);
    expect(signal.reason).toBe(reason);
    expect(look.signal).toBe(signal);
  });

  test.each<[string, unknown]>([
    ['an Error', new Error('cut')],
    ['null', null],
  ])('has a signal that is aborted when it is asked for after the cut, with %s as the reason', (_, reason) => {
    const look = new CurrentLook(createWait(), 1, 'start', 100);
    look.cut(reason);
    expect(look.signal.aborted).toBe(true);
    expect(look.signal.reason).toBe(reason);
  });
});

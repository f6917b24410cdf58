import { describe, expect, test } from 'vitest';
import { asKept, type Run, withRun } from './results.ts';
import type { Schedules } from './schedules/index.ts';
import type { Measured } from './statistics.ts';
import { TARGETS, type Target } from './targets.ts';
import { judge, score } from './verdicts.ts';

const nothingSimulated = { tables: [], results: {} } as unknown as Schedules;

const run = (jobs: Record<string, readonly Measured[]>, node = '20.20.2'): Run => ({
  node,
  date: '2026-01-31',
  isFull: false,
  machine: { processor: 'one', cores: 2, gigabytes: 8 },
  versions: {},
  jobs,
});

const measured = (waiter: string, figures: Record<string, number>): Measured => ({ case: 'one', waiter, figures });

const fast: Target = { text: 'fast', unit: '× B', limit: 1.5, figure: (at) => at('job', 'one', 'ns x') };
const often: Target = { ...fast, limit: 100, isFloor: true };

describe('a target', () => {
  test.each([
    [1.5, true],
    [1.504, true],
    [1.51, false],
  ])('of at most 1.5 with %d as its figure is met: %s', (figure, isMet) => {
    const found = run({ job: [measured('unsleep', { 'ns x': figure })] });
    expect(judge(fast, found, nothingSimulated)).toEqual({ figure, isMet, bestPeer: undefined });
  });

  test.each([
    [100, true],
    [99, false],
  ])('of at least 100 with %d as its figure is met: %s', (figure, isMet) => {
    const found = run({ job: [measured('unsleep', { 'ns x': figure })] });
    expect(judge(often, found, nothingSimulated).isMet).toBe(isMet);
  });

  test('that was not measured is not met', () => {
    expect(judge(fast, run({}), nothingSimulated)).toEqual({ figure: undefined, isMet: false, bestPeer: undefined });
  });

  test('names the best peer by the same rule, and neither us nor a loop written by hand', () => {
    const found = run({
      job: [
        measured('unsleep', { 'ns x': 0.5 }),
        measured('bare loop', { 'ns x': 1 }),
        measured('p-wait-for', { 'ns x': 14 }),
        measured('p-retry', { 'ns x': 19 }),
        measured('effect', {}),
      ],
    });
    expect(judge(fast, found, nothingSimulated).bestPeer).toEqual({ name: 'p-wait-for', figure: 14 });
    expect(judge(often, found, nothingSimulated).bestPeer).toEqual({ name: 'p-retry', figure: 19 });
  });

  test('may be about another function of ours', () => {
    const found = run({ job: [measured('unsleep', { 'ns x': 9 }), measured('unsleep `on()`', { 'ns x': 1 })] });
    expect(judge({ ...fast, ours: 'unsleep `on()`' }, found, nothingSimulated).figure).toBe(1);
  });
});

describe('of the targets', () => {
  const about = (text: string) => TARGETS.find((target) => target.text.startsWith(text));
  const sync = ['sync', 'sync, timeout', 'sync, timeout and signal'];
  const firstLooks = (figures: readonly number[]) =>
    figures.map((figure, index) => ({ case: sync[index] ?? '', waiter: 'unsleep', figures: { 'ns x': figure } }));

  test('one about many cases counts the worst of them', () => {
    const target = about('True at the first look, sync');
    const found = run({ 'first-look': firstLooks([1, 1.9, 1.2]) });
    expect(target && judge(target, found, nothingSimulated)).toMatchObject({ figure: 1.9, isMet: false });
  });

  test('one of whose cases is missing was not measured', () => {
    const target = about('True at the first look, sync');
    const found = run({ 'first-look': firstLooks([1, 1.1]) });
    expect(target && judge(target, found, nothingSimulated).figure).toBeUndefined();
  });

  test('one about what is built counts everything that may be built', () => {
    const target = about('Timers, listeners');
    const counts = { timers: 0, listeners: 0, errors: 0, signals: 0 };
    const built = (signals: number) =>
      run({
        built: ['sync', 'sync, timeout and signal'].map((name) => ({
          case: name,
          waiter: 'unsleep',
          figures: { ...counts, signals },
        })),
      });
    expect(target && judge(target, built(0), nothingSimulated).isMet).toBe(true);
    expect(target && judge(target, built(1), nothingSimulated).isMet).toBe(false);
  });

  test('those that are met are counted', () => {
    expect(score(run({}), nothingSimulated)).toEqual([0, TARGETS.length]);
    const simulated = { tables: [], results: { expected: 2 } } as unknown as Schedules;
    expect(score(run({}), simulated)).toEqual([1, TARGETS.length]);
  });
});

describe('what is kept', () => {
  test('has four digits that count, and no figure that is none', () => {
    const [kept] = asKept([measured('unsleep', { ns: 123_456, x: 0.123456, none: Number.NaN })]);
    expect(kept?.figures).toEqual({ ns: 123_500, x: 0.1235 });
  });

  test('is the latest run of each line of Node, the oldest line first', () => {
    const [old, other, latest] = [run({}, '24.1.0'), run({}, '20.1.0'), run({}, '24.2.0')];
    expect(withRun([old], other)).toEqual([other, old]);
    expect(withRun([other, old], latest)).toEqual([other, latest]);
  });
});

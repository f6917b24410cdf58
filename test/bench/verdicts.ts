import type { Run } from './results.ts';
import type { Schedules } from './schedules/index.ts';
import { type At, TARGETS, type Target } from './targets.ts';
import { kindOf } from './waiters/kind.ts';
import { OURS } from './waiters/waiter.ts';

/** What came of a target on one Node. */
export interface Verdict {
  /** Ours; nothing if it was not measured. */
  readonly figure: number | undefined;
  readonly isMet: boolean;
  readonly bestPeer: { readonly name: string; readonly figure: number } | undefined;
}

/** Looks up the figures of one way to wait. */
function figuresOf(run: Run, schedules: Schedules, waiter: string): At {
  return (job, name, figure) => {
    if (job === 'schedules') {
      const results: Readonly<Record<string, number>> = { ...schedules.results };
      return waiter === OURS ? results[figure] : undefined;
    }
    return run.jobs[job]?.find((one) => one.case === name && one.waiter === waiter)?.figures[figure];
  };
}

export function judge(target: Target, run: Run, schedules: Schedules): Verdict {
  const of = (waiter: string) => target.figure(figuresOf(run, schedules, waiter));
  const figure = of(target.ours ?? OURS);
  const names = new Set(Object.values(run.jobs).flatMap((measured) => measured.map(({ waiter }) => waiter)));
  const peers = [...names]
    .filter((name) => kindOf(name) === 'peer')
    .flatMap((name) => {
      const figure = of(name);
      return figure === undefined ? [] : [{ name, figure }];
    });
  const sign = target.isFloor ? -1 : 1;
  const [bestPeer] = peers.toSorted((a, b) => sign * (a.figure - b.figure));
  // As a table shows it: what reads 1.50 must not fail for what lies behind.
  const isMet = figure !== undefined && sign * Number(figure.toPrecision(3)) <= sign * target.limit;
  return { figure, isMet, bestPeer };
}

/** How many are met, and how many there are. */
export function score(run: Run, schedules: Schedules): readonly [met: number, all: number] {
  return [TARGETS.filter((target) => judge(target, run, schedules).isMet).length, TARGETS.length];
}

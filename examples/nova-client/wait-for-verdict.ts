import { type CommonOptions, constant, type Look, proportional, type TriggerOption, waitFor } from 'unsleep';
import { isPassing } from './passing.ts';
import { PENDING, type Verdict } from './verdict.ts';

/** What every composite wait takes: the options of a wait, and how soon an end counts as one. */
export interface FollowOptions extends Omit<CommonOptions, 'tolerate' | 'name'> {
  /** How long an end must stay what it is, in milliseconds: Nova's ends can still change. @defaultValue `500` */
  readonly settle?: number | undefined;
  /**
   * How long, in milliseconds, server and record may disagree, or an ERROR stay without its fault, before that is the
   * answer. @defaultValue `10_000`
   */
  readonly patience?: number | undefined;
}

interface VerdictOptions<Triggered> extends FollowOptions, TriggerOption<Triggered> {
  readonly name: () => string;
}

/**
 * Looks until the verdict is an end that lasts: done for `settle`, or failed and quiet for `settle`.
 *
 * What is read is told apart by its enumerable members, which are also what the diagnosis shows.
 *
 * @throws WaitFailedError with the reason, also for parts that go on to disagree; otherwise the same as `waitFor`
 */
export async function waitForVerdict<Seen extends object, Triggered = unknown>(
  read: (look: Look<Triggered>) => Promise<Seen>,
  judge: (seen: Seen, look: Look<Triggered>) => Verdict,
  options: VerdictOptions<Triggered>,
): Promise<Seen> {
  const { settle = 500, patience = 10_000, interval = proportional(), name, ...rest } = options;
  const pace = typeof interval === 'function' ? interval : constant(interval);
  let verdict = PENDING;
  let quiet = { print: '', since: 0 };
  let isOver = false;
  const due = () => quiet.since + quietTime(verdict, settle, patience);

  const look = async (look: Look<Triggered>) => {
    const seen: object = await read(look);
    verdict = judge(seen as Seen, look);
    const print = JSON.stringify([seen, verdict]);
    if (print !== quiet.print) quiet = { print, since: look.elapsed };
    // There is no later look than that at the deadline.
    isOver = look.elapsed >= due() || look.wokenBy === 'deadline';
    return seen;
  };
  const seen = await waitFor(look, {
    timeout: '5m',
    attemptTimeout: '10s',
    ...rest,
    // A look that the deadline cuts leaves no verdict of its own: the one before it is still worth telling.
    name: () => name() + (isOver || !('because' in verdict) ? '' : `, last seen: ${verdict.because}`),
    tolerate: isPassing,
    until: () => verdict.is === 'done',
    holdFor: settle > 0 ? settle : undefined,
    failWhen: () => isOver && 'because' in verdict && verdict.because,
    // However long the interval is: a failure is looked at once more when it has had time to settle.
    interval: (pause) => Math.max(0, Math.min(pace(pause), due() - pause.elapsed)),
  });
  return seen as Seen;
}

/** For how long nothing may change before the verdict holds. That it is done, `holdFor` sees to. */
function quietTime(verdict: Verdict, settle: number, patience: number): number {
  if (verdict.is === 'resting') return patience;
  if (verdict.is === 'failed') return verdict.isFinal ? settle : patience;
  return Number.POSITIVE_INFINITY;
}

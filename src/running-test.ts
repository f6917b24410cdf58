import { pendingWaits, realClock } from 'unsleep';
import type { RunnerTestCase } from 'vitest';
import { carryBudget } from './budget.ts';

/** One try of a test, as far as its waits are concerned. */
export interface RunningTest {
  /** Aborts when what is running now is over: the function of the test, or all that comes after it. */
  readonly signal: AbortSignal;
  /** The function of the test begins now. */
  start(): void;
  /** It has ended. */
  stop(): void;
  /** Nothing of the test runs any more. */
  end(): void;
}

interface Share {
  readonly part: number;
  readonly most: number;
}

// How long before the test times out a wait looks a last time, and when it is cut if that look hangs. A machine that is
// busy must not make the runner the first to notice.
const LAST_LOOK: Share = { part: 0.2, most: 500 };
const CUT: Share = { part: 0.1, most: 250 };

/** Follows one try of a test to its end. Fails the test for each wait that it leaves behind. */
export function followTest(task: RunnerTestCase): RunningTest {
  // Before vitest 3.2 a test told neither its timeout nor that it was given up.
  const { timeout = Number.POSITIVE_INFINITY } = task as { timeout?: number };
  const { signal: givenUp } = task.context as { signal?: AbortSignal };
  const name = () => `the test ${JSON.stringify(task.name)}`;
  // Not the hooks around it, which have a timeout of their own.
  const isInFunction = () => startedAt !== undefined && (isRepeated || task.result?.state === 'run');
  const left = ({ part, most }: Share): number => {
    if (startedAt === undefined || timeout <= 0 || !isInFunction()) return Number.POSITIVE_INFINITY;
    return startedAt + timeout - Math.min(part * timeout, most) - realClock.performance.now();
  };
  const budget = { timeout, clock: realClock, name, remaining: () => Math.max(0, left(LAST_LOOK)) };
  const pendingWhenGivenUp: Pending[] = [];
  // When it is run again, it has passed already.
  let isRepeated = false;
  let startedAt: number | undefined;
  let timer: unknown;
  let isOver = false;
  let controller = new AbortController();
  carryBudget(controller.signal, budget);

  const onGivenUp = () => {
    pendingWhenGivenUp.push(...pendingUnder(controller.signal));
    controller.abort(givenUp?.reason);
  };
  givenUp?.addEventListener('abort', onGivenUp);
  task.context.onTestFinished(() => {
    givenUp?.removeEventListener('abort', onGivenUp);
    realClock.clearTimeout(timer as never);
    const pending = pendingUnder(controller.signal);
    controller.abort(new Error(`${name()} is over`));
    if (pending.length > 0) throw leftPending('ended', pending, ' Was an `await` forgotten?');
    if (pendingWhenGivenUp.length > 0) throw leftPending('was given up', pendingWhenGivenUp);
  });

  return {
    get signal() {
      // What comes after an aborted test, such as its hooks, must be able to wait again.
      if (controller.signal.aborted && !isInFunction() && !isOver) {
        controller = new AbortController();
        carryBudget(controller.signal, budget);
      }
      return controller.signal;
    },
    start: () => {
      startedAt = realClock.performance.now();
      isRepeated = task.result?.state !== 'run';
      const cut = () => {
        const reason = Object.assign(new Error(`${name()} is about to time out`), { name: 'TimeoutError' });
        if (isInFunction()) controller.abort(reason);
      };
      if (Number.isFinite(left(CUT))) timer = realClock.setTimeout(cut, left(CUT));
    },
    stop: () => {
      startedAt = undefined;
    },
    end: () => {
      isOver = true;
      controller.abort(new Error(`${name()} is over`));
    },
  };
}

/** A wait, as an error tells it, and the line that began it. */
interface Pending {
  readonly text: string;
  readonly frame: string;
}

function pendingUnder(signal: AbortSignal): Pending[] {
  return pendingWaits(signal).map((report) => ({ text: `  ${report}`, frame: `    at ${report.caller}` }));
}

/** An error that points to the lines. */
function leftPending(how: string, waits: readonly Pending[], hint = ''): Error {
  const what = waits.length === 1 ? 'a wait was' : `${waits.length} waits were`;
  const told = waits.map(({ text, frame }) => `${text}\n${frame}`);
  const error = new Error(`the test ${how} while ${what} still pending.${hint}\n\n${told.join('\n')}`);
  error.stack = [String(error), ...waits.map(({ frame }) => frame)].join('\n');
  return error;
}

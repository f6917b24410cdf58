import { setUnfakedTimer, type UnfakedTimer } from './unfaked-timer.ts';

/**
 * Where time comes from. `globalThis` is one, and so is a clock of `@sinonjs/fake-timers`.
 *
 * Everything is read at the moment of use, so that timers faked later are noticed.
 *
 * @example
 * ```ts
 * import { createClock } from '@sinonjs/fake-timers';
 * import { waitFor } from 'unsleep';
 *
 * const clock = createClock();
 * const waiting = waitFor(() => clock.now >= 60_000, { clock, timeout: '5m' });
 * await clock.tickAsync('02:00');
 * await waiting; // => true
 * ```
 */
export interface Clock {
  /** Calls back once, so many milliseconds from now. */
  readonly setTimeout: (callback: () => void, milliseconds: number) => unknown;
  /** Takes back what `setTimeout` gave. */
  readonly clearTimeout: (timer: never) => void;
  /** Used for pauses of 0 where it exists; otherwise they are a `setTimeout` of 0. */
  readonly setImmediate?: ((callback: () => void) => unknown) | undefined;
  /** Takes back what `setImmediate` gave. */
  readonly clearImmediate?: ((timer: never) => void) | undefined;
  /** What tells the time. */
  readonly performance: {
    /** Milliseconds that only ever grow. */
    now(): number;
  };
}

type Platform = Pick<typeof globalThis, 'setTimeout' | 'clearTimeout'> & Pick<Clock, 'performance'> & Immediates;
type Immediates = Partial<Pick<typeof globalThis, 'setImmediate' | 'clearImmediate'>>;

const MOCK_OF_NODE = 'bound #createTimer';

let loadedWith = platform();

function platform(): Platform {
  const { setTimeout, clearTimeout, performance } = globalThis;
  const { setImmediate, clearImmediate }: Immediates = globalThis;
  const now = performance.now.bind(performance);
  return { setTimeout, clearTimeout, setImmediate, clearImmediate, performance: { now } };
}

/** What was there when unsleep was loaded; what is there now, if only that is real. */
function native(): Platform {
  if (fakeOf(loadedWith) && !fakeOf(globalThis)) loadedWith = platform();
  return loadedWith;
}

/** Who faked these timers, as far as the timers tell; nothing for real ones. */
export function fakeOf({ setTimeout }: Pick<Clock, 'setTimeout'>): 'node:test' | 'bun' | 'sinon' | undefined {
  // That of vitest and jest is sinon's. Bun fakes the very functions that were there before.
  if ('clock' in setTimeout) return setTimeout.clock === true ? 'bun' : 'sinon';
  return setTimeout.name === MOCK_OF_NODE ? 'node:test' : undefined;
}

/**
 * Real time, also while the application's timers are faked: the functions that were there when unsleep was loaded, or,
 * where these are faked too, a timer that cannot be.
 *
 * @example
 * ```ts
 * import { realClock, waitFor } from 'unsleep';
 *
 * const server = { ready: true };
 * await waitFor(() => server.ready, { clock: realClock });
 * ```
 */
export const realClock: Clock = {
  // Called through wrappers, and never as methods: browsers refuse a timer function whose `this` is not the window.
  setTimeout: (callback, milliseconds) => {
    const { setTimeout } = native();
    const unfaked = fakeOf({ setTimeout }) && setUnfakedTimer(callback, milliseconds);
    return unfaked ?? setTimeout(callback, milliseconds);
  },
  clearTimeout: (timer: UnfakedTimer | Parameters<typeof clearTimeout>[0]) => {
    const { clearTimeout } = native();
    if (typeof timer === 'object' && 'clear' in timer) timer.clear();
    else clearTimeout(timer);
  },
  get setImmediate() {
    const { setImmediate } = native();
    return setImmediate && !fakeOf(native()) ? (callback: () => void) => setImmediate(callback) : undefined;
  },
  get clearImmediate() {
    const { clearImmediate } = native();
    return clearImmediate && ((timer: never) => clearImmediate(timer));
  },
  performance: { now: () => native().performance.now() },
};

/** Whether somebody else moves this clock. */
export function isFaked(clock: Clock): boolean {
  return clock !== realClock && (clock.setTimeout !== native().setTimeout || fakeOf(clock) !== undefined);
}

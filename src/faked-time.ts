import { type Clock, fakeOf, isFaked, realClock } from './clock.ts';
import type { Settings } from './options.ts';
import { Alarm } from './pause.ts';

// Real milliseconds after which a faked clock that stood still has been forgotten. A look may be busy with something
// real, so it gets twice as long; both stay below the 5 s after which test runners give up and say nothing.
const PATIENCE = 2_000;
const CHECKS = 4;
// While the wait moves time itself, this much real time passes with each step, so that real answers can arrive.
const REAL_STEP = 5;
const FAKED_STEP = 50;

/** A wait, as far as somebody who minds its time must know it. */
export interface Timed {
  readonly settings: Pick<Settings, 'clock' | 'timeout' | 'unref' | 'advanceTimers'>;
  elapsed(): number;
  /** Milliseconds until its timer rings. */
  left(): number;
  /** The look under way, if there is one. */
  looking(): object | undefined;
  /** Sets its timer anew. */
  rearm(): void;
  /** Ends the wait: with this very error, or because waiting longer cannot help. */
  fail(error: unknown): void;
  failBecause(reason: string): void;
}

/**
 * Minds the time of a wait whose timers are faked: moves it if `advanceTimers` tells how, and ends the wait when nobody
 * moves it, where others hang. Gives back how to stop.
 */
export function mindFakedTime(wait: Timed): () => void {
  const stops = [endAtStandstill(wait)];
  if (wait.settings.advanceTimers) stops.push(repeat(REAL_STEP, wait, () => advance(wait)));
  return () => {
    for (const stop of stops) stop();
  };
}

function endAtStandstill(wait: Timed): () => void {
  const { clock, unref } = wait.settings;
  let [look, hasMoved, stoodStill] = [wait.looking(), false, 0];
  // No clock tells whether the timers move: a suite may fake them alone. A timer does.
  const probe = new Alarm(clock, unref, () => {
    hasMoved = true;
  });
  probe.set(1);
  const stop = repeat(PATIENCE / CHECKS, wait, () => {
    // Real again: the timer that the wait has was thrown away with the faked clock, and will never ring.
    if (!isFaked(clock)) return wait.rearm();
    stoodStill = hasMoved || look !== wait.looking() ? 0 : stoodStill + 1;
    [look, hasMoved] = [wait.looking(), false];
    if (stoodStill === (look ? 2 * CHECKS : CHECKS)) wait.failBecause(standstill(clock));
    else probe.set(1);
  });
  return () => {
    stop();
    probe.clear();
  };
}

function standstill(clock: Clock): string {
  const step = stepOf(clock);
  return (
    `timers are faked, and nobody moved the clock for 2 s: advance it (${step}), ` +
    `pass \`advanceTimers: ${step}\`, or wait in real time with \`clock: realClock\``
  );
}

/** How the time of a faked clock is moved. */
export function stepOf(clock: Clock): string {
  const fake = fakeOf(clock);
  if (fake === 'node:test') return '(ms) => mock.timers.tick(ms)';
  if (fake === 'bun') return 'jest.advanceTimersByTime';
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  // A clock that was given is nobody's but who gave it.
  if (clock !== globalThis) return 'clock.tickAsync';
  if ((globalThis as { __vitest_worker__?: object }).__vitest_worker__) return 'vi.advanceTimersByTimeAsync';
  return process?.env?.['JEST_WORKER_ID'] ? 'jest.advanceTimersByTimeAsync' : 'clock.tickAsync';
}

async function advance(wait: Timed): Promise<void> {
  const { clock, timeout, advanceTimers } = wait.settings;
  if (!advanceTimers || !isFaked(clock)) return;
  // A hundred steps for a long wait: short enough for what happens in between, and over within a second or so.
  const step = Math.max(FAKED_STEP, Number.isFinite(timeout) ? timeout / 100 : 0);
  const left = wait.looking() ? step : wait.left();
  try {
    // At least 1 ms: a faked clock rings what is due at once a millisecond later, when it was set while the clock moved.
    await advanceTimers(Math.max(1, Math.ceil(Math.min(step, left))));
  } catch (error) {
    wait.fail(error);
  }
}

/** Does something again and again in real time, never twice at once. */
function repeat(pause: number, { settings }: Timed, action: () => unknown): () => void {
  const alarm = new Alarm(realClock, settings.unref, () => void step());
  let stopped = false;
  const step = async () => {
    await action();
    if (!stopped) alarm.set(pause);
  };
  alarm.set(pause);
  return () => {
    stopped = true;
    alarm.clear();
  };
}

import { type Backoff, type BackoffLook, constant, proportional } from './backoff.ts';
import { type Budget, isOurs, tightestBudget } from './budget.ts';
import { check, checkFunction } from './check.ts';
import type { Clock } from './clock.ts';
import { type Duration, toMilliseconds } from './duration.ts';
import type { LookRecord } from './look.ts';
import { render } from './render.ts';
import type { WaitReport } from './report.ts';
import { type Time, timeOf } from './time.ts';
import { isTransient } from './transient.ts';
import { isPromiseLike, type WakeSource } from './wake.ts';

/**
 * How a long wait tells that it goes on: first when `every` has passed, so a short wait tells nothing.
 *
 * A report is data, and as text one line for a log.
 *
 * @example
 * ```ts
 * import { waitFor } from 'unsleep';
 *
 * const lines: string[] = [];
 * await waitFor(() => lines.length > 0, {
 *   name: 'the import',
 *   timeout: '5m',
 *   progress: { every: 10, report: (report) => lines.push(`still waiting for ${report}`) },
 * });
 * lines[0]?.split(':')[0]; // => 'still waiting for the import'
 * ```
 */
export interface Progress {
  /** How often, above 0. */
  readonly every: Duration;
  /**
   * Gets what was seen so far. An error that it throws ends the wait. `ended` is the same signal at each call for one
   * wait, and aborts when that wait has ended, however it did: time to take away what was drawn. What a listener
   * of it throws is an uncaught error, as with any signal, and changes nothing about the wait.
   */
  readonly report: (report: WaitReport, ended: AbortSignal) => void;
}

/** The options that every wait on the loop takes. */
export interface CommonOptions {
  /**
   * The whole budget, from the call to the end, `trigger` included. A look that hangs is cut when it is used up, though
   * no sooner than after the time that the slowest look before it took; the look that starts with the deadline gets at
   * least 50 ms. `Infinity` is allowed.
   * @defaultValue `4_000`: below the 5 s after which test runners give up, so that the message of the wait wins
   */
  readonly timeout?: Duration | undefined;
  /**
   * The pause between two looks, counted from the end of a look: a duration, or a backoff. With `Infinity` only
   * events and the deadline cause a look.
   * @defaultValue `proportional()`
   */
  readonly interval?: Duration | Backoff | undefined;
  /**
   * The limit of one look, above 0. A look that is cut counts as a transient error. Not applied to a condition that
   * answers without a promise: nothing can cut it.
   * @defaultValue none
   */
  readonly attemptTimeout?: Duration | undefined;
  /** Looks allowed, the first included; then the wait ends with `WaitExhaustedError`. @defaultValue none */
  readonly maxAttempts?: number | undefined;
  /** Whether a thrown error means "not yet". `giveUp` is never asked about. @defaultValue `isTransient` */
  readonly tolerate?: ((error: unknown) => unknown) | undefined;
  /**
   * A promise watched beside the condition: when it settles, the wait fails with its reason. An Error is what the wait
   * rejects with, the very same object. @defaultValue none
   */
  readonly failFast?: PromiseLike<unknown> | undefined;
  /** What brings looks forward. @defaultValue none */
  readonly wakeOn?: WakeSource | readonly WakeSource[] | undefined;
  /**
   * Aborts the wait, which then rejects with `signal.reason` itself; of several signals, the first that aborts. A wait
   * inside the look of another is given `look.signal`, and never lasts longer than what is left of the outer budget.
   * A rejection for this reason that nobody listens to is no unhandled one: who aborted knows. @defaultValue none
   */
  readonly signal?: AbortSignal | readonly AbortSignal[] | undefined;
  /**
   * What is waited for, for the message. A function is called only when somebody reads it: on failure, and for
   * `progress` and `pendingWaits`. @defaultValue the name or the source text of the condition
   */
  readonly name?: string | (() => string) | undefined;
  /** Called after every look. An error that it throws ends the wait. @defaultValue none */
  readonly onLook?: ((record: LookRecord) => void) | undefined;
  /** Tells regularly that a long wait goes on. @defaultValue none */
  readonly progress?: Progress | undefined;
  /** Whether the process may end while the wait is pending. @defaultValue `false` */
  readonly unref?: boolean | undefined;
  /**
   * How to move time that is faked, such as `vi.advanceTimersByTimeAsync`: then the wait moves it by itself. Not called
   * while timers are real. @defaultValue none
   */
  readonly advanceTimers?: ((milliseconds: number) => unknown) | undefined;
  /** Where timers and time come from. @defaultValue `globalThis` */
  readonly clock?: Clock | undefined;
  /** Where chance comes from: a number from 0 to 1, 1 excluded. @defaultValue `Math.random` */
  readonly random?: (() => number) | undefined;
}

/** The option of the waits that may cause what they wait for. */
export interface TriggerOption<Triggered = unknown> {
  /**
   * The action to wait for: runs once, after every wake source is live and before the first look. Its result is
   * `look.triggered`; its error ends the wait. A source that is not live after a quarter of the budget, 10 s at most,
   * is not waited for. When it takes its signal, write `(signal: AbortSignal) =>`: without the type, `look.triggered` is
   * `unknown`. @defaultValue none
   */
  readonly trigger?: ((signal: AbortSignal) => Triggered | PromiseLike<Triggered>) | undefined;
}

/** The options of {@link waitFor}. */
export interface WaitOptions<Value = unknown, Triggered = unknown> extends CommonOptions, TriggerOption<Triggered> {
  /** Decides whether an answer is done. A type guard narrows the result. @defaultValue truthiness */
  readonly until?: ((value: Value) => unknown) | undefined;
  /** A truthy answer ends the wait with `WaitFailedError`; a string or an Error is its reason. @defaultValue none */
  readonly failWhen?: ((value: Value) => unknown) | undefined;
  /**
   * How long done must stay done, from the first look that saw it; a relapse starts it anew. The hold comes on top of
   * `timeout`, and at least one more look happens at its end. @defaultValue none
   */
  readonly holdFor?: Duration | undefined;
}

/** The option of a waiter alone. */
export interface ScaleOption {
  /**
   * Multiplies every `timeout`, `attemptTimeout` and `holdFor`, and so does `UNSLEEP_TIMEOUT_SCALE` in the environment.
   * Above 0. @defaultValue `1`
   */
  readonly timeoutScale?: number | undefined;
}

/** What a budget was multiplied by, and who said so. */
export type Scale = readonly [name: string, factor: number];

/** Options, checked and in milliseconds. */
export interface Settings {
  readonly timeout: number;
  /** Whose budget the timeout is what is left of, when it is. */
  readonly outer: Budget | undefined;
  /** All that the budgets were multiplied by. */
  readonly scale: number;
  readonly scales: readonly Scale[];
  readonly timeoutScale: number;
  readonly backoff: Backoff;
  readonly attemptTimeout: number;
  readonly maxAttempts: number;
  readonly holdFor: number | undefined;
  readonly tolerate: (error: unknown) => unknown;
  readonly failFast: PromiseLike<unknown> | undefined;
  readonly sources: readonly WakeSource[];
  readonly trigger: ((signal: AbortSignal) => unknown) | undefined;
  readonly signals: readonly AbortSignal[];
  readonly name: string | (() => string) | undefined;
  readonly onLook: ((record: LookRecord) => void) | undefined;
  readonly progress: { readonly every: number; readonly report: Progress['report'] } | undefined;
  readonly unref: boolean;
  readonly advanceTimers: ((milliseconds: number) => unknown) | undefined;
  readonly clock: Clock;
  /** The time that the clock keeps. */
  readonly time: Time;
  readonly random: () => number;
}

// Read once: looking into the environment costs more than a whole wait whose condition is already true.
const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
// Set to nothing, as in many a CI, it is not set.
const SCALE = process?.env?.['UNSLEEP_TIMEOUT_SCALE'] || undefined;
const NO_SCALES: readonly Scale[] = [];
const NO_SIGNALS: readonly AbortSignal[] = [];
const DEFAULT_BACKOFF = proportional();
const NO_SOURCES: readonly WakeSource[] = [];

type Options = WaitOptions<never> & ScaleOption;

// The options that were checked last, and what came of them. Where many wait, they wait alike: then none of them is
// checked twice, and all share what came of it. Not with options that could change, or that keep much alive.
let last: { readonly options: Options; readonly settings: Settings } | undefined;

/** Checks the options and fills in the defaults. @throws RangeError or TypeError that names the option and the value */
export function toSettings(options: Options): Settings {
  if (last && isAlike(options, last.options)) return last.settings;
  const settings = checkedSettings(options);
  if (isPlain(options)) {
    last = { options: compared(options), settings };
  }
  return settings;
}

/** All that {@link isAlike} compares. */
function compared(options: Options): Options {
  const { timeout, interval, attemptTimeout, maxAttempts, holdFor, tolerate, signal } = options;
  const { name, wakeOn, unref, clock, random, timeoutScale } = options;
  return {
    timeout,
    interval,
    attemptTimeout,
    maxAttempts,
    holdFor,
    tolerate,
    signal,
    name,
    wakeOn,
    unref,
    clock,
    random,
    timeoutScale,
  };
}

function isAlike(a: Options, b: Options): boolean {
  const isSameTime = a.timeout === b.timeout && a.interval === b.interval && a.holdFor === b.holdFor;
  const isSameLimit = a.attemptTimeout === b.attemptTimeout && a.maxAttempts === b.maxAttempts;
  const isSameEnd = a.signal === b.signal && a.tolerate === b.tolerate && a.name === b.name;
  const isSameClock = a.clock === b.clock && a.random === b.random && a.unref === b.unref;
  const isSameRest = a.wakeOn === b.wakeOn && a.timeoutScale === b.timeoutScale;
  return isSameTime && isSameLimit && isSameEnd && isSameClock && isSameRest && isPlain(a);
}

/** Whether all that there is stays as it is. */
function isPlain({ signal, name, failFast, trigger, wakeOn, progress, onLook, advanceTimers }: Options): boolean {
  const isSingle = signal === undefined || (!Array.isArray(signal) && !isOurs(signal as AbortSignal));
  const isSource = wakeOn === undefined || typeof wakeOn === 'function';
  const isBare = failFast === undefined && trigger === undefined && progress === undefined && onLook === undefined;
  return isSingle && isSource && isBare && advanceTimers === undefined && typeof name !== 'function';
}

function checkedSettings(options: Options): Settings {
  const { timeout = 4_000, interval, attemptTimeout, maxAttempts, holdFor, wakeOn, progress } = options;
  const { tolerate = isTransient, failFast, trigger, signal, name, onLook, unref = false, advanceTimers } = options;
  const { clock = globalThis as unknown as Clock, random = Math.random, timeoutScale = 1 } = options;
  const scales = toScales(timeoutScale);
  const scale = scales === NO_SCALES ? 1 : scales.reduce((product, [, factor]) => product * factor, 1);
  checkFunction('tolerate', tolerate);
  checkFunction('trigger', trigger);
  checkFunction('onLook', onLook);
  checkFunction('advanceTimers', advanceTimers);
  checkFunction('random', random);
  check('failFast', failFast, failFast === undefined || isPromiseLike(failFast), 'a promise');
  const signals = toSignals(signal);
  check(
    'name',
    name,
    name === undefined || typeof name === 'string' || typeof name === 'function',
    'text or a function',
  );
  check('unref', unref, typeof unref === 'boolean', 'true or false');
  checkClock(clock);
  const whole = toMilliseconds('timeout', timeout) * scale;
  const outer = tightestBudget(signals, clock);
  const isLimited = outer !== undefined && outer.left <= whole;
  return {
    timeout: isLimited ? outer.left : whole,
    outer: isLimited ? outer.budget : undefined,
    scale,
    scales,
    timeoutScale,
    backoff: toBackoff(interval),
    attemptTimeout: toAttemptTimeout(attemptTimeout) * scale,
    maxAttempts: toMaxAttempts(maxAttempts),
    holdFor: holdFor === undefined ? undefined : toMilliseconds('holdFor', holdFor, 'finite') * scale,
    sources: toSources(wakeOn),
    progress: progress === undefined ? undefined : toProgress(progress),
    tolerate,
    failFast,
    trigger,
    signals,
    name,
    onLook,
    unref,
    advanceTimers,
    clock,
    time: timeOf(clock),
    random,
  };
}

/** Refuses a promise: it is truthy whatever it resolves to, so who answers with one would always say yes. */
export function immediate(name: string, answer: unknown): unknown {
  if (!isPromiseLike(answer)) return answer;
  answer.then(undefined, () => {});
  throw new TypeError(`\`${name}\` must answer at once; it gave a promise`);
}

/** The attempts allowed, the first included. */
export function toMaxAttempts(value: number = Number.POSITIVE_INFINITY): number {
  if ((Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && value >= 1) return value;
  throw new RangeError(`\`maxAttempts\` must be a whole number from 1, or Infinity; got ${render(value)}`);
}

/** The limit of one look. */
export function toAttemptTimeout(value: Duration = Number.POSITIVE_INFINITY): number {
  const milliseconds = toMilliseconds('attemptTimeout', value);
  if (milliseconds === 0) throw new RangeError(`\`attemptTimeout\` must be above 0; got ${render(value)}`);
  return milliseconds;
}

/** The backoff that an `interval` means. */
export function toBackoff(interval: Duration | Backoff | undefined): Backoff {
  if (interval === undefined) return DEFAULT_BACKOFF;
  return typeof interval === 'function' ? interval : constant(toMilliseconds('interval', interval));
}

/** Asks a backoff, and refuses an answer that is no pause. */
export function pauseOf(backoff: Backoff, look: BackoffLook): number {
  const pause = backoff(look);
  if (typeof pause === 'number' && pause >= 0) return pause;
  throw new RangeError(`\`interval\` must give a number of milliseconds >= 0; it gave ${render(pause)}`);
}

function toSources(wakeOn: WaitOptions['wakeOn']): readonly WakeSource[] {
  if (wakeOn === undefined) return NO_SOURCES;
  const sources = typeof wakeOn === 'function' ? [wakeOn] : wakeOn;
  const isRight = Array.isArray(sources) && sources.every((source) => typeof source === 'function');
  check('wakeOn', wakeOn, isRight, 'a wake source or an array of them: use on(emitter, event)');
  return sources;
}

function toProgress(progress: Progress): NonNullable<Settings['progress']> {
  check('progress', progress, typeof progress === 'object' && progress !== null, 'an object with every and report');
  const every = toMilliseconds('progress.every', progress.every);
  if (every === 0) throw new RangeError(`\`progress.every\` must be above 0; got ${render(progress.every)}`);
  check('progress.report', progress.report, typeof progress.report === 'function', 'a function');
  return { every, report: progress.report };
}

function toScales(timeoutScale: number): readonly Scale[] {
  checkScale('`timeoutScale`', timeoutScale, timeoutScale);
  const scales: readonly Scale[] = timeoutScale === 1 ? NO_SCALES : [['timeoutScale', timeoutScale]];
  if (SCALE === undefined) return scales;
  checkScale('UNSLEEP_TIMEOUT_SCALE', SCALE, Number(SCALE));
  return Number(SCALE) === 1 ? scales : [...scales, ['UNSLEEP_TIMEOUT_SCALE', Number(SCALE)]];
}

function checkScale(name: string, value: unknown, scale: unknown): void {
  const isRight = typeof scale === 'number' && scale > 0 && scale < Number.POSITIVE_INFINITY;
  if (!isRight) throw new RangeError(`${name} must be a number above 0; got ${render(value)}`);
}

function toSignals(signal: WaitOptions['signal']): readonly AbortSignal[] {
  if (signal === undefined) return NO_SIGNALS;
  const signals = Array.isArray(signal) ? signal : [signal];
  check('signal', signal, signals.every(isSignal), 'an AbortSignal or an array of them');
  return signals;
}

// By duck type, as signals and clocks come from other realms too.
function isSignal(value: object | null): boolean {
  return typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value;
}

/** Refuses what is no clock. */
export function checkClock(clock: Clock): void {
  check('clock', clock, isClock(clock), 'an object with setTimeout, clearTimeout and performance.now');
}

function isClock(value: Partial<Clock> | null): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { setTimeout, clearTimeout, performance } = value;
  return [setTimeout, clearTimeout, performance?.now].every((method) => typeof method === 'function');
}

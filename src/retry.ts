import pRetry from 'p-retry';
import { constant, exponential } from './backoff.ts';
import { isOurs } from './budget.ts';
import { check, checkOptions } from './check.ts';
import { type Deadline, failed, type Known, timedOut } from './diagnosis.ts';
import { type Duration, formatDuration } from './duration.ts';
import { type Outcome, quiet, unwatchSignal, watchSignal } from './ends.ts';
import { isGiveUp } from './give-up.ts';
import { Journal, type JournaledLook } from './journal.ts';
import type { Look, LookRecord } from './look.ts';
import { type CommonOptions, immediate, pauseOf, type ScaleOption, type Settings, toSettings } from './options.ts';
import { isErrorLike } from './render.ts';
import { type Caller, callerOf, captureStack, checked } from './stack.ts';
import { titleOf } from './title.ts';
import { askedPause, isTimeout } from './transient.ts';
import { wait } from './wait.ts';
import type { Way } from './way.ts';

type Shared = 'attemptTimeout' | 'signal' | 'name' | 'onLook' | 'unref' | 'advanceTimers' | 'clock' | 'random';

/** The options of {@link retry}. */
export interface RetryOptions extends Pick<CommonOptions, Shared> {
  /** Whether a thrown error is worth another call. `giveUp` is never asked about. @defaultValue `isTransient` */
  readonly tolerate?: CommonOptions['tolerate'];
  /** Calls allowed, the first included. @defaultValue `3` */
  readonly maxAttempts?: number | undefined;
  /** The pause after a failed call, counted from its end. @defaultValue `exponential()` */
  readonly interval?: CommonOptions['interval'];
  /** The budget of all calls and pauses together. @defaultValue none */
  readonly timeout?: Duration | undefined;
}

/** What a task is told about its call. */
export interface Call {
  /** Calls so far, this one included. */
  readonly attempt: number;
  /** Aborts when this call is cut, or the retry ends in the middle of it. */
  readonly signal: AbortSignal;
}

/**
 * Calls the task again because the call failed, and resolves to what it gives.
 *
 * Only errors that `tolerate` accepts are worth another call; by default those that say nothing about the task itself.
 * The last error comes back as the same object. To wait until something is so, use {@link waitFor}: its condition may
 * say "not yet" without throwing.
 *
 * @throws the task's own last error; {@link WaitTimeoutError} when `timeout` ran out or the next call would come after
 * it; `signal.reason` when aborted
 * @see https://github.com/sindresorhus/p-retry
 * @example
 * ```ts
 * import { retry } from 'unsleep';
 *
 * const answers = [503, 503, 200];
 * const status = await retry(
 *   () => {
 *     const status = answers.shift() ?? 200;
 *     if (status !== 200) throw Object.assign(new Error('unavailable'), { status });
 *     return status;
 *   },
 *   { interval: 1 },
 * );
 * status; // => 200
 * ```
 */
export function retry<T>(task: (call: Call) => T | PromiseLike<T>, options: RetryOptions = {}): Promise<T> {
  let promise: Promise<T> | undefined;
  promise = makeCalls(task, options, callerOf(options, retry), () => quiet(() => promise));
  return promise;
}

async function makeCalls<T>(
  task: (call: Call) => T | PromiseLike<T>,
  options: RetryOptions,
  caller: Caller,
  abandon: () => void,
): Promise<T> {
  const settings = checked(() => {
    check('task', task, typeof task === 'function', 'a function');
    checkOptions(options);
    const { maxAttempts = 3, interval = DEFAULT_INTERVAL, timeout = Number.POSITIVE_INFINITY } = options;
    return toSettings({ ...options, maxAttempts, interval, timeout });
  }, caller);
  const calls = new Calls(task, settings, caller, abandon);
  try {
    return (await pRetry((attempt) => calls.make(attempt), {
      retries: settings.maxAttempts - 1,
      // Its own pauses are off: they overflow beyond 2^31-1 ms, lose their jitter at the cap, and know no other backoff.
      minTimeout: 0,
      shouldRetry: ({ error, attemptNumber }) => calls.pauseAfter(error as Failure, attemptNumber),
    })) as T;
  } catch (error) {
    throw error instanceof Failure ? error.thrown : error;
  } finally {
    calls.end();
  }
}

// Said to be pure, so that who takes `waitFor` alone does not carry it.
const DEFAULT_INTERVAL = /* @__PURE__ */ exponential();

/**
 * Carries whatever was thrown through p-retry, which retries a TypeError only when it knows its text, replaces what is
 * no Error of this realm, and unwraps its own AbortError.
 */
class Failure extends Error {
  readonly thrown: unknown;
  readonly isFinal: boolean;

  constructor(thrown: unknown, isFinal: boolean) {
    super();
    this.thrown = thrown;
    this.isFinal = isFinal;
  }
}

/**
 * The calls of one retry. It rings at its deadline. Each call and each pause is a wait of its own, so that one loop knows
 * how to be cut.
 */
class Calls extends Journal {
  readonly #task: (call: Call) => unknown;
  readonly #caller: Caller;
  readonly #stack: { readonly stack?: string | undefined };
  readonly #ended = new AbortController();
  readonly #abandon: () => void;
  #call: JournaledLook | undefined;
  #previousPause = 0;

  constructor(task: (call: Call) => unknown, settings: Settings, caller: Caller, abandon: () => void) {
    super(settings);
    const { timeout, signals } = settings;
    this.#task = task;
    this.#caller = caller;
    this.#stack = captureStack(caller);
    this.#abandon = abandon;
    const aborted = signals.find((signal) => signal.aborted);
    if (aborted) this.onAborted(aborted);
    else if (timeout !== Number.POSITIVE_INFINITY) this.set(timeout);
    for (const signal of signals) watchSignal(signal, this);
  }

  async make(attempt: number): Promise<unknown> {
    const startedAt = this.elapsed();
    const call = { attempt, startedAt, wokenBy: attempt === 1 ? 'start' : 'schedule' } as const;
    this.noteLook(call);
    this.#call = call;
    const outcome = await this.#outcomeOf(attempt);
    this.#call = undefined;
    this.#checkEnded();
    const verdict = this.#judge(call, outcome);
    this.#checkEnded();
    if ('value' in outcome) return outcome.value;
    throw new Failure(this.#reasonOf(outcome.error), verdict === 'never');
  }

  /** Sleeps until the next call makes sense; answers whether it ever does. */
  async pauseAfter({ thrown, isFinal }: Failure, attempt: number): Promise<boolean> {
    if (isFinal) return false;
    const { backoff, random, timeout } = this.settings;
    const elapsed = this.elapsed();
    const look = { attempt, elapsed, previousPause: this.#previousPause, random };
    this.#previousPause = pauseOf(backoff, look);
    const pause = Math.max(this.#previousPause, askedPause(thrown)?.milliseconds ?? 0);
    if (elapsed + pause >= timeout) {
      throw this.#outOfTime([`gave up early: the next call would come in ${formatDuration(pause)}, which is too late`]);
    }
    const interval = constant(pause, { jitter: 'none' });
    await this.#wait(({ attempt }) => attempt > 1, { isDone: Boolean }, { interval });
    return true;
  }

  end(): void {
    this.clear();
    for (const signal of this.settings.signals) unwatchSignal(signal, this);
  }

  /** What a call gave or threw, `giveUp` as it was thrown. */
  async #outcomeOf(attempt: number): Promise<Outcome> {
    const { attemptTimeout, scale, timeoutScale } = this.settings;
    let thrown: { readonly error: unknown } | undefined;
    const call = (look: Look) => {
      return this.#task({
        attempt,
        get signal() {
          return look.signal;
        },
      });
    };
    const way = {
      isDone: () => true,
      blame: (error: unknown) => {
        thrown = { error };
        return error;
      },
    };
    try {
      // The wait scales it once more.
      return { value: await this.#wait(call, way, { attemptTimeout: attemptTimeout / scale, timeoutScale }) };
    } catch (error) {
      return thrown ?? { error };
    }
  }

  #wait(
    condition: (look: Look) => unknown,
    way: Pick<Way, 'isDone' | 'blame'>,
    options: CommonOptions & ScaleOption,
  ): Promise<unknown> {
    const { clock, unref, advanceTimers, name, signals: endsBy } = this.settings;
    const shared = { timeout: Number.POSITIVE_INFINITY, tolerate: () => false, signal: this.#ended.signal };
    const title = () => titleOf(this.#task);
    return wait(
      condition,
      () => ({ ...way, title, endsBy }),
      { ...shared, clock, unref, advanceTimers, name, ...options },
      this.#caller,
    );
  }

  /** Says what a call meant. Whatever the user throws here ends the retry. */
  #judge(call: JournaledLook, outcome: Outcome): LookRecord['verdict'] {
    const { tolerate, onLook } = this.settings;
    const now = this.elapsed();
    const isDone = 'value' in outcome;
    const { attempt, startedAt: at, wokenBy } = call;
    const answer = isDone ? ({ kind: 'value', isDone, ...outcome } as const) : ({ kind: 'error', ...outcome } as const);
    this.noteAnswer(call, now, answer, isDone);
    try {
      const isTolerated = !isDone && !isGiveUp(outcome.error) && immediate('tolerate', tolerate(outcome.error));
      const verdict = isDone ? 'done' : isTolerated ? 'not yet' : 'never';
      onLook?.({ attempt, at, took: now - at, wokenBy, verdict, ...outcome });
      return verdict;
    } catch (error) {
      throw new Failure(error, true);
    }
  }

  #reasonOf(error: unknown): unknown {
    if (!isGiveUp(error)) return error;
    return isErrorLike(error.reason) ? error.reason : failed(this.#known(), error.message);
  }

  #checkEnded(): void {
    const { aborted, reason } = this.#ended.signal;
    if (aborted) throw new Failure(reason, true);
  }

  onAborted(signal: AbortSignal): void {
    const { reason } = signal;
    const isDeadline = isTimeout(reason);
    if (!isDeadline) this.#abandon();
    this.#ended.abort(isDeadline ? this.#outOfTime([], { error: reason, isOurs: isOurs(signal) }) : reason);
  }

  /** The deadline. */
  protected override onRing(): void {
    this.#ended.abort(this.#cut());
  }

  #cut(): Error {
    const call = this.#call;
    if (!call) return this.#outOfTime([]);
    const took = formatDuration(this.elapsed() - call.startedAt);
    this.timeline.add(call.startedAt, { kind: 'unanswered' });
    return this.#outOfTime([`call ${call.attempt} was still pending after ${took}`]);
  }

  #outOfTime(remarks: readonly string[], deadline?: Deadline): Error {
    return timedOut(this.#known(), remarks, deadline);
  }

  #known(): Known {
    return {
      settings: this.settings,
      journal: this,
      hold: undefined,
      elapsed: this.elapsed(),
      sources: [],
      title: titleOf(this.#task),
      remarks: [],
      stack: this.#stack,
    };
  }
}

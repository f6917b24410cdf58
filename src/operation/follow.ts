import {
  type Look,
  type LookRecord,
  retry,
  WaitFailedError,
  WaitTimeoutError,
  type WakeSource,
  waitFor,
} from 'unsleep';
import { CALLER, type Caller } from '../stack.ts';
import { WORD } from '../timeline.ts';
import { isTimeout } from './is-timeout.ts';
import { type Judgement, judge } from './judge.ts';
import type { Observation } from './observation.ts';
import type { Operation } from './operation.ts';
import type { OperationFacts } from './operation-error.ts';
import type { OperationSettings } from './options.ts';
import { untilLast } from './pace.ts';
import { quoted } from './quoted.ts';
import { tellCause } from './tell-cause.ts';

/** How one wait for an operation ended. */
export type End<T> =
  | { readonly outcome: 'succeeded'; readonly value: T }
  | {
      readonly outcome: OperationFacts['outcome'];
      readonly known: boolean;
      /** The error of the loop, or the reason of the signal that aborted it. */
      readonly error: unknown;
    };

/** How the answer to the request that starts the operation is come by. */
export interface Start {
  /** Sends the request, or gives the answer that is there already. Without it the operation is known by its token. */
  readonly answer?: ((signal: AbortSignal) => unknown) | undefined;
}

/** One wait for an operation, on the one loop: its looks poll, or see what others have polled. */
export function follow<T>(
  operation: Operation<T>,
  { answer }: Start,
  settings: OperationSettings<T>,
  caller: Caller,
): Promise<End<T>> {
  const { shared, sources, tolerate } = settings;
  const { onLook } = shared;
  const watch = new Watch(operation, settings);
  const wait = waitFor((look: Look) => watch.look(look), {
    ...shared,
    onLook: typeof onLook === 'function' ? (record: LookRecord) => onLook(toRecord(record)) : onLook,
    name: shared.name ?? (() => nameOf(operation)),
    tolerate: (error) => error instanceof UnreadableStatus || tolerate(error),
    interval: () => watch.pause(),
    until: () => watch.judgement.is === 'done',
    failWhen: () => watch.judgement.is === 'over' && watch.judgement.because,
    wakeOn: [watch.others, ...sources.map((source) => watch.noting(source))],
    trigger: answer && (async (signal: AbortSignal) => ({ answer: await answer(signal) })),
    [CALLER]: caller,
  } as Parameters<typeof waitFor>[1]);
  return wait.then(
    () => ({ outcome: 'succeeded', value: (watch.judgement as { value: T }).value }),
    (error) => watch.endBy(error),
  );
}

/** What one wait has seen of an operation, and means to do next. */
class Watch<T> {
  judgement: Judgement = { is: 'pending' };
  readonly #operation: Operation<T>;
  readonly #settings: OperationSettings<T>;
  /** The observation that was judged last. */
  #seen = 0;
  #isLooking = false;
  /** An event came since the last poll began: only a later poll can tell what it meant. */
  #isStale = false;
  #handedOut = '';
  #pause = 0;
  /** When the next poll is due, whatever events come before. */
  #plannedAt = Number.POSITIVE_INFINITY;

  constructor(operation: Operation<T>, settings: OperationSettings<T>) {
    this.#operation = operation;
    this.#settings = settings;
    // What could not be learned by others says nothing to this wait, which may have newer credentials.
    const kind = operation.last?.kind;
    if (kind === 'unreadable' || kind === 'rejected') this.#seen = operation.serial;
  }

  /** Wakes when another wait for the same operation has seen something. */
  readonly others: WakeSource = (wake) =>
    this.#operation.observe(() => {
      if (!this.#isLooking) wake();
    });

  /** The same source, whose events make what was seen before them worth nothing. */
  noting(source: WakeSource): WakeSource {
    const noted: WakeSource = (wake) =>
      source(
        Object.assign(
          () => {
            this.#isStale = true;
            wake();
          },
          { failed: wake.failed },
        ),
      );
    return Object.defineProperty(noted, 'name', { value: source.name });
  }

  async look(look: Look): Promise<unknown> {
    const { reserve, sources, onToken } = this.#settings;
    const operation = this.#operation;
    const whole = look.elapsed + look.remaining;
    const latest = whole - Math.min(reserve, whole / 2);
    this.#isLooking = true;
    try {
      const held = await this.#observe(look);
      const left = latest - look.elapsed;
      if (held > 0 && operation.serial === this.#seen) {
        // The poll that is due anyway must not be put off.
        this.#pause = Math.min(held, this.#untilNext(left));
        return sightOf(operation.last ?? HELD, false);
      }
      if (onToken && operation.canBePolled) await this.#handOut(onToken);
      this.#seen = operation.serial;
      const isDeadline = look.wokenBy === 'deadline';
      const limits = { left: isDeadline ? -1 : left, timeout: whole, hasSources: sources.length > 0 && !isDeadline };
      this.judgement = judge(operation, this.#settings, limits);
      this.#pause = Math.min(
        this.#untilNext(left),
        this.#isStale ? this.#settings.minWakeGap : Number.POSITIVE_INFINITY,
      );
    } catch (error) {
      // What is wrong may pass, but not at once.
      this.#pause = Math.max(1_000, this.#operation.dueAt - this.#settings.now());
      throw error;
    } finally {
      this.#isLooking = false;
    }
    return this.#told();
  }

  pause(): number {
    this.#plannedAt = this.#settings.now() + this.#pause;
    return this.#pause;
  }

  /** Sees to it that there is something new to see; or says how long it has to be put off. */
  async #observe(look: Look): Promise<number> {
    const operation = this.#operation;
    const { triggered } = look as Look<{ answer: unknown } | undefined>;
    const limited = (ask: (signal: AbortSignal) => Promise<void>) => this.#limited(look, ask);
    if (triggered && operation.serial === 0) await limited((signal) => operation.begin(triggered.answer, signal));
    const isNews = operation.serial !== this.#seen && !this.#isStale;
    if (isNews || operation.isOver || look.wokenBy === 'deadline') return 0;
    const now = this.#settings.now();
    // One that comes as late as the poll that is due anyway must not take its place.
    const isEvent = look.wokenBy === 'event' && now < this.#plannedAt;
    const held = (look.wokenBy === 'start' ? operation.dueAt : operation.floor(isEvent)) - now;
    if (held > 0) return held;
    // One that is under way may have been answered before the event.
    this.#isStale &&= operation.isPolling;
    await limited((signal) => operation.poll(signal, !isEvent));
    return 0;
  }

  /** A poll ends with the budget, to the millisecond, and is cut after its own limit. */
  async #limited({ signal }: Look, ask: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { attemptTimeout, shared } = this.#settings;
    const { clock, unref, advanceTimers } = shared;
    const options = { attemptTimeout, clock, unref, advanceTimers, signal, maxAttempts: 1, tolerate: () => false };
    try {
      await retry(({ signal }) => ask(signal), options);
    } catch (error) {
      // What was cut has been noted, unless others go on waiting for it.
      if (this.#operation.serial === this.#seen || !isTimeout(error)) throw error;
    }
  }

  async #handOut(onToken: NonNullable<OperationSettings<T>['onToken']>): Promise<void> {
    const { token } = this.#operation;
    const { notBefore: _, version: __, ...lasting } = token;
    const text = JSON.stringify(lasting);
    if (text === this.#handedOut) return;
    await onToken(token);
    this.#handedOut = text;
  }

  #untilNext(left: number): number {
    const { softUntil, dueAt } = this.#operation;
    const now = this.#settings.now();
    // Only an event may bring a poll before what the server asked for.
    if (softUntil > now + left) return Number.POSITIVE_INFINITY;
    return untilLast(Math.max(0, dueAt - now), left);
  }

  /** What the look answers: what was seen; or that it could not be read, as an error that the wait tolerates. */
  #told(): unknown {
    const { last, polls } = this.#operation;
    if (last === undefined) return undefined;
    if (last.kind !== 'unreadable' || this.judgement.is !== 'pending') return sightOf(last, polls === 0);
    throw new UnreadableStatus(last.cause);
  }

  endBy(error: unknown): End<T> {
    const { judgement } = this;
    const { signal } = this.#settings.shared;
    if (judgement.is === 'over' && error instanceof WaitFailedError) {
      const { outcome, known } = judgement;
      return { outcome, known, error };
    }
    if (error instanceof WaitTimeoutError) {
      const isResult = this.#operation.resultUrl !== undefined;
      return isResult ? { outcome: 'unavailable', known: true, error } : { outcome: 'timeout', known: false, error };
    }
    const isAborted = [signal ?? []].flat().some(({ aborted, reason }) => aborted && reason === error);
    if (isAborted) return { outcome: 'aborted', known: false, error };
    throw error;
  }
}

const HELD: Observation<never> = { kind: 'pending', state: 'not to be asked yet' };

/** A read that failed, for the wait to tolerate. */
export class UnreadableStatus extends Error {
  readonly reason: unknown;

  constructor(reason: unknown) {
    super(tellCause(reason));
    this.reason = reason;
  }
}

/** An observation as the report shows it: by its word, and by nothing else, as addresses may hold secrets. */
function sightOf(observation: Observation<unknown>, isStart: boolean): object {
  const { progress } = observation as { progress?: number };
  const word = isStart && observation.kind === 'pending' ? (observation.state ?? 'accepted') : wordOf(observation);
  return Object.defineProperties(
    {},
    {
      [WORD]: { value: quoted(word, 200) },
      progress: { value: progress },
      [OBSERVED]: { value: observation },
    },
  );
}

const OBSERVED: unique symbol = Symbol('observed');

/** What `onLook` is told: the observation itself. */
function toRecord(record: LookRecord): LookRecord {
  const { [OBSERVED]: value } = Object(record.value) as { [OBSERVED]?: unknown };
  return value === undefined ? record : { ...record, value };
}

function wordOf(observation: Observation<unknown>): string {
  if ('state' in observation && observation.state !== undefined) return observation.state;
  if ('cause' in observation && observation.cause !== undefined) return tellCause(observation.cause);
  return observation.kind;
}

export function nameOf({ token }: Operation<unknown>): string {
  if (token.name !== undefined) return `operation ${quoted(token.name, 200)}`;
  if (token.url === undefined) return 'operation';
  // Without its query, which may hold a secret.
  return `operation ${new URL(token.url).pathname}`;
}

import {
  type Backoff,
  type CommonOptions,
  constant,
  type Duration,
  isTransient,
  proportional,
  type WakeSource,
} from 'unsleep';
import { check, checkFunction } from '../check.ts';
import { toMilliseconds } from '../duration.ts';
import { render } from '../render.ts';
import type { Dialect } from './dialect.ts';
import { plain } from './dialects/plain.ts';
import { jittered } from './pace.ts';
import type { OperationToken } from './token.ts';

type Shared = Pick<
  CommonOptions,
  'failFast' | 'signal' | 'name' | 'onLook' | 'progress' | 'unref' | 'advanceTimers' | 'clock' | 'random'
>;

/** Headers as `fetch` takes them. Not by their name, which Node's types do not have. */
export type RequestHeaders = NonNullable<RequestInit['headers']>;

/** What to do about the operation when nobody waits for it any more. */
export type Leaving = 'detach' | 'cancel' | 'cancel-and-wait';

/** The options of {@link waitForOperation} and {@link settleOperation}. */
export interface OperationOptions<T = unknown> extends Shared {
  /** How the API tells of its operations. @defaultValue `plain()` */
  readonly dialect?: Dialect<T> | undefined;
  /** The whole budget, from the call to the end. `Infinity` is allowed. @defaultValue `'5m'` */
  readonly timeout?: Duration | undefined;
  /**
   * The pause between two polls: a duration, or a backoff whose `attempt` counts the polls since the server last said when
   * it wants to be asked. What the server says goes before it.
   * @defaultValue exponential from 1 s to 30 s, each pause random between 1 s and that; `proportional` when `expected` is
   * given, or when the body tells how far it is
   */
  readonly interval?: Duration | Backoff | undefined;
  /** How long it takes as a rule, roughly: the first poll falls at half of it. @defaultValue none */
  readonly expected?: Duration | undefined;
  /** The last poll begins this long before the deadline, or at half of a shorter budget. Above 0. @defaultValue `500` */
  readonly lastPollReserve?: Duration | undefined;
  /** When the server wants not to be asked for longer than this, the wait ends. @defaultValue none */
  readonly maxRetryAfter?: Duration | undefined;
  /** The limit of one poll, above 0. One that is cut counts as unreadable. @defaultValue `'30s'` */
  readonly attemptTimeout?: Duration | undefined;
  /** Events that bring the next poll forward; never before the time that a 429 or 503 asked for. @defaultValue none */
  readonly wakeOn?: WakeSource | readonly WakeSource[] | undefined;
  /** Two polls are at least this far apart, whatever events come. @defaultValue `100` */
  readonly minWakeGap?: Duration | undefined;
  /** Whether it is to be done, or the thing is to be gone: then a 404 and a 410 are the success. @defaultValue `'done'` */
  readonly expect?: 'done' | 'deleted' | undefined;
  /** How often in a row an end must be seen before it counts: for replicas that disagree. @defaultValue `1` */
  readonly confirm?: number | undefined;
  /** How long an end must stay what it is before it counts. @defaultValue that of the dialect, mostly `0` */
  readonly settle?: Duration | undefined;
  /** How many polls in a row may be unreadable; one more ends the wait as `unavailable`. @defaultValue `10` */
  readonly maxUnreadable?: number | undefined;
  /** How many 404 may come before it was ever seen: what was just made may not be there yet. @defaultValue `3` */
  readonly notFoundBudget?: number | undefined;
  /** Whether what a poll threw says nothing of the operation, and counts as unreadable. @defaultValue `isTransient` */
  readonly tolerate?: ((error: unknown) => unknown) | undefined;
  /**
   * How to ask. Credentials do not belong in here but into `headers`, which knows where they may go.
   * @defaultValue the global `fetch`
   */
  readonly fetch?: typeof fetch | undefined;
  /**
   * The headers of every request to the origin of the operation, credentials among them; a function is asked each time.
   * No other origin is sent them. @defaultValue none
   */
  readonly headers?: RequestHeaders | (() => RequestHeaders | PromiseLike<RequestHeaders>) | undefined;
  /**
   * How to read a result on another origin, without credentials. Not `fetch`, which may bring its own.
   * @defaultValue the global `fetch`
   */
  readonly fetchResult?: typeof fetch | undefined;
  /**
   * How to poll with a client of your own, in place of `fetch` and `headers`: reads `token.url`, and gives what the client
   * gave. An error with a `response`, as of ky, got and axios, counts as that answer. @defaultValue none
   */
  readonly poll?: ((token: OperationToken, signal: AbortSignal) => unknown) | undefined;
  /**
   * Whether a status address of another origin may be asked, with the credentials; and a result address that is private.
   * Link-local addresses never may. @defaultValue none may
   */
  readonly allowOrigin?: ((url: URL, from: URL) => boolean) | undefined;
  /** The most bytes of a body that are read. @defaultValue `1_048_576` */
  readonly maxBodySize?: number | undefined;
  /**
   * Gets the token as soon as there is one, before the first pause, and again whenever it changes: to be stored. Awaited;
   * what it throws is judged by `tolerate`. @defaultValue none
   */
  readonly onToken?: ((token: OperationToken) => unknown) | undefined;
  /**
   * What to do when `signal` aborts the wait: leave the operation alone; ask the server to cancel it; or ask, and wait for
   * what became of it, which is then the outcome. @defaultValue `'detach'`
   */
  readonly onAbort?: Leaving | undefined;
  /** The same when the time runs out. @defaultValue `'detach'` */
  readonly onTimeout?: Leaving | undefined;
  /** How long cancelling may take, and then waiting for its end, on top of the budget. @defaultValue `'1m'` */
  readonly cancelTimeout?: Duration | undefined;
}

/** Options, checked. What the loop checks by itself is in `shared`. */
export interface OperationSettings<T> {
  readonly shared: Shared & { readonly timeout: Duration };
  readonly dialect: Dialect<T>;
  readonly backoff: Backoff;
  /** Whether what the body tells of its progress sets the pace. */
  readonly isPacedByProgress: boolean;
  readonly reserve: number;
  readonly maxRetryAfter: number;
  readonly attemptTimeout: Duration;
  readonly sources: readonly WakeSource[];
  readonly minWakeGap: number;
  readonly expect: 'done' | 'deleted';
  readonly confirm: number;
  readonly settle: number;
  readonly maxUnreadable: number;
  readonly notFoundBudget: number;
  readonly tolerate: (error: unknown) => unknown;
  readonly reading: ReadingSettings;
  readonly onToken: ((token: OperationToken) => unknown) | undefined;
  readonly onAbort: Leaving;
  readonly onTimeout: Leaving;
  readonly cancelTimeout: Duration;
  readonly random: () => number;
  readonly now: () => number;
}

/** How the status is read. */
export interface ReadingSettings {
  readonly fetch: typeof fetch;
  readonly fetchResult: typeof fetch;
  readonly headers: OperationOptions['headers'];
  readonly poll: OperationOptions['poll'];
  readonly allowOrigin: OperationOptions['allowOrigin'];
  readonly maxBytes: number;
}

// One for all: waits share their polls only when they have the same dialect.
const PLAIN = plain<never>();
const MIN = 1_000;
const MAX = 30_000;
const LEAVINGS: readonly unknown[] = ['detach', 'cancel', 'cancel-and-wait'] satisfies Leaving[];

/** Checks the options and fills in the defaults. @throws RangeError or TypeError that names the option and the value */
export function toOperationSettings<T>(options: OperationOptions<T>): OperationSettings<T> {
  const { dialect = PLAIN, timeout = '5m', interval, expected, expect = 'done', tolerate = isTransient } = options;
  const { attemptTimeout = '30s', wakeOn = [], onToken, onAbort = 'detach', onTimeout = 'detach' } = options;
  const { settle = dialect.settle ?? 0, maxRetryAfter = Number.POSITIVE_INFINITY, cancelTimeout = '1m' } = options;
  const { failFast, signal, name, onLook, progress, unref, advanceTimers, clock, random = Math.random } = options;
  const isDialect = typeof dialect?.name === 'string' && typeof dialect.classify === 'function';
  check('dialect', dialect, isDialect, 'a dialect: an object with name and classify');
  checkFunction('tolerate', tolerate);
  checkFunction('onToken', onToken);
  const sources: readonly unknown[] = [wakeOn].flat();
  const areSources = sources.every((source) => typeof source === 'function');
  check('wakeOn', wakeOn, areSources, 'a wake source or an array of them: use on(emitter, event)');
  checkOneOf('expect', expect, ['done', 'deleted']);
  checkOneOf('onAbort', onAbort, LEAVINGS);
  checkOneOf('onTimeout', onTimeout, LEAVINGS);
  toMilliseconds('cancelTimeout', cancelTimeout, 'finite');
  return {
    shared: { failFast, signal, name, onLook, progress, unref, advanceTimers, clock, random, timeout },
    dialect: dialect as Dialect<T>,
    backoff: toBackoff(interval, expected),
    isPacedByProgress: interval === undefined,
    reserve: aboveZero('lastPollReserve', options.lastPollReserve ?? 500),
    maxRetryAfter: toMilliseconds('maxRetryAfter', maxRetryAfter),
    attemptTimeout,
    sources: sources as readonly WakeSource[],
    minWakeGap: toMilliseconds('minWakeGap', options.minWakeGap ?? 100, 'finite'),
    expect,
    confirm: toCount('confirm', options.confirm ?? 1, 1),
    settle: toMilliseconds('settle', settle, 'finite'),
    maxUnreadable: toCount('maxUnreadable', options.maxUnreadable ?? 10, 0),
    notFoundBudget: toCount('notFoundBudget', options.notFoundBudget ?? 3, 0),
    tolerate,
    reading: toReading(options),
    ...{ onToken, onAbort, onTimeout, cancelTimeout, random },
    now: () => (clock ?? globalThis).performance.now(),
  };
}

function toReading(options: OperationOptions<unknown>): ReadingSettings {
  const { fetch = globalThis.fetch, fetchResult = globalThis.fetch, headers, poll, allowOrigin } = options;
  checkFunction('fetch', fetch);
  checkFunction('fetchResult', fetchResult);
  checkFunction('poll', poll);
  checkFunction('allowOrigin', allowOrigin);
  const areHeaders = headers === undefined || typeof headers === 'function' || Object(headers) === headers;
  check('headers', headers, areHeaders, 'Headers, an object, pairs, or a function that gives them');
  const maxBytes = toCount('maxBodySize', options.maxBodySize ?? 2 ** 20, 1);
  return { fetch, fetchResult, headers, poll, allowOrigin, maxBytes };
}

function toBackoff(interval: Duration | Backoff | undefined, expected: Duration | undefined): Backoff {
  if (typeof interval === 'function') return interval;
  if (interval !== undefined) return constant(toMilliseconds('interval', interval));
  return expected === undefined ? jittered(MIN, MAX) : proportional({ expected, min: MIN, max: MAX });
}

function aboveZero(name: string, value: Duration): number {
  const milliseconds = toMilliseconds(name, value, 'finite');
  if (milliseconds === 0) throw new RangeError(`\`${name}\` must be above 0; got ${render(value)}`);
  return milliseconds;
}

function toCount(name: string, value: number, least: number): number {
  if ((Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && value >= least) return value;
  throw new RangeError(`\`${name}\` must be a whole number from ${least}, or Infinity; got ${render(value)}`);
}

function checkOneOf(name: string, value: unknown, allowed: readonly unknown[]): void {
  if (allowed.includes(value)) return;
  throw new RangeError(`\`${name}\` must be one of ${allowed.join(', ')}; got ${render(value)}`);
}

import { BatchedReads, NotRead, type PolledAnswers, type Question, UnreadableAnswers } from './batched-reads.ts';
import { check, checkFunction, checkOptions } from './check.ts';
import type { Clock } from './clock.ts';
import { type Duration, toMilliseconds } from './duration.ts';
import type { Look } from './look.ts';
import { oneSubscription } from './one-subscription.ts';
import { toSettings, type WaitOptions } from './options.ts';
import { render } from './render.ts';
import { isTransient } from './transient.ts';
import { wait } from './wait.ts';
import { conditionWay } from './wait-for.ts';
import {
  type ListedWord,
  type StatusOptions,
  type StatusWord,
  statusWay,
  toleratingUnreadable,
  type WithStatus,
  type WordOf,
  type Words,
} from './wait-for-status.ts';
import type { Wake, WakeSource } from './wake.ts';
import type { AnyCondition, RemarkingWay, Way } from './way.ts';

/** The options of {@link createPoller}. */
export interface PollerOptions<Key, Value> {
  /**
   * Reads all these keys at once, each of which somebody waits for: gives a `Map`, or pairs of a key and its value. A
   * key that is not among them is not found; an `Error` as the value is that of this key alone. The signal aborts when
   * nobody waits for any of them any longer, and when the read takes longer than `attemptTimeout`.
   */
  readonly read: (
    keys: readonly Key[],
    signal: AbortSignal,
  ) => PolledAnswers<Key, Value> | PromiseLike<PolledAnswers<Key, Value>>;
  /** The pause between two rounds, counted from the first answer of a round; the first one is shorter, by chance. @defaultValue `1_000` */
  readonly interval?: Duration | undefined;
  /** How many keys one read is asked for at most; more are several reads, side by side. @defaultValue `Infinity` */
  readonly batchSize?: number | undefined;
  /**
   * How many reads may run at once; those beyond wait in line, in the order in which their keys were asked for. One
   * that was told to stop counts no longer.
   * @defaultValue `6`
   */
  readonly concurrency?: number | undefined;
  /**
   * How long the first who asks is kept waiting for others, in each round; half of what is left to it at most. Who
   * begins to wait between two rounds is kept waiting twice as long after each read there that found something not
   * done, until the next round at most. With `0` nobody is.
   * @defaultValue a tenth of `interval`, from 1 to 20 ms
   */
  readonly window?: Duration | undefined;
  /**
   * The limit of one read, above 0: then it is told to stop, what it gives later is ignored, and its keys are asked for
   * again in the next round, as after any transient error. Not applied to a `read` that answers without a promise. The
   * option of the same name of a wait limits the look of that wait alone, time in line included.
   * @defaultValue none
   */
  readonly attemptTimeout?: Duration | undefined;
  /** What brings the next round forward. Subscribed once, while somebody waits. @defaultValue none */
  readonly wakeOn?: WakeSource | readonly WakeSource[] | undefined;
  /** Whether the process may end while the poller itself waits: for others who ask, or for a read to end. @defaultValue `false` */
  readonly unref?: boolean | undefined;
  /** Where timers and time come from. @defaultValue `globalThis` */
  readonly clock?: Clock | undefined;
  /** Where chance comes from: a number from 0 to 1, 1 excluded. @defaultValue `Math.random` */
  readonly random?: (() => number) | undefined;
}

/** What a poller decides for all its waits, or takes as an argument; and where it belongs. */
const NO_OPTIONS_OF_A_WAIT = {
  interval: 'an option of createPoller, as the rounds are those of all its waits',
  clock: 'an option of createPoller, as its waits have one time',
  random: 'an option of createPoller, not of one of its waits',
  until: 'the second argument of `poller.waitFor`, not an option',
};

type OfPoller = keyof typeof NO_OPTIONS_OF_A_WAIT;

/** The options of one wait of a poller. */
export type PolledWaitOptions<Value> = Omit<WaitOptions<Value | undefined>, OfPoller>;

/** The options of one wait of a poller for a status. */
export type PolledStatusOptions<Target extends StatusWord = StatusWord, Word extends StatusWord = StatusWord> = Omit<
  StatusOptions<Target, unknown, Word>,
  OfPoller
>;

// By what is there: older libraries of TypeScript do not know the symbol, and a declaration would make others believe in it.
type AsyncDispose = SymbolConstructor extends { readonly asyncDispose: infer Name extends symbol } ? Name : never;

/** What `await using` calls. */
export type AsyncDisposer = {
  /** The same as `close`. */
  readonly [Name in AsyncDispose]: () => Promise<void>;
};

/** One read for many waits. */
export interface Poller<Key, Value> extends AsyncDisposer {
  /**
   * Waits until what was read for this key is as `until` says, and resolves to it. A key that is not found is
   * `undefined`. The same errors as {@link waitFor}.
   */
  waitFor<Done extends Value>(
    key: Key,
    until: (value: Value | undefined) => value is Done,
    options?: PolledWaitOptions<Value>,
  ): Promise<Done>;
  /** The same, with an `until` that is no type guard. */
  waitFor(
    key: Key,
    until: (value: Value | undefined) => unknown,
    options?: PolledWaitOptions<Value>,
  ): Promise<Value | undefined>;
  /**
   * Waits until the status of what was read for this key is one of the targets: by a function that tells it. The same
   * errors as {@link waitForStatus}.
   */
  waitForStatus<Known, const Target extends Words<Known>>(
    key: Key,
    options: PolledStatusOptions<Target, NoInfer<ListedWord<Words<Known>>>> & {
      /** How to tell the status. */
      readonly status: (value: Value) => Known;
    },
  ): Promise<Value>;
  /** The same, by the name of a property, or by the value itself. */
  waitForStatus<const Target extends WordOf<Value, Name>, Name extends string = 'status'>(
    key: Key,
    options: PolledStatusOptions<Target, NoInfer<ListedWord<WordOf<Value, Name>>>> & {
      readonly status?: Name | undefined;
    },
  ): Promise<WithStatus<Value, Name, Target>>;
  /** Brings the next look of all waits forward, or of those for one key: something may have changed. */
  wake(key?: Key): void;
  /** Ends all waits: they reject, and so do later ones. Resolves when the reads that were under way have ended; one that does not listen to its signal is waited for a second at most. */
  close(): Promise<void>;
}

/**
 * One read for many waits: gathers the keys that somebody waits for, and reads them together, round after round.
 *
 * A wait never gets an answer older than its own call, and no key is read twice at a time. Each wait keeps its own
 * deadline, signal and report.
 *
 * @throws RangeError or TypeError for an option out of range
 * @example
 * ```ts
 * import { createPoller } from 'unsleep';
 *
 * const jobs = new Map([[1, 'running'], [2, 'done'], [3, 'done']]);
 * let reads = 0;
 * const poller = createPoller({
 *   interval: 10,
 *   read: async (ids: readonly number[]) => {
 *     reads++;
 *     return ids.map((id) => [id, jobs.get(id) ?? 'gone']);
 *   },
 * });
 * await Promise.all([2, 3].map((id) => poller.waitForStatus(id, { target: 'done' })));
 * reads; // => 1
 * await poller.close();
 * ```
 */
export function createPoller<Key, Value>(options: PollerOptions<Key, Value>): Poller<Key, Value> {
  checkOptions(options);
  const { read, interval = 1_000, batchSize = Number.POSITIVE_INFINITY, concurrency = 6 } = options;
  check('read', read, typeof read === 'function', 'a function');
  const { wakeOn, attemptTimeout, unref, clock, random } = options;
  // Those that a wait has too, and means the same by.
  const common = toSettings({ wakeOn, attemptTimeout, unref, clock, random });
  const pause = toMilliseconds('interval', interval, 'finite');
  if (pause === 0) throw new RangeError(`\`interval\` must be above 0; got ${render(interval)}`);
  checkCount('batchSize', batchSize);
  checkCount('concurrency', concurrency);
  const window = toMilliseconds('window', options.window ?? Math.min(20, Math.max(1, pause / 10)), 'finite');
  const reads = new BatchedReads({ ...common, read, batchSize, concurrency, interval: pause, window });
  return toPoller(reads, common.sources.map(oneSubscription), { clock, random });
}

function checkCount(name: string, value: number): void {
  const isCount = (Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && value >= 1;
  if (!isCount) throw new RangeError(`\`${name}\` must be a whole number from 1, or Infinity; got ${render(value)}`);
}

function toPoller<Key, Value>(
  reads: BatchedReads<Key, Value>,
  shared: readonly WakeSource[],
  ofPoller: Pick<PollerOptions<Key, Value>, 'clock' | 'random'>,
): Poller<Key, Value> {
  const wakes = new Map<Key, Set<Wake>>();
  const closed = new AbortController();

  const poll = <Options extends PolledWaitOptions<never>>(
    key: Key,
    options: Options,
    toWay: (read: AnyCondition, options: Options) => RemarkingWay,
    called: (...args: never[]) => unknown,
    adapt: (options: Options) => WaitOptions<never>,
  ): Promise<never> => {
    let question: Question<Key, Value> | undefined;
    const leave = () => {
      if (question) reads.leave(key, question);
      question = undefined;
    };
    const condition = (look: Look) => {
      const { wokenBy } = look;
      question = reads.ask(key, wokenBy === 'deadline' ? 0 : look.remaining / 2, wokenBy === 'start');
      // A look is cut on its own only by its own limit; else it ends with the wait.
      if (options.attemptTimeout !== undefined) look.signal.addEventListener('abort', leave, { once: true });
      return question.answer;
    };
    // Unsubscribed in the turn in which the wait ends, however it does.
    const byHand: WakeSource = (wake) => {
      const forget = listen(wakes, key, wake);
      return () => {
        leave();
        forget();
      };
    };
    const toOptions = (own: Options): WaitOptions<never> => ({
      ...adapt(own),
      ...ofPoller,
      interval: () => reads.untilNextRound(),
      wakeOn: [own.wakeOn ?? [], shared, byHand].flat(),
      signal: [own.signal ?? [], closed.signal].flat(),
    });
    const toPolledWay = (read: AnyCondition, own: Options) => {
      for (const [name, where] of Object.entries(NO_OPTIONS_OF_A_WAIT)) {
        const value = own[name as keyof Options];
        check(name, value, value === undefined, where);
      }
      return polledWay(key, toWay(read, own), () => (reads.isInLine(key) ? [IN_LINE] : []));
    };
    return wait<never, Options>(condition, toPolledWay, options, called, toOptions);
  };

  const poller = {
    waitFor(key: Key, until: (value: never) => unknown, options: PolledWaitOptions<never> = {}) {
      const toWay = (read: AnyCondition, { failWhen }: PolledWaitOptions<never>) => {
        check('until', until, typeof until === 'function', 'a function');
        return conditionWay(read, { until, failWhen });
      };
      return poll(key, options, toWay, poller.waitFor, ({ tolerate = isTransient, ...rest }) => {
        checkFunction('tolerate', tolerate);
        return { ...rest, tolerate: (error) => isNoAnswer(error) || tolerate(error) };
      });
    },
    waitForStatus(key: Key, options: PolledStatusOptions) {
      return poll(key, options as PolledWaitOptions<never>, statusWayOf, poller.waitForStatus, (own) => {
        const { tolerate, ...rest } = toleratingUnreadable(own as unknown as StatusOptions<StatusWord, never>);
        return { ...rest, tolerate: (error) => isNoAnswer(error) || tolerate(error) };
      });
    },
    wake(...keys: [key?: Key]) {
      const woken = keys.length > 0 ? [wakes.get(keys[0] as Key) ?? []] : Array.from(wakes.values());
      for (const wake of woken.flatMap((set) => Array.from(set))) wake();
    },
    close() {
      closed.abort(new DOMException('the poller was closed', 'AbortError'));
      return reads.ended();
    },
    [Symbol.asyncDispose]: () => poller.close(),
  };
  return poller as Poller<Key, Value>;
}

/** Whether nothing was read, or nothing that could be: of no wait an error of its own. */
function isNoAnswer(error: unknown): boolean {
  return error instanceof UnreadableAnswers || error instanceof NotRead;
}

function statusWayOf(read: AnyCondition, options: object): RemarkingWay {
  const way = statusWay(read, options as StatusOptions);
  // What is not there has no status.
  return { ...way, isDone: (value) => value !== undefined && way.isDone(value) };
}

const IN_LINE = 'its last look was still in line: as many reads as `concurrency` allows were under way';

/** The same, known by its key, and by a word of its own when it is not found. */
function polledWay(key: unknown, way: RemarkingWay, more: () => readonly string[]): Way {
  let isFound = true;
  return {
    isDone: (value) => {
      isFound = value !== undefined;
      return way.isDone(value);
    },
    word: () => (isFound ? way.word?.() : 'not found'),
    title: () => `key ${render(key)}`,
    remarks: (journal, settings) => [...way.remarks(journal, settings), ...more()],
  };
}

function listen<Key>(wakes: Map<Key, Set<Wake>>, key: Key, wake: Wake): () => void {
  const all = wakes.get(key) ?? new Set();
  wakes.set(key, all);
  all.add(wake);
  return () => {
    all.delete(wake);
    if (all.size === 0) wakes.delete(key);
  };
}

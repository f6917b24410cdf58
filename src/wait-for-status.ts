import { type Again, isAgain } from './again.ts';
import { check, checkFunction } from './check.ts';
import type { Duration } from './duration.ts';
import { GiveUp } from './give-up.ts';
import type { Look } from './look.ts';
import type { CommonOptions, TriggerOption, WaitOptions } from './options.ts';
import { render } from './render.ts';
import { titleOf } from './title.ts';
import { isTransient } from './transient.ts';
import { wait } from './wait.ts';
import type { AnyCondition, RemarkingWay } from './way.ts';

/** A status: text, or a number. */
export type StatusWord = string | number;

/** The options of {@link waitForStatus}. */
export interface StatusOptions<
  Target extends StatusWord = StatusWord,
  Triggered = unknown,
  Word extends StatusWord = StatusWord,
> extends CommonOptions,
    TriggerOption<Triggered> {
  /** The words that mean done. Compared exactly, case included, never by part. */
  readonly target: Target | readonly Target[];
  /** The words that mean that it will never be done: the wait fails at once. @defaultValue none */
  readonly failure?: Word | readonly Word[] | undefined;
  /**
   * The words that mean not yet. When given, any word in no list fails the wait at once as unexpected.
   * @defaultValue every word that is in no other list
   */
  readonly pending?: Word | readonly Word[] | undefined;
  /** The whole budget, from the call to the end, `trigger` included. @defaultValue `'5m'` */
  readonly timeout?: Duration | undefined;
  /**
   * Whether a thrown error means "not yet". A read that fails says nothing of what it reads, so it is counted in the
   * report and asked again, no sooner than its `Retry-After`. @defaultValue `isTransient`
   */
  readonly tolerate?: ((error: unknown) => unknown) | undefined;
}

/** The words that the property `Key` of a value may hold, or that the value itself may be. */
export type WordOf<Value, Key extends string> = Words<KnownWord<Value, Key>>;

/** The words that are known; where none are, any. */
export type Words<Known> = [Extract<Known, StatusWord>] extends [never] ? StatusWord : Extract<Known, StatusWord>;
/** A word of a list. The options of a wrapper know no words; they must still fit a status that is any text. */
export type ListedWord<Word> = string extends Word ? StatusWord : number extends Word ? StatusWord : Word;
type KnownWord<Value, Key extends string> = Value extends StatusWord
  ? Value
  : Value extends { readonly [K in Key]: infer Word }
    ? Word
    : never;

/** A value whose status is one of the targets. */
export type WithStatus<Value, Key extends string, Target> = Value extends StatusWord
  ? Extract<Target, Value>
  : Value extends { readonly [K in Key]: infer Word }
    ? [Extract<Target, Word>] extends [never]
      ? never
      : Value & { readonly [K in Key]: Extract<Target, Word> }
    : Value;

/**
 * Reads until the status is one of the targets, and resolves to what was read. Works with any client: the read is
 * yours.
 *
 * A failure status fails the wait at once, and so does a word in no list when `pending` is given. A failed read is not
 * a failed operation: see `tolerate`. A status that is neither text nor a number is an unreadable look, counted and
 * asked again.
 *
 * @throws {@link WaitFailedError} for a failure or an unexpected status; otherwise the same as {@link waitFor}
 * @example
 * ```ts
 * import { waitForStatus } from 'unsleep';
 *
 * const answers = ['BUILD', 'BUILD', 'ACTIVE'];
 * const read = async () => ({ id: 41, status: answers.shift() ?? 'ACTIVE' });
 * const server = await waitForStatus(read, { target: 'ACTIVE', failure: 'ERROR', interval: 1 });
 * server.status; // => 'ACTIVE'
 * ```
 */
export function waitForStatus<Value, Known, const Target extends Words<Known>, Triggered = unknown>(
  read: (look: Look<Triggered>) => Value | PromiseLike<Value>,
  options: StatusOptions<Target, Triggered, NoInfer<ListedWord<Words<Known>>>> & {
    /** How to tell the status: a function, or the name of a property. @defaultValue `'status'`, or the value itself when it is text or a number */
    readonly status: (value: Exclude<Value, Again>) => Known;
  },
): Promise<Exclude<Value, Again>>;
export function waitForStatus<
  Value,
  const Target extends WordOf<Exclude<Value, Again>, Key>,
  Key extends string = 'status',
  Triggered = unknown,
>(
  read: (look: Look<Triggered>) => Value | PromiseLike<Value>,
  options: StatusOptions<Target, Triggered, NoInfer<ListedWord<WordOf<Exclude<Value, Again>, Key>>>> & {
    readonly status?: Key | undefined;
  },
): Promise<WithStatus<Exclude<Value, Again>, Key, Target>>;
export function waitForStatus(
  read: AnyCondition,
  options: StatusOptions<StatusWord, never> & { readonly status?: unknown },
): Promise<unknown> {
  return wait(read, statusWay, options, waitForStatus, toleratingUnreadable);
}

/** The options of the loop: with the budget of a status, and asking again where it could not be read. */
export function toleratingUnreadable({
  timeout = '5m',
  tolerate,
  ...rest
}: StatusOptions<StatusWord, never>): WaitOptions<never> & { readonly tolerate: (error: unknown) => unknown } {
  checkFunction('tolerate', tolerate);
  const isTolerated = tolerate ?? isTransient;
  return { ...rest, timeout, tolerate: (error) => error instanceof UnreadableStatus || isTolerated(error) };
}

/** Checks a read of a status, and says what its answers mean. */
export function statusWay(read: AnyCondition, options: StatusOptions & { readonly status?: unknown }): RemarkingWay {
  check('read', read, typeof read === 'function', 'a function');
  const statusOf = toReader(options.status);
  const lists = toLists(options);
  const unlisted = new Set<StatusWord>();
  let word: StatusWord | undefined;
  let otherLists = '';
  return {
    isDone: (value) => {
      word = undefined;
      if (isAgain(value)) return false;
      const status = statusOf(value);
      if (typeof status !== 'string' && typeof status !== 'number') throw new UnreadableStatus(status);
      word = status;
      if (lists.failure.has(status)) throw new GiveUp(`status ${render(status)} means failure`);
      if (lists.target.has(status)) return true;
      if (lists.pending?.has(status)) return false;
      if (lists.pending) {
        otherLists = ` (failure: ${words(lists.failure)}; pending: ${words(lists.pending)})`;
        throw new GiveUp(`status ${render(status)} is in none of the lists`);
      }
      if (unlisted.size <= MOST_WORDS) unlisted.add(status);
      return false;
    },
    word: () => (word === undefined ? undefined : String(word)),
    title: titleOf,
    remarks: () => [
      `waited for status ${words(lists.target)}${otherLists}`,
      ...(unlisted.size > 0 ? [`taken for pending, as no list names them: ${words(unlisted)}`] : []),
    ],
  };
}

// A status that counts something would otherwise fill the memory and the message.
const MOST_WORDS = 20;

class UnreadableStatus extends TypeError {
  constructor(status: unknown) {
    super(`unreadable status: ${render(status)}`);
  }
}

function toReader(status: unknown): (value: unknown) => unknown {
  if (typeof status === 'function') return status as (value: unknown) => unknown;
  check('status', status, status === undefined || typeof status === 'string', 'a function or the name of a property');
  const key = (status as string | undefined) ?? 'status';
  return (value) => {
    const isWord = status === undefined && (typeof value === 'string' || typeof value === 'number');
    return isWord ? value : (Object(value) as Record<string, unknown>)[key];
  };
}

interface Lists {
  readonly target: ReadonlySet<StatusWord>;
  readonly failure: ReadonlySet<StatusWord>;
  readonly pending: ReadonlySet<StatusWord> | undefined;
}

function toLists({ target, failure = [], pending }: StatusOptions): Lists {
  const lists = {
    target: toList('target', target),
    failure: toList('failure', failure),
    pending: pending === undefined ? undefined : toList('pending', pending),
  };
  if (lists.target.size === 0) throw new RangeError('`target` must name at least one status; got []');
  const all = [...lists.target, ...lists.failure, ...(lists.pending ?? [])];
  const twice = all.find((word, index) => all.indexOf(word) !== index);
  if (twice !== undefined) throw new RangeError(`a status may be in one list only; ${render(twice)} is in two`);
  return lists;
}

function toList(name: string, value: unknown): ReadonlySet<StatusWord> {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const areWords = list.every((word) => typeof word === 'string' || typeof word === 'number');
  check(name, value, areWords, 'a status or an array of them: text or numbers');
  return new Set(list as readonly StatusWord[]);
}

function words(list: Iterable<StatusWord>): string {
  const texts = Array.from(list, (word) => render(word));
  return [...texts.slice(0, MOST_WORDS), ...(texts.length > MOST_WORDS ? ['…'] : [])].join(', ') || 'none';
}

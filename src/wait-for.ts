import { type Again, isAgain } from './again.ts';
import { check, checkFunction } from './check.ts';
import { GiveUp } from './give-up.ts';
import type { Journal } from './journal.ts';
import type { Look } from './look.ts';
import { immediate, type WaitOptions } from './options.ts';
import { isErrorLike, render } from './render.ts';
import { titleOf } from './title.ts';
import { wait } from './wait.ts';
import type { AnyCondition, RemarkingWay } from './way.ts';

/** The answers that mean done when no `until` decides. */
export type Truthy<Value> = Exclude<Value, false | 0 | 0n | '' | null | undefined>;

/** A condition: what it answers decides. One that answers nothing does not compile: assertions are for `eventually`. */
export type Condition<Value, Triggered = unknown> = ((look: Look<Triggered>) => Value | PromiseLike<Value>) &
  AnswersSomething<Value>;

type Nothing = ReturnType<() => void>;
// `any` would pass for nothing too: what JSON.parse gave, or an untyped client.
type AnswersSomething<Value> = unknown extends Value
  ? unknown
  : [Value] extends [never]
    ? unknown
    : [Value] extends [Nothing]
      ? { 'This condition answers nothing, so it would never be done. For assertions use eventually().': never }
      : unknown;

/**
 * Waits until the condition answers truthy, or as `until` decides, and resolves to that answer.
 *
 * Falsy and `again()` mean not yet. A thrown error means never, and comes back as the same object, unless `tolerate`
 * says otherwise; by default it tolerates what says nothing about the thing waited for: failed networks, 429 and 5xx,
 * a look that was cut. Looks once at once, and once more at the deadline.
 *
 * @throws {@link WaitTimeoutError} when the time ran out, {@link WaitExhaustedError} when the attempts did,
 * {@link WaitFailedError} when waiting longer cannot help; `signal.reason` when aborted; RangeError or TypeError for a
 * wrong option. All of them as rejections.
 * @example
 * ```ts
 * import { waitFor } from 'unsleep';
 *
 * const server = { status: 'starting' };
 * setTimeout(() => { server.status = 'ready'; }, 20);
 * const ready = await waitFor(() => server.status === 'ready' && server, { timeout: '2s' });
 * ready.status; // => 'ready'
 * ```
 */
export function waitFor<Value, Done extends Exclude<Value, Again>, Triggered = unknown>(
  condition: Condition<Value, Triggered>,
  options: WaitOptions<Exclude<Value, Again>, Triggered> & { until: (value: Exclude<Value, Again>) => value is Done },
): Promise<Done>;
export function waitFor<Value, Triggered = unknown>(
  condition: Condition<Value, Triggered>,
  options: WaitOptions<Exclude<Value, Again>, Triggered> & { until: (value: Exclude<Value, Again>) => unknown },
): Promise<Exclude<Value, Again>>;
export function waitFor<Value, Triggered = unknown>(
  condition: Condition<Value, Triggered>,
  options?: WaitOptions<Exclude<Value, Again>, Triggered>,
): Promise<Truthy<Exclude<Value, Again>>>;
export function waitFor(condition: AnyCondition, options: WaitOptions<never> = NO_OPTIONS): Promise<unknown> {
  return wait(condition, conditionWay, options, waitFor);
}

const NO_OPTIONS: WaitOptions<never> = {};

/** Checks a condition, and says what its answers mean. */
export function conditionWay(
  condition: AnyCondition,
  { until, failWhen }: Pick<WaitOptions<never>, 'until' | 'failWhen'>,
): RemarkingWay {
  check('condition', condition, typeof condition === 'function', 'a function');
  checkFunction('until', until);
  checkFunction('failWhen', failWhen);
  return until || failWhen ? new ConditionWay(until as Decide, failWhen as Decide) : TRUTHY;
}

type Decide = WaitOptions['until'];

// A class, as many wait at once: of its methods there is one each, and of closures one for each wait.
class ConditionWay implements RemarkingWay {
  readonly #until: Decide;
  readonly #failWhen: Decide;

  constructor(until?: Decide, failWhen?: Decide) {
    this.#until = until;
    this.#failWhen = failWhen;
  }

  isDone(value: unknown): boolean {
    if (isAgain(value)) return false;
    const [until, failWhen] = [this.#until, this.#failWhen];
    const reason = failWhen && immediate('failWhen', failWhen(value));
    if (reason) throw new GiveUp(isReason(reason) ? reason : `failWhen matched ${render(value)}`);
    return Boolean(until ? immediate('until', until(value)) : value);
  }

  title(condition: AnyCondition): string {
    return titleOf(condition);
  }

  remarks(journal: Journal): readonly string[] {
    return !this.#until && answeredNothing(journal) ? [NOTHING] : [];
  }
}

/** Done when the answer is truthy. */
const TRUTHY = new ConditionWay();

const NOTHING = 'the condition only ever returned undefined: return what it found, or use eventually() for assertions';

function answeredNothing({ timeline }: Journal): boolean {
  const [first, ...others] = timeline.spans;
  if (others.length > 0 || first?.answer.kind !== 'value') return false;
  return first.answer.value === undefined && first.answer.word === undefined;
}

function isReason(reason: unknown): boolean {
  return typeof reason === 'string' || isErrorLike(reason);
}

import { check } from '../../check.ts';
import { render } from '../../render.ts';
import type { Dialect } from '../dialect.ts';
import { isObject } from '../failure.ts';
import type { AcceptorsOptions } from './acceptors.ts';
import { jmesPath } from './jmes-path.ts';
import { type AcceptorState, byRules, isAnyError, isFilled, type Rule, toState } from './matcher.ts';

/** A waiter of a `waiters-2.json`, as it stands there. */
export interface BotocoreWaiter {
  /** The pause between two looks, in seconds. The dialect has none: pass it as `interval`, in milliseconds. */
  readonly delay: number;
  /** How often to look. The dialect does not count: pass `delay` times this as `timeout`, in milliseconds. */
  readonly maxAttempts: number;
  /** The call that is repeated. */
  readonly operation: string;
  /** What it waits for. */
  readonly description?: string | undefined;
  /** In their order, of which the first that matches decides. */
  readonly acceptors: readonly BotocoreAcceptor[];
}

/** What an answer must be like, and where that leads. Its words are checked when the dialect is made. */
export interface BotocoreAcceptor {
  /** `success`, `failure` or `retry`. */
  readonly state: string;
  /**
   * What is compared: `path`, or each or any element of a list that is not empty with `pathAll` and `pathAny`, all of a call
   * that succeeded; the HTTP `status`; the code of an `error`.
   */
  readonly matcher: string;
  /** The JMESPath expression of a path. */
  readonly argument?: string | undefined;
  /** With what it is compared. For an error `true` is any that says something of the thing, and `false` is none. */
  readonly expected: unknown;
}

/**
 * A waiter as of botocore, the AWS SDK for Python: the `waiters-2.json` of a service says for hundreds of things when they
 * are there, gone or failed. The same request is repeated until one of its acceptors leads to an end.
 *
 * What no acceptor matches, and what says nothing of the thing, is read as {@link acceptors} reads it. So is the answer: for
 * most of these services give `poll` a client.
 *
 * @throws RangeError or TypeError for an acceptor that is none, and for an expression that cannot be read
 * @example
 * ```ts
 * import { botocore } from 'unsleep/operation';
 *
 * const clusterActive = {
 *   operation: 'DescribeCluster',
 *   delay: 30,
 *   maxAttempts: 40,
 *   acceptors: [
 *     { matcher: 'path', argument: 'cluster.status', expected: 'ACTIVE', state: 'success' },
 *     { matcher: 'path', argument: 'cluster.status', expected: 'FAILED', state: 'failure' },
 *   ],
 * };
 * const options = {
 *   dialect: botocore(clusterActive, { output: 'cluster' }),
 *   interval: clusterActive.delay * 1_000,
 *   timeout: clusterActive.delay * clusterActive.maxAttempts * 1_000,
 * };
 * options.interval; // => 30_000
 * ```
 */
export function botocore<T = unknown>(
  waiter: BotocoreWaiter,
  options: Pick<AcceptorsOptions, 'output'> = {},
): Dialect<T> {
  check('waiter', waiter, isObject(waiter), 'a waiter of a waiters-2.json');
  const { acceptors } = waiter;
  check('acceptors', acceptors, isFilled(acceptors), 'a list of acceptors');
  const rules = acceptors.map((acceptor, at) => toRule(acceptor, `acceptors[${at}]`));
  return { name: 'botocore', classify: byRules(rules, jmesPath(options.output ?? '@', 'output')) };
}

type Matching = Omit<Rule, 'state'>;
type Compare = (found: unknown, expected: unknown) => boolean;

const PATHS: ReadonlyMap<string, { readonly subject: string; readonly compare: Compare }> = new Map([
  ['path', { subject: '', compare: (found, expected) => found === expected }],
  // Of an empty list, and of what is no list, nothing is said.
  [
    'pathAll',
    { subject: 'all of ', compare: (found, expected) => isFilled(found) && found.every((one) => one === expected) },
  ],
  ['pathAny', { subject: 'one of ', compare: (found, expected) => isFilled(found) && found.includes(expected) }],
]);

function toRule(acceptor: BotocoreAcceptor, name: string): Rule {
  check(name, acceptor, isObject(acceptor), 'an acceptor: an object with state, matcher and expected');
  const { matcher, expected } = acceptor;
  const state = toState(acceptor.state, `${name}.state`);
  if (matcher === 'status') return { state, ...byHttpStatus(expected, `${name}.expected`) };
  if (matcher === 'error') return { state, ...byError(expected, state, `${name}.expected`) };
  return { state, ...byPath(acceptor, name) };
}

function byHttpStatus(expected: unknown, name: string): Matching {
  check(name, expected, Number.isInteger(expected), 'an HTTP status');
  return { title: `answered ${expected}`, matches: ({ response }) => response.status === expected };
}

function byError(expected: unknown, state: AcceptorState, name: string): Matching {
  if (expected === true) return { title: 'the call failed', matches: (answer) => isAnyError(answer, state) };
  if (expected === false) return { title: 'the call succeeded', matches: ({ isSuccess }) => isSuccess };
  const isCode = typeof expected === 'string' && expected !== '';
  check(name, expected, isCode, 'the code of an error, or true or false');
  const code = String(expected);
  return { title: code, matches: ({ errors }) => errors.includes(code) };
}

function byPath({ matcher, argument, expected }: BotocoreAcceptor, name: string): Matching {
  const kind = PATHS.get(matcher);
  if (!kind) {
    throw new TypeError(
      `\`${name}.matcher\` must be one of path, pathAll, pathAny, status, error; got ${render(matcher)}`,
    );
  }
  const isPlain = ['string', 'number', 'boolean'].includes(typeof expected);
  check(`${name}.expected`, expected, isPlain, 'a string, a number or a boolean');
  const path = jmesPath(argument, `${name}.argument`);
  return {
    title: `${kind.subject}${argument} is ${expected}`,
    path,
    matches: ({ isSuccess, response }) => isSuccess && kind.compare(path(response.body), expected),
  };
}

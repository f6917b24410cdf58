import { check } from '../../check.ts';
import type { Dialect } from '../dialect.ts';
import { isObject } from '../failure.ts';
import { nameIn } from './error-name.ts';
import { type JmesPath, jmesPath } from './jmes-path.ts';
import { type AcceptorState, byRules, isAnyError, isFilled, type Rule, toState } from './matcher.ts';

/** What an answer must be like, and where that leads: an acceptor of a Smithy model, as it stands there. */
export interface Acceptor {
  /** The end, the other end, or the next look. */
  readonly state: AcceptorState;
  /** What the answer must be like. */
  readonly matcher: AcceptorMatcher;
}

/** What an answer must be like, in one way. */
export type AcceptorMatcher =
  | {
      /** Whether the call succeeded: `true` for any 2xx, `false` for any error that says something of the thing. */
      readonly success: boolean;
    }
  | {
      /** The name of the error, with or without its namespace. */
      readonly errorType: string;
    }
  | {
      /** What its body must hold, when the call succeeded. */
      readonly output: PathMatcher;
    }
  | {
      /** What `{ input, output }` must hold, when the call succeeded. */
      readonly inputOutput: PathMatcher;
    };

/** What must be at a path. */
export interface PathMatcher {
  /** A JMESPath expression. */
  readonly path: string;
  /** What must be there; `'true'` or `'false'` for booleans. */
  readonly expected: string;
  /** How to compare: with the one thing that is there, or with all or any of a list that is not empty. */
  readonly comparator: 'stringEquals' | 'booleanEquals' | 'allStringEquals' | 'anyStringEquals';
}

/** What else {@link acceptors} needs to know. */
export interface AcceptorsOptions {
  /** A JMESPath expression: where the result is in the body that is a success. @defaultValue the whole body */
  readonly output?: string | undefined;
  /** What was asked, for acceptors that compare it with the answer. @defaultValue none, and no acceptor may */
  readonly input?: Readonly<Record<string, unknown>> | undefined;
}

const ONE_OF = 'an object with one of success, errorType, output and inputOutput';

type Comparator = PathMatcher['comparator'];

const COMPARATORS: Readonly<Record<Comparator, (value: unknown, expected: string) => boolean>> = {
  stringEquals: (value, expected) => value === expected,
  booleanEquals: (value, expected) => value === (expected === 'true'),
  // An empty list says nothing of what should be in it.
  allStringEquals: (value, expected) => isFilled(value) && value.every((element) => element === expected),
  anyStringEquals: (value, expected) => isFilled(value) && value.includes(expected),
};
const BOOLEANS: readonly unknown[] = ['true', 'false'];
const TITLES: Readonly<Record<Comparator, string>> = {
  stringEquals: '',
  booleanEquals: '',
  allStringEquals: 'all of ',
  anyStringEquals: 'one of ',
};

/**
 * The acceptors of a Smithy waiter, in their order, of which the first that matches decides. The same request is repeated
 * until one leads to an end. Its first answer counts as well.
 *
 * No match goes on after a success, and rejects after an error. Errors that say nothing of the thing, which are 408, 425,
 * 429, 5xx and throttling by whatever status, count as unreadable, unless an acceptor names them or `success: false` retries.
 *
 * It is polled by GET, and read as JSON. For an API that is asked by POST, or in XML, give `poll` a client, and from it the
 * status, the headers and the output, or the error, as the body.
 *
 * @see https://smithy.io/2.0/additional-specs/waiters.html
 * @throws RangeError or TypeError for an acceptor that is none, and for an expression that cannot be read
 * @example
 * ```ts
 * import { acceptors } from 'unsleep/operation';
 *
 * const active = acceptors(
 *   [
 *     { state: 'success', matcher: { output: { path: 'table.status', expected: 'ACTIVE', comparator: 'stringEquals' } } },
 *     { state: 'retry', matcher: { errorType: 'ResourceNotFoundException' } },
 *   ],
 *   { output: 'table' },
 * );
 * active.name; // => 'acceptors'
 * ```
 */
export function acceptors<T = unknown>(list: readonly Acceptor[], options: AcceptorsOptions = {}): Dialect<T> {
  const { output = '@', input } = options;
  check('acceptors', list, isFilled(list), 'a list of acceptors');
  check('input', input, input === undefined || isObject(input), 'the object that was asked with');
  const rules = list.map((acceptor, at) => toRule(acceptor, `acceptors[${at}]`, input));
  return { name: 'acceptors', classify: byRules(rules, jmesPath(output, 'output')) };
}

function toRule(acceptor: Acceptor, name: string, input: AcceptorsOptions['input']): Rule {
  check(name, acceptor, isObject(acceptor), 'an acceptor: an object with state and matcher');
  const { matcher } = acceptor;
  const state = toState(acceptor.state, `${name}.state`);
  const isOne = isObject(matcher) && Object.keys(matcher).length === 1;
  check(`${name}.matcher`, matcher, isOne, ONE_OF);
  if ('success' in matcher) return { state, ...bySuccess(matcher.success, state, `${name}.matcher.success`) };
  if ('errorType' in matcher) return { state, ...byErrorType(matcher.errorType, `${name}.matcher.errorType`) };
  if ('output' in matcher) return { state, ...byPath(matcher.output, `${name}.matcher.output`) };
  check(`${name}.matcher`, matcher, 'inputOutput' in matcher, ONE_OF);
  check('input', input, input !== undefined, `given, as ${name} compares it with the answer`);
  return { state, ...byPath(matcher.inputOutput, `${name}.matcher.inputOutput`, (body) => ({ input, output: body })) };
}

type Matching = Omit<Rule, 'state'>;

function bySuccess(success: boolean, state: AcceptorState, name: string): Matching {
  check(name, success, typeof success === 'boolean', 'true or false');
  if (success) return { title: 'the call succeeded', matches: ({ isSuccess }) => isSuccess };
  return { title: 'the call failed', matches: (answer) => isAnyError(answer, state) };
}

function byErrorType(errorType: string, name: string): Matching {
  const type = nameIn(errorType);
  check(name, errorType, typeof errorType === 'string' && type !== '', 'the name of an error');
  return { title: type, matches: ({ errors }) => errors.includes(type) };
}

function byPath(matcher: PathMatcher, name: string, subject = (body: unknown): unknown => body): Matching {
  check(name, matcher, isObject(matcher), 'an object with path, expected and comparator');
  const { path, expected, comparator } = matcher;
  const find = jmesPath(path, `${name}.path`);
  const isKnown = Object.hasOwn(COMPARATORS, comparator);
  check(`${name}.comparator`, comparator, isKnown, `one of ${Object.keys(COMPARATORS).join(', ')}`);
  const isRight = comparator === 'booleanEquals' ? BOOLEANS.includes(expected) : typeof expected === 'string';
  check(`${name}.expected`, expected, isRight, comparator === 'booleanEquals' ? "'true' or 'false'" : 'a string');
  const compare = COMPARATORS[comparator];
  const read: JmesPath = (body) => find(subject(body));
  return {
    title: `${TITLES[comparator]}${path} is ${expected}`,
    path: read,
    matches: ({ isSuccess, response }) => isSuccess && compare(read(response.body), expected),
  };
}

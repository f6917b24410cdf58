import { render } from '../../render.ts';
import type { Circumstances, StatusResponse } from '../dialect.ts';
import { isObject } from '../failure.ts';
import { byStatus, unreadable } from '../http-status.ts';
import type { Observation, OperationFailure } from '../observation.ts';
import { askedDelay } from '../retry-after.ts';
import { StatusError } from '../status-error.ts';
import { errorIn, errorNames, isPassingError } from './error-name.ts';
import type { JmesPath } from './jmes-path.ts';

/** Where an acceptor leads when it matches: to the end, to the other end, or to the next look. */
export type AcceptorState = 'success' | 'failure' | 'retry';

/** One acceptor, checked. */
export interface Rule {
  readonly state: AcceptorState;
  /** What people read when it matched. */
  readonly title: string;
  readonly matches: (answer: Answer) => boolean;
  /** What it reads of a body; a rule for errors or for the HTTP status reads none. */
  readonly path?: JmesPath;
}

/** An answer, as acceptors see it. */
export interface Answer {
  readonly response: StatusResponse;
  readonly isSuccess: boolean;
  readonly isError: boolean;
  /** By what names the error goes; none for a success. */
  readonly errors: readonly string[];
  /** Whether it is an error that says nothing of the thing: throttled, or the server is unwell. */
  readonly isPassing: boolean;
  /** What its HTTP status says; undefined for a success. */
  readonly seen: Observation<never> | undefined;
}

const STATES: readonly AcceptorState[] = ['success', 'failure', 'retry'];
const MOST_WORDS = 3;

/**
 * Acceptors in their order, of which the first that matches decides. What none matches goes on when the call succeeded,
 * and is rejected when it failed: to retry a 403 until the deadline helps nobody.
 *
 * @see https://smithy.io/2.0/additional-specs/waiters.html#waiter-workflow
 * @see https://github.com/aws/aws-sdk-js-v3/issues/2091
 */
export function byRules<T>(rules: readonly Rule[], output: JmesPath) {
  return (response: StatusResponse, at: Circumstances): Observation<T> => {
    const answer = toAnswer(response, at);
    const observation = verdictOf<T>(answer, at, { rules, output });
    const { kind } = observation;
    const url = response.url === '' ? undefined : response.url;
    if (!at.initial || url === undefined || (kind !== 'pending' && kind !== 'unreadable')) return observation;
    // The next look is the same request again, also when this one could not be read.
    const state = kind === 'pending' ? observation.state : wordOf(answer, []);
    return { kind: 'pending', state, notBefore: observation.notBefore, url };
  };
}

function verdictOf<T>(
  answer: Answer,
  at: Circumstances,
  { rules, output }: { readonly rules: readonly Rule[]; readonly output: JmesPath },
): Observation<T> {
  const { response, isSuccess } = answer;
  const { body, headers } = response;
  // The page of a proxy says 200 to everything.
  if (isSuccess && response.unreadable !== undefined) return unreadable(response, at.now);
  const rule = rules.find(({ matches }) => matches(answer));
  if (!rule && !isSuccess) return answer.seen?.kind === 'pending' ? answer.seen : byError(answer, at);
  if (!rule && !isReadable(body) && rules.some(({ path }) => path)) {
    return unreadable(response, at.now, 'its body is no object');
  }
  const state = wordOf(answer, rule ? [rule, ...rules] : rules);
  if (rule?.state === 'failure') return { kind: 'failed', state, error: failureOf(answer, rule) };
  if (rule?.state === 'success')
    return { kind: 'succeeded', state, value: isSuccess ? (output(body) as T) : undefined };
  return { kind: 'pending', state, notBefore: askedDelay(headers, at.now) };
}

function toAnswer(response: StatusResponse, at: Circumstances): Answer {
  // Not as the first answer, which is one to the same request as the others.
  const seen = byStatus(response, { ...at, initial: false });
  const isSuccess = seen === undefined;
  const errors = isSuccess ? [] : errorNames(response);
  return {
    response,
    isSuccess,
    // Neither is a redirect, nor a 304.
    isError: !isSuccess && seen.kind !== 'pending',
    errors,
    isPassing: seen?.kind === 'unreadable' || errors.some(isPassingError),
    seen,
  };
}

/** @see https://github.com/cloudfoundry/bosh-aws-cpi-release/issues/75 */
function byError({ response, errors, isPassing }: Answer, { now }: Circumstances): Observation<never> {
  const { code, message } = errorIn(response, errors);
  const said = code === undefined || code === message ? message : `${code}: ${message}`;
  const cause =
    code === undefined ? new StatusError(response) : new StatusError({ ...response, body: { message: said } });
  if (!isPassing) return { kind: 'rejected', cause };
  const { status, headers } = response;
  const hard = status === 429 || status === 503 || errors.some(isPassingError);
  return { kind: 'unreadable', cause, notBefore: askedDelay(headers, now), hard };
}

function failureOf({ response, isSuccess, errors }: Answer, { title }: Rule): OperationFailure {
  return isSuccess ? { message: title, details: response.body } : errorIn(response, errors);
}

/** What the thing is like in a word, or in a few when it is several things: what the first path finds that finds words. */
function wordOf({ response, isSuccess, errors }: Answer, rules: readonly Rule[]): string {
  for (const { path } of isSuccess ? rules : []) {
    const found = [path?.(response.body)].flat().filter((word) => typeof word === 'string');
    const words = [...new Set(found)];
    if (words.length > MOST_WORDS) return `${words.slice(0, MOST_WORDS).join(', ')}, …`;
    if (words.length > 0) return words.join(', ');
  }
  return errors[0] ?? `answered ${response.status}`;
}

// A list is what some APIs of one's own answer, and an expression can read it.
function isReadable(body: unknown): boolean {
  return isObject(body) || Array.isArray(body);
}

/** Whether it is an error, whichever. One that says nothing of the thing can be waited out, but ends nothing. */
export function isAnyError({ isError, isPassing }: Answer, state: AcceptorState): boolean {
  return isError && (state === 'retry' || !isPassing);
}

/** Whether this is a list of something. */
export function isFilled(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}

/** @throws TypeError for what is no state */
export function toState(value: unknown, option: string): AcceptorState {
  const state = STATES.find((known) => known === value);
  if (state !== undefined) return state;
  throw new TypeError(`\`${option}\` must be one of ${STATES.join(', ')}; got ${render(value)}`);
}

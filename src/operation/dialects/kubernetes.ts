import { check } from '../../check.ts';
import type { Circumstances, Dialect, StatusResponse } from '../dialect.ts';
import { isObject, own } from '../failure.ts';
import { byStatus, unreadable } from '../http-status.ts';
import type { Observation } from '../observation.ts';
import { askedDelay } from '../retry-after.ts';
import { objectAddress } from './kubernetes-address.ts';
import { type KubernetesObject, toObject } from './kubernetes-object.ts';
import { verdictOf, type Wanted } from './kubernetes-verdict.ts';
import { wordIn } from './word-in.ts';

/** What to wait for of an object of Kubernetes. */
export interface KubernetesOptions {
  /** The condition that must be True, such as `Ready`, `Available` or `Complete`; in any case. Needed, unless `expect` is `'deleted'`. */
  readonly type?: string | undefined;
  /** Whether the condition is to be True, or the object is to be gone. @defaultValue `'condition'` */
  readonly expect?: 'condition' | 'deleted' | undefined;
  /**
   * Which generation the condition must be about: that of the answer to your own write. What is said of an older one is
   * stale, whatever it says. @defaultValue that of the start answer; where that shows none, that of the object which is read
   */
  readonly generation?: number | undefined;
  /** Which object: one of the same name may take its place. @defaultValue that of the start answer, if it shows one */
  readonly uid?: string | undefined;
  /**
   * The conditions that mean failure, in place of the default ones. The condition that is waited for is never one.
   * @defaultValue `Stalled` and `Failed`, and `Progressing` when it is False for the reason ProgressDeadlineExceeded
   */
  readonly failed?: readonly FailedCondition[] | undefined;
  /**
   * What it means that the object is being deleted while a condition is waited for: no end of it can be expected, the
   * failure of it, or nothing, so that the wait goes on. @defaultValue `'gone'`
   */
  readonly terminating?: 'gone' | 'failed' | 'pending' | undefined;
}

/** A condition that means failure. */
export interface FailedCondition {
  /** The type of the condition, in any case. */
  readonly type: string;
  /** The status at which it means failure, in any case. @defaultValue `'True'` */
  readonly status?: string | undefined;
  /** The only reason for which it does. @defaultValue any */
  readonly reason?: string | undefined;
}

const FAILED: readonly FailedCondition[] = [
  { type: 'Stalled' },
  { type: 'Failed' },
  { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' },
];
const FAILED_CONDITIONS = 'a list of conditions: objects with type, and perhaps status and reason';
const NO_OBJECT = 'neither the address that was asked nor the answer names an object';
const TERMINATING: readonly unknown[] = ['gone', 'failed', 'pending'] satisfies KubernetesOptions['terminating'][];

/**
 * Kubernetes: an object is polled until a condition of it is True, or until it is gone. The start is the answer to a write
 * of the object, or to a GET of it; the object is the result.
 *
 * A condition that is about an older generation than your write's is stale. Where a controller does not say what it is
 * about, the condition is trusted, but not that of the start answer, which a write would get back as it was before.
 *
 * @see https://kubernetes.io/docs/reference/generated/kubectl/kubectl-commands#wait
 * @throws TypeError for an option that is out of range
 * @example
 * ```ts
 * import { kubernetes } from 'unsleep/operation';
 *
 * kubernetes({ type: 'Available' }).name; // => 'kubernetes'
 * kubernetes({ expect: 'deleted' }).name; // => 'kubernetes'
 * ```
 */
export function kubernetes<T = unknown>(options: KubernetesOptions): Dialect<T> {
  const wanted = toWanted(options);
  return {
    name: 'kubernetes',
    classify: (response, at) => {
      const seen = byStatus(response, at);
      if (seen) return wanted.expect === 'deleted' && isAbsence(response, seen) ? { kind: 'succeeded' } : seen;
      return at.initial ? byStart(response, at, wanted) : byRead(response, at, wanted);
    },
  };
}

function toWanted(options: KubernetesOptions): Wanted {
  check('options', options, isObject(options), 'an object');
  const { type, expect = 'condition', generation, uid, failed = FAILED, terminating = 'gone' } = options;
  check('expect', expect, expect === 'condition' || expect === 'deleted', "'condition' or 'deleted'");
  if (expect === 'deleted') check('type', type, type === undefined, "left out, as `expect` is 'deleted'");
  else check('type', type, isText(type), "the type of a condition, such as 'Ready', unless `expect` is 'deleted'");
  const isCount = generation === undefined || (Number.isSafeInteger(generation) && generation >= 0);
  check('generation', generation, isCount, 'a whole number from 0');
  check('uid', uid, uid === undefined || isText(uid), 'the uid of an object');
  check('failed', failed, Array.isArray(failed) && failed.every(isFailedCondition), FAILED_CONDITIONS);
  check('terminating', terminating, TERMINATING.includes(terminating), "'gone', 'failed' or 'pending'");
  return { type: type ?? '', expect, generation, uid, failed, terminating };
}

/** Whether an answer says that the object is not there; a DELETE of it may do so too, if it is about an object at all. */
function isAbsence({ status, body }: StatusResponse, { kind }: Observation): boolean {
  if (kind === 'notfound' || kind === 'gone') return true;
  return status === 404 && wordIn(own(body, 'details'), 'name') !== undefined;
}

/** What is remembered of the start answer. */
interface Memory {
  readonly uid?: string | undefined;
  readonly generation?: number | undefined;
}

function byStart<T>(response: StatusResponse, at: Circumstances, wanted: Wanted): Observation<T> {
  const { body, url: asked } = response;
  const object = toObject(body);
  // No object is what a DELETE or an eviction answers: it was accepted, and the object can be looked at.
  const shown = typeof object === 'string' ? { uid: wordIn(own(body, 'details'), 'uid') } : object;
  const url = objectAddress(asked, typeof object === 'string' ? undefined : object.name);
  // A client of one's own may have no address to give.
  if (url === undefined && asked !== '') return { kind: 'no-monitor', because: NO_OBJECT };
  const memory = remembering(wanted, shown);
  const observation: Observation<T> =
    typeof object === 'string' ? { kind: 'pending', state: 'accepted' } : byObject(response, at, object, memory);
  if (observation.kind !== 'pending') return observation;
  return { ...observation, url, memo: JSON.stringify({ uid: memory.uid, generation: memory.generation }) };
}

function byRead<T>(response: StatusResponse, at: Circumstances, wanted: Wanted): Observation<T> {
  const object = toObject(response.body);
  if (typeof object === 'string') return unreadable(response, at.now, object);
  return byObject(response, at, object, remembering(wanted, memoryIn(at.token.memo)));
}

function byObject<T>(
  response: StatusResponse,
  { initial, now }: Circumstances,
  object: KubernetesObject,
  wanted: Wanted,
): Observation<T> {
  if (wanted.uid !== undefined && object.uid === undefined) return unreadable(response, now, 'it has no uid');
  const verdict = verdictOf(object, wanted, { value: response.body as T, isOfWrite: initial });
  const notBefore = askedDelay(response.headers, now);
  return verdict.kind === 'pending' ? { ...verdict, notBefore } : verdict;
}

function remembering(wanted: Wanted, { uid, generation }: Memory): Wanted {
  return { ...wanted, uid: wanted.uid ?? uid, generation: wanted.generation ?? generation };
}

/** A memo comes from outside, as the token does. */
function memoryIn(memo: string | undefined): Memory {
  try {
    const memory: unknown = JSON.parse(memo ?? '');
    const generation = own(memory, 'generation');
    return { uid: wordIn(memory, 'uid'), generation: typeof generation === 'number' ? generation : undefined };
  } catch {
    return {};
  }
}

function isFailedCondition(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { type, status = 'True', reason = 'any' } = value;
  return [type, status, reason].every(isText);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

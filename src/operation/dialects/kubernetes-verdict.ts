import type { Observation } from '../observation.ts';
import type { FailedCondition } from './kubernetes.ts';
import { type Condition, conditionWord, type KubernetesObject } from './kubernetes-object.ts';

/** What is waited for, checked. */
export interface Wanted {
  readonly type: string;
  readonly expect: 'condition' | 'deleted';
  readonly generation: number | undefined;
  readonly uid: string | undefined;
  readonly failed: readonly FailedCondition[];
  readonly terminating: 'gone' | 'failed' | 'pending';
}

/** What an object means. `value` is the body of it; the answer to a write shows conditions from before it. */
export function verdictOf<T>(
  object: KubernetesObject,
  wanted: Wanted,
  { value, isOfWrite }: { readonly value: T; readonly isOfWrite: boolean },
): Observation<T> {
  const { uid, expect, terminating } = wanted;
  const isDeleted = expect === 'deleted';
  if (uid !== undefined && object.uid !== uid) {
    // It has taken the place of the one that is waited for.
    return isDeleted
      ? { kind: 'succeeded' }
      : { kind: 'gone', cause: new Error(`replaced: ${uid} is now ${object.uid}`) };
  }
  if (isDeleted) return { kind: 'pending', state: lifeOf(object) };
  const isFresh = (condition: Condition) => staleness(condition, object, wanted, isOfWrite) === undefined;
  const failure = object.conditions.find((condition) => isFailure(condition, wanted) && isFresh(condition));
  if (failure) return failedBy(failure);
  if (object.isTerminating && terminating === 'gone') {
    return { kind: 'gone', cause: new Error(`it is being deleted: ${lifeOf(object)}`) };
  }
  if (object.isTerminating && terminating === 'failed') {
    return { kind: 'failed', state: lifeOf(object), error: { message: 'it is being deleted' } };
  }
  return byCondition(object, wanted, { value, isOfWrite });
}

function byCondition<T>(
  object: KubernetesObject,
  wanted: Wanted,
  { value, isOfWrite }: { readonly value: T; readonly isOfWrite: boolean },
): Observation<T> {
  const condition = object.conditions.find(({ type }) => isSame(type, wanted.type));
  if (!condition) return { kind: 'pending', state: `no ${wanted.type} yet` };
  const stale = staleness(condition, object, wanted, isOfWrite);
  if (stale !== undefined) return { kind: 'pending', state: stale };
  const state = conditionWord(condition);
  return isSame(condition.status, 'True') ? { kind: 'succeeded', state, value } : { kind: 'pending', state };
}

/**
 * Why a condition says nothing of what was written, if it does not. The generation that counts is that of the write: an
 * object that was read from a cache may be older than it.
 *
 * @see https://github.com/kubernetes/kubectl/issues/962
 * @see https://github.com/pulumi/pulumi-kubernetes/pull/2943
 */
function staleness(
  condition: Condition,
  { generation, observedGeneration }: KubernetesObject,
  wanted: Wanted,
  isOfWrite: boolean,
): string | undefined {
  const least = wanted.generation ?? generation;
  const observed = condition.observedGeneration ?? observedGeneration;
  const reached = Math.min(observed ?? Number.POSITIVE_INFINITY, generation ?? Number.POSITIVE_INFINITY);
  if (least !== undefined && reached < least) return `stale: generation ${reached} of ${least}`;
  return isOfWrite && observed === undefined ? `${conditionWord(condition)}, from before` : undefined;
}

/** @see https://github.com/kubernetes/kubectl/issues/1482 */
function isFailure({ type, status, reason }: Condition, wanted: Wanted): boolean {
  if (isSame(type, wanted.type)) return false;
  return wanted.failed.some(
    (failed) =>
      isSame(type, failed.type) &&
      isSame(status, failed.status ?? 'True') &&
      (failed.reason === undefined || failed.reason === reason),
  );
}

function failedBy(condition: Condition): Observation<never> {
  const { reason, message, raw } = condition;
  const state = conditionWord(condition);
  return { kind: 'failed', state, error: { code: reason, message: message ?? state, details: raw } };
}

function lifeOf({ isTerminating, finalizers }: KubernetesObject): string {
  if (!isTerminating) return 'there';
  return finalizers.length === 0 ? 'terminating' : `terminating (${finalizers.join(', ')})`;
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

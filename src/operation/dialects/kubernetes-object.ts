import { render } from '../../render.ts';
import { isObject, own } from '../failure.ts';
import { wordIn } from './word-in.ts';

/** What matters of an object. */
export interface KubernetesObject {
  readonly name: string;
  readonly uid: string | undefined;
  readonly generation: number | undefined;
  /** Which generation its controller has dealt with, if it says so. */
  readonly observedGeneration: number | undefined;
  readonly conditions: readonly Condition[];
  readonly isTerminating: boolean;
  /** What has to happen before it goes. */
  readonly finalizers: readonly string[];
}

/** One of the things that a controller says of an object. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  /** Which generation this is about, if it says so. */
  readonly observedGeneration: number | undefined;
  /** As it stands there. */
  readonly raw: unknown;
}

/** What a body says of an object; or in a sentence why it is none. */
export function toObject(body: unknown): KubernetesObject | string {
  const metadata = own(body, 'metadata');
  const status = own(body, 'status') ?? {};
  const name = wordIn(metadata, 'name');
  const kind = own(body, 'kind');
  // A list has no name, and a Status may have one.
  if (name === undefined || kind === 'Status') return `no Kubernetes object but ${render(kind ?? body, 40)}`;
  if (!isObject(status)) return 'its status is no object';
  const uid = own(metadata, 'uid') ?? undefined;
  if (uid !== undefined && typeof uid !== 'string') return 'its uid is no text';
  const generation = own(metadata, 'generation') ?? undefined;
  const observedGeneration = own(status, 'observedGeneration') ?? undefined;
  if (!isGeneration(generation)) return 'its generation is no number';
  if (!isGeneration(observedGeneration)) return 'its observedGeneration is no number';
  const conditions = own(status, 'conditions') ?? [];
  if (!Array.isArray(conditions)) return 'its conditions are no list';
  const isTerminating = (own(metadata, 'deletionTimestamp') ?? undefined) !== undefined;
  const finalizers = [own(metadata, 'finalizers')].flat().filter((finalizer) => typeof finalizer === 'string');
  const read = conditions.map(toCondition).filter((condition) => condition !== undefined);
  return { name, uid, generation, observedGeneration, conditions: read, isTerminating, finalizers };
}

/** A condition; undefined for what is none, which is as if it were not there. */
function toCondition(raw: unknown): Condition | undefined {
  const type = wordIn(raw, 'type');
  const status = wordIn(raw, 'status');
  const observedGeneration = own(raw, 'observedGeneration') ?? undefined;
  if (type === undefined || status === undefined || !isGeneration(observedGeneration)) return undefined;
  return { type, status, reason: wordIn(raw, 'reason'), message: wordIn(raw, 'message'), observedGeneration, raw };
}

/** A condition in a few words, such as `Ready=False (ContainersNotReady)`. */
export function conditionWord({ type, status, reason }: Condition): string {
  return reason === undefined ? `${type}=${status}` : `${type}=${status} (${reason})`;
}

function isGeneration(value: unknown): value is number | undefined {
  return value === undefined || Number.isSafeInteger(value);
}

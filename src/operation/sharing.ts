import { Operation } from './operation.ts';
import type { OperationSettings } from './options.ts';
import type { OperationToken } from './token.ts';

// By what they are known: the answer object that started them, or the address where they are looked at.
const byAnswer = new WeakMap<object, Operation<unknown>>();
const byUrl = new Map<string, { readonly operation: Operation<unknown>; waits: number }[]>();

/** The operation that this answer started: the same for all who wait for it, as its body can be read once only. */
export function operationOfAnswer<T>(answer: object, settings: OperationSettings<T>): Operation<T> {
  const known = byAnswer.get(answer);
  if (known && isAlike(known.settings, settings)) return known as Operation<T>;
  const operation = new Operation(settings);
  byAnswer.set(answer, operation);
  return operation;
}

/** The operation of this token: one that somebody waits for already, in the same way, or a new one. */
export function operationOfToken<T>(token: OperationToken, settings: OperationSettings<T>): Operation<T> {
  const known = byUrl.get(token.url ?? '')?.find(({ operation }) => isAlike(operation.settings, settings));
  return (known?.operation as Operation<T> | undefined) ?? new Operation(settings, token);
}

/** Lets others find the operation while this wait goes on; gives back how to end that. */
export function share(operation: Operation<unknown>): () => void {
  let leave = () => {};
  const enter = () => {
    leave();
    leave = enterAt(operation.token.url, operation);
  };
  enter();
  // Its address may only become known, and may change.
  const stop = operation.observe(enter);
  return () => {
    stop();
    leave();
  };
}

function enterAt(url: string | undefined, operation: Operation<unknown>): () => void {
  if (url === undefined) return () => {};
  const list = byUrl.get(url) ?? [];
  const entry = list.find((one) => one.operation === operation) ?? { operation, waits: 0 };
  entry.waits++;
  if (entry.waits === 1) list.push(entry);
  byUrl.set(url, list);
  return () => {
    entry.waits--;
    if (entry.waits > 0) return;
    list.splice(list.indexOf(entry), 1);
    if (list.length === 0) byUrl.delete(url);
  };
}

/** Whether both ask in the same way, with the same credentials, and read the answers alike. */
function isAlike(a: OperationSettings<unknown>, b: OperationSettings<unknown>): boolean {
  const { dialect, reading, shared } = a;
  return (
    dialect === b.dialect &&
    reading.fetch === b.reading.fetch &&
    reading.poll === b.reading.poll &&
    reading.headers === b.reading.headers &&
    reading.allowOrigin === b.reading.allowOrigin &&
    reading.fetchResult === b.reading.fetchResult &&
    shared.clock === b.shared.clock
  );
}

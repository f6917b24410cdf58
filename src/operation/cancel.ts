import { retry } from 'unsleep';
import type { Operation } from './operation.ts';
import type { CancelRequest } from './operation-error.ts';
import type { OperationSettings } from './options.ts';

/** Asks the server to cancel, once. Never rejects: what became of it is told. */
export async function requestCancel<T>(
  operation: Operation<T>,
  started: PromiseLike<unknown> | undefined,
  settings: OperationSettings<T>,
): Promise<CancelRequest> {
  const { dialect, shared, cancelTimeout: timeout } = settings;
  const { clock, unref, advanceTimers } = shared;
  if (!dialect.cancel) return 'unsupported';
  try {
    return await retry(
      async ({ signal }) => {
        // Asked before the answer to the start was there: it is remembered, and sent once it is known what to cancel.
        if (operation.serial === 0 && started !== undefined) await operation.begin(await started, signal);
        if (!operation.canBePolled) return 'unsupported';
        const send = (url: string, init: RequestInit) => operation.reader.send(url, init, signal);
        await dialect.cancel?.(operation.token, { send });
        return 'requested';
      },
      { maxAttempts: 1, timeout, clock, unref, advanceTimers },
    );
  } catch {
    return 'refused';
  }
}

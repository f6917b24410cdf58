import type { WaitReport } from './report.ts';

interface PendingWait {
  report(): WaitReport;
}

// Shared by the whole process on purpose: the question is which wait, anywhere, keeps it from going on.
const pending = new Set<PendingWait>();

/** Lists a wait as alive; gives back how to take it off the list. */
export function listPending(wait: PendingWait): () => void {
  pending.add(wait);
  return () => pending.delete(wait);
}

/**
 * Reports of the waits that are alive now, oldest first. A wait that was done at its first look was never pending.
 *
 * @example
 * ```ts
 * import { pendingWaits } from 'unsleep';
 *
 * pendingWaits().map(({ name, elapsed }) => `${name}: ${elapsed} ms`); // => []
 * ```
 */
export function pendingWaits(): WaitReport[] {
  return Array.from(pending, (wait) => wait.report());
}

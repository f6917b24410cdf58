import { GRACE } from './lateness.ts';
import type { WaitReport } from './report.ts';

/** A wait, as far as somebody who lists it must know it. */
export interface PendingWait {
  report(): WaitReport;
  elapsed(): number;
  /** Milliseconds left of its budget, a hold included. */
  remaining(): number;
  /** Whether this signal would abort it. */
  endsBy(signal: AbortSignal): boolean;
}

// More than a test suite ever has, and few enough to be frugal in time.
const CROWD = 100;

// Shared by the whole process on purpose: the question is which wait, anywhere, keeps it from going on.
const pending = new Set<PendingWait>();

/** Lists a wait as alive. */
export function listPending(wait: PendingWait): void {
  pending.add(wait);
}

/** Takes it off the list. */
export function unlistPending(wait: PendingWait): void {
  pending.delete(wait);
}

/** Whether so many waits are alive at once that each has to do with little. */
export function isCrowded(): boolean {
  return pending.size >= CROWD;
}

/**
 * Reports of the waits that are alive now, oldest first; with a signal, of those that it would abort. A wait that was
 * done at its first look was never pending.
 *
 * @example
 * ```ts
 * import { pendingWaits } from 'unsleep';
 *
 * pendingWaits().map(({ name, elapsed }) => `${name}: ${elapsed} ms`); // => []
 * ```
 */
export function pendingWaits(signal?: AbortSignal): WaitReport[] {
  return waitsUnder(signal).map((wait) => wait.report());
}

/** The waits that this signal would abort; without one, all. */
export function waitsUnder(signal: AbortSignal | undefined): PendingWait[] {
  return Array.from(pending).filter((wait) => signal === undefined || wait.endsBy(signal));
}

/** Whether a wait that this signal would abort is about to have its last look judged, so late as it is. */
export function isEndingUnder(signal: AbortSignal | undefined, late: number): boolean {
  if (!signal || late >= 2 * GRACE) return false;
  return waitsUnder(signal).some((wait) => wait.elapsed() > late && wait.remaining() < 1);
}

import { formatDuration } from './duration.ts';
import {
  type WaitError,
  type WaitErrorParts,
  WaitExhaustedError,
  WaitFailedError,
  WaitTimeoutError,
} from './errors.ts';
import type { Hold } from './hold.ts';
import type { Journal } from './journal.ts';
import type { Settings } from './options.ts';
import { cut, oneLine, renderError } from './render.ts';
import { composeMessage, countLooks, reportToJson, reportToText, type WaitReport } from './report.ts';
import { firstFrameOf, framesOf } from './stack.ts';
import type { SourceReport } from './wake.ts';

/** What is known of a wait when it ends, or is asked about. */
export interface Known {
  readonly settings: Settings;
  readonly journal: Journal;
  readonly hold: Hold | undefined;
  readonly elapsed: number;
  readonly sources: readonly SourceReport[];
  /** What is waited for, when the user gave no name. */
  readonly title: string;
  /** What the waiter itself has to say. */
  readonly remarks: readonly string[];
  /** Where the wait was started. */
  readonly stack: { readonly stack?: string | undefined };
}

/** An error in its own right that goes before the last error of a look as the cause. */
export type Cause = { readonly error: unknown } | undefined;

/** The reason of a signal that was a deadline, and whether the signal is one of ours, and tells of a budget. */
export interface Deadline {
  readonly error: unknown;
  readonly isOurs: boolean;
}

/** Time ran out. `deadline` is the reason of a signal that was one, told in the headline when it is one of ours. */
export function timedOut(known: Known, remarks: readonly string[], deadline?: Deadline): WaitError {
  const elapsed = formatDuration(known.elapsed);
  const told = deadline?.isOurs
    ? `${elapsed}, as ${(deadline.error as Error).message}`
    : `the ${elapsed} of its signal`;
  const budget = deadline ? told : budgetOf(known.settings);
  const verdict = (report: WaitReport) => `not within ${budget} (${countLooks(report)})`;
  // What a look threw says more than the deadline, which the headline tells.
  const cause = known.journal.lastError ?? (deadline?.isOurs ? undefined : deadline);
  return buildError(WaitTimeoutError, known, verdict, [...relapseOf(known), ...remarks], cause);
}

/** The budget, and where it comes from: from an outer wait, or scaled. */
function budgetOf({ timeout, outer, scale, scales }: Settings): string {
  const said = formatDuration(timeout);
  if (outer) return `${said}, all that was left of the ${formatDuration(outer.timeout)} of ${outer.name()}`;
  if (scales.length === 0) return said;
  return `${said} (${[formatDuration(timeout / scale), ...scales.map((scale) => scale.join(' '))].join(' x ')})`;
}

/** The attempts were used up. */
export function exhausted(known: Known): WaitError {
  const { maxAttempts } = known.settings;
  const verdict = (report: WaitReport) =>
    `not done after ${countLooks(report)} (in ${formatDuration(report.elapsed)}; maxAttempts is ${maxAttempts})`;
  return buildError(WaitExhaustedError, known, verdict, relapseOf(known));
}

/** Waiting longer cannot help. */
export function failed(known: Known, reason: string, cause?: Cause): WaitError {
  const verdict = (report: WaitReport) =>
    `${cut(reason, 1_000)} (after ${formatDuration(report.elapsed)}, ${countLooks(report)})`;
  return buildError(WaitFailedError, known, verdict, [], cause);
}

/** That it was done, and why that was not enough. */
function relapseOf({ journal, hold }: Known): string[] {
  // Only a hold lets a wait be done and go on.
  if (!hold) return [];
  const { relapse } = hold;
  const length = formatDuration(hold.length);
  const last = journal.timeline.spans.at(-1)?.answer;
  if (last?.kind === 'value' && last.isDone) return [`it was done at the end, but not yet for ${length}`];
  if (!relapse) return [];
  const doneAt = formatDuration(relapse.doneAt);
  const often = relapse.times === 1 ? `once, at ${doneAt}` : `${relapse.times} times, last at ${doneAt}`;
  return [`it was done ${often}, and then no longer (it had to stay so for ${length})`];
}

function buildError(
  Type: new (parts: WaitErrorParts) => WaitError,
  known: Known,
  verdict: (report: WaitReport) => string,
  remarks: readonly string[],
  cause?: Cause,
): WaitError {
  const report = buildReport(known);
  return new Type({
    message: composeMessage(`${report.name}: ${verdict(report)}`, report, [...remarks, ...known.remarks]),
    report,
    cause: cause ?? known.journal.lastError,
    frames: framesOf(known.stack),
  });
}

/** What a wait has seen, as data. */
export function buildReport({ settings, journal, elapsed, sources, title, stack }: Known): WaitReport {
  const { looks, wokenLooks, failedLooks, timeline, lastValue, lastError } = journal;
  const report = {
    name: nameOf(settings.name, title),
    caller: firstFrameOf(stack),
    timeout: settings.timeout,
    elapsed,
    looks,
    wokenLooks,
    failedLooks,
    timeline: timeline.spans.map((span) => ({ ...span })),
    omitted: timeline.omitted,
    lastValue,
    lastError: lastError?.error,
    sources,
  };
  return { ...report, toJSON: () => reportToJson(report), toString: () => reportToText(report) };
}

/** What is waited for: as the user named it, or else the title. */
export function nameOf(name: Settings['name'], title: string): string {
  if (typeof name !== 'function') return cut(oneLine(name ?? title), 500);
  try {
    return cut(oneLine(String(name())), 500);
  } catch (error) {
    // Asked for on failure only: its own failure must not hide the other.
    return `${title} (its name threw ${renderError(error)})`;
  }
}

import { formatDuration } from './duration.ts';
import { cut, oneLine, render, renderError } from './render.ts';
import { FIRST, ownWordOf, type Span } from './timeline.ts';
import type { SourceReport } from './wake.ts';

/** What a wait has seen so far. */
export interface WaitReport {
  /** What is waited for. */
  readonly name: string;
  /** The line that started it, as a stack names it: `test/migrate.test.ts:41:9`. Empty where stacks tell nothing. */
  readonly caller: string;
  /** The budget in milliseconds, what scales it included. */
  readonly timeout: number;
  /** Milliseconds since the wait began. */
  readonly elapsed: number;
  /** Looks so far. */
  readonly looks: number;
  /** Looks that an event brought forward. */
  readonly wokenLooks: number;
  /** Looks that threw an error that was tolerated. */
  readonly failedLooks: number;
  /** What was seen, in order; with many changes only the first 5 and the last 10. */
  readonly timeline: readonly Span[];
  /** Spans left out between the first 5 and the rest. */
  readonly omitted: number;
  /** The answer of the last look that gave one. */
  readonly lastValue: unknown;
  /** The error of the last look that threw one. */
  readonly lastError: unknown;
  /** How each wake source did. */
  readonly sources: readonly SourceReport[];
  /** Everything as bounded text: safe for circular and huge values. */
  toJSON(): object;
  /** As text, what a line of a log needs: `server 41: 40 s of 5 min, 20 looks, last: running, 62 %`. */
  toString(): string;
}

// What is to be read of one value; and of each of two that take turns.
const VALUE = 500;
const TURN = 40;
// And what a line has room for of the name.
const NAME = 120;

/** Puts together what a failed wait says: a headline, what was seen when, the last value, and what else matters. */
export function composeMessage(headline: string, report: WaitReport, remarks: readonly string[]): string {
  const blocks = [headline, timelineRows(report).join('\n')];
  const notes = [...lastValueLine(report), ...remarks, ...report.sources.flatMap(sourceLine)];
  if (notes.length > 0) blocks.push(notes.map((note) => `  ${note}`).join('\n'));
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** The looks of a report as people say them: `38 looks, 2 of them woken by events`. */
export function countLooks({ looks, wokenLooks }: WaitReport): string {
  return `${looks} look${looks === 1 ? '' : 's'}${wokenLooks > 0 ? `, ${wokenLooks} of them woken by events` : ''}`;
}

/** A report as one line of bounded text. */
export function reportToText(report: Omit<WaitReport, 'toJSON' | 'toString'>): string {
  return `${cut(oneLine(report.name), NAME)}: ${describeSoFar(report)}`;
}

/** How far a wait is, without its name: `40 s of 5 min, 20 looks, last: pending`. */
export function describeSoFar(report: Pick<WaitReport, 'elapsed' | 'timeout' | 'looks' | 'timeline'>): string {
  const { elapsed, timeout, looks, timeline } = report;
  const budget = timeout === Number.POSITIVE_INFINITY ? '' : ` of ${formatDuration(timeout)}`;
  const last = timeline.at(-1);
  const answer = last ? `last: ${spanText(last)}` : 'no answer yet';
  return `${formatDuration(elapsed)}${budget}, ${looks} look${looks === 1 ? '' : 's'}, ${answer}`;
}

/** A report without anything that JSON could choke on. */
export function reportToJson(report: Omit<WaitReport, 'toJSON' | 'toString'>): object {
  const { lastValue, lastError, timeline, ...rest } = report;
  const spans = timeline.map(({ at, looks, ...span }) => ({ at, looks, answer: spanText(span) }));
  return {
    ...rest,
    timeline: spans,
    lastValue: render(lastValue, 1_000),
    lastError: lastError === undefined ? undefined : renderError(lastError),
  };
}

function timelineRows({ timeline, omitted }: WaitReport): string[] {
  const rows = timeline.map(({ at, looks, ...span }) => [formatDuration(at), spanText(span), String(looks)]);
  const width = (column: number) => Math.max(0, ...rows.map((row) => (row[column] as string).length));
  const [time, text, count] = [Math.max(9, width(0)), width(1), width(2)];
  const lines = rows.map(([at = '', answer = '', looks = ''], index) => {
    const noun = looks === '1' ? 'look' : 'looks';
    const end = index === rows.length - 1 ? '   ← until the end' : '';
    return `  ${at.padStart(time)}  ${answer.padEnd(text)}   ${looks.padStart(count)} ${noun}${end}`;
  });
  if (omitted > 0) lines.splice(FIRST, 0, `  ${'…'.padStart(time)}  ${omitted} more changes`);
  return lines;
}

function spanText({ text, alternation }: Pick<Span, 'text' | 'alternation'>): string {
  if (!alternation) return text;
  return `${cut(alternation.other, TURN)} / ${cut(text, TURN)} alternating, ${alternation.changes} changes`;
}

/** Only when it was not done, and the timeline has not room for it, or shows a word in its place. */
function lastValueLine({ lastValue, timeline }: WaitReport): string[] {
  if (typeof lastValue !== 'object' || lastValue === null) return [];
  // One that carries its own word and nothing else has been told.
  if (ownWordOf(lastValue) !== undefined && Object.keys(lastValue).length === 0) return [];
  const given = timeline.findLast(({ answer }) => 'value' in answer);
  const text = render(lastValue, VALUE);
  const isDone = given?.answer.kind === 'value' && given.answer.isDone;
  return isDone || given?.text.startsWith(text) ? [] : [`last value: ${text}`];
}

function sourceLine({ name, state, failedAt = 0, reason }: SourceReport): string[] {
  if (state === 'live') return [];
  if (state === 'connecting') return [`wake source "${name}" was not live yet`];
  return [`wake source "${name}" failed after ${formatDuration(failedAt)} (${reason}); polling went on without it`];
}

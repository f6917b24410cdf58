import { cut, oneLine, render, renderError } from './render.ts';

/** What one look answered: it gave a value, threw an error, or was cut before it had an answer. */
export type Answer = GivenAnswer | ThrownAnswer | NoAnswer;

/** A look that gave a value. */
export interface GivenAnswer {
  /** Tells the answers apart. */
  readonly kind: 'value';
  /** What it gave. */
  readonly value: unknown;
  /** Whether that meant done. */
  readonly isDone: boolean;
  /** The word by which the value is known, such as a status. */
  readonly word?: string | undefined;
}

/** A look that threw, or whose value could not be judged. */
export interface ThrownAnswer {
  /** Tells the answers apart. */
  readonly kind: 'error';
  /** What was thrown. */
  readonly error: unknown;
  /** What could not be judged. */
  readonly value?: unknown;
  /** The word by which the value is known, such as a status. */
  readonly word?: string | undefined;
}

/** A look that was cut. */
export interface NoAnswer {
  /** Tells the answers apart. */
  readonly kind: 'unanswered';
}

/** A stretch of time in which looks gave the same answer, or two answers in turn. */
export interface Span {
  /** When it was first seen, in milliseconds from the start of the wait. */
  readonly at: number;
  /** How many looks in a row saw it. */
  readonly looks: number;
  /** What they saw; of answers that count as the same, the newest. */
  readonly answer: Answer;
  /** The answer as it read when it was given, as one line of bounded text. Answers that read the same count as the same. */
  readonly text: string;
  /** Set when the answer kept taking turns with another one: how that one read, and how often they changed. */
  readonly alternation?: {
    /** The text of the other of the two. */
    readonly other: string;
    /** How often the one gave way to the other. */
    readonly changes: number;
  };
}

/**
 * By this, a value tells the word that it is known by, when its waiter knows none. Registered, as the value may come
 * from another entry of this package.
 */
export const WORD: unique symbol = Symbol.for('unsleep.word');

/** Spans kept from the start of a wait with many changes. */
export const FIRST = 5;
/** Spans kept from its end. */
export const LAST = 10;

// What a row has room for. What an error says is longer than a value, and often all there is.
const VALUE_TEXT = 80;
const ERROR_TEXT = 120;
// So many runs of two answers in turn are flapping; with fewer, each instant is worth a row.
const TURNS = 6;

/** What a wait saw, run-length encoded and bounded, however long it lasts. */
export class Timeline {
  readonly spans: Span[] = [];
  omitted = 0;

  /** So many looks in a row gave this answer, the first of them at this instant. */
  add(at: number, answer: Answer, looks = 1): void {
    // Read now: who waits for an object to change answers with the same object at each look.
    const next: Span = { at, looks, answer, text: textOf(answer) };
    const last = this.spans.at(-1);
    if (last && isSame(last, next)) {
      // The newest of equal answers: its progress is the one worth reading.
      this.spans.splice(-1, 1, { ...next, at: last.at, looks: last.looks + looks });
      return;
    }
    this.#fold(next);
    this.spans.push(next);
    if (this.spans.length > FIRST + LAST) {
      this.spans.splice(FIRST, 1);
      this.omitted++;
    }
  }

  /** Makes one span of two answers that keep taking turns. The last run stays on its own: it may be there to stay. */
  #fold(next: Span): void {
    const { spans } = this;
    const [flapping, last] = spans.slice(-2);
    const turns = [...spans.slice(-TURNS), next];
    if (last && flapping?.alternation && isSame(flapping, next)) {
      spans.splice(-2, 2, merge([flapping, last], flapping.alternation.changes + 1));
    } else if (turns.length > TURNS && turns.every((turn, index) => takesTurns(turn, turns[index - 2]))) {
      spans.push(merge(spans.splice(-TURNS), TURNS));
    }
  }
}

function takesTurns(turn: Span, beforeLast: Span | undefined): boolean {
  return !turn.alternation && (!beforeLast || isSame(turn, beforeLast));
}

/** One span of several, of which the last two differ. */
function merge(spans: readonly Span[], changes: number): Span {
  const [{ at }, [other, newest]] = [spans[0], spans.slice(-2)] as [Span, [Span, Span]];
  const looks = spans.reduce((sum, span) => sum + span.looks, 0);
  return { ...newest, at, looks, alternation: { other: other.text, changes } };
}

/** Words are the same by themselves, whatever progress comes with them. */
function isSame(a: Span, b: Span): boolean {
  if (a.answer.kind !== b.answer.kind) return false;
  const [word, other] = [wordOf(a.answer), wordOf(b.answer)];
  return word === other && (word !== undefined || a.text === b.text);
}

function wordOf(answer: Answer): string | undefined {
  return answer.kind === 'value' ? (answer.word ?? ownWordOf(answer.value)) : undefined;
}

/** The word that a value carries itself. */
export function ownWordOf(value: unknown): string | undefined {
  try {
    const { [WORD]: word } = Object(value) as { [WORD]?: unknown };
    return typeof word === 'string' ? word : undefined;
  } catch {
    return undefined; // A proxy may refuse to tell what it has.
  }
}

function textOf(answer: Answer): string {
  if (answer.kind === 'unanswered') return '(no answer)';
  if (answer.kind === 'error') return renderError(answer.error, ERROR_TEXT);
  const { value, isDone } = answer;
  const word = wordOf(answer);
  if (word === undefined) return render(value, VALUE_TEXT) + (isDone ? ' (done)' : '');
  const percent = percentOf(value);
  return cut(oneLine(word), VALUE_TEXT) + (percent === undefined ? '' : `, ${percent} %`);
}

/** How far an answer says that it is, if it does: its `progress`, of 100. */
export function percentOf(value: unknown): number | undefined {
  try {
    const { progress } = Object(value) as { progress?: unknown };
    return typeof progress === 'number' && Number.isFinite(progress) ? progress : undefined;
  } catch {
    return undefined; // A getter that throws must not take the whole message with it.
  }
}

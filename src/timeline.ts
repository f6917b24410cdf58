import { isErrorLike } from './render.ts';

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

/** A stretch of time in which looks gave the same answer. */
export interface Span {
  /** When it was first seen, in milliseconds from the start of the wait. */
  readonly at: number;
  /** How many looks in a row saw it. */
  readonly looks: number;
  /** What they saw; of answers that count as the same, the newest. */
  readonly answer: Answer;
}

/** Spans kept from the start of a wait with many changes. */
export const FIRST = 5;
/** Spans kept from its end. */
export const LAST = 25;

// Comparing larger answers at each look would cost more than the rows it saves.
const MOST_KEYS = 20;

/** What a wait saw, run-length encoded and bounded, however long it lasts. */
export class Timeline {
  readonly spans: { at: number; looks: number; answer: Answer }[] = [];
  omitted = 0;

  add(at: number, answer: Answer): void {
    const last = this.spans.at(-1);
    if (last && isSame(last.answer, answer)) {
      last.looks++;
      // The newest of equal answers: its progress is the one worth reading.
      last.answer = answer;
      return;
    }
    this.spans.push({ at, looks: 1, answer });
    if (this.spans.length > FIRST + LAST) {
      this.spans.splice(FIRST, 1);
      this.omitted++;
    }
  }
}

function isSame(a: Answer, b: Answer): boolean {
  try {
    if (a.kind === 'error' && b.kind === 'error') return sameError(a.error, b.error);
    if (a.kind !== 'value' || b.kind !== 'value' || a.isDone !== b.isDone || a.word !== b.word) return false;
    return a.word !== undefined || sameMembers(a.value, b.value);
  } catch {
    return false; // A proxy or a getter that throws is like nothing else.
  }
}

function sameError(a: unknown, b: unknown): boolean {
  return isErrorLike(a) && isErrorLike(b) ? a.name === b.name && a.message === b.message : sameMembers(a, b);
}

function sameMembers(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!isComparable(a) || !isComparable(b) || Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const keys = Object.keys(a);
  if (keys.length > MOST_KEYS || keys.length !== Object.keys(b).length) return false;
  // Dates, maps and the like keep what they are where no key shows it.
  const saysAll = keys.length > 0 || Array.isArray(a) || a.constructor === Object;
  return saysAll && keys.every((key) => key in b && Object.is(a[key], b[key]));
}

/** Not for what is so large that merely listing its keys takes long, at each look. */
function isComparable(value: unknown): value is Record<string, unknown> {
  return isObject(value) && !ArrayBuffer.isView(value) && !(Array.isArray(value) && value.length > MOST_KEYS);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

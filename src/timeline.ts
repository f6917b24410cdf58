/** What one look answered. */
export type Answer =
  | { readonly kind: 'value'; readonly value: unknown; readonly isDone: boolean; readonly word?: string | undefined }
  | { readonly kind: 'error'; readonly error: unknown; readonly value?: unknown; readonly word?: string | undefined }
  | { readonly kind: 'unanswered' };

/** A stretch of time in which looks gave the same answer. */
export interface Span {
  /** When it was first seen, in milliseconds from the start of the wait. */
  readonly at: number;
  /** How many looks in a row saw it. */
  readonly looks: number;
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
    if (a.kind === 'error' && b.kind === 'error') return alike(a.error, b.error, ['name', 'message']);
    if (a.kind !== 'value' || b.kind !== 'value' || a.isDone !== b.isDone || a.word !== b.word) return false;
    return a.word !== undefined || alike(a.value, b.value, comparedKeys(a.value, b.value));
  } catch {
    return false; // A proxy or a getter that throws is like nothing else.
  }
}

/** The keys to compare two values by, or none when they are of different or of unwieldy shape. */
function comparedKeys(a: unknown, b: unknown): readonly string[] {
  if (!isObject(a) || !isObject(b) || Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return [];
  const keys = Object.keys(a);
  return keys.length <= MOST_KEYS && keys.length === Object.keys(b).length ? keys : [];
}

function alike(a: unknown, b: unknown, keys: readonly string[]): boolean {
  if (Object.is(a, b)) return true;
  return keys.length > 0 && isObject(a) && isObject(b) && keys.every((key) => key in b && Object.is(a[key], b[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

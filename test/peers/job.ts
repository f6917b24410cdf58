import type { Feature, Poll } from './peer.ts';

/** What a job may find out, in a form that survives the way out of its process. */
export type Found = Readonly<Record<string, string | number | boolean | null>>;

/** Fakes time as the runner of the peer does. */
export interface FakeTimers {
  readonly fake: () => void;
  readonly advance: (milliseconds: number) => Promise<void>;
}

/** The peer, and where it runs. */
export interface Subject {
  readonly poll: Poll;
  /** The same, with conditions as they are: what the peer takes for "not yet" is up to it. */
  readonly pollAsIs: Poll;
  /** The look that is done: the thirteenth, if the peer looks again at all. */
  readonly looksNeeded: 1 | 13;
  readonly fakeTimers: FakeTimers;
}

/** One fact of a job, as it stands in a table. */
export interface Column {
  readonly title: string;
  /** What to call the best possible answer. Without one, there is no best, or the smallest number is. */
  readonly best: string;
  readonly cell: (found: Found) => Cell;
}

export interface Cell {
  readonly text: string;
  /** Whether it is the best possible answer; left out where none is better than the others. */
  readonly isBest?: boolean;
  /** What it costs, where less is better and there is no best possible answer. */
  readonly cost?: number;
}

/** The same task for every peer, written once. */
export interface Job {
  readonly name: string;
  /** How it is measured. */
  readonly how: string;
  readonly needs: readonly Feature[];
  /** Whether a runner that keeps its process alive would spoil it. */
  readonly needsOwnProcess?: boolean;
  readonly measure: (subject: Subject) => Promise<Found>;
  /** What is found in the terminal of vitest, in which a job that has this fails, whatever else runs the peer. */
  readonly read?: (terminal: string) => Found;
  readonly columns: readonly Column[];
}

/** Short enough to measure, long enough for a busy machine. */
export const SHORT = { timeout: 150, interval: 10 } as const;

export type End = { readonly at: number } & (
  | { readonly status: 'pending' }
  | { readonly status: 'fulfilled'; readonly value: unknown }
  | { readonly status: 'rejected'; readonly error: unknown }
);

/** How and when a wait settles, if it does so in this time. */
export function watch(begin: () => Promise<unknown>, patience: number, time: Time = globalThis): Promise<End> {
  const start = time.performance.now();
  const at = () => time.performance.now() - start;
  return new Promise((resolve) => {
    const timer = time.setTimeout(() => resolve({ at: at(), status: 'pending' }), patience);
    const settle = (end: End) => {
      time.clearTimeout(timer);
      resolve(end);
    };
    new Promise((resolve) => resolve(begin())).then(
      (value) => settle({ at: at(), status: 'fulfilled', value }),
      (error) => settle({ at: at(), status: 'rejected', error }),
    );
  });
}

export function sleep(milliseconds: number, { setTimeout }: Pick<Time, 'setTimeout'> = globalThis): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}

export type Time = Pick<typeof globalThis, 'setTimeout' | 'clearTimeout'> & {
  readonly performance: Pick<Performance, 'now'>;
};

/** What the time was before anything was faked. */
export const REAL_TIME: Time = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  performance: { now: performance.now.bind(performance) },
};

/** The end, as it can be told. */
export function told({ at, ...end }: End): { status: string; at: number; message: string } {
  return { status: end.status, at: Math.round(at), message: end.status === 'rejected' ? firstLine(end.error) : '' };
}

export function firstLine(error: unknown): string {
  return String(error).split('\n')[0] ?? '';
}

/** As code in a cell of a table, of bounded length. */
export function quoted(text: unknown): string {
  const line = String(text).replaceAll('|', '¦').replaceAll('`', "'");
  return `\`${line.length > 90 ? `${line.slice(0, 89)}…` : line}\``;
}

/** The number of a finding. */
export function numberOf(found: Found, key: string): number {
  return Number(found[key]);
}

export function countOf(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

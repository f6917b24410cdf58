import type { Sample } from './statistics.ts';
import type { Builds } from './waiters/all.ts';
import type { Feature, Waiter } from './waiters/waiter.ts';

/** What one process has to measure. */
export interface Task {
  readonly job: string;
  readonly case: string;
  /** The names of those that take part. */
  readonly waiters: readonly string[];
  readonly host: Waiter['host'];
  /** How often, each time in another order; and the number of the first, where a process measures only one. */
  readonly rounds: number;
  readonly round?: number | undefined;
  readonly numbers: Readonly<Record<string, number>>;
  readonly builds: Builds;
}

/** What is to be measured in this run, as the command line says. */
export interface Plan {
  readonly isFull: boolean;
  /** The first number in a quick run, the second in a full one; whatever the command line says instead. */
  readonly rounds: (quick: number, full: number) => number;
  /** How many waits at once, of these, unless the command line says others. */
  readonly sizes: (sizes: readonly number[]) => readonly number[];
  /** Whom to measure of these: a quick run measures ours, and what has these names. */
  readonly pick: (all: readonly Candidate[], quick: readonly string[]) => readonly string[];
  /** The same, of the ways to poll that can do it. */
  readonly waiters: (needs: readonly Feature[], quick: readonly string[], host?: Waiter['host']) => readonly string[];
}

export type Candidate = Pick<Waiter, 'name' | 'kind'>;

/** A figure as it stands in a table. */
interface Column {
  readonly figure: string;
  readonly title: string;
}

/** Something that is measured of every way to wait alike. */
export interface Job {
  readonly name: string;
  readonly title: string;
  /** How it is measured, and how its table is to be read. */
  readonly how: string;
  readonly columns: readonly Column[];
  /** The figures that are told as multiples of the base too: of the bare loop, unless said otherwise. */
  readonly paired: readonly string[];
  readonly base?: string;
  readonly tasks: (plan: Plan) => readonly PlannedTask[];
  /** Runs in a process of its own. A function is called when that has ended by itself. */
  readonly measure: (task: Task) => Promise<readonly Sample[] | (() => readonly Sample[])>;
}

export type PlannedTask = Omit<Task, 'job' | 'builds'>;

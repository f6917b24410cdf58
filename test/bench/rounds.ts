import type { PlannedTask, Task } from './job.ts';
import { type Figures, type Sample, shuffled } from './statistics.ts';
import { type Loaded, loadWaiters } from './waiters/all.ts';

type Measure = () => Figures | Promise<Figures>;

export interface Runner {
  readonly name: string;
  readonly measure: Measure;
}

/**
 * Measures in rounds: in each, everyone once, in an order of chance. Who fails is left out from then on, with a word.
 *
 * Between two measurements only young garbage is collected: a full collection ages bytecode, and V8 then drops
 * functions that were hot, so that what is measured next would look several times slower than it is.
 */
export async function inRounds(task: Task, runners: readonly Runner[]): Promise<Sample[]> {
  const samples: Sample[] = [];
  const failed = new Set<string>();
  const { round: first = 0 } = task;
  for (let round = first; round < first + task.rounds; round++) {
    for (const { name, measure } of shuffled(runners.filter((one) => !failed.has(one.name)))) {
      await collectYoung();
      try {
        samples.push({ case: task.case, waiter: name, round, figures: await measure() });
      } catch (error) {
        failed.add(name);
        samples.push({ case: task.case, waiter: name, round, figures: {}, note: `fails: ${firstLine(error)}` });
      }
    }
  }
  return samples;
}

/** The same of ways to poll. `toMeasure` prepares what measures one of them. */
export async function waitersInRounds(
  task: Task,
  toMeasure: (loaded: Loaded) => Measure | Promise<Measure>,
): Promise<Sample[]> {
  const [loaded, failed] = await loadWaiters(task.waiters, task.builds);
  const runners: Runner[] = [];
  const samples = failed.map((name) => notLoaded(task, name));
  for (const one of loaded) {
    const { name } = one.waiter;
    try {
      runners.push({ name, measure: await toMeasure(one) });
    } catch (error) {
      samples.push({ case: task.case, waiter: name, round: 0, figures: {}, note: `fails: ${firstLine(error)}` });
    }
  }
  return [...samples, ...(await inRounds(task, runners))];
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
}

/** What is said of one that does not load. */
export function notLoaded(task: Task, waiter: string): Sample {
  const note = `does not load on Node ${process.versions.node.split('.')[0]}`;
  return { case: task.case, waiter, round: 0, figures: {}, note };
}

async function collectYoung(): Promise<void> {
  globalThis.gc?.({ type: 'minor' });
  // What the last one left in the queues of the event loop is not for the next one to pay.
  await new Promise((resolve) => setTimeout(resolve, 2));
}

/**
 * The same task in three processes, a third of its rounds in each: what V8 makes of the same code differs from process
 * to process, now and then by a factor of ten. Inside vitest in one, as that takes a second to start.
 */
export function inThreeProcesses(task: PlannedTask): PlannedTask[] {
  if (task.host === 'vitest') return [task];
  const rounds = Math.ceil(task.rounds / 3);
  return [0, rounds, 2 * rounds].map((round) => ({ ...task, rounds, round }));
}

export interface Spent {
  readonly wall: number;
  readonly cpu: number;
}

/** Nanoseconds of the clock and of the processor that this takes. */
export async function timed(run: () => Promise<unknown>): Promise<Spent> {
  const [cpu, start] = [process.cpuUsage(), process.hrtime.bigint()];
  await run();
  const wall = Number(process.hrtime.bigint() - start);
  const { user, system } = process.cpuUsage(cpu);
  return { wall, cpu: (user + system) * 1_000 };
}

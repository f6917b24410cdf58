// One task, in a process of its own: in one that `main.ts` starts, or inside vitest, where it is imported.
import { writeFileSync } from 'node:fs';
import type { Task } from './job.ts';
import { JOBS } from './jobs.ts';
import type { Sample } from './statistics.ts';

/** Measures, and writes what was found to the file. */
export async function runTask(text: string): Promise<void> {
  const { task, output } = JSON.parse(text) as { task: Task; output: string };
  const job = JOBS.find(({ name }) => name === task.job);
  if (!job) throw new Error(`there is no such job: ${task.job}`);
  const write = (samples: readonly Sample[]) => writeFileSync(output, JSON.stringify(samples));
  const found = await job.measure(task);
  if (typeof found === 'function') {
    process.once('exit', () => write(found()));
    // One that would go on for good.
    setTimeout(() => process.exit(), 4_000).unref();
  } else {
    write(found);
    // Whatever is still waiting. Not inside vitest, which is to be left alone.
    if (task.host === 'node') process.exit(0);
  }
}

// Vitest has arguments of its own, and imports this.
const [, , text] = process.argv;
if (text?.startsWith('{')) await runTask(text);

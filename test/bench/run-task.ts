import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'tsup';
import { runProcess } from '../run-process.ts';
import type { Task } from './job.ts';
import type { Sample } from './statistics.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
// Below the packages of this project, so that the bundle finds them, and out of git's sight. One for each run.
export const WORKSHOP = join(ROOT, `node_modules/.cache/unsleep-bench/${process.pid}`);
const CHILD = join(WORKSHOP, 'child.mjs');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
// Without the first, V8 forgets functions that were hot.
const FLAGS = ['--no-flush-bytecode', '--expose-gc'];
const PATIENCE = 600_000;

/** As it is published, but for the types, which take twenty seconds. Answers the main entry. */
export async function buildPackage(): Promise<string> {
  const outDir = join(WORKSHOP, 'dist');
  await build({ config: join(ROOT, 'tsup.config.ts'), outDir, dts: false, silent: true });
  return join(outDir, 'index.js');
}

/** As plain JavaScript: what compiles on the way would be measured along. */
export async function bundleChild(): Promise<void> {
  await build({
    config: false,
    entry: [join(ROOT, 'test/bench/child.ts')],
    outDir: WORKSHOP,
    format: 'esm',
    target: 'node20',
    removeNodeProtocol: false,
    outExtension: () => ({ js: '.mjs' }),
    skipNodeModulesBundle: true,
    external: [/^unsleep/],
    silent: true,
  });
}

/** Measures in a process of its own, with this Node. */
export async function runTask(node: string, task: Task): Promise<Sample[]> {
  const output = join(WORKSHOP, 'samples.json');
  await rm(output, { force: true });
  const text = JSON.stringify({ task, output });
  const args =
    task.host === 'vitest'
      ? [VITEST, 'run', '--config', join(ROOT, 'test/bench/vitest.config.ts')]
      : [...FLAGS, CHILD, text];
  const env = { UNSLEEP_BENCH_TASK: text, UNSLEEP_BENCH_CHILD: pathToFileURL(CHILD).href };
  const { words } = await runProcess(node, args, { env, patience: PATIENCE });
  const samples = await readFile(output, 'utf8').catch(() => undefined);
  if (samples === undefined) throw new Error(`${task.job}, ${task.case}: nothing was measured\n${words}`);
  return JSON.parse(samples);
}

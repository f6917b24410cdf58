import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'tsup';
import { runProcess } from '../run-process.ts';
import type { Found, Job } from './job.ts';
import type { Peer } from './peer.ts';
import type { TaskText } from './task.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILT = pathToFileURL(join(ROOT, 'dist/index.js')).href;
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
// Below the packages of this project, so that the bundle finds them, and out of git's sight.
export const BUNDLED = join(ROOT, 'node_modules/.cache/unsleep-peers');
// The longest job takes some five seconds.
const PATIENCE = 20_000;
// How many at once: more, and they would measure one another.
const AT_ONCE = 2;

export interface Task {
  readonly peer: Peer;
  readonly job: Job;
}

/** Runs those tasks that still make sense when it is their turn, each in a process of its own, with the given Node. */
export async function runTasks<T extends Task>(
  tasks: readonly T[],
  node: string,
  makesSense: (task: T) => boolean,
  onFound: (task: T, found: Found) => void,
): Promise<void> {
  await bundleChild();
  const outputs = await mkdtemp(join(tmpdir(), 'unsleep-peers-'));
  const queue = [...tasks.entries()];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [index, task] = next;
      if (makesSense(task)) onFound(task, await runTask(task, node, join(outputs, `${index}.json`)));
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    await rm(outputs, { recursive: true });
  }
}

/** In one file, so that a process starts within some 50 ms. */
async function bundleChild(): Promise<void> {
  await build({
    config: false,
    entry: [join(ROOT, 'test/peers/child.ts')],
    outDir: BUNDLED,
    format: 'esm',
    target: 'node20',
    // Without it, there is no `node:test`.
    removeNodeProtocol: false,
    outExtension: () => ({ js: '.mjs' }),
    skipNodeModulesBundle: true,
    silent: true,
  });
}

async function runTask({ peer, job }: Task, node: string, output: string): Promise<Found> {
  const text = JSON.stringify({ peer: peer.name, job: job.name, output, built: BUILT } satisfies TaskText);
  const args =
    peer.host === 'vitest' || job.read
      ? [VITEST, 'run', '--config', join(ROOT, 'test/peers/vitest.config.ts')]
      : [join(BUNDLED, 'child.mjs'), text];
  const env = { UNSLEEP_PEERS_TASK: text, NO_COLOR: '1', FORCE_COLOR: undefined };
  const { exit, words } = await runProcess(node, args, { env, patience: PATIENCE });
  if (job.read) return job.read(words);
  const found = await readFile(output, 'utf8').catch(() => undefined);
  if (found !== undefined) return JSON.parse(found);
  // Only a process that ended too soon is a finding; all else is a fault of the measurement.
  if (exit !== 13) throw new Error(`${peer.name}, ${job.name}: ended with ${exit}\n${words}`);
  return { exit };
}

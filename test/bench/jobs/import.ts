import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Candidate, Job, Task } from '../job.ts';
import { type Figures, type Sample, shuffled } from '../statistics.ts';
import { ONE_LINE, OURS } from '../waiters/waiter.ts';

const PEERS = [
  'p-wait-for',
  'p-retry',
  'p-timeout',
  'p-event',
  'wait-for-expect',
  'async-wait-until',
  '@testing-library/dom',
  'exponential-backoff',
  'cockatiel',
  '@smithy/util-waiter',
  'effect',
  'poll-until-promise',
  'async-retry',
  '@lifeomic/attempt',
  'wait-on',
  'vitest',
];

const MODULES: readonly Candidate[] = [
  { name: ONE_LINE, kind: 'limit' },
  { name: OURS, kind: 'ours' },
  ...PEERS.map((name): Candidate => ({ name, kind: 'peer' })),
];

/** What it costs to load. */
export const IMPORT: Job = {
  name: 'import',
  title: 'Import',
  how: 'The first `await import()` of a process, which starts the loader of Node too, so that even a module of one line has its price.',
  columns: [
    { figure: 'cpu', title: 'CPU ms' },
    { figure: 'cpu x', title: '× a module of one line' },
    { figure: 'wall', title: 'ms' },
  ],
  paired: ['cpu'],
  base: ONE_LINE,
  tasks: (plan) => [
    {
      case: 'await import()',
      waiters: plan.pick(MODULES, [ONE_LINE, 'p-wait-for', 'wait-for-expect', 'p-retry']),
      host: 'node',
      rounds: plan.rounds(5, 21),
      numbers: {},
    },
  ],
  measure,
};

// Not a module itself: it would have started the loader.
const SCRIPT = `
const [cpu, start] = [process.cpuUsage(), performance.now()];
import(process.argv[1]).then(() => {
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  process.stdout.write(JSON.stringify({ wall, cpu: (user + system) / 1e3 }));
  process.exit(0);
});`;

async function measure(task: Task): Promise<Sample[]> {
  const folder = dirname(fileURLToPath(String(task.builds[OURS])));
  const oneLine = join(folder, 'one-line.mjs');
  await writeFile(oneLine, 'export const one = 1;\n');
  const specifiers: Readonly<Record<string, string | undefined>> = { ...task.builds, [ONE_LINE]: oneLine };
  const samples: Sample[] = [];
  for (let round = 0; round < task.rounds; round++) {
    for (const waiter of shuffled(task.waiters)) {
      const args = ['--eval', SCRIPT, specifiers[waiter] ?? waiter];
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
      const found: Figures = stdout === '' ? {} : JSON.parse(stdout);
      samples.push({ case: task.case, waiter, round, figures: found });
    }
  }
  return samples;
}

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { minified } from '../../minified.ts';
import type { Candidate, Job, Task } from '../job.ts';
import type { Figures, Sample } from '../statistics.ts';
import { LIMITS } from '../waiters/limits.ts';
import { BARE, OURS } from '../waiters/waiter.ts';

export const WITHOUT_RENDERING = 'unsleep, without rendering';

/** What a program takes from each package, by the name of the module. */
const IMPORTS: Readonly<Record<string, readonly [name: string, from: string]>> = {
  'p-wait-for': ['default', 'p-wait-for'],
  'p-retry': ['default', 'p-retry'],
  'p-timeout': ['default', 'p-timeout'],
  'p-event': ['pEvent', 'p-event'],
  'wait-for-expect': ['default', 'wait-for-expect'],
  'async-wait-until': ['waitUntil', 'async-wait-until'],
  'Testing Library': ['waitFor', '@testing-library/dom'],
  'exponential-backoff': ['backOff', 'exponential-backoff'],
  cockatiel: ['ConstantBackoff, TimeoutStrategy, handleWhenResult, retry, timeout, wrap', 'cockatiel'],
  'smithy createWaiter': ['createWaiter', '@smithy/util-waiter'],
  effect: ['Effect, Schedule', 'effect'],
  'poll-until-promise': ['waitFor', 'poll-until-promise'],
  'async-retry': ['default', 'async-retry'],
  '@lifeomic/attempt': ['retry', '@lifeomic/attempt'],
  'wait-on': ['default', 'wait-on'],
};

/** What is left out, by the names of its modules. */
const PARTS: Readonly<Record<string, RegExp>> = {
  // What only a wait that failed, or is asked about, needs.
  [WITHOUT_RENDERING]: /\/src\/(diagnosis|report|render|timeline|title)\.ts$/,
  'unsleep, without its options, their checks, durations and backoffs':
    /\/src\/(options|check|duration|backoff|jitter)\.ts$/,
  'unsleep, without faked clocks': /\/src\/(faked-time|clock|time|unfaked-timer|lateness)\.ts$/,
  'unsleep, without events, signals, holds and progress': /\/src\/(wake|progress|ends|hold|budget)\.ts$/,
  'unsleep, without what it knows of errors': /\/src\/(transient|judge|give-up|errors|stack)\.ts$|\/is-network-error\//,
  'unsleep, without limits of a look': /\/src\/(limit|overdue)\.ts$|\/p-timeout\//,
};
const LEFT_OUT: Readonly<Record<string, RegExp>> = {
  ...PARTS,
  'unsleep, without any of these': new RegExp(
    Object.values(PARTS)
      .map(({ source }) => source)
      .join('|'),
  ),
};

const CANDIDATES: readonly Candidate[] = [
  { name: OURS, kind: 'ours' },
  ...Object.keys(LEFT_OUT).map((name): Candidate => ({ name, kind: 'ours' })),
  { name: BARE, kind: 'limit' },
  ...Object.keys(IMPORTS).map((name): Candidate => ({ name, kind: 'peer' })),
];

/** What one import weighs. */
export const SIZE: Job = {
  name: 'size',
  title: 'Size',
  how: `What importing the function that waits brings into a bundle, made by esbuild for Node. Without a part of it, the modules of that part
are left out of the same source: what is left runs no program, but tells where the bytes are.`,
  columns: [
    { figure: 'brotli', title: 'bytes, minified and brotli' },
    { figure: 'minified', title: 'minified' },
  ],
  paired: [],
  tasks: (plan) => [
    {
      case: 'one import',
      waiters: plan.pick(CANDIDATES, [BARE, 'p-wait-for', 'wait-for-expect', 'p-retry']),
      host: 'node',
      rounds: 1,
      numbers: {},
    },
  ],
  measure,
};

async function measure(task: Task): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const waiter of task.waiters) {
    samples.push({ case: task.case, waiter, round: 0, figures: await sizeOf(waiter, task) });
  }
  return samples;
}

async function sizeOf(waiter: string, task: Task): Promise<Figures> {
  const built = fileURLToPath(String(task.builds[OURS]));
  const [name, from] = IMPORTS[waiter] ?? ['waitFor', waiter === OURS ? built : join(process.cwd(), 'src/wait-for.ts')];
  const text = waiter === BARE ? await bareText() : `export { ${name} } from ${JSON.stringify(from)};\n`;
  return bundle(text.replace('{ default }', '{ default as it }'), dirname(built), LEFT_OUT[waiter]);
}

/** The loop of this bench, as it stands in its file. */
async function bareText(): Promise<string> {
  if (!LIMITS.some((limit) => limit.name === BARE)) throw new Error('there is no bare loop');
  const file = await readFile(join(process.cwd(), 'test/bench/waiters/limits.ts'), 'utf8');
  const start = file.indexOf('function bareLoop');
  const end = file.indexOf('\n}', start) + 3;
  const helper = file.indexOf('function isPromise');
  return `type Condition = () => unknown;\nexport ${file.slice(start, end)}${file.slice(helper, file.indexOf('\n}', helper) + 3)}`;
}

async function bundle(text: string, folder: string, without: RegExp | undefined): Promise<Figures> {
  const plugins = without ? [{ name: 'without a part', setup: leaveOut(without) }] : [];
  const bundled = await minified(text, folder, plugins);
  return { brotli: brotliCompressSync(bundled).length, minified: bundled.length };
}

const EXPORTED = /^export (?:async )?(?:function|const|class) (\w+)/gm;

type Setup = NonNullable<NonNullable<Parameters<typeof import('tsup').build>[0]['esbuildPlugins']>[number]>['setup'];

/** In place of each module, one that exports the same names, and nothing behind them. */
const leaveOut =
  (filter: RegExp): Setup =>
  ({ onLoad }) => {
    onLoad({ filter }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const names = Array.from(text.matchAll(EXPORTED), ([, name]) => name);
      const contents = `export let it${names.map((name) => `, ${name}`).join('')};\nexport default it;`;
      return { contents, loader: 'js' };
    });
  };

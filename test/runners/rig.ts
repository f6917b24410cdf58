import { spawn } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

const require = createRequire(import.meta.url);

/** How a user starts each runner, when nobody watches. */
const COMMANDS = {
  vitest: [process.execPath, join(require.resolve('vitest/package.json'), '../vitest.mjs'), 'run'],
  jest: [process.execPath, require.resolve('jest/bin/jest'), '--no-watchman'],
  // The reporter that a terminal gets: without one, older versions of Node print TAP.
  'node:test': [process.execPath, '--test', '--test-reporter=spec'],
  bun: [require.resolve('bun/bin/bun.exe'), 'test'],
  playwright: [process.execPath, require.resolve('@playwright/test/cli'), 'test', '--reporter=list'],
  /** A plain script: name it in `args`. */
  node: [process.execPath],
} as const;

export type Runner = keyof typeof COMMANDS;

export interface Fixture {
  readonly runner: Runner;
  /** Files to copy, or folders whose files to copy, below `test/runners/fixtures`. */
  readonly from?: string | readonly string[];
  /** Files to write: name and text. */
  readonly files?: Readonly<Record<string, string>>;
  /** What comes after the command. The `node` runner needs the name of a file. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds after which it has hung. @defaultValue 60_000 */
  readonly within?: number;
}

export interface Run {
  readonly exitCode: number;
  /** What a person sees in the terminal: stdout and stderr in the order in which they came, without colours. */
  readonly output: string;
  /** Where it ran. What the fixture wrote is here. */
  readonly folder: string;
}

const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Runs a runner on a fixture, in a folder of its own, in a project in which unsleep is installed. */
export async function runFixture({ runner, from = [], files = {}, args = [], env = {}, within = 60_000 }: Fixture) {
  const project = inject('installedAt');
  const folder = mkdtempSync(join(project, 'fixture-'));
  for (const name of [from].flat()) {
    const source = join(fixtures, name);
    cpSync(source, statSync(source).isDirectory() ? folder : join(folder, basename(name)), { recursive: true });
  }
  for (const [name, text] of Object.entries({ 'package.json': '{}', ...files })) {
    writeFileSync(join(folder, name), text);
  }
  const [command, ...rest] = COMMANDS[runner];
  const run = await spawned(command, [...rest, ...args], folder, { ...plainEnv(project), ...env }, within);
  return { ...run, folder };
}

/**
 * The output with what a runner adds, and what changes from one run to the next, replaced: folders, its version and
 * Node's, and how long it took. The instants of a message stay: they are written with a space before the unit.
 */
export function steady({ output, folder }: Run): string {
  return output
    .replaceAll(folder, '<folder>')
    .replaceAll(inject('installedAt'), '<project>')
    .replaceAll(root, '<root>')
    .replace(/\bv\d+\.\d+\.\d+\b( \(\w+\))?/g, '<version>')
    .replace(/\b\d+(\.\d+)?m?s\b|(?<=\()\d+ ms(?=\))|(?<=Time: +)\S+ s\b|(?<=duration_ms )\S+/g, '<time>')
    .replace(/\b\d\d:\d\d:\d\d\b/g, '<now>')
    .replace(/ +$/gm, '');
}

// Nothing of the runner that runs this, or of the machine that runs that, may change what is printed.
function plainEnv(project: string): NodeJS.ProcessEnv {
  const temporary = join(project, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const { PATH, HOME, PLAYWRIGHT_BROWSERS_PATH } = process.env;
  return { PATH, HOME, PLAYWRIGHT_BROWSERS_PATH, TMPDIR: temporary, NO_COLOR: '1' };
}

function spawned(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv, within: number) {
  return new Promise<{ exitCode: number; output: string }>((resolve, reject) => {
    const printedTo = `${cwd}.txt`;
    // One file for both, as a terminal is: of two pipes the one that is read first would come first.
    const file = openSync(printedTo, 'a');
    // A group of its own, so that the workers of a runner that hangs end with it.
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', file, file], detached: true });
    closeSync(file);
    const failed = (how: string) =>
      new Error(`${basename(command)} ${args.join(' ')}: ${how}. It printed:\n${readFileSync(printedTo, 'utf8')}`);
    const limit = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      reject(failed(`still running after ${within} ms`));
    }, within);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      if (code === null) reject(failed(`ended by ${signal}`));
      else resolve({ exitCode: code, output: readFileSync(printedTo, 'utf8') });
    });
  });
}

// Packs the package, installs it into an empty project, and uses it there as its users do.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

// Each entry, and what it may import: the main one nothing at all, so it runs in browsers too.
const ENTRIES: Readonly<Record<string, readonly string[]>> = {
  index: [],
  terminal: ['node:process', 'node:util'],
};
const BUILT = Object.keys(ENTRIES).flatMap((name) =>
  ['.cjs', '.cjs.map', '.d.cts', '.d.ts', '.js', '.js.map'].map((extension) => name + extension),
);
const PACKED = ['CHANGELOG.md', 'LICENSE', 'README.md', 'THIRD-PARTY.md', 'dist', 'package.json'];

const SUCCEEDS = `
let looks = 0;
waitFor(() => ++looks === 3 && 'ready', { interval: 1, timeout: '10m' }).then(console.log);`;
const FAILS = `
const server = { status: 'queued' };
waitFor(() => server.status === 'ready', { timeout: 20, name: 'server 41' });`;
const IS_INSTANCE = `
waitFor(() => false, { timeout: 20 }).catch((error) => {
  console.log(error instanceof WaitTimeoutError, error instanceof WaitError, error.name);
});`;
const SHOWS_PROGRESS = `
const progress = terminalProgress({ every: 10 });
waitFor(({ elapsed }) => elapsed >= 25 && 'ready', { name: 'server 41', interval: 1, progress }).then(console.log);`;

// What the compiler must accept, and must not: types that were not found would be \`any\`, and accept everything.
const TYPED = `
import { waitForEvent, waitForStatus, type Progress } from 'unsleep';
import { terminalProgress } from 'unsleep/terminal';
export const progress: Progress = terminalProgress({ every: '1s' });
// @ts-expect-error -- no duration
terminalProgress({ every: 'often' });
export async function host(read: () => Promise<{ status: 'queued' } | { status: 'done'; host: string }>) {
  const done = await waitForStatus(read, { target: 'done', timeout: '5s' });
  // @ts-expect-error -- misspelt
  await waitForStatus(read, { target: 'dome' });
  return done.host.trim();
}
export async function code(socket: WebSocket) {
  const [event] = await waitForEvent(socket, 'close');
  // @ts-expect-error -- a CloseEvent has no data
  event.data;
  return event.code.toFixed();
}`;
const TYPED_FOR_NODE = `${TYPED}
import { EventEmitter } from 'node:events';
export async function id() {
  const [done] = await waitForEvent(new EventEmitter<{ done: [id: number] }>(), 'done');
  // @ts-expect-error -- a number
  done.trim();
  return done.toFixed();
}`;

const WITH_NODE = { typeRoots: [join(ROOT, 'node_modules/@types')], types: ['node'] };

const checks: readonly [name: string, check: (project: Project) => Promise<void>][] = [
  [
    'holds what it should, and nothing else',
    async ({ installed }) => {
      expectEqual((await readdir(installed)).sort(), PACKED);
      expectEqual((await readdir(join(installed, 'dist'))).sort(), BUILT);
    },
  ],
  [
    'brings nothing else along',
    async ({ installed }) => {
      const visible = (await readdir(dirname(installed))).filter((name) => !name.startsWith('.'));
      expectEqual(visible, ['unsleep']);
    },
  ],
  [
    'imports what its entries may, and the main entry nothing',
    async ({ installed }) => {
      for (const [name, allowed] of Object.entries(ENTRIES)) {
        for (const file of [`${name}.js`, `${name}.cjs`]) {
          const { importedFiles } = ts.preProcessFile(
            await readFile(join(installed, 'dist', file), 'utf8'),
            true,
            true,
          );
          expectEqual([...new Set(importedFiles.map(({ fileName }) => fileName))].sort(), allowed);
        }
      }
    },
  ],
  [
    'carries the notice of everything that is bundled',
    async ({ installed }) => {
      const notices = await readFile(join(installed, 'THIRD-PARTY.md'), 'utf8');
      const bundled = new Set<string>();
      for (const name of Object.keys(ENTRIES)) {
        const { sources } = JSON.parse(await readFile(join(installed, `dist/${name}.js.map`), 'utf8'));
        for (const path of sources as string[]) {
          const [, library] = /node_modules\/([^/]+)/.exec(path) ?? [];
          if (library) bundled.add(library);
        }
      }
      expectEqual(
        [...notices.matchAll(/^## (.+)$/gm)].map(([, name]) => name),
        [...bundled].sort(),
      );
      for (const name of bundled) {
        const license = await readFile(join(ROOT, 'node_modules', name, 'license'), 'utf8');
        expectEqual(
          notices.includes(`## ${name}\n\n<https://github.com/sindresorhus/${name}>\n\n${license.trim()}`),
          true,
        );
      }
    },
  ],
  ...[
    { file: 'program.mjs', bring: (names: string, from = 'unsleep') => `import { ${names} } from '${from}';` },
    { file: 'program.cjs', bring: (names: string, from = 'unsleep') => `const { ${names} } = require('${from}');` },
  ].flatMap(({ file, bring }): typeof checks => [
    [
      `${file}: a wait that succeeds, and then the process ends`,
      async (project) => {
        const run = await project.run(file, bring('waitFor') + SUCCEEDS);
        expectEqual(run, { code: 0, stdout: 'ready\n', stderr: '' });
      },
    ],
    [
      `${file}: a wait that fails ends the process with code 1, and says on stderr what it saw, and where`,
      async (project) => {
        const { code, stdout, stderr } = await project.run(file, bring('waitFor') + FAILS);
        expectEqual({ code, stdout }, { code: 1, stdout: '' });
        expectMatch(stderr, /WaitTimeoutError: server 41: not within 20 ms/);
        expectMatch(stderr, /0 ms {2}false/);
        expectMatch(stderr, new RegExp(`at .*${file.replace('.', '\\.')}:3:1`));
      },
    ],
    [
      `${file}: its errors can be told apart`,
      async (project) => {
        const run = await project.run(file, bring('waitFor, WaitError, WaitTimeoutError') + IS_INSTANCE);
        expectEqual(run, { code: 0, stdout: 'true true WaitTimeoutError\n', stderr: '' });
      },
    ],
    [
      `${file}: a wait that shows its progress`,
      async (project) => {
        const program = bring('waitFor') + bring('terminalProgress', 'unsleep/terminal') + SHOWS_PROGRESS;
        const { code, stdout, stderr } = await project.run(file, program);
        expectEqual({ code, stdout }, { code: 0, stdout: 'ready\n' });
        expectMatch(
          stderr,
          /^\d{4}-\d\d-\d\dT[\d:.]+Z still waiting for server 41: \d+ ms of 4 s, \d+ looks, last: false\n/,
        );
      },
    ],
  ]),
  ...(
    [
      ['nodenext, from ESM', 'program.mts', TYPED_FOR_NODE, { module: 'nodenext', ...WITH_NODE }],
      ['nodenext, from CommonJS', 'program.cts', TYPED_FOR_NODE, { module: 'nodenext', ...WITH_NODE }],
      ['bundler', 'program.ts', TYPED_FOR_NODE, { module: 'esnext', moduleResolution: 'bundler', ...WITH_NODE }],
      [
        "bundler, without Node's types",
        'program.ts',
        TYPED,
        { module: 'esnext', moduleResolution: 'bundler', types: [] },
      ],
    ] as const
  ).map(([name, file, program, options]): (typeof checks)[number] => [
    `TypeScript, ${name}`,
    async (project) => {
      expectEqual(await project.compile(file, program, options), { code: 0, stdout: '', stderr: '' });
    },
  ]),
];

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

class Project {
  readonly installed: string;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    this.installed = join(path, 'node_modules/unsleep');
  }

  async run(file: string, program: string): Promise<Ran> {
    await writeFile(join(this.#path, file), program);
    return execute(process.execPath, [file], this.#path);
  }

  async compile(file: string, program: string, options: object): Promise<Ran> {
    await writeFile(join(this.#path, file), program);
    const compilerOptions = { strict: true, noEmit: true, target: 'es2022', lib: ['es2023', 'dom'], ...options };
    await writeFile(join(this.#path, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
    return execute(process.execPath, [TSC], this.#path);
  }
}

function execute(command: string, args: readonly string[], cwd: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    // Killed well before the waits of the programs run out, which would end a process that does not end by itself.
    execFile(command, args, { cwd, timeout: 120_000 }, (error, stdout, stderr) => {
      const code = error ? error.code : 0;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else reject(error);
    });
  });
}

async function npm(args: readonly string[], cwd: string): Promise<void> {
  const { code, stdout, stderr } = await execute('npm', args, cwd);
  if (code !== 0) throw new Error(`npm ${args.join(' ')}\n${stdout}\n${stderr}`);
}

async function install(path: string): Promise<Project> {
  await npm(['pack', '--pack-destination', path], ROOT);
  const [tarball = ''] = (await readdir(path)).filter((name) => name.endsWith('.tgz'));
  const project = join(path, 'project');
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{ "private": true }');
  await npm(['install', '--offline', '--no-audit', '--no-fund', join(path, tarball)], project);
  return new Project(project);
}

function expectEqual(actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`expected ${JSON.stringify(expected, undefined, 2)}\ngot ${JSON.stringify(actual, undefined, 2)}`);
}

function expectMatch(actual: string, expected: RegExp): void {
  if (!expected.test(actual)) throw new Error(`expected ${expected}\ngot ${actual}`);
}

const temporary = await mkdtemp(join(tmpdir(), 'unsleep-package-'));
let failed = 0;
try {
  const project = await install(temporary);
  for (const [name, check] of checks) {
    try {
      await check(project);
      console.log(`✓ ${name}`);
    } catch (error) {
      failed++;
      console.log(`✗ ${name}\n${error instanceof Error ? error.message : error}`);
    }
  }
} finally {
  await rm(temporary, { recursive: true });
}
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

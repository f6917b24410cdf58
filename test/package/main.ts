// Packs the package, installs it into an empty project, and uses it there as its users do.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { typeChecks } from './compilers.ts';
import { type Check, install, ROOT } from './project.ts';
import { vitestChecks } from './vitests.ts';

interface Entry {
  /** What it may import: the main one nothing at all, so it runs in browsers too. */
  readonly imports: readonly string[];
  /** Not for what stands on an ES module itself. */
  readonly isCommonJs: boolean;
}
const ENTRIES: Readonly<Record<string, Entry>> = {
  index: { imports: [], isCommonJs: true },
  operation: { imports: ['unsleep'], isCommonJs: true },
  recorder: { imports: ['node:fs', 'node:path', 'node:process', 'node:url', 'unsleep'], isCommonJs: true },
  terminal: { imports: ['node:process', 'node:tty', 'node:util'], isCommonJs: true },
  vitest: { imports: ['unsleep', 'vitest', 'vitest/suite'], isCommonJs: false },
};
const BUILT = Object.entries(ENTRIES)
  .flatMap(([name, { isCommonJs }]) =>
    [...(isCommonJs ? ['.cjs', '.cjs.map', '.d.cts'] : []), '.d.ts', '.js', '.js.map'].map((end) => name + end),
  )
  .sort();
// Where those are at home that are bundled, by name; all others are in the one place.
const HOMES: Readonly<Record<string, string>> = {
  '@smithy/core': 'smithy-lang/smithy-typescript',
  'ipaddr.js': 'whitequark/ipaddr.js',
  jmespath: 'jmespath/jmespath.js',
  'structured-headers': 'evert/structured-header',
};
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
const FOLLOWS = `
const answers = [{ status: 'Running' }, { status: 'Succeeded', size: 41 }, { status: 'Failed', error: { message: 'full' } }];
const options = { fetch: async () => Response.json(answers.shift()), interval: 1 };
const start = () => ({ status: 202, url: 'https://api.example/jobs', headers: { 'operation-location': '/operations/7' } });
waitForOperation(start, options)
  .then(({ size }) => console.log(size))
  .then(() => waitForOperation(start, options))
  .catch((error) => console.log(error instanceof OperationError, error instanceof WaitError, error.failure.message));`;
const SHOWS_PROGRESS = `
const shown = terminalProgress({ every: 10 });
let isShown = false;
const progress = { ...shown, report: (...said) => { shown.report(...said); isShown = true; } };
waitFor(() => isShown && 'ready', { name: 'server 41', interval: 1, progress }).then(console.log);`;

const LEARNS = `
const seen = recorder('pace/jobs.json', { limit: 2 });
const finish = { start: Date.now() };
const isDone = () => Date.now() - finish.start > 20;
const wait = () => waitFor(isDone, { interval: learned(seen), onLook: seen.record() });
wait()
  .then(() => seen.add(20))
  .then(() => { finish.start = Date.now(); return wait(); })
  .then(() => console.log(recorder('pace/jobs.json').durations.length));`;

const checks: readonly Check[] = [
  [
    'holds what it should, and nothing else',
    async ({ installed }) => {
      assert.deepEqual((await readdir(installed)).sort(), PACKED);
      assert.deepEqual((await readdir(join(installed, 'dist'))).sort(), BUILT);
    },
  ],
  [
    'brings nothing else along',
    async ({ installed }) => {
      const visible = (await readdir(dirname(installed))).filter((name) => !name.startsWith('.'));
      assert.deepEqual(visible, ['unsleep']);
    },
  ],
  [
    'imports what its entries may, and the main entry nothing',
    async ({ installed }) => {
      for (const [name, { imports, isCommonJs }] of Object.entries(ENTRIES)) {
        for (const file of [`${name}.js`, ...(isCommonJs ? [`${name}.cjs`] : [])]) {
          const { importedFiles } = ts.preProcessFile(
            await readFile(join(installed, 'dist', file), 'utf8'),
            true,
            true,
          );
          assert.deepEqual([...new Set(importedFiles.map(({ fileName }) => fileName))].sort(), imports);
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
          const [, library] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
          if (library) bundled.add(library);
        }
      }
      assert.deepEqual(
        [...notices.matchAll(/^## (.+)$/gm)].map(([, name]) => name),
        [...bundled].sort(),
      );
      for (const name of bundled) {
        const folder = join(ROOT, 'node_modules', name);
        const file = (await readdir(folder)).find((file) => /^license$/i.test(file)) ?? 'license';
        const license = await readFile(join(folder, file), 'utf8');
        const home = `https://github.com/${HOMES[name] ?? `sindresorhus/${name}`}`;
        assert.ok(notices.includes(`## ${name}\n\n<${home}>\n\n${license.trim()}`), `no notice of ${name}`);
      }
    },
  ],
  ...[
    { file: 'program.mjs', bring: (names: string, from = 'unsleep') => `import { ${names} } from '${from}';` },
    { file: 'program.cjs', bring: (names: string, from = 'unsleep') => `const { ${names} } = require('${from}');` },
  ].flatMap(({ file, bring }): readonly Check[] => [
    [
      `${file}: a wait that succeeds, and then the process ends`,
      async (project) => {
        const run = await project.run({ [file]: bring('waitFor') + SUCCEEDS }, file);
        assert.deepEqual(run, { code: 0, stdout: 'ready\n', stderr: '' });
      },
    ],
    [
      `${file}: a wait that fails ends the process with code 1, and says on stderr what it saw, and where`,
      async (project) => {
        const { code, stdout, stderr } = await project.run({ [file]: bring('waitFor') + FAILS }, file);
        assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
        assert.match(stderr, /WaitTimeoutError: server 41: not within 20 ms/);
        assert.match(stderr, /0 ms {2}false/);
        assert.match(stderr, new RegExp(`at .*${file.replace('.', '\\.')}:3:1`));
      },
    ],
    [
      `${file}: its errors can be told apart`,
      async (project) => {
        const run = await project.run({ [file]: bring('waitFor, WaitError, WaitTimeoutError') + IS_INSTANCE }, file);
        assert.deepEqual(run, { code: 0, stdout: 'true true WaitTimeoutError\n', stderr: '' });
      },
    ],
    [
      `${file}: an operation that is followed to its end, and one that fails`,
      async (project) => {
        const names = 'OperationError, waitForOperation';
        const program = bring('WaitError') + bring(names, 'unsleep/operation') + FOLLOWS;
        const run = await project.run({ [file]: program }, file);
        assert.deepEqual(run, { code: 0, stdout: '41\ntrue true full\n', stderr: '' });
      },
    ],
    [
      `${file}: a wait that learns from those before, which a file remembers`,
      async (project) => {
        const program = bring('learned, waitFor') + bring('recorder', 'unsleep/recorder') + LEARNS;
        const run = await project.run({ [file]: program }, file);
        assert.deepEqual(run, { code: 0, stdout: '2\n', stderr: '' });
      },
    ],
    [
      `${file}: a wait that shows its progress`,
      async (project) => {
        const program = bring('waitFor') + bring('terminalProgress', 'unsleep/terminal') + SHOWS_PROGRESS;
        const { code, stdout, stderr } = await project.run({ [file]: program }, file);
        assert.deepEqual({ code, stdout }, { code: 0, stdout: 'ready\n' });
        assert.match(
          stderr,
          /^\d{4}-\d\d-\d\dT[\d:.]+Z still waiting for server 41: \d+ ms of 4 s, \d+ looks, last: false\n/,
        );
      },
    ],
  ]),
  ...typeChecks,
  ...vitestChecks,
];

const temporary = await mkdtemp(join(tmpdir(), 'unsleep-package-'));
let failed = 0;
try {
  const project = await install(temporary);
  const left = checks.values();
  const work = async () => {
    for (const [name, check] of left) {
      try {
        await check(project);
        console.log(`✓ ${name}`);
      } catch (error) {
        failed++;
        console.log(`✗ ${name}\n${error instanceof Error ? error.message : error}`);
      }
    }
  };
  // Two at a time.
  await Promise.all([work(), work()]);
} finally {
  await rm(temporary, { recursive: true });
}
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

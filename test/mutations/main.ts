// Puts one bug after the other into a copy of the code, and shows which test turns red. Run it with `npm run mutations`.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUGS, type Bug } from './bugs.ts';

interface Assertion {
  readonly status: string;
  readonly fullName: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'unsleep-mutations-'));
for (const name of ['src', 'test', 'examples', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
  cpSync(join(root, name), join(copy, name), { recursive: true });
}
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

// The unit tests of the library alone: what turns red there needs no service, and is red at once.
const suites = readdirSync(join(copy, 'test'))
  .filter((name) => name.endsWith('.test.ts') && name !== 'examples.test.ts')
  .concat('laws/')
  .map((name) => `test/${name}`);

// Those of `unsleep/operation` in virtual time; the others start servers and processes.
const operationSuites = [
  'operation',
  'settle-operation',
  'wait-for-operation',
  'cancel',
  'hostile-addresses',
  'dialects/plain',
].map((name) => `test/operation/${name}.test.ts`);

/** What has to catch a bug of this file. */
function suitesOf(file: string): readonly string[] {
  return file.startsWith('operation/') ? operationSuites : suites;
}

// A test that is red anyway would seem to catch everything.
const redAnyway = [suites, operationSuites].flatMap((all) => run(all));
if (redAnyway.length > 0) throw new Error(`red without any bug: ${redAnyway.join(', ')}`);

const PAGE = join(root, 'docs/decisions/0008-mutations.md');

// `npm run mutations -- jitter wait.ts` tries those with a word in their name, or of a file, and leaves the other rows of the
// page as they are.
const words = process.argv.slice(2);
const isChosen = ({ name, file }: Bug) => words.some((word) => name.includes(word) || file === word);
const bugs = BUGS.filter((bug) => words.length === 0 || isChosen(bug));
const survivors: string[] = [];
const rows = new Map(
  readFileSync(PAGE, 'utf8')
    .split('\n')
    .map((row) => [row.split(' | ')[0], row]),
);
for (const bug of bugs) {
  const red = redTests(bug);
  if (red.length === 0) survivors.push(bug.name);
  rows.set(`| ${bug.name}`, `| ${bug.name} | \`${bug.file}\` | ${red[0] ?? '**none**'} |`);
  say(`${red.length === 0 ? 'GREEN' : 'red  '}  ${bug.name}: ${red[0] ?? 'none'}`);
}
rmSync(copy, { recursive: true });
writePage();
say(`${bugs.length - survivors.length} passed, ${survivors.length} failed`);
process.exitCode = survivors.length;

/** The unit tests that fail with this bug. */
function redTests({ name, file, text, instead }: Bug): string[] {
  const path = join(copy, 'src', file);
  const source = readFileSync(path, 'utf8');
  if (source.split(text).length !== 2) throw new Error(`"${name}": its text must stand in ${file} exactly once`);
  writeFileSync(
    path,
    source.replace(text, () => instead),
  );
  try {
    return run(suitesOf(file));
  } finally {
    writeFileSync(path, source);
  }
}

function run(suites: readonly string[], isCutShort = true): string[] {
  const report = join(copy, 'report.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [
    vitest,
    'run',
    '--project=unit',
    '--reporter=json',
    `--outputFile=${report}`,
    '--testTimeout=6000',
    ...(isCutShort ? ['--bail=1'] : []),
  ];
  rmSync(report, { force: true });
  const { status } = spawnSync(process.execPath, [...args, ...suites], {
    cwd: copy,
    timeout: 120_000,
  });
  // A bug that starves the event loop lets no runner finish.
  if (!existsSync(report)) return ['(the suite hangs)'];
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    testResults: { assertionResults: Assertion[]; message: string }[];
  };
  const assertions = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = assertions.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName.trim());
  // A suite that does not even load says so in its message.
  const red = failed.length > 0 ? failed : testResults.flatMap(({ message }) => (message === '' ? [] : [message]));
  // A concurrent test at which the run was cut short is left out of its report.
  return red.length === 0 && status !== 0 && isCutShort ? run(suites, false) : red;
}

function writePage(): void {
  const page = `# Bugs put in on purpose

Each row is a bug that \`npm run mutations\` puts into a copy of the code, and the first unit test that turned red, where the suite stops. A bug that leaves the suite green is a bug of the suite. The list is \`test/mutations/bugs.ts\`; this page is written by the command.

| bug | in | test that turned red |
|---|---|---|
${BUGS.map(({ name }) => rows.get(`| ${name}`) ?? `| ${name} | | (not tried) |`).join('\n')}
`;
  writeFileSync(PAGE, page);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

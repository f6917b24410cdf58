// The type tests of this repository (test/types) as a user's own code: against the installed package, under each compiler.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Check, type Project, ROOT } from './project.ts';

const COMPILERS = [
  compiler(import.meta.resolve('typescript-5.4/package.json'), ['inferred-guards']),
  compiler(import.meta.resolve('typescript/package.json')),
  compiler(import.meta.resolve('typescript-6/package.json')),
  compiler(import.meta.resolve('typescript-7/package.json')),
];

interface Compiler {
  readonly version: string;
  readonly tsc: string;
  /** The tests that it is too old for. */
  readonly without: readonly string[];
}

function compiler(manifest: string, without: readonly string[] = []): Compiler {
  const { version, bin } = JSON.parse(readFileSync(new URL(manifest), 'utf8'));
  return { version, tsc: fileURLToPath(new URL(bin.tsc, manifest)), without };
}

// Every way to find the package, and every environment: some compilers have to do with nothing of Node, or of the DOM.
const PROJECTS = [
  {
    name: "nodenext, ESM and CommonJS, with Node's types and the DOM",
    extensions: ['mts', 'cts'],
    without: [],
    options: { module: 'nodenext', types: ['node'], lib: ['es2023', 'dom'] },
  },
  {
    name: "nodenext, ESM and CommonJS, with Node's types alone",
    extensions: ['mts', 'cts'],
    without: ['event-targets'],
    options: { module: 'nodenext', types: ['node'], lib: ['es2023'] },
  },
  {
    name: 'bundler, with the DOM alone',
    extensions: ['ts'],
    without: ['node-emitters'],
    options: { module: 'esnext', moduleResolution: 'bundler', types: [], lib: ['es2023', 'dom'] },
  },
] as const;

const OPTIONS = {
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
  target: 'es2022',
  typeRoots: [join(ROOT, 'node_modules/@types')],
};

const TESTS = readdirSync(join(ROOT, 'test/types')).map((file) => {
  const [name = ''] = file.split('.');
  return { name, text: readFileSync(join(ROOT, 'test/types', file), 'utf8') };
});

export const typeChecks: readonly Check[] = COMPILERS.flatMap((compiler) =>
  PROJECTS.map(({ name, extensions, without, options }): Check => {
    const left: readonly string[] = [...compiler.without, ...without];
    const programs = TESTS.filter((test) => !left.includes(test.name)).flatMap(({ name, text }) =>
      extensions.map((extension) => ({ file: `${name}.${extension}`, text })),
    );
    return [
      `TypeScript ${compiler.version}, ${name}`,
      (project) => judge(project, compiler, programs, { ...OPTIONS, ...options }),
    ];
  }),
);

interface Program {
  readonly file: string;
  readonly text: string;
}

/** Fails unless the compiler refuses exactly what the tests say it refuses, and in these words. */
async function judge(
  project: Project,
  compiler: Compiler,
  programs: readonly Program[],
  compilerOptions: object,
): Promise<void> {
  const files = Object.fromEntries(programs.map(({ file, text }) => [file, unmarked(text)]));
  const tsconfig = JSON.stringify({ compilerOptions, files: Object.keys(files) });
  const { stdout, stderr } = await project.run({ ...files, 'tsconfig.json': tsconfig }, compiler.tsc);
  const refusals = programs.flatMap(refusalsOf);
  const diagnostics = stdout.split(/\n(?!\s)/).filter((text) => text !== '');
  const unexpected = diagnostics.filter((text) => !refusals.some((refusal) => isSaid(refusal, text)));
  const missing = refusals.filter((refusal) => !diagnostics.some((text) => isSaid(refusal, text)));
  const wrong = [
    ...(stderr === '' ? [] : [stderr]),
    ...unexpected.map((text) => `not expected: ${text}`),
    ...missing.map(({ place, says }) => `not said: ${place} ${says}`),
  ];
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
}

interface Refusal {
  readonly place: string;
  readonly says: string;
}

// The directive hides what the compiler says. Where the words count, a test is judged without it.
const MARK = '// @ts-expect-error says: ';

function unmarked(text: string): string {
  return text.replaceAll(MARK, '// ');
}

function refusalsOf({ file, text }: Program): Refusal[] {
  return text.split('\n').flatMap((line, index) => {
    const says = line.trim().startsWith(MARK) ? line.trim().slice(MARK.length) : undefined;
    // Its line is the next, counted from 1.
    return says === undefined ? [] : [{ place: `${file}(${index + 2},`, says }];
  });
}

function isSaid({ place, says }: Refusal, diagnostic: string): boolean {
  return diagnostic.startsWith(place) && diagnostic.includes(says);
}

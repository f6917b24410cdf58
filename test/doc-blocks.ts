import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import ts from 'typescript';
import type { Vite } from 'vitest/node';

const QUERY = '?doc-blocks';
// A folder that is not there: under its own name, the coverage would take a block for a part of the source.
const TESTS = join(process.cwd(), 'doc-blocks/');
const FENCE = /^\s*(?:\* )?\s*```(.*)$/;
const RESULT = /\/\/ => (.+)$/gm;
// Highlighted as code, and never run: what no test reads is wrong sooner or later.
const NOT_RUN = /^(ts.+|typescript.*|m?js\b.*|c?js\b.*|jsx?\b.*|javascript.*|[cm]ts.*)$/;
// A file of a project of another runner, such as ```js jest waits.js: test/runners/testing.test.ts runs it there.
const RUNNER_FILE = /^\w+ (jest|node:test|bun|playwright) (\S+)$/;
const HAS_RUNNER_FILES = 'docs/testing.md';
// A block imports what it shows within its test, and some of it takes seconds on a busy machine.
const TIMEOUT = 20_000;
const HEADER = "import { describe as $describe, expect as $expect, test as $test } from 'vitest'; ";

/**
 * Makes a test of every `ts` block of a document, or of a source's comments, when it is imported with `?doc-blocks`.
 *
 * A block may begin with imports, and `expression; // => value` expects that value. A block that imports `test` from
 * vitest is a suite. Every line keeps its number, so a failure points into the document.
 */
export function docBlocks(): Vite.Plugin {
  return {
    name: 'doc-blocks',
    // Before vite's own plugins, which would read the file as what it is.
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!source.endsWith(QUERY)) return undefined;
      const file = await this.resolve(source.slice(0, -QUERY.length), importer);
      return file && `${TESTS}${relative(process.cwd(), file.id)}.ts`;
    },
    async load(id) {
      if (!id.startsWith(TESTS)) return undefined;
      const name = id.slice(TESTS.length, -'.ts'.length);
      this.addWatchFile(join(process.cwd(), name));
      return toTests(await readFile(name, 'utf8'), name);
    },
  };
}

function toTests(text: string, name: string): string {
  const lines = text.split('\n');
  const tests = lines.map(() => '');
  let opened: { readonly at: number; readonly language: string } | undefined;
  for (const [at, line] of lines.entries()) {
    const language = FENCE.exec(line)?.[1]?.trim();
    if (language === undefined) continue;
    if (!opened) {
      const isRunElsewhere = name === HAS_RUNNER_FILES && RUNNER_FILE.test(language);
      if (NOT_RUN.test(language) && !isRunElsewhere)
        throw new Error(`${name}:${at + 1}: \`\`\`${language} is not run: write \`\`\`ts`);
      opened = { at, language };
      continue;
    }
    if (opened.language === 'ts') {
      const block = lines.slice(opened.at + 1, at).map((line) => (/\.md$/.test(name) ? line : uncomment(line)));
      const { code, isSuite } = rewrite(block.join('\n'), `${name}:${opened.at + 2}`);
      tests[opened.at] =
        `${isSuite ? '$describe' : '$test'}(${JSON.stringify(`${name}:${opened.at + 1}`)}, async () => {`;
      tests.splice(opened.at + 1, block.length, ...code.split('\n'));
      tests[at] = `}, ${TIMEOUT});`;
    }
    opened = undefined;
  }
  if (opened) throw new Error(`${name}:${opened.at + 1}: this block has no end`);
  return HEADER + tests.join('\n');
}

/** The files of a document that another runner runs: by runner, then by name. */
export function runnerFiles(text: string): Record<string, Record<string, string>> {
  const files: Record<string, Record<string, string>> = {};
  for (const [, info = '', block = ''] of text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)) {
    const [, runner, file] = RUNNER_FILE.exec(info) ?? [];
    if (runner !== undefined && file !== undefined) files[runner] = { ...files[runner], [file]: block };
  }
  return files;
}

function uncomment(line: string): string {
  return line.replace(/^\s*\* ?/, '');
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Imports become dynamic, as the block will be the body of a function, and results become expectations. */
function rewrite(block: string, where: string): { code: string; isSuite: boolean } {
  const source = ts.createSourceFile('block.ts', block, ts.ScriptTarget.Latest, true);
  const imports = source.statements.filter(ts.isImportDeclaration);
  const results = [...block.matchAll(RESULT)].flatMap((match) => toExpectation(source, match, where));
  const edits = [...imports.map(toDynamicImport), ...results].sort((a, b) => b.start - a.start);
  let code = block;
  for (const { start, end, text } of edits) code = code.slice(0, start) + text + code.slice(end);
  return { code, isSuite: imports.some(bringsTests) };
}

function toDynamicImport(node: ts.ImportDeclaration): Edit {
  const { importClause, moduleSpecifier } = node;
  const [start, end] = [node.getStart(), node.getEnd()];
  const module = `await import(${moduleSpecifier.getText()});`;
  const bindings = importClause?.namedBindings;
  // Lines that an import takes must stay.
  const rest = '\n'.repeat(node.getText().split('\n').length - 1);
  if (!importClause) return { start, end, text: module + rest };
  if (importClause.isTypeOnly) return { start, end, text: rest };
  if (bindings && ts.isNamespaceImport(bindings)) {
    return { start, end, text: `const ${bindings.name.text} = ${module}${rest}` };
  }
  const names = (bindings?.elements ?? [])
    .filter(({ isTypeOnly }) => !isTypeOnly)
    .map(({ name, propertyName }) => (propertyName ? `${propertyName.getText()}: ${name.text}` : name.text));
  if (importClause.name) names.unshift(`default: ${importClause.name.text}`);
  return { start, end, text: `const { ${names.join(', ')} } = ${module}${rest}` };
}

function bringsTests({ importClause, moduleSpecifier }: ts.ImportDeclaration): boolean {
  const bindings = importClause?.namedBindings;
  return (
    ts.isStringLiteral(moduleSpecifier) &&
    moduleSpecifier.text === 'vitest' &&
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.some(({ name }) => ['describe', 'it', 'test'].includes(name.text))
  );
}

function toExpectation(source: ts.SourceFile, { index, 1: value = '' }: RegExpExecArray, where: string): Edit[] {
  const statement = lastStatementBefore(source, index);
  const expectation = `.toEqual(${value.trim()});`;
  if (statement && ts.isExpressionStatement(statement)) {
    const { expression } = statement;
    return [
      { start: expression.getStart(), end: expression.getStart(), text: '$expect(' },
      { start: expression.getEnd(), end: statement.getEnd(), text: `)${expectation}` },
    ];
  }
  const declared = statement?.declarationList.declarations[0]?.name;
  if (statement && declared && ts.isIdentifier(declared)) {
    return [{ start: statement.getEnd(), end: statement.getEnd(), text: ` $expect(${declared.text})${expectation}` }];
  }
  const line = source.getLineAndCharacterOfPosition(index).line;
  throw new Error(`${where}, line ${line + 1} of the block: \`// => ${value}\` follows no expression`);
}

/** The statement that ends on the line of this position, with nothing in between. */
function lastStatementBefore(source: ts.SourceFile, position: number) {
  let found: ts.ExpressionStatement | ts.VariableStatement | undefined;
  const visit = (node: ts.Node): void => {
    const isOne = ts.isExpressionStatement(node) || ts.isVariableStatement(node);
    if (isOne && /^[ \t]*$/.test(source.text.slice(node.getEnd(), position)) && node.getEnd() <= position) found = node;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

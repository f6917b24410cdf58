import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Run, runFixture, steady } from './rig.ts';

const RUNNERS = ['vitest', 'jest', 'node:test', 'bun'] as const;
type Runner = (typeof RUNNERS)[number];

/** The line before the tests of a fixture, which are the same for each runner. */
const IMPORTS: Record<Runner, string> = {
  vitest: `import { createWaiter, retry, waitFor as plainWaitFor } from 'unsleep'; import { expect, test } from 'vitest';`,
  jest: `const { createWaiter, retry, waitFor: plainWaitFor } = require('unsleep');`,
  'node:test': `import assert from 'node:assert/strict'; import test from 'node:test'; import { createWaiter, retry, waitFor as plainWaitFor } from 'unsleep';`,
  bun: `import { expect, test } from 'bun:test'; import { createWaiter, retry, waitFor as plainWaitFor } from 'unsleep';`,
};

/** How the assertions of a fixture are made. Node has its own, the others an `expect`. */
const EXPECT_ROWS = "const expectRows = (rows) => expect(rows).toEqual(['a', 'b']);";
const ASSERT_ROWS = "const expectRows = (rows) => assert.deepEqual(rows, ['a', 'b']);";

function readFixture(name: string): string {
  return readFileSync(new URL(`./fixtures/messages/${name}.js`, import.meta.url), 'utf8');
}

/** Runs the tests of a fixture under a runner. Line 1 is what differs. */
function runTests(runner: Runner, name: string): Promise<Run> {
  const isNode = runner === 'node:test';
  const file = `${name}.test.${runner === 'jest' ? 'js' : 'mjs'}`;
  const tests = readFixture(name).replace('/* options */', isNode ? '{ timeout: 200 },' : '');
  return runFixture({
    runner,
    files: { [file]: `${IMPORTS[runner]} ${isNode ? ASSERT_ROWS : EXPECT_ROWS}\n${tests}` },
  });
}

// The worst failures that people meet, as they stand in the terminal. To be read, not only compared.
describe('what is printed of a failed wait', () => {
  test.each(RUNNERS.slice(0, 3))('by %s', async (runner) => {
    const printed = withoutInternals(steady(await runTests(runner, 'worst')));
    await expect(printed).toMatchFileSnapshot(`./fixtures/messages/worst.${runner.replace(':', '-')}.txt`);
  });
});

/** Leaves out what differs by version: the frames of Node, of the runner and of unsleep, and what Node prints twice. */
function withoutInternals(printed: string): string {
  const [, summary = printed] = printed.split(/(?=✖ failing tests:)/);
  return (
    summary
      .replace(/^ +(at|❯) .*(node:|\/unsleep\/dist\/|\/src\/\w+\.ts|jest-circus|<anonymous>\)|Immediate).*\n/gm, '')
      .replace(/\n+(?=\n +at .*<folder>)/g, '')
      // The line of the imports: where in it depends on where the packages are.
      .replace(/(?<=worst\.test\.mjs:1):\d+/g, '')
      // Which jest says only of tests that took any.
      .replace(/ \(?<time>\)?$/gm, '')
  );
}

describe('the first frame of the stack is the line of the caller', () => {
  const lines = readFixture('stack').split('\n');
  const names = lines.flatMap((line) => /^test\('(.*)',/.exec(line)?.[1] ?? []);
  /** The line of the file that starts the wait of a test. The imports are a line more. */
  const lineOf = (name: string) =>
    lines.findIndex(
      (line, index) =>
        index > lines.findIndex((start) => start.startsWith(`test('${name}'`)) && line.endsWith('// here'),
    ) + 2;

  test.each(RUNNERS)('in %s', async (runner) => {
    const output = steady(await runTests(runner, 'stack'));
    expect(names).toHaveLength(10);
    const framed = names.map((name) => [name, firstFrame(runner, output, name)]);
    expect(framed).toEqual(names.map((name) => [name, lineOf(name)]));
  });
});

/** The line that the first frame of a failed test names. */
function firstFrame(runner: Runner, output: string, name: string): number {
  const heading = { vitest: ` > ${name}\n`, jest: `● ${name}\n`, 'node:test': `✖ ${name} (`, bun: `(fail) ${name}` }[
    runner
  ];
  // Bun says the name of a test last, and the others first.
  const at = output.lastIndexOf(heading);
  const after =
    runner === 'bun' ? output.slice(Math.max(0, output.lastIndexOf('(fail)', at - 1)), at) : output.slice(at);
  const [frame = ''] = /^ +(?:at|❯) .*$/m.exec(after) ?? [];
  return Number(/stack\.test\.m?js:(\d+):/.exec(frame)?.[1]);
}

// The blocks of docs/testing.md, run by the runners that they are for.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runnerFiles } from '../doc-blocks.ts';
import { type Fixture, runFixture } from './rig.ts';

const document = readFileSync('docs/testing.md', 'utf8');
const files = runnerFiles(document);
const ES_MODULES = { 'package.json': '{ "type": "module" }' };
// A test may then take 2 s, or 1.5 s in Playwright, and its waits half a second less.
const FAST = { UNSLEEP_TIMEOUT_SCALE: '0.4' };
const FAST_IN_PLAYWRIGHT = { UNSLEEP_TIMEOUT_SCALE: '0.05' };

function run(runner: Fixture['runner'], fixture: Omit<Fixture, 'runner'>) {
  return runFixture({ runner, ...fixture, files: { ...files[runner], ...fixture.files } });
}

test('every file of the document is run below', () => {
  const names = Object.entries(files).map(([runner, ofRunner]) => [runner, ...Object.keys(ofRunner)]);
  expect(names).toEqual([
    ['jest', 'waits.js', 'server.test.js', 'late.test.js'],
    ['node:test', 'waits.js', 'server.test.js'],
    ['bun', 'bunfig.toml', 'waits.ts', 'server.test.ts'],
    ['playwright', 'waits.ts', 'server.spec.ts', 'playwright.config.ts'],
  ]);
});

test.concurrent.each([
  ['vitest', "import { test } from 'vitest'; import { waitFor } from 'unsleep';"],
  ['jest', "const { waitFor } = require('unsleep');"],
  ['bun', "import { test } from 'bun:test'; import { waitFor } from 'unsleep';"],
] as const)('without a setup, %s prints what the wait has to say', async (runner, imports) => {
  const text = `${imports} test('waits', async () => { await waitFor(() => false, { name: 'the moon' }); });`;
  const { output } = await runFixture({ runner, files: { 'moon.test.js': text } });
  expect(output).toMatch(/WaitTimeoutError: the moon: not within 4 s/);
  expect(output).not.toMatch(/timed out|Exceeded/);
});

/** The output that the document shows for a runner. */
function shownUnder(runner: string): string[] {
  const [, section = ''] = document.split(new RegExp(`^## ${runner}$`, 'm'));
  const [own = ''] = section.split(/^## /m);
  return [...own.matchAll(/^```text\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
}

describe('vitest', () => {
  test('prints what the document shows', async () => {
    const imports = "import { expect, test } from 'vitest';\nimport { eventually, waitFor } from 'unsleep/vitest';\n";
    const moon = `
test('the moon is reached', async () => {
  await waitFor(() => false, { name: 'the moon', timeout: '1m', interval: Infinity });
});`;
    const rows = `
const rows = [];

test('rows arrive', () => {

  eventually(() => expect(rows).toEqual(['a']), { name: 'a row' });
});`;
    const { output } = await runFixture({
      runner: 'vitest',
      files: { 'moon.test.ts': imports + moon, 'rows.test.ts': imports + rows },
    });
    const shown = shownUnder('vitest');
    expect(shown).toHaveLength(2);
    const printed = output.replace(/at \/.*\//g, 'at ').replace(/not within 4\.\d+ s/, 'not within 4.5 s');
    for (const text of shown) expect(instantsLeftOut(printed)).toContain(instantsLeftOut(text));
  });
});

describe('jest', () => {
  test('runs the tests of the document', async () => {
    const { exitCode, output } = await run('jest', { args: ['server.test.js'] });
    expect(output).toMatch(/^Tests: +3 passed, 3 total$/m);
    expect(exitCode).toBe(0);
  });

  test('prints what the document shows', async () => {
    const { output } = await run('jest', { args: ['late.test.js'] });
    const [shown = ''] = shownUnder('jest');
    const printed = output.replace(/not within the 4\.\d+ s/, 'not within the 4.5 s');
    expect(instantsLeftOut(printed)).toContain(instantsLeftOut(shown));
  });

  test('tells of the wait, and none goes on into the next test', async () => {
    const { output } = await run('jest', { from: 'testing/jest.test.js', args: ['jest.test.js'], env: FAST });
    const told = toldBy(output, /^ {2}● /m);
    expect(output).toMatch(/^Tests: +4 failed, 3 passed, 7 total$/m);
    expect(told('fails, as it forgets a wait')).toMatch(
      /a wait was not awaited: the forgotten, at .+jest\.test\.js:\d+:\d+\)/,
    );
    expect(told('fails, as it forgets a wait')).not.toMatch(/^ {4}the test is over$/m);
    expect(told('fails, as its wait has more time')).toMatch(
      / {4}WaitTimeoutError: the long: not within the 1\.\d+ s of/,
    );
    expect(told('fails, as the runner cuts it')).toMatch(/Exceeded timeout of 200 ms[\s\S]*not awaited: the cut, at /);
    expect(told('fails with faked timers')).toContain('    WaitTimeoutError: the faked: not within 200 ms (500 ms x');
    expect(output).not.toContain('Exceeded timeout of 2000 ms');
    expect(output).toContain('after all: the test is over\n');
  });

  test('runs the tests of the document with timers that are faked everywhere', async () => {
    const jest = { fakeTimers: { enableGlobally: true } };
    const fixture = { args: ['server.test.js'], files: { 'package.json': JSON.stringify({ jest }) } };
    const { exitCode, output } = await run('jest', fixture);
    expect(output).toMatch(/^Tests: +3 passed, 3 total$/m);
    expect(exitCode).toBe(0);
  });

  test('serves ES modules too', async () => {
    const { 'waits.js': waits = '' } = files['jest'] ?? {};
    const { exitCode, output } = await runFixture({
      runner: 'jest',
      from: 'testing/jest-esm.test.mjs',
      files: { ...ES_MODULES, 'waits.cjs': waits },
      env: { NODE_OPTIONS: '--experimental-vm-modules' },
    });
    expect(output).toMatch(/^Tests: +1 passed, 1 total$/m);
    expect(exitCode).toBe(0);
  });
});

describe('node:test', () => {
  test('runs the tests of the document', async () => {
    const { exitCode, output } = await run('node:test', { args: ['server.test.js'], files: ES_MODULES });
    expect(output).toMatch(/^ℹ pass 3$/m);
    expect(exitCode).toBe(0);
  });

  test('tells of the wait, and none goes on into the next test', async () => {
    const fixture = { from: 'testing/node.test.js', args: ['node.test.js'], files: ES_MODULES };
    const { output } = await run('node:test', fixture);
    const told = toldBy(output, /^ *[✖✔▶] /m);
    expect(output).toMatch(/^ℹ pass 4$/m);
    expect(told('fails, as it forgets a wait')).toMatch(
      /a wait was not awaited: the forgotten, at .+node\.test\.js:\d+:\d+\)/,
    );
    expect(told('fails, as its wait has more time')).toMatch(
      / {2}WaitTimeoutError: the long: not within the \d+ ms of/,
    );
    expect(told('fails, as the runner cuts it')).toContain("'test timed out after 200ms'");
    expect(told('fails with faked timers')).toContain('  WaitTimeoutError: the faked: not within 30 s (');
    expect(told('fails, and leaves the other alone')).toContain('a wait was not awaited: the first of two, at ');
    expect(output).toMatch(/✔ goes on/);
    expect(output).not.toContain('test timed out after 1000ms');
    expect(output).not.toContain('generated asynchronous activity');
  });
});

describe('bun', () => {
  test('runs the tests of the document', async () => {
    const { exitCode, output } = await run('bun', { args: ['./server.test.ts'] });
    expect(output).toMatch(/^ 3 pass\n 0 fail$/m);
    expect(exitCode).toBe(0);
  });

  test('tells of the wait, and none goes on into the next test', async () => {
    const { output } = await run('bun', {
      from: 'testing/bun.test.js',
      args: ['--timeout=2000', './bun.test.js'],
      env: FAST,
    });
    // The name of a test comes after what is told of it.
    const told = toldBy(output, /(?<=^\((?:pass|fail)\) .*\n)(?! +\^)/m);
    expect(output).toMatch(/^ 3 pass\n 3 fail$/m);
    expect(told('fails, as it forgets a wait')).toMatch(
      /a wait was not awaited: the forgotten, at .+bun\.test\.js:\d+:\d+\)/,
    );
    expect(told('fails, as it forgets a wait')).not.toMatch(/^error: the test is over$/m);
    expect(told('fails, as its wait has more time')).toMatch(
      /^WaitTimeoutError: the long: not within the 1\.\d+ s of/m,
    );
    expect(told('fails, as the runner cuts it')).toMatch(
      /not awaited: the cut, at [\s\S]*this test timed out after 200ms/,
    );
    expect(output).not.toContain('timed out after 2000ms');
  });

  test('has the hooks of the preloaded file in every file', async () => {
    const forgets = "import { test } from 'bun:test'; import { waitFor } from './waits.ts'; test('forgets', () => {";
    const file = (name: string) => `${forgets} void waitFor(() => false, { name: '${name}' }); });`;
    const args = ['./a.test.ts', './b.test.ts'];
    const { output } = await run('bun', { files: { 'a.test.ts': file('in a'), 'b.test.ts': file('in b') }, args });
    expect(output).toMatch(/: in a, at [\s\S]*: in b, at [\s\S]*^ 0 pass\n 2 fail$/m);
  });
});

describe('Playwright', () => {
  test('runs the tests of the document', async () => {
    const { exitCode, output } = await run('playwright', { args: ['server.spec.ts'] });
    expect(output).toMatch(/^ {2}1 passed/m);
    expect(exitCode).toBe(0);
  });

  test('tells of the wait, and none goes on into the next test', async () => {
    const fixture = { from: 'testing/playwright.spec.js', args: ['playwright.spec.js'], env: FAST_IN_PLAYWRIGHT };
    const { output } = await run('playwright', fixture);
    const told = toldBy(output, /^ {2}(?:\d+\) |\d+ failed$)/m);
    expect(output).toMatch(/^ {2}3 failed$[\s\S]*^ {2}2 passed/m);
    expect(told('fails, as it forgets a wait')).toMatch(
      /a wait was not awaited: the forgotten, at .+playwright\.spec\.js:\d+:\d+\)/,
    );
    expect(told('fails, as it forgets a wait')).not.toMatch(/^ {4}Error: the test is over$/m);
    expect(told('fails, as its wait has more time')).toMatch(
      / {4}WaitTimeoutError: the long: not within the .+ of its/,
    );
    expect(told('fails, as the runner cuts it')).toMatch(
      /Test timeout of 500ms exceeded[\s\S]*not awaited: the cut, at /,
    );
    expect(output).not.toContain('Test timeout of 1500ms exceeded');
  });
});

/** What a runner prints of a test, when its output falls apart like this. */
function toldBy(output: string, boundary: RegExp): (test: string) => string {
  const parts = output.split(boundary);
  return (test) => parts.filter((part) => part.includes(test)).join('');
}

function instantsLeftOut(text: string): string {
  return text.replace(/ +\d+ ms/g, ' # ms');
}

import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Runner, runFixture, steady } from './rig.ts';

const FIXTURES: readonly (readonly [Runner, string])[] = [
  ['vitest', 'vitest.test.mjs'],
  ['jest', 'jest.test.js'],
  ['node:test', 'node.test.mjs'],
  ['bun', 'bun.test.mjs'],
  ['playwright', 'playwright.spec.mjs'],
  ['node', 'script.mjs'],
];

describe('runFixture', () => {
  test.each(FIXTURES)('runs %s, and gives back what it printed', async (runner, file) => {
    const run = await runFixture({ runner, from: `rig/${file}`, args: runner === 'node' ? [file] : [] });
    expect(run).toMatchObject({ exitCode: 1, output: expect.stringContaining('the moon: not within 50 ms') });
    expect(readdirSync(run.folder)).toContain(file);
  });

  test('gives back what came on stdout and stderr in the order in which it came', async () => {
    const text = 'for (let line = 0; line < 200; line++) (line % 2 ? console.error : console.log)(line);';
    const { output } = await runFixture({ runner: 'node', files: { 'both.mjs': text }, args: ['both.mjs'] });
    expect(output).toBe(Array.from({ length: 200 }, (_, line) => `${line}\n`).join(''));
  });

  test('ends a runner that hangs, and tells what it printed so far', async () => {
    const files = { 'hangs.mjs': 'console.log("here"); setInterval(() => {}, 1_000);' };
    const hanging = runFixture({ runner: 'node', files, args: ['hangs.mjs'], within: 5_000 });
    await expect(hanging).rejects.toThrow(/hangs\.mjs: still running after 5000 ms\. It printed:\nhere\n/);
  });

  test('runs the package as it is built, by import and by require, without the environment of this runner', async () => {
    const print = 'console.log(unsleep.waitFor.name, process.env.VITEST, process.env.CI);';
    const files = {
      'imports.mjs': `import * as unsleep from 'unsleep'; ${print}`,
      'requires.cjs': `const unsleep = require('unsleep'); ${print}`,
    };
    for (const name of Object.keys(files)) {
      const { output } = await runFixture({ runner: 'node', files, args: [name] });
      expect(output).toBe('waitFor undefined undefined\n');
    }
  });
});

describe('steady', () => {
  test('replaces what a runner adds, and leaves what the message says', () => {
    const output =
      'RUN v4.1.12 /here\nbun test v1.4.5 (a773b)\nends 56.9ms\nends (7 ms)\nTime:        0.4 s\nduration_ms 11.2 \n';
    expect(steady({ exitCode: 1, output: `${output}not within 50 ms`, folder: '/here' })).toBe(
      'RUN <version> <folder>\nbun test <version>\nends <time>\nends (<time>)\nTime:        <time>\nduration_ms <time>\nnot within 50 ms',
    );
  });
});

// The entry unsleep/vitest, with the oldest vitest that it supports and the newest.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import type { Check, Project } from './project.ts';

interface Vitest {
  readonly version: string;
  /** How to start a Node that it runs on. */
  readonly node: readonly [string, ...string[]];
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isNode22 = major > 22 || (major === 22 && minor >= 12);
const HERE = [process.execPath] as const;
const VITESTS: readonly Vitest[] = [
  { version: '3.0.0', node: HERE },
  { version: '5.1.1', node: isNode22 ? HERE : ['npx', '-y', 'node@24'] },
];

export const vitestChecks: readonly Check[] = VITESTS.flatMap((vitest): readonly Check[] => {
  let installing: Promise<Project> | undefined;
  const run = async (project: Project, file: string) => {
    installing ??= project.with(`vitest@${vitest.version}`);
    const text = readFileSync(new URL(`./fixtures/${file}`, import.meta.url), 'utf8');
    const { code, stdout, stderr } = await (await installing).runBy(
      vitest.node,
      { [file]: text },
      '../node_modules/vitest/vitest.mjs',
      'run',
    );
    const output = stripVTControlCharacters(stdout + stderr);
    assert.match(output, new RegExp(`RUN {2}v${vitest.version.replaceAll('.', '\\.')} `));
    return { code, output };
  };
  return [
    [
      `vitest ${vitest.version}: waits in tests and hooks, also under fake timers`,
      async (project) => {
        const { code, output } = await run(project, 'works.test.mjs');
        assert.match(output, /Tests {2}5 passed \(5\)/);
        assert.equal(code, 0, output);
      },
    ],
    [
      `vitest ${vitest.version}: a test that forgets an await fails, and its line is named`,
      async (project) => {
        const { code, output } = await run(project, 'forgets.test.mjs');
        assert.match(output, /Tests {2}1 failed \| 1 passed \(2\)/);
        assert.match(output, /FAIL {2}forgets\.test\.mjs > forgets an await\n/);
        assert.match(
          output,
          /the test ended while a wait was still pending\. Was an `await` forgotten\?\n\n {2}a row: /,
        );
        // Where in the line, the versions do not agree.
        assert.match(output, /❯ forgets\.test\.mjs:8:\d+\n/);
        assert.equal(code, 1, output);
      },
    ],
  ];
});

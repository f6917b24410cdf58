import { describe, expect, test } from 'vitest';
import { runFixture, steady } from './rig.ts';

const failures = (output: string) =>
  output
    .split(/⎯{3,}[^\n]*\n/)
    .filter((block) => block.trim().startsWith('FAIL'))
    .map((block) => block.trim());

describe('unsleep/vitest', () => {
  test('waits in tests, hooks and fixtures, within the time of its test', async () => {
    const run = await runFixture({ runner: 'vitest', from: ['bound/works.test.mjs', 'bound/told-apart.test.mjs'] });
    expect(run.output).toMatch(/Tests {2}15 passed \(15\)/);
    expect(run.exitCode).toBe(0);
  });

  test('fails a test that leaves a wait behind, and points to its line', async () => {
    const run = await runFixture({ runner: 'vitest', from: 'bound/fails.test.mjs' });
    expect(run.output).toMatch(/Tests {2}5 failed \| 1 passed \(6\)/);
    expect(run.output.match(/CLEANED UP/g)).toHaveLength(2);
    const [forgotten, elsewhere, blocked, race, last] = failures(steady(run));
    expect(forgotten?.replace(/\d+ ms of/, '<time> of')).toMatchInlineSnapshot(`
      "FAIL  fails.test.mjs > forgets an await
      Error: the test ended while a wait was still pending. Was an \`await\` forgotten?

        a row: <time> of 4 s, 1 look, last: expected [] to deeply equal [ 'a' ]
          at <folder>/fails.test.mjs:8:3
       ❯ fails.test.mjs:8:3
            6|
            7| test('forgets an await', () => {
            8|   eventually(() => expect(rows).toEqual(['a']), { name: 'a row' });
             |   ^
            9| });
           10|
       ❯ fails.test.mjs:8:3"
    `);
    expect(elsewhere).toContain('Error: Test timed out in <time>.');
    // Less what the runner was slow to begin by.
    expect(blocked).toMatch(
      /WaitTimeoutError: the sun: not within [12]\d\d ms, all that was left of the 300 ms of the test/,
    );
    expect(race).toContain('the loser: ');
    expect(race).not.toContain('signal');
    expect(last).toMatch(/the test ended while a wait was still pending.*\n\n {2}the last row: /);
  });

  test('tells what was waited for when the runner gives the test up', async () => {
    const file = `
      import { waitFor } from 'unsleep/vitest';
      import { beforeEach, test } from 'vitest';
      beforeEach(async () => {
        await waitFor(() => false, { name: 'the moon', timeout: '1m' });
      }, 200);
      test('has a hook that is slow', () => {});`;
    const run = await runFixture({ runner: 'vitest', files: { 'hook.test.mjs': file } });
    const [timedOut, pending] = failures(steady(run));
    expect(timedOut).toContain('Error: Hook timed out in <time>.');
    expect(pending).toContain('the test was given up while a wait was still pending.\n\n  the moon: ');
    expect(pending).toContain('❯ hook.test.mjs:5:15');
  });

  test('knows the tests of every file without isolation, and asks concurrent ones which they are', async () => {
    const from = ['bound/second-file.test.mjs', 'bound/works.test.mjs'];
    const run = await runFixture({ runner: 'vitest', from, args: ['--no-isolate', '--no-file-parallelism'] });
    expect(run.output).toMatch(/Tests {2}13 passed \(13\)/);
  });

  test('refuses to be imported outside of vitest, with a sentence', async () => {
    const files = { 'script.mjs': "import 'unsleep/vitest';" };
    const { exitCode, output } = await runFixture({ runner: 'node', files, args: ['script.mjs'] });
    expect(exitCode).toBe(1);
    expect(output).toContain(
      "Error: 'unsleep/vitest' works only in the tests of a vitest run: everywhere else, import from 'unsleep'",
    );
  });
});

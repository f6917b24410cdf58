import { expect, test } from 'vitest';
import { runFixture, steady } from '../runners/rig.ts';
import { launchOptions } from './chromium.ts';

const CONFIG = `
  import { playwright } from '@vitest/browser-playwright';
  const provider = playwright({ launchOptions: ${JSON.stringify(launchOptions())} });
  const browser = { enabled: true, headless: true, screenshotFailures: false, provider, instances: [{ browser: 'chromium' }] };
  export default { server: { fs: { strict: false } }, test: { browser } };`;

// Its types are not in what the browser is served, so that the lines differ.
const TYPED = `
  import { waitFor } from 'unsleep/vitest';
  import { test } from 'vitest';
  interface Row {
    readonly id: number;
  }
  test('in TypeScript', () => {
    const rows: Row[] = [];
    waitFor(() => rows.length > 0, { name: 'a typed row' });
  });`;

test('what is printed of a test in a browser points to its waits', async () => {
  const files = { 'vitest.config.mjs': CONFIG, 'typed.test.ts': TYPED };
  const run = await runFixture({ runner: 'vitest', from: 'bound/fails.test.mjs', files });
  const output = steady(run);
  const [, ...told] = output.split(/^ FAIL /m);
  const toldOf = (name: string) => told.find((text) => text.includes(`> ${name}\n`));
  expect(output).toMatch(/Tests {2}6 failed \| 1 passed \(7\)/);
  expect(output.match(/CLEANED UP/g)).toHaveLength(2);
  expect(toldOf('forgets an await')).toMatch(
    /Was an `await` forgotten\?\n\n {2}a row: [\s\S]*\n ❯ fails\.test\.mjs:8:3\n/,
  );
  expect(toldOf('in TypeScript')).toMatch(/\n {2}a typed row: [\s\S]*\n ❯ typed\.test\.ts:9:\d\n/);
  expect(toldOf('hangs elsewhere')).toContain('Error: Test timed out in <time>.');
  expect(toldOf('blocks until nothing is left')).toMatch(
    /WaitTimeoutError: the sun: not within 2\d\d ms, all that was left of the 300 ms of the test [\s\S]*\n ❯ fails\.test\.mjs:29:21\n/,
  );
  expect(toldOf('lets two waits race')).toContain('the loser: ');
  expect(toldOf('lets two waits race')).not.toContain('signal:');
});

// What runs in a browser, as a user has it there: with the package as it is built, installed in a project of its own.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { install } from '../runners/install.ts';
import { launchOptions } from './chromium.ts';
import { migrations } from './migrations.ts';
import { operations } from './operations.ts';

const launch = launchOptions();
const project = await install();
process.once('exit', () => rmSync(project, { recursive: true, force: true }));
// Copied, as what they import is looked for from where they are.
for (const folder of ['./page', '../runners/fixtures/bound']) {
  cpSync(fileURLToPath(new URL(folder, import.meta.url)), join(project, 'page'), { recursive: true });
}

export default defineConfig({
  test: {
    projects: [
      {
        root: project,
        // The page also loads what is linked from there: vitest itself.
        server: { fs: { strict: false } },
        plugins: [migrations(), operations()],
        test: {
          name: 'page',
          include: ['page/*.test.ts', 'page/{works,second-file}.test.mjs'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: launch }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        test: {
          name: 'output',
          include: ['test/browser/*.test.ts'],
          provide: { installedAt: project },
          testTimeout: 120_000,
        },
      },
    ],
  },
});

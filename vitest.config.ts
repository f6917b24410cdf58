import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { docBlocks } from './test/doc-blocks.ts';

export default defineConfig({
  plugins: [docBlocks()],
  resolve: {
    // Whole names: the main entry must not swallow the others.
    alias: [
      { find: /^unsleep$/, replacement: fileURLToPath(new URL('./src/index.ts', import.meta.url)) },
      {
        find: /^unsleep\/operation$/,
        replacement: fileURLToPath(new URL('./src/operation/index.ts', import.meta.url)),
      },
      { find: /^unsleep\/recorder$/, replacement: fileURLToPath(new URL('./src/recorder.ts', import.meta.url)) },
      { find: /^unsleep\/terminal$/, replacement: fileURLToPath(new URL('./src/terminal.ts', import.meta.url)) },
      { find: /^unsleep\/vitest$/, replacement: fileURLToPath(new URL('./src/vitest.ts', import.meta.url)) },
    ],
  },
  test: {
    // Of a machine with two processors vitest would leave one idle, and take half as long again.
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      thresholds: { lines: 100, branches: 100, functions: 100, statements: 100 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, 'test/runners/**', 'test/browser/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'runners',
          include: ['test/runners/*.test.ts'],
          globalSetup: ['test/runners/install.ts'],
          // After the others: what they run has a second or two of real time for a test.
          sequence: { groupOrder: 1 },
          // Longer than the rig lets a runner run, so that what the runner printed is told.
          testTimeout: 120_000,
        },
      },
    ],
  },
});

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { docBlocks } from './test/doc-blocks.ts';

export default defineConfig({
  plugins: [docBlocks()],
  resolve: {
    alias: { unsleep: fileURLToPath(new URL('./src/index.ts', import.meta.url)) },
  },
  test: {
    include: ['test/**/*.test.ts'],
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      thresholds: { lines: 100, branches: 100, functions: 100, statements: 100 },
    },
  },
});

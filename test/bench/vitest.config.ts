import { defineConfig } from 'vitest/config';

// One task inside vitest, as `npm run bench` starts it.
export default defineConfig({
  test: {
    include: ['test/bench/child-in-vitest.ts'],
    reporters: 'dot',
    watch: false,
    pool: 'forks',
    execArgv: ['--expose-gc', '--no-flush-bytecode'],
  },
});

import { defineConfig } from 'vitest/config';

// One job inside vitest, as `npm run peers` starts it.
export default defineConfig({
  test: { include: ['test/peers/child-in-vitest.ts'], reporters: 'dot', watch: false },
});

import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  dts: true,
  clean: true,
  sourcemap: true,
  // p-retry and p-timeout are ESM only, and one file loads faster than four: everything is bundled.
  noExternal: [/.*/],
});

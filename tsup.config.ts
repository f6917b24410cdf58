import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  // Without Node's types, as in a browser project, its emitters are untyped, and that is no error. The comment stands
  // right above the one import that there is.
  dts: { banner: "// @ts-ignore -- Node's types may be missing" },
  clean: true,
  sourcemap: true,
  // p-retry and p-timeout are ESM only, and one file loads faster than four: everything is bundled.
  noExternal: [/.*/],
});

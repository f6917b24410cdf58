import { rm } from 'node:fs/promises';
import { defineConfig, type Options } from 'tsup';

const common: Options = {
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  // Each entry is one file: the few pure helpers that two of them use are in both.
  splitting: false,
  sourcemap: true,
  removeNodeProtocol: false,
  // p-retry and p-timeout are ESM only, and one file loads faster than four: everything is bundled. Except for the main
  // entry in the others: its errors, and the list of waits that are pending, must be there once.
  noExternal: [/^(?!unsleep$|vitest|node:)/],
  external: ['unsleep', /^node:/],
};

export default defineConfig(async ({ outDir = 'dist' }) => {
  // Here, as each build would clean away what the others have built.
  await rm(outDir, { recursive: true, force: true });
  return [
    {
      ...common,
      entry: ['src/index.ts'],
      // Without Node's types, as in a browser project, its emitters are untyped, and that is no error. The comment
      // stands right above the one import that there is.
      dts: { banner: "// @ts-ignore -- Node's types may be missing" },
    },
    {
      ...common,
      entry: { operation: 'src/operation/index.ts' },
      dts: true,
      // One of its libraries has other files for Node, which need what no browser has.
      esbuildOptions: (options) => {
        options.conditions = ['browser', 'module'];
      },
    },
    { ...common, entry: ['src/recorder.ts'], dts: true },
    { ...common, entry: ['src/terminal.ts'], dts: true },
    // ES modules only, as vitest itself.
    { ...common, entry: ['src/vitest.ts'], format: 'esm', dts: true, external: ['unsleep', /^vitest/, /^node:/] },
  ];
});

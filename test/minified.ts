import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Options } from 'tsup';

/** What this module becomes, with all that it imports, in one minified file for Node. `folder` lies where it finds them. */
export async function minified(
  text: string,
  folder: string,
  esbuildPlugins: NonNullable<Options['esbuildPlugins']> = [],
): Promise<Buffer> {
  // Only where it is needed: it takes as long to load as all else together.
  const { build } = await import('tsup');
  const [entry, outDir] = [join(folder, 'size.ts'), join(folder, 'size')];
  await mkdir(folder, { recursive: true });
  await writeFile(entry, text);
  await build({
    config: false,
    entry: [entry],
    outDir,
    format: 'esm',
    target: 'node20',
    platform: 'node',
    outExtension: () => ({ js: '.mjs' }),
    noExternal: [/.*/],
    minify: true,
    splitting: false,
    silent: true,
    esbuildPlugins,
  });
  const bundled = await readFile(join(outDir, 'size.mjs'));
  await rm(outDir, { recursive: true });
  return bundled;
}

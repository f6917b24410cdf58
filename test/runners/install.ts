import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of a project in which unsleep is installed, as it is built now. */
    readonly installedAt: string;
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Installs the package, freshly built, in a project of its own, beside the runners and libraries of this one. */
export async function install(): Promise<string> {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'unsleep-runners-')));
  const modules = join(project, 'node_modules');
  const installed = join(modules, 'unsleep');
  mkdirSync(installed, { recursive: true });
  cpSync(join(root, 'package.json'), join(installed, 'package.json'));
  // Without the types, which take longer than all the rest, and which no runner reads.
  await build({ config: join(root, 'tsup.config.ts'), outDir: join(installed, 'dist'), dts: false, silent: true });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  return project;
}

export async function setup({ provide }: TestProject): Promise<() => void> {
  const project = await install();
  provide('installedAt', project);
  return () => rmSync(project, { recursive: true, force: true });
}

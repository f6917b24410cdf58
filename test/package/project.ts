// An empty project with the packed package installed.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** How a process ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A check of the packed package, and what it says. */
export type Check = readonly [name: string, check: (project: Project) => Promise<void>];

export class Project {
  readonly installed: string;
  readonly #path: string;
  readonly #tarball: string;

  constructor(path: string, tarball: string) {
    this.#path = path;
    this.#tarball = tarball;
    this.installed = join(path, 'node_modules/unsleep');
  }

  /** Another project, with the package and this one of the registry. */
  async with(name: string): Promise<Project> {
    const path = await mkdtemp(join(dirname(this.#path), 'project-'));
    await installIn(path, '--prefer-offline', this.#tarball, name);
    return new Project(path, this.#tarball);
  }

  /** Runs a script of Node in a folder of its own that holds these files. */
  run(files: Readonly<Record<string, string>>, script: string, ...args: readonly string[]): Promise<Ran> {
    return this.runBy([process.execPath], files, script, ...args);
  }

  /** The same, with this command in place of the Node that runs this. */
  async runBy(
    [command, ...before]: readonly [string, ...string[]],
    files: Readonly<Record<string, string>>,
    ...args: readonly string[]
  ): Promise<Ran> {
    const folder = await mkdtemp(join(this.#path, 'run-'));
    for (const [file, text] of Object.entries(files)) {
      const path = join(folder, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
    return execute(command, [...before, ...args], folder);
  }
}

/** Packs the package, and installs it in an empty project below this path. */
export async function install(path: string): Promise<Project> {
  await npm(['pack', '--pack-destination', path], ROOT);
  const [tarball = ''] = (await readdir(path)).filter((name) => name.endsWith('.tgz'));
  const project = join(path, 'project');
  await mkdir(project);
  await installIn(project, '--offline', join(path, tarball));
  // What the type tests use themselves: found above the project, and so no part of what was installed.
  await mkdir(join(path, 'node_modules'));
  for (const name of ['eventemitter3', 'expect-type']) {
    await symlink(join(ROOT, 'node_modules', name), join(path, 'node_modules', name));
  }
  return new Project(project, join(path, tarball));
}

async function installIn(project: string, ...args: readonly string[]): Promise<void> {
  await writeFile(join(project, 'package.json'), '{ "private": true }');
  await npm(['install', '--no-audit', '--no-fund', ...args], project);
}

async function npm(args: readonly string[], cwd: string): Promise<void> {
  const { code, stdout, stderr } = await execute('npm', args, cwd);
  if (code !== 0) throw new Error(`npm ${args.join(' ')}\n${stdout}\n${stderr}`);
}

function execute(command: string, args: readonly string[], cwd: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    // Killed well before the waits of the programs run out, which would end a process that does not end by itself.
    execFile(command, args, { cwd, timeout: 120_000 }, (error, stdout, stderr) => {
      const code = error ? error.code : 0;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else reject(error);
    });
  });
}

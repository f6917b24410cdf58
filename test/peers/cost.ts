import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { minified } from '../minified.ts';
import type { Peer } from './peer.ts';
import { BUNDLED, ROOT } from './run-tasks.ts';

/** What a peer costs whom it serves. */
export interface Cost {
  readonly version: string;
  /** The Node that it asks for. It may load on an older one all the same. */
  readonly engine?: string;
  /** Minified and compressed with brotli: what `imports` names, and all that it needs. */
  readonly bytes?: number;
  /** Other packages that are installed with it. */
  readonly packages?: number;
  /** Whether `require` loads it on a Node that knows no `require(esm)`, as inside Jest. */
  readonly isRequirable?: boolean;
}

interface Manifest {
  readonly version: string;
  readonly engines?: { readonly node?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
}

export async function costOf(peer: Peer): Promise<Cost> {
  const name = peer.package;
  if (name === undefined) return { version: process.versions.node };
  const folder = name === 'unsleep' ? ROOT : join(ROOT, 'node_modules', name);
  const { version, engines } = await manifestOf(folder);
  const asked = { version, ...(engines?.node && { engine: engines.node }) };
  if (peer.imports === undefined) return asked;
  const packages = new Set<string>();
  await collect(folder, packages);
  return {
    ...asked,
    bytes: await bytesOf(peer.imports, name === 'unsleep' ? join(ROOT, 'dist/index.js') : name),
    packages: packages.size,
    isRequirable: await isRequirable(name === 'unsleep' ? ROOT : name),
  };
}

async function manifestOf(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
}

async function collect(folder: string, found: Set<string>): Promise<void> {
  const { dependencies = {} } = await manifestOf(folder);
  for (const name of Object.keys(dependencies)) {
    const dependency = installed(name, folder);
    if (found.has(dependency)) continue;
    found.add(dependency);
    await collect(dependency, found);
  }
}

/** Where Node would find it. `require.resolve` knows only what a package exports, and many do not export their manifest. */
function installed(name: string, from: string): string {
  const folder = join(from, 'node_modules', name);
  if (existsSync(join(folder, 'package.json'))) return folder;
  if (from === dirname(from)) throw new Error(`${name} is not installed`);
  return installed(name, dirname(from));
}

async function bytesOf(imports: string, from: string): Promise<number> {
  return brotliCompressSync(await minified(`export ${imports} from ${JSON.stringify(from)};\n`, BUNDLED)).length;
}

function isRequirable(name: string): Promise<boolean> {
  const args = ['--no-experimental-require-module', '--eval', `require(${JSON.stringify(name)})`];
  return new Promise((resolve) => void execFile(process.execPath, args, { cwd: ROOT }, (error) => resolve(!error)));
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT } from './run-task.ts';

export interface Node {
  readonly path: string;
  readonly version: string;
}

/** The Node that runs this, or the one of that line that npm has. */
export async function findNode(line: string | undefined): Promise<Node> {
  if (line === undefined) return { path: process.execPath, version: process.versions.node };
  const print = 'process.stdout.write(JSON.stringify({ path: process.execPath, version: process.versions.node }))';
  const { stdout } = await promisify(execFile)('npx', ['--yes', `node@${line}`, '--eval', print], { cwd: ROOT });
  return JSON.parse(stdout);
}

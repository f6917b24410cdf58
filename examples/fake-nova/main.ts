import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createFakeNova } from './fake-nova.ts';
import type { FaultRequest } from './faults.ts';
import { serveFakeNova } from './serve.ts';

const USAGE = 'Usage: fake-nova [--port <0-65535>] [--seed <number>] [--faults <file.json>]';

/** Where a run writes to, and when it should end. */
export interface RunIo {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Serves until the signal aborts. Gives the exit code: 0, 2 for arguments that make no sense, 1 if it cannot serve. */
export async function run(argv: readonly string[], { out, err, signal }: RunIo): Promise<number> {
  const told = await read(argv).catch((error: unknown) => err(textOf(error)));
  if (!told) {
    err(USAGE);
    return 2;
  }
  const served = await serveFakeNova(told.nova, told).catch((error: unknown) => err(textOf(error)));
  if (!served) return 1;
  out(served.url);
  await aborted(signal);
  await served.close();
  return 0;
}

async function read(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: { port: { type: 'string' }, seed: { type: 'string' }, faults: { type: 'string' } },
  });
  const port = wholeNumber('port', values.port ?? '0', 65_535);
  const seed = wholeNumber('seed', values.seed ?? '1', Number.MAX_SAFE_INTEGER);
  const faults = values.faults === undefined ? [] : await readFaults(values.faults);
  return { nova: createFakeNova({ seed, faults }), port };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function wholeNumber(name: string, text: string, maximum: number): number {
  if (/^\d+$/.test(text) && Number(text) <= maximum) return Number(text);
  throw new RangeError(`--${name} must be a whole number from 0 to ${maximum}; got '${text}'`);
}

async function readFaults(path: string): Promise<FaultRequest[]> {
  const parsed: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (!Array.isArray(parsed)) throw new RangeError(`${path} must hold an array of faults`);
  return parsed;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort());
  const io = { out: console.log, err: console.error, signal: controller.signal };
  process.exitCode = await run(process.argv.slice(2), io);
}

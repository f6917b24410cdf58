import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { isDuration } from './history.ts';

/** What became of reading a file: its durations, or why there are none. A file that is not there holds none. */
export type Read = { readonly durations: readonly number[] } | { readonly problem: Error };

// The most that a recorder keeps take a quarter of it. What is larger was not written here, and is not worth the memory.
const LARGEST = 1_000_000;
let written = 0;

/** Reads the durations of a file. What is no duration in it is left out. Never throws. */
export function readDurations(file: string): Read {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats === undefined) return { durations: [] };
    // A pipe or a device may never end.
    if (!stats.isFile()) return { problem: new Error(`${file} is not a file`) };
    if (stats.size > LARGEST) return { problem: new Error(`${file} is too large: ${stats.size} bytes`) };
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const { durations } = Object(content) as { readonly durations?: unknown };
    if (!Array.isArray(durations)) return { problem: new Error(`${file} holds no list of durations`) };
    return { durations: durations.filter(isDuration) };
  } catch (cause) {
    return { problem: new Error(`${file} cannot be read: ${toText(cause)}`, { cause }) };
  }
}

/**
 * Writes the durations to a file, and says why it could not. Never throws.
 *
 * To a file beside it first, which then takes its place: who reads it at the same time, or after a crash, finds the old
 * ones or the new ones, whole.
 */
export function writeDurations(file: string, durations: readonly number[]): Error | undefined {
  // Of its own for each that may write at the same time: processes, and those of containers, which are all process 1.
  const beside = `${file}.${process.pid}-${Date.now().toString(36)}-${(written++).toString(36)}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(beside, `${JSON.stringify({ durations })}\n`, { flag: 'wx' });
    renameSync(beside, file);
    return undefined;
  } catch (cause) {
    removeQuietly(beside);
    return new Error(`${file} cannot be written: ${toText(cause)}`, { cause });
  }
}

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Where nothing can be written, nothing can be removed.
  }
}

// All that throws here is the platform.
function toText(cause: unknown): string {
  return (cause as Error).message;
}

import process from 'node:process';
import { stripVTControlCharacters } from 'node:util';
import type { Duration, Progress } from 'unsleep';

/** What progress is written to: `process.stderr`, `process.stdout`, or anything else that text can be written to. */
export interface TerminalStream {
  /** Gets each piece of text. */
  write(text: string): unknown;
}

/** The options of {@link terminalProgress}. */
export interface TerminalProgressOptions {
  /** Where to write to. @defaultValue `process.stderr` */
  readonly stream?: TerminalStream | undefined;
  /** How often, above 0. @defaultValue `'10s'` */
  readonly every?: Duration | undefined;
}

/**
 * The `progress` of waits that somebody watches: a dated line every ten seconds, as logs of a CI want it.
 *
 * A wait that is shorter than `every` writes nothing.
 *
 * @example
 * ```ts
 * import { waitFor } from 'unsleep';
 * import { terminalProgress } from 'unsleep/terminal';
 *
 * const server = { status: 'ready' };
 * await waitFor(() => server.status === 'ready', { name: 'server 41', timeout: '5m', progress: terminalProgress() });
 * ```
 */
export function terminalProgress({ stream = process.stderr, every = '10s' }: TerminalProgressOptions = {}): Progress {
  return {
    every,
    report: (report) => {
      stream.write(`${new Date().toISOString()} still waiting for ${printable(String(report))}\n`);
    },
  };
}

/** Text that does nothing to a terminal but stand there: names and statuses are of others' making. */
function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\p{Bidi_Control}]+/gu, ' ');
}

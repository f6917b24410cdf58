import process from 'node:process';
import type { Duration, Progress, WaitReport } from 'unsleep';
import { liveLinesOn, type Screen } from './live-lines.ts';
import { printable } from './printable.ts';
import { render } from './render.ts';

/** What progress is written to: `process.stderr`, `process.stdout`, or anything else that text can be written to. */
export interface TerminalStream {
  /** Gets each piece of text. */
  write(text: string): unknown;
  /** Whether somebody watches. What else a terminal can do, as in `tty.WriteStream`, must then be there too. */
  readonly isTTY?: boolean | undefined;
}

/** The options of {@link terminalProgress}. */
export interface TerminalProgressOptions {
  /** Where to write to. @defaultValue `process.stderr` */
  readonly stream?: TerminalStream | undefined;
  /** How often, above 0. @defaultValue `'250ms'` in a terminal, else `'10s'` */
  readonly every?: Duration | undefined;
}

/**
 * The `progress` of waits that somebody watches.
 *
 * In a terminal each wait has a live line: its name, the time of its budget, its looks, what was seen last, and a bar
 * when the value has a `progress` from 0 to 100. With more than five waits at once the oldest are shown. A line is gone
 * when its wait has ended, and what else is written to stdout and stderr meanwhile stays whole. In a file, a pipe, a
 * CI (the variable `CI` is set) or a dumb terminal it is a dated line every ten seconds instead.
 *
 * A wait that is shorter than `every` shows nothing. While a live line is there the process stays alive, also for a
 * wait with `unref`. For Node, Bun and Deno.
 *
 * @example
 * ```ts
 * import { waitFor } from 'unsleep';
 * import { terminalProgress } from 'unsleep/terminal';
 *
 * const server = { status: 'ready' };
 * await waitFor(() => server.status === 'ready', { name: 'server 41', timeout: '5m', progress: terminalProgress() });
 * ```
 *
 * @throws TypeError when `stream` cannot be written to; a wrong `every` is refused by the wait.
 */
export function terminalProgress({ stream = process.stderr, every }: TerminalProgressOptions = {}): Progress {
  if (typeof stream?.write !== 'function') {
    throw new TypeError(`\`stream\` must be a stream that can be written to; got ${render(stream)}`);
  }
  if (isScreen(stream)) {
    const lines = liveLinesOn(stream);
    return { every: every ?? '250ms', report: (report, ended) => lines.show(report, ended) };
  }
  return {
    every: every ?? '10s',
    report: (report: WaitReport) => {
      stream.write(`${new Date().toISOString()} still waiting for ${printable(String(report))}\n`);
    },
  };
}

/** As yocto-spinner sees it, which would otherwise write a line for every frame. */
function isScreen(stream: Partial<Screen>): stream is Screen {
  const { env } = process;
  const { cursorTo, moveCursor, clearLine } = stream;
  const canMove = [cursorTo, moveCursor, clearLine].every((method) => typeof method === 'function');
  return stream.isTTY === true && canMove && env['TERM'] !== 'dumb' && !('CI' in env);
}

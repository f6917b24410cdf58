import process from 'node:process';
import type { WaitReport } from 'unsleep';
import createSpinner from 'yocto-spinner';
import { cutToWidth, printable, widthOf } from './printable.ts';
import { describeSoFar } from './report.ts';
import { percentOf } from './timeline.ts';

/** What live lines are drawn on. */
export interface Screen {
  write(text: string): unknown;
  cursorTo(x: number): unknown;
  moveCursor(dx: number, dy: number): unknown;
  clearLine(direction: -1 | 0 | 1): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

// More than this, and nobody reads them.
const MOST_LINES = 5;
// What stands before the text: a frame of the spinner, and a space.
const INDENT = '  ';
const CELLS = 10;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const drawn = new WeakMap<object, LiveLines>();

/** The live lines of a screen. There is one set of them, whoever draws: two would write over each other. */
export function liveLinesOn(screen: Screen): LiveLines {
  const lines = drawn.get(screen) ?? new LiveLines(screen);
  drawn.set(screen, lines);
  return lines;
}

/** One line for each wait that goes on, oldest first, which are gone as soon as it has ended. */
export class LiveLines {
  readonly #screen: Screen;
  readonly #spinner: ReturnType<typeof createSpinner>;
  readonly #waits = new Map<AbortSignal, WaitReport>();

  constructor(screen: Screen) {
    this.#screen = screen;
    // It would end the process on a signal, though somebody else may want to end it in order.
    this.#spinner = createSpinner({ stream: screen as unknown as NodeJS.WriteStream, handleSignals: false });
  }

  /** Draws the line of a wait. */
  show(report: WaitReport, ended: AbortSignal): void {
    // Who reports late would draw a line that nobody takes away again.
    if (ended.aborted) return;
    if (!this.#waits.has(ended)) ended.addEventListener('abort', () => this.#remove(ended), { once: true });
    this.#waits.set(ended, report);
    this.#draw();
  }

  #remove(ended: AbortSignal): void {
    this.#waits.delete(ended);
    if (this.#waits.size === 0) this.#clear();
    else if (this.#spinner.isSpinning) this.#draw();
  }

  #draw(): void {
    const { columns, rows } = this.#screen;
    // A screen without a size says 0. The last column stays free: some terminals wrap when it is written to.
    const width = (columns || 80) - INDENT.length - 1;
    // What is scrolled out of a low screen could not be cleared any more.
    const most = Math.max(1, Math.min(MOST_LINES, (rows || 24) - 2));
    const lines = Array.from(this.#waits.values(), (report) => lineOf(report, width));
    const rest = lines.length - most;
    if (rest > 0) lines.splice(most, rest, cutToWidth(`… and ${rest} more`, width));
    const text = lines.join(`\n${INDENT}`);
    if (this.#spinner.isSpinning) {
      this.#spinner.text = text;
    } else {
      this.#spinner.start(text);
      process.on('exit', this.#clear);
      // First of all: who listens only once would be gone already, and taken for nobody.
      for (const signal of SIGNALS) process.prependListener(signal, this.#interrupted);
    }
  }

  readonly #clear = (): void => {
    this.#spinner.stop();
    process.off('exit', this.#clear);
    for (const signal of SIGNALS) process.off(signal, this.#interrupted);
  };

  /** The spinner hides the cursor, which must be back when the process is gone. */
  readonly #interrupted = (signal: NodeJS.Signals): void => {
    this.#clear();
    // What the signal would have done if nobody had listened. Who else listens decides, and may let the wait go on.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
}

/** One line: a bar if the value has a percentage, the name, and how far the wait is. A name gives way, but not all. */
function lineOf(report: WaitReport, columns: number): string {
  const percent = percentOf(report.lastValue);
  const bar = percent === undefined ? '' : `${barOf(percent)} `;
  const room = columns - bar.length;
  // Digits that change four times a second are not read by anybody.
  const elapsed = report.elapsed < 1_000 ? report.elapsed : Math.floor(report.elapsed / 1_000) * 1_000;
  const soFar = printable(`: ${describeSoFar({ ...report, elapsed })}`);
  const name = cutToWidth(printable(report.name), Math.max(Math.floor(room / 3), room - widthOf(soFar)));
  return bar + cutToWidth(name + soFar, room);
}

/** Full only when it is done. */
function barOf(percent: number): string {
  const full = Math.floor((Math.min(100, Math.max(0, percent)) / 100) * CELLS);
  return '█'.repeat(full) + '░'.repeat(CELLS - full);
}

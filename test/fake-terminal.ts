const ESCAPE = '\u001B';
const SEQUENCE = new RegExp(`${ESCAPE}\\[([?\\d;]*)([A-Za-z])|[^]`, 'gu');
const WIDE = /\p{Script=Han}|\p{Emoji_Presentation}/u;

/** A terminal of this size that knows what stands on it, as far as live lines go: what it does not know, it refuses. */
export class FakeTerminal {
  readonly isTTY = true;
  isCursorVisible = true;
  /** As terminals that do not know their size, it may say 0, and then is as large as most. */
  readonly columns: number;
  readonly rows: number;
  readonly #lines: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor({ columns = 80, rows = 24 } = {}) {
    this.columns = columns;
    this.rows = rows;
  }

  /** What stands on it, line by line, down to the last that is not blank. */
  get lines(): readonly string[] {
    const lines = this.#lines.map((cells) => cells.join('').trimEnd());
    return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
  }

  write(text: string): boolean {
    for (const [character, parameters, command] of text.matchAll(SEQUENCE)) {
      if (command) this.#obey(parameters + command);
      else if (character === '\n') this.#breakLine();
      else this.#put(character);
    }
    return true;
  }

  cursorTo(column: number): void {
    this.#column = column;
  }

  moveCursor(columns: number, rows: number): void {
    this.#column += columns;
    // What has scrolled out cannot be reached.
    this.#row = Math.max(0, this.#lines.length - (this.rows || 24), this.#row + rows);
  }

  clearLine(direction: number): void {
    if (direction !== 1) throw new Error(`clearLine(${direction}) is unknown`);
    this.#line().length = Math.min(this.#line().length, this.#column);
  }

  #obey(command: string): void {
    if (command === '?25l' || command === '?25h') this.isCursorVisible = command === '?25h';
    // What Node makes of the three methods above.
    else if (command === '1G') this.cursorTo(0);
    else if (command === '1A') this.moveCursor(0, -1);
    else if (command === '0K') this.clearLine(1);
    else if (!/^(\?2026[hl]|[\d;]*m)$/.test(command)) throw new Error(`ESC [${command} is unknown`);
  }

  #put(character: string): void {
    if (/\p{Cc}/u.test(character)) throw new Error(`the control character ${JSON.stringify(character)} was written`);
    const cells = WIDE.test(character) ? [character, ''] : [character];
    if (this.#column + cells.length > (this.columns || 80)) this.#breakLine();
    const line = this.#line();
    while (line.length < this.#column) line.push(' ');
    line.splice(this.#column, cells.length, ...cells);
    this.#column += cells.length;
  }

  #breakLine(): void {
    this.#row++;
    this.#column = 0;
    if (this.#row === this.#lines.length) this.#lines.push([]);
  }

  #line(): string[] {
    return this.#lines[this.#row] as string[];
  }
}

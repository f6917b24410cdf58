/** How long it has been done without a break, where it must be for a while. */
export class Hold {
  readonly #length: number;
  /** Since when it has been done. */
  since: number | undefined;

  constructor(length: number) {
    this.#length = length;
  }

  /** When it will have been done for long enough; 0 while it is not done. */
  get end(): number {
    return this.since === undefined ? 0 : this.since + this.#length;
  }

  isOver(now: number): boolean {
    return this.since !== undefined && now >= this.end;
  }
}

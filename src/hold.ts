/** How long it has been done without a break, where it must be for a while. */
export class Hold {
  readonly length: number;
  /** Since when it has been done. */
  since: number | undefined;
  /** How often it was done before it no longer was, and when the last time began. */
  relapse: { readonly times: number; readonly doneAt: number } | undefined;

  constructor(length: number) {
    this.length = length;
  }

  /** When it will have been done for long enough; 0 while it is not done. */
  get end(): number {
    return this.since === undefined ? 0 : this.since + this.length;
  }

  isOver(now: number): boolean {
    return this.since !== undefined && now >= this.end;
  }

  /** It is not done. */
  interrupt(): void {
    if (this.since === undefined) return;
    this.relapse = { times: (this.relapse?.times ?? 0) + 1, doneAt: this.since };
    this.since = undefined;
  }
}

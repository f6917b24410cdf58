/** What a look gets after the deadline at least; and how late an alarm must ring for the event loop to have been blocked. */
export const GRACE = 50;

/** What a wait allows for when its alarms ring late: the event loop was blocked, or a faked clock is moved all at once. */
export class Lateness {
  #wasLate = false;
  #isUsedUp = false;
  #hasLookedOnceMore = false;

  /** The pause before a look was over so many milliseconds ago. Told of faked clocks, which may be moved all at once. */
  noted(late: number): void {
    this.#wasLate = late > GRACE;
  }

  /** What a look that should be cut now gets instead, once: some time, or a turn of the real event loop. */
  allowance(late: number, isFaked: boolean): 'time' | 'turn' | undefined {
    const isBlocked = late > GRACE;
    if (this.#isUsedUp || !(isBlocked || isFaked)) return undefined;
    this.#isUsedUp = true;
    this.#wasLate = true;
    // The event loop was blocked, and the answer may be waiting in it; or who moves the clock waits for no promise.
    return isBlocked ? 'time' : 'turn';
  }

  /**
   * A faked clock that is moved all at once: what was due on the way may come only now, and one more look will tell.
   * Not in real time: who else is out of time, such as the test, must not get in before the message of this wait.
   */
  looksOnceMore(isFaked: boolean): boolean {
    if (!isFaked || !this.#wasLate || this.#hasLookedOnceMore) return false;
    this.#hasLookedOnceMore = true;
    return true;
  }
}

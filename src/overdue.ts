import type { Hold } from './hold.ts';
import { GRACE, type Lateness } from './lateness.ts';
import type { CurrentLook } from './look.ts';
import type { Settings } from './options.ts';
import { Ringing } from './pause.ts';
import { isEndingUnder } from './pending-waits.ts';

/** A wait, as far as its looks can be overdue. */
export interface Overseen {
  readonly settings: Settings;
  readonly hold: Hold | undefined;
  readonly lateness: Lateness;
  /** How long the slowest look took. */
  readonly slowest: number;
  elapsed(): number;
  elapsedAfterLook(): number;
  /** The look under way, if there is one. */
  looking(): CurrentLook | undefined;
  cut(look: CurrentLook): void;
}

/** Has a look cut whose time is up. Left as it is between two looks: most of them need none. */
export class Overdue extends Ringing {
  readonly #wait: Overseen;

  constructor(wait: Overseen) {
    super(wait.settings);
    this.#wait = wait;
  }

  /** Rings at the limit of this look, or before: then it is set anew. */
  watch(look: CurrentLook): void {
    const left = this.#limitOf(look) - this.#wait.elapsedAfterLook();
    const { recent } = this.time;
    if (!this.isSet || this.due > recent + left) this.set(left, recent);
  }

  /** When a look is cut: at the deadline, unless that would be sooner than the looks before it were answered. */
  #limitOf({ attempt, startedAt }: CurrentLook): number {
    const { settings, slowest, hold } = this.#wait;
    const { timeout } = settings;
    if (attempt === 0) return timeout;
    const grace = Math.max(GRACE, slowest);
    // What is held must not fail because a look happens to be under way when it has been held long enough.
    if (hold?.since !== undefined) return Math.max(timeout, Math.max(hold.end, startedAt) + grace);
    return startedAt < timeout ? Math.max(timeout, startedAt + slowest) : startedAt + grace;
  }

  protected override onRing(): void {
    const wait = this.#wait;
    const look = wait.looking();
    // Between two looks. The next one sets it anew.
    if (!look) return;
    const late = wait.elapsed() - this.#limitOf(look);
    if (late < 0) this.set(-late);
    else if (isEndingUnder(look.usedSignal, late)) this.setToRealTurn();
    else this.#overran(look, late);
  }

  #overran(look: CurrentLook, late: number): void {
    const allowed = this.#wait.lateness.allowance(late, this.time.isFaked);
    if (allowed === 'time') this.set(GRACE);
    else if (allowed === 'turn') this.setToRealTurn();
    else this.#wait.cut(look);
  }
}

import { type Clock, realClock } from './clock.ts';
import type { Settings } from './options.ts';
import { type Time, timeOf } from './time.ts';

// Longer timers fire at once on every platform, so longer pauses are slept in pieces.
const LONGEST_TIMER = 2 ** 31 - 1;

/** Something that can be set again and again, to ring after pauses of any length: 0, beyond 2^31-1 ms, or endless. */
export abstract class Ringing {
  /** When it rings or rang, in the time of its clock. */
  due = 0;
  readonly settings: Pick<Settings, 'time' | 'unref'>;
  #bell: Bell | undefined;
  #place = 0;

  constructor(settings: Pick<Settings, 'time' | 'unref'>) {
    this.settings = settings;
  }

  protected get time(): Time {
    return this.settings.time;
  }

  protected abstract onRing(): void;

  /** Reads what it will need when it rings. Gives back any number above 0. */
  approach(): number {
    return 1;
  }

  get isSet(): boolean {
    return this.#bell !== undefined;
  }

  /** Rings once, this many milliseconds from now, unless it is set anew or cleared before. */
  set(milliseconds: number, now: number = this.time.now()): void {
    this.clear();
    // Timers count whole milliseconds; a fraction less, and they would ring before the instant that they are for.
    this.due = now + Math.ceil(milliseconds);
    this.join(bellAt(this.time, this.due, this.settings.unref));
  }

  /** Rings after a turn of the real event loop: the timers of a faked clock may all ring in one. */
  setToRealTurn(): void {
    this.clear();
    this.due = this.time.recent;
    this.join(bellAt(timeOf(realClock), 0, this.settings.unref));
  }

  clear(): void {
    this.#bell?.leave(this.#place);
    this.#bell = undefined;
  }

  /** Called by its bell. */
  ring(): void {
    this.#bell = undefined;
    this.time.reached(this.due);
    this.onRing();
  }

  // Not as `#join`: of a class with such a method each object is marked, which takes one more field.
  private join(bell: Bell): void {
    this.#bell = bell;
    this.#place = bell.join(this);
  }
}

/** An alarm that calls back. */
export class Alarm extends Ringing {
  readonly #call: () => void;

  constructor(clock: Clock, unref: boolean, call: () => void) {
    super({ time: timeOf(clock), unref });
    this.#call = call;
  }

  protected override onRing(): void {
    this.#call();
  }
}

/** The bells of one clock that have yet to ring, by the instant. */
interface Belfry {
  /** Those of a clock that became another one are left to the timers that they have. */
  exchanges: number;
  readonly bells: Map<number, Bell>;
  latest: Bell | undefined;
}

const belfries = { waiting: new WeakMap<Time, Belfry>(), unref: new WeakMap<Time, Belfry>() };
// For pauses of 0, which end before any that is longer.
const NEXT_TURN = Number.NEGATIVE_INFINITY;

/** The bell that rings at this instant. As the time is in whole milliseconds, many alarms share one. */
function bellAt(time: Time, instant: number, unref: boolean): Bell {
  const belfry = belfryOf(time, unref);
  const due = instant > time.recent ? instant : NEXT_TURN;
  if (belfry.latest?.due === due) return belfry.latest;
  // Others may join it: it must ring at its instant, whatever the first one took for now.
  const bell = belfry.bells.get(due) ?? openBell(time, due - time.now(), due, unref, belfry);
  // Who moves a faked clock lets promises settle after each timer, so each alarm has its own.
  if (time.isFaked) return bell;
  belfry.bells.set(due, bell);
  belfry.latest = bell;
  return bell;
}

function belfryOf(time: Time, unref: boolean): Belfry {
  const all = unref ? belfries.unref : belfries.waiting;
  const known = all.get(time);
  if (known?.exchanges === time.exchanges) return known;
  const belfry: Belfry = { exchanges: time.exchanges, bells: new Map(), latest: undefined };
  all.set(time, belfry);
  return belfry;
}

// Used again: to a new one the waits, which are old by then, would all point, and every collection would visit each.
const spare: Bell[] = [];
const MOST_SPARE = 128;
const MOST_PLACES = 4_096;

function openBell(time: Time, milliseconds: number, due: number, unref: boolean, belfry: Belfry): Bell {
  const bell = spare.pop() ?? new Bell();
  bell.open(time, milliseconds, due, unref, belfry);
  return bell;
}

/** One timer of the platform for all the alarms that ring at one instant, however many they are. */
class Bell {
  due = 0;
  #time!: Time;
  #unref = false;
  #belfry!: Belfry;
  // Never made shorter, as it would have to grow again; and with room for one, as an empty one grows by seventeen.
  readonly #alarms: (Ringing | undefined)[] = [undefined];
  #places = 0;
  #waiting = 0;
  #cancel: ((timer: never) => void) | undefined;
  #timer: unknown;
  #left = 0;

  open(time: Time, milliseconds: number, due: number, unref: boolean, belfry: Belfry): void {
    this.due = due;
    this.#time = time;
    this.#unref = unref;
    this.#belfry = belfry;
    this.#left = 0;
    this.#sleep(milliseconds);
  }

  /** Gives back the place by which it is left. */
  join(alarm: Ringing): number {
    this.#waiting++;
    this.#alarms[this.#places] = alarm;
    return this.#places++;
  }

  leave(place: number): void {
    this.#alarms[place] = undefined;
    this.#waiting--;
    // Not while it rings: it would clear a timer that may be another's by now.
    if (this.#waiting > 0 || !this.#cancel) return;
    this.#cancel.call(this.#time.clock, this.#timer as never);
    this.#close();
    this.#retire();
  }

  #close(): void {
    const { bells, latest } = this.#belfry;
    bells.delete(this.due);
    if (latest === this) this.#belfry.latest = undefined;
  }

  #retire(): void {
    this.#places = 0;
    this.#waiting = 0;
    this.#timer = undefined;
    const { isFaked, exchanges } = this.#time;
    // A clock that somebody made may ring what was cleared: that must not be somebody else's by then.
    if (isFaked || exchanges !== this.#belfry.exchanges) return;
    if (spare.length < MOST_SPARE && this.#alarms.length <= MOST_PLACES) spare.push(this);
  }

  #sleep(milliseconds: number): void {
    const { clock } = this.#time;
    const { setImmediate, clearImmediate, setTimeout, clearTimeout } = clock;
    if (this.due === NEXT_TURN && setImmediate && clearImmediate) {
      this.#cancel = clearImmediate;
      this.#timer = setImmediate.call(clock, this.#onTimer);
    } else {
      // An endless pause sleeps in pieces too: without a timer the process would end in the middle of the wait.
      const piece = Math.min(Math.max(0, milliseconds), LONGEST_TIMER);
      // The function that belongs to this timer: another one may be in its place when it is cleared.
      this.#cancel = clearTimeout;
      this.#left = Math.max(0, milliseconds - piece);
      this.#timer = setTimeout.call(clock, this.#onTimer, piece);
    }
    if (this.#unref) (this.#timer as { unref?(): void } | undefined)?.unref?.();
  }

  readonly #onTimer = (): void => {
    if (this.#left > 0) {
      this.#sleep(this.#left);
      return;
    }
    this.#close();
    // Read once for all that ring: until the first of them has looked, it is still the same instant.
    const time = this.#time;
    time.now();
    this.#cancel = undefined;
    const alarms = this.#alarms;
    // Not as functions of their own: V8 would inline these into a caller that is too seldom called to be optimized well.
    for (let from = 0; from < this.#places; from += TOGETHER) {
      const to = from + TOGETHER;
      // Reads a little of each of the next alarms, so that the memory of all of them is on its way when the first one rings.
      // Else each is waited for by itself: where a hundred thousand wait, longer than all the rest of a look takes.
      let sum = 0;
      for (let place = from; place < to; place++) sum += alarms[place]?.approach() ?? 0;
      // What is only read, and then not used, is left out by every engine.
      if (sum === 0) continue;
      const areMany = this.#places - from >= MANY;
      if (areMany) time.looking();
      // By place, as an alarm that rings may clear those after it.
      for (let place = from; place < to; place++) {
        const alarm = alarms[place];
        alarms[place] = undefined;
        alarm?.ring();
      }
      if (areMany) time.looked();
    }
    this.#retire();
  };
}

const TOGETHER = 32;
// Of fewer, each reads the clock for itself.
const MANY = 8;

/** Timers in the shape that p-timeout takes: its own fire at once beyond 2^31-1 ms, and cannot be unref'd. */
export function alarmTimers(clock: Clock, unref: boolean) {
  const timers = {
    setTimeout: (ring: () => void, milliseconds: number) => {
      const alarm = new Alarm(clock, unref, ring);
      alarm.set(milliseconds);
      return alarm;
    },
    clearTimeout: (alarm: Alarm | undefined) => alarm?.clear(),
  };
  return timers as unknown as { setTimeout: typeof setTimeout; clearTimeout: typeof clearTimeout };
}

import { renderError } from './render.ts';

/** How a source says that the thing waited for may have changed. */
export interface Wake {
  /** Brings the next look forward. May be called any number of times, also when nothing has changed. */
  (): void;
  /** Says that no further events will come: the wait goes on by polling, and names the source in its report. */
  failed(reason: unknown): void;
}

/** How a subscription is ended. */
export type Unsubscribe = (() => unknown) | Subscribed;

/** A subscription as an object, as observables give it. */
export interface Subscribed {
  /** Ends it. */
  unsubscribe(): unknown;
}

/**
 * Subscribes `wake`, to be called whenever the thing waited for may have changed, and gives back how to stop.
 *
 * A promise resolves once the subscription is live, which counts as an event: what happened before was not heard. It is
 * a plain function, so that the `subscribe` of most stores is one. Its name is what the report calls it.
 *
 * @example
 * ```ts
 * import { type WakeSource, waitFor } from 'unsleep';
 *
 * const hooks = new Set<() => void>();
 * const hook: WakeSource = (wake) => {
 *   hooks.add(wake);
 *   return () => hooks.delete(wake);
 * };
 * let isDeployed = false;
 * const waiting = waitFor(() => isDeployed, { wakeOn: hook, interval: '1h' });
 * isDeployed = true;
 * for (const call of hooks) call();
 * await waiting; // => true
 * ```
 */
export type WakeSource = (wake: Wake) => Unsubscribe | PromiseLike<Unsubscribe>;

/** How a wake source did. */
export interface SourceReport {
  /** The name of the source's function. */
  readonly name: string;
  /** Whether its events can be relied on. */
  readonly state: 'connecting' | 'live' | 'failed';
  /** How many events it brought. */
  readonly wakes: number;
  /** When it failed, in milliseconds from the start of the wait. */
  readonly failedAt?: number;
  /** Why it failed. */
  readonly reason?: string;
}

/** A wait, as far as its wake sources must know it. */
export interface Wakeable {
  onWake(): void;
  elapsed(): number;
}

/** The wake sources of one wait, subscribed. */
export class Subscriptions {
  /** Resolves once every source is live or has failed. */
  readonly live: Promise<unknown> | undefined;
  /** How many looks its events may cause. */
  readonly wakeLimit = new WakeLimit();
  readonly #subscriptions: Subscription[];

  constructor(sources: readonly WakeSource[], wait: Wakeable) {
    this.#subscriptions = sources.map((source, index) => new Subscription(source, index, wait));
    const pending = this.#subscriptions.flatMap(({ connecting }) => connecting ?? []);
    this.live = pending.length > 0 ? Promise.all(pending) : undefined;
  }

  close(): void {
    for (const subscription of this.#subscriptions) subscription.close();
  }

  report(): SourceReport[] {
    return this.#subscriptions.map((subscription) => subscription.report());
  }
}

class Subscription {
  readonly connecting: Promise<void> | undefined;
  readonly #name: string;
  readonly #wait: Wakeable;
  #state: SourceReport['state'] | 'closed' = 'connecting';
  #wakes = 0;
  #failure: { failedAt: number; reason: string } | undefined;
  #unsubscribe: Unsubscribe | undefined;

  constructor(source: WakeSource, index: number, wait: Wakeable) {
    // An arrow written where the option stands is named after the option, which tells nobody anything.
    this.#name = source.name === 'wakeOn' || !source.name ? `source ${index + 1}` : source.name;
    this.#wait = wait;
    const wake = (() => {
      this.#wakes++;
      // An emitter may still call a listener that was removed while it emits.
      if (this.#state !== 'closed') wait.onWake();
    }) as Wake;
    wake.failed = (reason) => this.#fail(reason);
    try {
      const subscription = source(wake);
      if (isPromiseLike(subscription)) this.connecting = this.#connect(subscription);
      else this.#live(subscription);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #connect(subscription: PromiseLike<Unsubscribe>): Promise<void> {
    try {
      const unsubscribe = await subscription;
      if (this.#state === 'closed') return stop(unsubscribe);
      this.#live(unsubscribe);
      this.#wait.onWake();
    } catch (error) {
      this.#fail(error);
    }
  }

  #live(unsubscribe: Unsubscribe): void {
    if (!isUnsubscribe(unsubscribe)) throw new Error('it gave back no way to unsubscribe');
    this.#unsubscribe = unsubscribe;
    if (this.#state === 'connecting') this.#state = 'live';
  }

  #fail(reason: unknown): void {
    if (this.#state === 'closed' || this.#state === 'failed') return;
    this.#state = 'failed';
    this.#failure = { failedAt: this.#wait.elapsed(), reason: renderError(reason) };
  }

  close(): void {
    this.#state = 'closed';
    if (this.#unsubscribe) stop(this.#unsubscribe);
  }

  report(): SourceReport {
    return { name: this.#name, state: this.#state as SourceReport['state'], wakes: this.#wakes, ...this.#failure };
  }
}

/** Whether this is a way to unsubscribe. */
export function isUnsubscribe(value: Unsubscribe | undefined): boolean {
  return typeof value === 'function' || typeof value?.unsubscribe === 'function';
}

/** Unsubscribes. That it fails is no news for a wait that is over, so it is kept from becoming an unhandled rejection. */
export function stop(unsubscribe: Unsubscribe): void {
  try {
    const stopped = typeof unsubscribe === 'function' ? unsubscribe() : unsubscribe.unsubscribe();
    if (isPromiseLike(stopped)) stopped.then(undefined, () => {});
  } catch {}
}

/** Whether this is a promise of any make. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

// Ten looks at once, then one every 10 ms: an event storm must not become a request storm.
const BURST = 10;
const GAP = 10;

/** Says how long a woken look has to be put off. @see https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm */
export class WakeLimit {
  #due = Number.NEGATIVE_INFINITY;
  /** Until when not even an event may cause a look. */
  firmUntil = 0;

  delay(now: number): number {
    return Math.max(now, this.#next(now), this.firmUntil) - now;
  }

  /** An event brings a look forward: only that counts, not the event. */
  count(now: number): void {
    this.#due = this.#next(now);
  }

  #next(now: number): number {
    return Math.max(this.#due, now - BURST * GAP) + GAP;
  }
}

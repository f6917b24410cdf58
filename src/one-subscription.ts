import { isPromiseLike, isUnsubscribe, stop, type Unsubscribe, type Wake, type WakeSource } from './wake.ts';

/** The same source, subscribed once for all who wait: with the first of them, until the last has left. */
export function oneSubscription(source: WakeSource): WakeSource {
  let shared: Subscribers | undefined;
  const join: WakeSource = (wake) => {
    shared ??= new Subscribers();
    const joined = shared;
    // Before it is subscribed: it may wake at once.
    joined.all.add(wake);
    if (joined.failure) wake.failed(joined.failure.reason);
    const drop = () => {
      joined.all.delete(wake);
      if (joined.all.size === 0) shared = undefined;
    };
    const leave = () => {
      drop();
      if (joined.all.size === 0) joined.close();
    };
    // Who could not subscribe will not leave either.
    const refuse = (error: unknown) => {
      drop();
      throw error;
    };
    try {
      const subscription = joined.open(source);
      return isPromiseLike(subscription) ? subscription.then(toLeave, refuse) : toLeave(subscription);
    } catch (error) {
      return refuse(error);
    }

    /** What is no way to unsubscribe is handed on as it is, to be refused by who asked for it. */
    function toLeave(live: Unsubscribe): Unsubscribe {
      if (isUnsubscribe(live)) return leave;
      drop();
      return live;
    }
  };
  return Object.defineProperty(join, 'name', { value: source.name });
}

class Subscribers {
  readonly all = new Set<Wake>();
  failure: { readonly reason: unknown } | undefined;
  #subscription: Unsubscribe | PromiseLike<Unsubscribe> | undefined;

  open(source: WakeSource): Unsubscribe | PromiseLike<Unsubscribe> {
    if (this.#subscription !== undefined) return this.#subscription;
    const wake = () => {
      for (const each of this.all) each();
    };
    const failed = (reason: unknown) => {
      this.failure = { reason };
      for (const each of this.all) each.failed(reason);
    };
    this.#subscription = source(Object.assign(wake, { failed }));
    return this.#subscription;
  }

  /** Nobody leaves who was not subscribed, so it is live by now. */
  close(): void {
    const subscription = this.#subscription as Unsubscribe | PromiseLike<Unsubscribe>;
    if (isPromiseLike(subscription)) void subscription.then(stop);
    else stop(subscription);
  }
}

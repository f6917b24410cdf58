import type { Unsubscribe, Wake, WakeSource } from 'unsleep';
import { describe, expect, test, vi } from 'vitest';
import { isPromiseLike, Subscriptions, WakeLimit } from '../src/wake.ts';

/** Subscribes to the sources at an elapsed time of 250 ms. */
function subscribe(...sources: WakeSource[]) {
  const wake = vi.fn();
  return { subscriptions: new Subscriptions(sources, { onWake: wake, elapsed: () => 250 }), wake };
}

/** A source that hands out its wake. */
function createSource(unsubscribe: Unsubscribe = () => {}) {
  const source = Object.assign(
    (wake: Wake) => {
      source.wake = wake;
      return unsubscribe;
    },
    { wake: undefined as Wake | undefined },
  );
  return source;
}

function deferred<T>() {
  let [resolve, reject] = [(_: T) => {}, (_: unknown) => {}];
  const promise = new Promise<T>((onResolve, onReject) => {
    [resolve, reject] = [onResolve, onReject];
  });
  return { promise, resolve, reject };
}

describe('Subscriptions', () => {
  test('wakes and counts when a source says so', () => {
    const source = createSource();
    const { subscriptions, wake } = subscribe(source);
    source.wake?.();
    source.wake?.();
    expect(wake).toHaveBeenCalledTimes(2);
    expect(subscriptions.report()).toEqual([{ name: 'source 1', state: 'live', wakes: 2 }]);
  });

  test('hears a source that wakes while it is being subscribed', () => {
    const { wake } = subscribe((wake) => {
      wake();
      return () => {};
    });
    expect(wake).toHaveBeenCalledOnce();
  });

  test('are live at once when no source needs time to connect', () => {
    expect(subscribe(createSource(), createSource()).subscriptions.live).toBe(undefined);
  });

  test('are live once every source that connects is live, and wake for each', async () => {
    const [one, other] = [deferred<Unsubscribe>(), deferred<Unsubscribe>()];
    const { subscriptions, wake } = subscribe(
      createSource(),
      () => one.promise,
      () => other.promise,
    );
    const live = vi.fn();
    void subscriptions.live?.then(live);
    one.resolve(() => {});
    await one.promise;
    await Promise.resolve();
    expect(subscriptions.report().map(({ state }) => state)).toEqual(['live', 'live', 'connecting']);
    expect(wake).toHaveBeenCalledTimes(1);
    expect(live).not.toHaveBeenCalled();
    other.resolve(() => {});
    await subscriptions.live;
    expect(subscriptions.report().map(({ state }) => state)).toEqual(['live', 'live', 'live']);
    expect(wake).toHaveBeenCalledTimes(2);
  });

  test.each<[string, WakeSource, string]>([
    [
      'throws',
      () => {
        throw new Error('no broker');
      },
      'no broker',
    ],
    ['rejects', () => Promise.reject(new Error('no broker')), 'no broker'],
    ['rejects with what is no Error', () => Promise.reject('no broker'), "'no broker'"],
    ['gives back no way to stop', () => undefined as never, 'it gave back no way to unsubscribe'],
    ['gives back nothing useful', () => ({ unsubscribe: 5 }) as never, 'it gave back no way to unsubscribe'],
    ['resolves to no way to stop', async () => 5 as never, 'it gave back no way to unsubscribe'],
    [
      'says that it failed',
      (wake) => {
        wake.failed('no broker');
        return () => {};
      },
      "'no broker'",
    ],
  ])('names a source that %s, and goes on', async (_, source, reason) => {
    const other = createSource();
    const { subscriptions, wake } = subscribe(source, other);
    await subscriptions.live;
    other.wake?.();
    expect(wake).toHaveBeenCalledOnce();
    expect(subscriptions.report()).toEqual([
      { name: 'source 1', state: 'failed', wakes: 0, failedAt: 250, reason },
      { name: 'source 2', state: 'live', wakes: 1 },
    ]);
    subscriptions.close();
  });

  test('names sources by their function, and those without a name by their number', () => {
    const notifications: WakeSource = () => () => {};
    const { subscriptions } = subscribe(notifications, ...[() => () => {}]);
    expect(subscriptions.report().map(({ name }) => name)).toEqual(['notifications', 'source 2']);
  });

  test('keeps the first failure of a source', () => {
    const source = createSource();
    const { subscriptions } = subscribe(source);
    source.wake?.failed('first');
    source.wake?.failed('second');
    expect(subscriptions.report()[0]?.reason).toBe("'first'");
  });

  test('still hears a source that said that it failed', () => {
    const source = createSource();
    const { subscriptions, wake } = subscribe(source);
    source.wake?.failed('socket closed');
    source.wake?.();
    expect(wake).toHaveBeenCalledOnce();
    expect(subscriptions.report()).toEqual([
      { name: 'source 1', state: 'failed', wakes: 1, failedAt: 250, reason: "'socket closed'" },
    ]);
  });

  test('unsubscribe from all when closed, whichever way a source gave', async () => {
    const [direct, object, connected, failed] = [vi.fn(), { unsubscribe: vi.fn() }, vi.fn(), vi.fn()];
    const { subscriptions } = subscribe(
      () => direct,
      () => object,
      async () => connected,
      (wake) => {
        wake.failed('no broker');
        return failed;
      },
    );
    await subscriptions.live;
    subscriptions.close();
    for (const stop of [direct, object.unsubscribe, connected, failed]) expect(stop).toHaveBeenCalledOnce();
    expect(object.unsubscribe.mock.contexts[0]).toBe(object);
  });

  test('hear nothing once closed, from emitters that call removed listeners either', () => {
    const source = createSource();
    const { subscriptions, wake } = subscribe(source);
    subscriptions.close();
    source.wake?.();
    source.wake?.failed('late');
    expect(wake).not.toHaveBeenCalled();
  });

  test('stop a source that is live only after they were closed, and are not woken by it', async () => {
    const connecting = deferred<Unsubscribe>();
    const { subscriptions, wake } = subscribe(() => connecting.promise);
    subscriptions.close();
    const unsubscribe = vi.fn();
    connecting.resolve(unsubscribe);
    await subscriptions.live;
    expect(unsubscribe).toHaveBeenCalledOnce();
    expect(wake).not.toHaveBeenCalled();
  });

  test('bear a source that fails to connect after they were closed', async () => {
    const [rejecting, useless] = [deferred<Unsubscribe>(), deferred<Unsubscribe>()];
    const { subscriptions } = subscribe(
      () => rejecting.promise,
      () => useless.promise,
    );
    subscriptions.close();
    rejecting.reject(new Error('no broker'));
    useless.resolve(undefined as never);
    await expect(subscriptions.live).resolves.toEqual([undefined, undefined]);
  });

  test.each<[string, Unsubscribe]>([
    [
      'throws',
      () => {
        throw new Error('stop');
      },
    ],
    ['rejects', () => Promise.reject(new Error('stop'))],
    [
      'is a method that throws',
      {
        unsubscribe: () => {
          throw new Error('stop');
        },
      },
    ],
  ])('stop the others too when one way to stop %s', async (_, unsubscribe) => {
    const other = vi.fn();
    const { subscriptions } = subscribe(
      () => unsubscribe,
      () => other,
    );
    subscriptions.close();
    expect(other).toHaveBeenCalledOnce();
    // An unhandled rejection would fail the run.
    await new Promise(setImmediate);
  });
});

describe('WakeLimit', () => {
  /** A look that an event brings forward. */
  const take = (limit: WakeLimit, now: number) => {
    const delay = limit.delay(now);
    limit.count(now);
    return delay;
  };

  test('counts only what is used, however often it is asked', () => {
    const limit = new WakeLimit();
    expect(Array.from({ length: 100 }, () => limit.delay(0)).every((delay) => delay === 0)).toBe(true);
  });

  test('lets ten looks through at once, then one every 10 ms', () => {
    const limit = new WakeLimit();
    expect(Array.from({ length: 13 }, () => take(limit, 1_000))).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 20, 30]);
  });

  test('puts off nothing that comes no more often than every 10 ms', () => {
    const limit = new WakeLimit();
    expect(Array.from({ length: 1_000 }, (_, index) => take(limit, index * 10)).every((delay) => delay === 0)).toBe(
      true,
    );
  });

  test('has room again after a pause, for ten at most', () => {
    const limit = new WakeLimit();
    for (let count = 0; count < 10; count++) take(limit, 0);
    expect(Array.from({ length: 4 }, () => take(limit, 30))).toEqual([0, 0, 0, 10]);
    expect(Array.from({ length: 11 }, () => take(limit, 1e6)).at(-1)).toBe(10);
  });
});

describe('isPromiseLike', () => {
  test.each<[string, unknown, boolean]>([
    ['a promise', Promise.resolve(), true],
    // biome-ignore lint/suspicious/noThenProperty: a foreign promise is the point
    ['a foreign promise', { then() {} }, true],
    // biome-ignore lint/suspicious/noThenProperty: it only looks like one
    ['an object whose then is no function', { then: true }, false],
    ['a function', () => {}, false],
    ['null', null, false],
    ['undefined', undefined, false],
    ['text', 'then', false],
  ])('says of %s: %s', (_, value, isIt) => {
    expect(isPromiseLike(value)).toBe(isIt);
  });
});

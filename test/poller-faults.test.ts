import { runInNewContext } from 'node:vm';
import { createPoller, giveUp, type PollerOptions, WaitTimeoutError, type Wake } from 'unsleep';
import { describe, expect, test, vi } from 'vitest';
import { deferred, rejection, settle, useVirtualTime } from './virtual-time.ts';

useVirtualTime();

const never = new Promise<never>(() => {});
const range = (length: number) => Array.from({ length }, (_, id) => id);
const done = (ids: readonly number[]) => new Map(ids.map((id) => [id, 'done']));

type Read = (ids: readonly number[], reads: number) => ReturnType<PollerOptions<number, string>['read']>;

/** A poller, which keys each of its reads was asked for, when, and with which signal. */
function poll(read: Read, options: Partial<PollerOptions<number, string>> = {}) {
  const asked: (readonly number[])[] = [];
  const at: number[] = [];
  const signals: AbortSignal[] = [];
  const start = performance.now();
  const poller = createPoller<number, string>({
    interval: 1_000,
    window: 10,
    random: () => 0,
    read: (ids, signal) => {
      at.push(performance.now() - start);
      signals.push(signal);
      return read(ids, asked.push(ids));
    },
    ...options,
  });
  return { poller, asked, at, signals };
}

describe('a read that fails', () => {
  test('all the way down to one key and beyond is the error of all, at once', async () => {
    const error = Object.assign(new Error('unauthorized'), { status: 401 });
    const { poller, asked } = poll(() => Promise.reject(error));
    const waits = range(64).map((id) => rejection(poller.waitFor(id, Boolean), 20));
    expect(new Set(await Promise.all(waits))).toEqual(new Set([error]));
    expect(asked.map(({ length }) => length)).toEqual([64, 32, 16, 8, 4, 2, 1, 1]);
  });

  test('of too many keys is taken up again in the next round, where it was left', async () => {
    const isBad = (id: number) => id % 64 === 1;
    const { poller, asked } = poll((ids) => {
      if (ids.some(isBad)) throw new Error('bad key');
      return done(ids);
    });
    const waits = range(256).map((id) => poller.waitFor(id, Boolean, { timeout: '20s' }));
    const results = await Promise.all(waits.map((waiting) => settle(waiting, 400)));
    const failed = results.flatMap(({ status }, id) => (status === 'rejected' ? [id] : []));
    expect(failed).toEqual(range(256).filter(isBad));
    expect(asked.length).toBeLessThan(80);
    expect(asked.some((ids, index) => index > 0 && ids.length > 128)).toBe(false);
  });

  test('says how it came that a key was not read', async () => {
    const { poller } = poll((ids) => {
      if (ids.some((id) => id % 2 === 1)) throw new Error('bad key');
      return done(ids);
    });
    const last = rejection(poller.waitFor(999, Boolean, { timeout: 5 }), 0);
    const waits = range(64).map((id) => poller.waitFor(id, Boolean, { timeout: 500 }).catch((error: Error) => error));
    const errors = await settle(Promise.all([last, ...waits]), 2_000);
    expect(JSON.stringify(errors)).toContain('too many reads failed to tell which of');
  });

  test('because of a key that is waited for nevertheless fails no read of others again', async () => {
    const { poller, asked } = poll((ids) => {
      if (ids.includes(2)) throw new Error('bad key');
      return new Map(ids.map((id) => [id, asked.length > 9 ? 'done' : '']));
    });
    const options = { tolerate: () => true, timeout: 2_500 };
    const waits = [1, 2, 3, 4].map((id) => poller.waitFor(id, Boolean, options).catch(() => 'late'));
    await settle(Promise.all(waits), 3_000);
    expect(asked).toEqual([[1, 2, 3, 4], [1, 2], [1], [2], [3, 4], [1, 3, 4], [2], [2], [1, 3, 4], [2], [1, 3, 4]]);
  });

  test('because of a key that answers later, or is waited for anew, lets that key join the others again', async () => {
    const { poller, asked } = poll((ids, reads) => {
      if (ids.includes(2) && (reads < 4 || reads === 6 || reads === 8)) throw new Error('bad key');
      return new Map(ids.map((id) => [id, reads > 9 ? 'done' : '']));
    });
    const first = [1, 2].map((id) => poller.waitFor(id, Boolean, { tolerate: () => true, timeout: 2_500 }));
    const ends = [...first.slice(0, 1), rejection(first[1] as Promise<string>, 0)].map((end) => end.catch(() => {}));
    await settle(Promise.all(ends), 2_600);
    expect(asked.slice(0, 7)).toEqual([[1, 2], [1], [2], [1], [2], [1, 2], [1]]);
  });

  test('because of a key that is waited for anew lets that key join the others', async () => {
    const { poller, asked } = poll((ids, reads) => {
      if (ids.includes(2) && reads < 4) throw new Error('bad key');
      return new Map(ids.map((id) => [id, reads > 3 ? 'done' : '']));
    });
    const first = poller.waitFor(1, Boolean);
    await rejection(poller.waitFor(2, Boolean), 50);
    await vi.advanceTimersByTimeAsync(900);
    const anew = poller.waitFor(2, Boolean);
    const other = poller.waitFor(3, Boolean);
    await settle(Promise.all([first, anew, other]), 2_000);
    expect(asked.slice(3, 4)).toEqual([[2, 3]]);
  });

  test('is not divided further than to the keys that are still waited for', async () => {
    const stop = new AbortController();
    const { poller, asked } = poll(async (ids, reads) => {
      if (reads > 1) return done(ids);
      stop.abort(new Error('left'));
      throw new Error('bad');
    });
    const waits = [1, 2, 3].map((id) => poller.waitFor(id, Boolean));
    const left = [4, 5, 6].map((id) => rejection(poller.waitFor(id, Boolean, { signal: stop.signal }), 0));
    await settle(Promise.all([...waits, ...left]), 100);
    await settle(poller.waitFor(5, Boolean), 100);
    expect(asked).toEqual([[1, 2, 3, 4, 5, 6], [1, 2, 3], [5]]);
  });

  test('is not divided when all keys are to blame, as `giveUp` says', async () => {
    const { poller, asked } = poll(() => giveUp('the account is closed'));
    const errors = await Promise.all([1, 2].map((id) => rejection(poller.waitFor(id, Boolean), 100)));
    expect(errors.map(({ message }) => message.includes('the account is closed'))).toEqual([true, true]);
    expect(asked).toEqual([[1, 2]]);
  });

  test('is not divided any further once the server refuses', async () => {
    const { poller, asked } = poll((_, reads) => {
      throw reads === 1 ? new Error('bad') : Object.assign(new Error('busy'), { status: 429, retryAfter: 100 });
    });
    const waits = [1, 2, 3, 4].map((id) => rejection(poller.waitFor(id, Boolean), 100));
    expect((await Promise.all(waits)).map(({ message }) => message.includes('gave up'))).toEqual(Array(4).fill(true));
    expect(asked).toHaveLength(2);
  });

  test('for one key with an error of another realm ends that wait with it', async () => {
    const error = runInNewContext('new Error("from another realm")');
    const { poller } = poll(() => [[1, error]]);
    expect(await rejection(poller.waitFor(1, Boolean), 100)).toBe(error);
  });
});

describe('a read whose answer is to ask later, with a 429 or 503 and a `Retry-After`', () => {
  const busy = (retryAfter: number, status = 503) => Object.assign(new Error('busy'), { status, retryAfter });
  /** A poller whose reads fail with these, by their number, and answer otherwise. */
  const refusing = (errors: Record<number, Error>, options: Partial<PollerOptions<number, string>> = {}) =>
    poll((ids, reads) => {
      if (errors[reads]) throw errors[reads];
      return done(ids);
    }, options);

  test('keeps waits that begin meanwhile from asking before it is over', async () => {
    const { poller, asked, at } = refusing({ 1: busy(5) });
    const first = poller.waitFor(1, Boolean, { timeout: '20s' });
    await vi.advanceTimersByTimeAsync(100);
    const second = poller.waitFor(2, Boolean, { timeout: '20s' });
    const third = poller.waitForStatus(3, { target: 'done' });
    await settle(Promise.all([first, second, third]), 9_000);
    expect([at, asked]).toEqual([
      [10, 5_020],
      [[1], [1, 2, 3]],
    ]);
  });

  test('ends waits that begin meanwhile at once when that is too late for them, and is told in the message', async () => {
    const refusal = busy(30, 429);
    const { poller, at } = refusing({ 1: refusal });
    const first = settle(poller.waitFor(1, Boolean, { timeout: '60s' }), 0);
    await vi.advanceTimersByTimeAsync(1_000);
    const error = await rejection(poller.waitFor(2, Boolean, { timeout: '10s' }), 10);
    expect(error).toBeInstanceOf(WaitTimeoutError);
    expect(error.message).toContain('gave up after 10 ms: it must not look again for 29 s, which is too late');
    expect(error.message).toContain('0 ms  not read for another 29 s, as the service asked for a pause: busy   1 look');
    expect(error.cause).toMatchObject({ cause: refusal });
    await vi.advanceTimersByTimeAsync(60_000);
    await first;
    expect(at).toEqual([10, 30_020]);
  });

  test('is told as it was, however many have heard of it', async () => {
    const refusal = busy(2.107);
    const { poller } = refusing({ 1: refusal });
    const waits: Promise<unknown>[] = [poller.waitFor(1, Boolean)];
    await vi.advanceTimersByTimeAsync(100);
    // At 110, when 2007 ms are left: that many, in seconds and back, are a little more.
    waits.push(poller.waitFor(2, Boolean));
    await vi.advanceTimersByTimeAsync(100);
    const error = await rejection(poller.waitFor(3, Boolean, { timeout: 500 }), 50);
    expect((error.cause as Error).cause).toBe(refusal);
    await settle(Promise.all(waits), 3_000);
  });

  test('is no error of a wait that asked nothing, whatever it tolerates', async () => {
    const { poller, at } = refusing({ 1: busy(2) });
    const options = { tolerate: () => false };
    const first = rejection(poller.waitFor(1, Boolean, options), 0);
    await vi.advanceTimersByTimeAsync(100);
    await first;
    const waits = [poller.waitFor(2, Boolean, options), poller.waitForStatus(3, { target: 'done', ...options })];
    expect(await settle(Promise.all(waits), 3_000)).toMatchObject({ status: 'fulfilled' });
    expect(at).toEqual([10, 2_020]);
  });

  test('is looked at no further by a deadline, of which the message tells', async () => {
    const { poller, at } = poll((ids, reads) => {
      if (ids.includes(1) && reads > 1) throw busy(60);
      return new Map(ids.map((id) => [id, '']));
    });
    const waits = [1, 2].map((id) => rejection(poller.waitFor(id, Boolean, { timeout: id === 1 ? 700 : 900 }), 0));
    await vi.advanceTimersByTimeAsync(950);
    const [, error] = await Promise.all(waits);
    expect(at).toEqual([10, 701]);
    expect(error?.message).toMatch(/900 ms +not read for another 59.8 s, as the service asked for a pause/);
  });

  test('is not over a part of a millisecond too early', async () => {
    const { poller, asked, at } = refusing({ 1: busy(1.0005) });
    const first = poller.waitFor(1, Boolean);
    await vi.advanceTimersByTimeAsync(1_000);
    // Its window ends at 1010, half a millisecond too early.
    await settle(Promise.all([first, poller.waitFor(2, Boolean)]), 2_000);
    expect(at[1]).toBe(1_021);
    expect(asked.flat().sort()).toEqual([1, 1, 2]);
  });

  test('is not shortened by an event', async () => {
    const { poller, at } = refusing({ 1: busy(2) });
    const waits = [1, 2].map((id) => poller.waitFor(id, Boolean));
    await vi.advanceTimersByTimeAsync(100);
    poller.wake();
    const late = poller.waitFor(3, Boolean);
    await vi.advanceTimersByTimeAsync(100);
    poller.wake();
    await settle(Promise.all([...waits, late]), 3_000);
    expect(at).toEqual([10, 2_020]);
  });

  test('holds for those in line', async () => {
    const { poller, asked, at } = refusing({ 1: busy(2) }, { batchSize: 1, concurrency: 1 });
    await settle(Promise.all([1, 2, 3].map((id) => poller.waitFor(id, Boolean))), 3_000);
    expect([at, asked]).toEqual([
      [10, 2_020, 2_020, 2_020],
      [[1], [1], [2], [3]],
    ]);
  });

  test('holds for the parts of another read that is divided', async () => {
    const slow = deferred<never>();
    const { poller, asked, at } = poll(
      (ids, reads) => {
        if (reads === 1) return slow.promise;
        if (reads === 2) throw busy(2);
        return done(ids);
      },
      { batchSize: 2 },
    );
    const waits = Promise.all([1, 2, 3, 4].map((id) => poller.waitFor(id, Boolean)));
    await vi.advanceTimersByTimeAsync(50);
    slow.reject(new Error('bad key'));
    await settle(waits, 3_000);
    expect([at, asked.slice(0, 2)]).toEqual([
      [10, 10, 2_020, 2_020],
      [
        [1, 2],
        [3, 4],
      ],
    ]);
  });

  test('holds until the last of several is over', async () => {
    const { poller, at } = refusing({ 1: busy(2), 2: busy(3), 3: busy(1) }, { batchSize: 1 });
    await settle(Promise.all([1, 2, 3].map((id) => poller.waitFor(id, Boolean))), 4_000);
    expect(at.slice(3)).toEqual([3_020, 3_020, 3_020]);
  });

  test('holds for its own keys alone when the answer may be asked for again', async () => {
    const { poller, asked, at } = refusing({ 1: busy(2, 500) });
    const first = poller.waitFor(1, Boolean);
    await vi.advanceTimersByTimeAsync(100);
    await settle(Promise.all([first, poller.waitFor(2, Boolean)]), 3_000);
    expect([at, asked]).toEqual([
      [10, 110, 2_020],
      [[1], [2], [1]],
    ]);
  });

  test('holds for one key alone when it is the answer for that key', async () => {
    const { poller, asked, at } = poll((ids, reads) =>
      reads === 1
        ? new Map<number, string | Error>([
            [1, busy(2)],
            [2, 'done'],
          ])
        : done(ids),
    );
    const waits = [1, 2].map((id) => poller.waitFor(id, Boolean));
    await vi.advanceTimersByTimeAsync(100);
    await settle(Promise.all([...waits, poller.waitFor(3, Boolean)]), 3_000);
    expect([at, asked]).toEqual([
      [10, 110, 2_020],
      [[1, 2], [3], [1]],
    ]);
  });
});

describe('a read that is given up', () => {
  test('makes way for who has asked for its key meanwhile', async () => {
    const { poller, asked } = poll((ids, reads) => (reads === 1 ? never : done(ids)));
    const stop = new AbortController();
    const first = rejection(poller.waitFor(1, Boolean, { signal: stop.signal }), 0);
    await vi.advanceTimersByTimeAsync(50);
    const second = poller.waitFor(1, Boolean);
    await vi.advanceTimersByTimeAsync(50);
    stop.abort(new Error('left'));
    await first;
    expect(await settle(second, 20)).toEqual({ status: 'fulfilled', value: 'done' });
    expect(asked).toEqual([[1], [1]]);
  });

  test('by the last who wait for it, while others have their answers already, is told to stop', async () => {
    const signals: AbortSignal[] = [];
    const stop = new AbortController();
    const poller = createPoller<number, string>({
      random: () => 0,
      read: (ids, signal) => {
        signals.push(signal);
        if (ids.length === 2) throw new Error('bad key');
        return ids.includes(1) ? [[1, '']] : never;
      },
    });
    const waits = [1, 2].map((id) => rejection(poller.waitFor(id, Boolean, { signal: stop.signal, timeout: 900 }), 0));
    await vi.advanceTimersByTimeAsync(100);
    stop.abort(new Error('left'));
    await Promise.all(waits);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
  });

  test('by the last who wait for it, after others left while their part was read, is told to stop', async () => {
    const parts = [deferred<Map<number, string>>(), deferred<Map<number, string>>()];
    const { poller, asked, signals } = poll((_, reads) => {
      if (reads === 1) throw new Error('bad key');
      return parts[reads - 2]?.promise ?? [];
    });
    const stops = [1, 2, 3].map(() => new AbortController());
    const waits = stops.map(({ signal }, id) => rejection(poller.waitFor(id, Boolean, { signal, timeout: 900 }), 0));
    await vi.advanceTimersByTimeAsync(50);
    stops[0]?.abort(new Error('left'));
    parts[0]?.resolve(new Map([[1, '']]));
    await vi.advanceTimersByTimeAsync(50);
    expect(asked).toEqual([[0, 1, 2], [0, 1], [2]]);
    stops[2]?.abort(new Error('left'));
    expect(signals[2]?.aborted).toBe(true);
    stops[1]?.abort(new Error('left'));
    await Promise.all(waits);
  });

  test('and fails late is not divided', async () => {
    const late = deferred<never>();
    const { poller, asked } = poll((_, reads) => (reads === 1 ? late.promise : never));
    const abandoned = [1, 2].map((id) => rejection(poller.waitFor(id, Boolean, { timeout: 100 }), 150));
    await Promise.all(abandoned);
    const next = [1, 2].map((id) => rejection(poller.waitFor(id, Boolean, { timeout: 100 }), 0));
    await vi.advanceTimersByTimeAsync(50);
    late.reject(new Error('bad key'));
    await vi.advanceTimersByTimeAsync(200);
    await Promise.all(next);
    expect(asked).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  test('and answers late tells nobody, whose key is read again by then', async () => {
    const late = deferred<Map<number, string>>();
    const { poller } = poll((ids, reads) => (reads === 1 ? late.promise : reads === 2 ? [] : done(ids)));
    const first = rejection(poller.waitFor(1, Boolean, { timeout: 100 }), 200);
    await first;
    const second = poller.waitFor(1, Boolean, { until: undefined } as object);
    await vi.advanceTimersByTimeAsync(20);
    late.resolve(new Map([[1, 'late']]));
    await vi.advanceTimersByTimeAsync(20);
    expect(await settle(second, 2_000)).toEqual({ status: 'fulfilled', value: 'done' });
  });
});

describe('a read that takes longer than `attemptTimeout`', () => {
  test('is told to stop, says nothing about its keys, and is made again in the next round', async () => {
    const { poller, asked, at, signals } = poll((ids, reads) => (reads === 1 ? never : done(ids)), {
      attemptTimeout: 300,
    });
    const waits = Promise.all([1, 2].map((id) => poller.waitFor(id, Boolean)));
    await vi.advanceTimersByTimeAsync(309);
    expect(signals[0]?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    const reason = { name: 'TimeoutError', message: 'the read had no answer within 300 ms' };
    expect(signals[0]?.reason).toMatchObject(reason);
    expect(await settle(waits, 1_010)).toEqual({ status: 'fulfilled', value: ['done', 'done'] });
    expect([at, asked.length, signals[1]?.aborted]).toEqual([[10, 1_320], 2, false]);
  });

  test('is told in the message, as its last error', async () => {
    const { poller } = poll(() => never, { attemptTimeout: '2s' });
    const error = await rejection(poller.waitFor(1, Boolean), 9_000);
    expect(error.message).toMatch(/0 ms +TimeoutError: the read had no answer within 2 s +1 look/);
    expect(error.cause).toMatchObject({ name: 'TimeoutError' });
  });

  test.each([
    ['answers', (late: ReturnType<typeof deferred<Map<number, string>>>) => late.resolve(done([1]))],
    ['fails', (late: ReturnType<typeof deferred<Map<number, string>>>) => late.reject(new Error('bad key'))],
  ])('and %s later tells nobody, and is not divided', async (_, end) => {
    const late = deferred<Map<number, string>>();
    const { poller, asked } = poll((_, reads) => (reads === 1 ? late.promise : []), { attemptTimeout: 300 });
    const waits = [1, 2].map((id) => rejection(poller.waitFor(id, Boolean, { timeout: 1_200 }), 0));
    await vi.advanceTimersByTimeAsync(400);
    end(late);
    await vi.advanceTimersByTimeAsync(1_000);
    for (const error of await Promise.all(waits)) expect(error).toBeInstanceOf(WaitTimeoutError);
    expect(asked).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  test('leaves its place to the next in line', async () => {
    const { poller, asked, at } = poll((ids) => (ids.includes(1) ? never : done(ids)), {
      attemptTimeout: 300,
      batchSize: 1,
      concurrency: 1,
    });
    const first = rejection(poller.waitFor(1, Boolean, { timeout: 1_000 }), 2_000);
    const second = settle(poller.waitFor(2, Boolean), 0);
    await Promise.all([first, second]);
    expect([asked, at]).toEqual([
      [[1], [2], [1]],
      [10, 310, 1_000],
    ]);
  });

  test('is one of those that a read is divided into as well, each of which has that time for itself', async () => {
    const { poller, asked, signals } = poll(
      async (ids, reads) => {
        await new Promise((resolve) => setTimeout(resolve, reads === 4 ? 400 : 200));
        if (ids.includes(1)) throw new Error('bad key');
        return done(ids);
      },
      { attemptTimeout: 300 },
    );
    const waits = [1, 2, 3].map((id) => settle(poller.waitFor(id, Boolean), 0));
    await vi.advanceTimersByTimeAsync(2_500);
    expect((await Promise.all(waits)).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(asked).toEqual([[1, 2, 3], [1, 2], [1], [2], [2, 3]]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true, true, false]);
  });

  test('never is one that nobody waits for any longer', async () => {
    const { poller, signals } = poll(() => never, { attemptTimeout: 300 });
    await rejection(poller.waitFor(1, Boolean, { timeout: 100 }), 100);
    expect(vi.getTimerCount()).toBe(0);
    expect(signals[0]?.reason).toMatchObject({ name: 'AbortError' });
  });

  test('never is one that itself ends the last wait for it', async () => {
    const stop = new AbortController();
    const { poller } = poll(
      () => {
        stop.abort(new Error('enough'));
        return never;
      },
      { attemptTimeout: 300 },
    );
    expect(await rejection(poller.waitFor(1, Boolean, { signal: stop.signal }), 10)).toMatchObject({
      message: 'enough',
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('never is one that answers at once', async () => {
    const { poller } = poll(done, { attemptTimeout: 300 });
    expect(await settle(poller.waitFor(1, Boolean), 10)).toEqual({ status: 'fulfilled', value: 'done' });
  });

  test('has more time where all budgets are scaled', async () => {
    vi.stubEnv('UNSLEEP_TIMEOUT_SCALE', '3');
    vi.resetModules();
    const scaled = await import('unsleep');
    vi.unstubAllEnvs();
    const poller = scaled.createPoller<number, string>({ read: () => never, attemptTimeout: 300, random: () => 0 });
    const error = await rejection(poller.waitFor(1, Boolean, { timeout: 400 }), 3_000);
    expect(error.message).toContain('the read had no answer within 900 ms');
  });
});

describe('a poller that is closed', () => {
  /** How much virtual time passes until the promise resolves. */
  const took = (promise: Promise<unknown>) => {
    const start = performance.now();
    return promise.then(() => performance.now() - start);
  };

  test('gives a read that does not listen to its signal a second to end', async () => {
    const { poller, signals } = poll(() => never);
    const waiting = rejection(poller.waitFor(1, Boolean), 0);
    await vi.advanceTimersByTimeAsync(100);
    const closed = took(poller.close());
    expect(signals[0]?.aborted).toBe(true);
    await waiting;
    expect(await settle(closed, 5_000)).toEqual({ status: 'fulfilled', value: 1_000 });
  });

  test('waits for a read that was told to stop before', async () => {
    const late = deferred<Map<number, string>>();
    const { poller } = poll(() => late.promise);
    await rejection(poller.waitFor(1, Boolean, { timeout: 100 }), 150);
    const closed = took(poller.close());
    setTimeout(() => late.resolve(done([1])), 500);
    expect(await settle(closed, 5_000)).toEqual({ status: 'fulfilled', value: 500 });
  });

  test('does not wait for a read that ran out of time', async () => {
    const { poller } = poll(() => never, { attemptTimeout: 300 });
    const waiting = rejection(poller.waitFor(1, Boolean), 0);
    await vi.advanceTimersByTimeAsync(400);
    expect(await settle(took(poller.close()), 5_000)).toEqual({ status: 'fulfilled', value: 0 });
    await waiting;
  });

  test('when nothing is read is closed at once', async () => {
    const { poller } = poll(done);
    expect(await settle(took(poller.close()), 5_000)).toEqual({ status: 'fulfilled', value: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a poller', () => {
  test('whose wait nobody listens to leaves its rejection to be told as unhandled', async () => {
    const heard: unknown[] = [];
    const listen = (reason: unknown) => heard.push(reason);
    process.on('unhandledRejection', listen);
    const { poller } = poll(() => []);
    void poller.waitFor(1, Boolean, { timeout: 100 });
    await vi.advanceTimersByTimeAsync(200);
    vi.useRealTimers();
    await new Promise((resolve) => setImmediate(resolve));
    vi.useFakeTimers();
    process.off('unhandledRejection', listen);
    expect(heard).toHaveLength(1);
  });

  test('reads nothing for a wait whose trigger fails', async () => {
    const { poller, asked } = poll(done);
    const error = new Error('refused');
    expect(await rejection(poller.waitFor(1, Boolean, { trigger: () => Promise.reject(error) }), 100)).toBe(error);
    expect(asked).toEqual([]);
  });

  test('goes on when the faked clock is thrown away while it gathers', async () => {
    const { poller } = poll(done);
    const first = poller.waitFor(1, Boolean);
    vi.useRealTimers();
    expect(await poller.waitFor(2, Boolean)).toBe('done');
    expect(await first).toBe('done');
    vi.useFakeTimers();
  });

  test.each([
    [
      'at once',
      (_: Wake) => {
        throw new Error('no');
      },
    ],
    ['later', (_: Wake) => Promise.reject(new Error('no'))],
    ['for lack of a way back', (_: Wake) => Promise.resolve(undefined as never)],
  ])('subscribes anew to a source that refused %s, and leaves it with the last wait', async (_, refuse) => {
    const off = vi.fn();
    let subscriptions = 0;
    const wakeOn = (wake: Wake) => (++subscriptions === 1 ? refuse(wake) : off);
    const poller = createPoller<number, string>({
      wakeOn,
      random: () => 0,
      read: (ids) => done(ids.filter((id) => id > 1)),
    });
    await rejection(poller.waitFor(1, Boolean, { timeout: 100 }), 200);
    await settle(Promise.all([2, 3].map((id) => poller.waitFor(id, Boolean))), 200);
    expect([subscriptions, off.mock.calls.length]).toEqual([2, 1]);
  });
});

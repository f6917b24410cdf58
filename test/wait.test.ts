import { createClock } from '@sinonjs/fake-timers';
import { EventEmitter } from 'eventemitter3';
import {
  again,
  type BackoffLook,
  constant,
  createWaiter,
  eventually,
  exponential,
  giveUp,
  type Look,
  type LookRecord,
  on,
  pendingWaits,
  type Wake,
  type WaitOptions,
  type WaitReport,
  type WakeSource,
  waitFor,
} from 'unsleep';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { deferred, isPending, rejection, settle, stampedCalls, useVirtualTime } from './virtual-time.ts';

useVirtualTime();

const exactly = (pause: number) => constant(pause, { jitter: 'none' });
const never = () => new Promise<boolean>(() => {});

/** A wake source that the test fires. */
function bell() {
  const wakes = new Set<Wake>();
  const source: WakeSource = (wake) => {
    wakes.add(wake);
    return () => wakes.delete(wake);
  };
  return { source, ring: () => wakes.forEach((wake) => wake()), wakes };
}

/** An answer of a server that asks for a pause. */
function refusal(status: number, retryAfter: unknown): Error {
  return Object.assign(new Error(`status ${status}`), { status, retryAfter });
}

describe('interval', () => {
  test('is a tenth of the time already waited by default, at least 5 ms', async () => {
    const looks = stampedCalls(() => false);
    await rejection(waitFor(looks.call, { timeout: 200, random: () => 0 }), 200);
    // 5 ms up to 50 ms, then a tenth, rounded up to the whole milliseconds of timers.
    const byTens = [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55];
    expect(looks.at).toEqual([...byTens, 61, 68, 75, 83, 92, 102, 113, 125, 138, 152, 168, 185, 200]);
  });

  test.each([
    ['a number', 40],
    ['text', '40ms' as const],
    ['a backoff', exactly(40)],
  ])('may be %s', async (_, interval) => {
    const looks = stampedCalls((calls) => calls === 3);
    await settle(waitFor(looks.call, { interval, random: () => 0 }), 80);
    expect(looks.at).toEqual([0, 40, 80]);
  });

  test('as a number has a random phase, so that its first pause is shorter by chance', async () => {
    const looks = stampedCalls((calls) => calls === 3);
    await settle(waitFor(looks.call, { interval: 40, random: () => 0.75 }), 50);
    expect(looks.at).toEqual([0, 10, 50]);
  });

  test('is told how many looks there were, the time, its last pause and the source of chance', async () => {
    const asked: BackoffLook[] = [];
    const random = () => 0.5;
    const interval = (look: BackoffLook) => asked.push(look) * 10;
    await rejection(waitFor(() => false, { interval, random, timeout: 60 }), 60);
    expect(asked).toEqual([
      { attempt: 1, elapsed: 0, previousPause: 0, random },
      { attempt: 2, elapsed: 10, previousPause: 10, random },
      { attempt: 3, elapsed: 30, previousPause: 20, random },
    ]);
  });

  test('counts from the end of a look, however long that takes', async () => {
    const looks = stampedCalls((calls) =>
      calls === 3 ? true : new Promise<boolean>((resolve) => setTimeout(() => resolve(false), calls * 100)),
    );
    await settle(waitFor(looks.call, { interval: exactly(10) }), 320);
    expect(looks.at).toEqual([0, 110, 320]);
  });

  test('that gives a fraction of a millisecond is never slept too short', async () => {
    const looks = stampedCalls((calls) => calls === 3);
    await settle(waitFor(looks.call, { interval: exactly(0.4) }), 10);
    expect(looks.at).toEqual([0, 1, 2]);
  });

  test.each([Number.NaN, -1, '5', undefined])('that gives %s ends the wait', async (pause) => {
    const error = await rejection(waitFor(() => false, { interval: (() => pause) as never }), 0);
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toMatch(/^`interval` must give a number of milliseconds >= 0; it gave /);
  });

  test('of Infinity looks at the start and at the deadline only', async () => {
    const causes: string[] = [];
    const condition = ({ wokenBy }: Look) => causes.push(wokenBy) < 0;
    await rejection(waitFor(condition, { interval: Number.POSITIVE_INFINITY, timeout: '1h' }), 3_600_000);
    expect(causes).toEqual(['start', 'deadline']);
  });
});

describe('wakeOn', () => {
  test('brings the next look forward, and the schedule goes on from there', async () => {
    const { source, ring } = bell();
    const looks = stampedCalls((calls) => calls === 4);
    const waiting = waitFor(looks.call, { wakeOn: source, interval: exactly(100) });
    await vi.advanceTimersByTimeAsync(30);
    ring();
    await settle(waiting, 300);
    // A faked clock rings what is due at once one millisecond later when it is set while the clock moves.
    expect(looks.at).toEqual([0, 30, 130, 230]);
  });

  test('makes a backoff neither grow nor remember: looks of events are no attempts', async () => {
    const { source, ring } = bell();
    const asked: [number, number][] = [];
    const grow = exponential({ initial: 100 });
    const interval = (look: BackoffLook) => {
      asked.push([look.attempt, look.previousPause]);
      return grow(look);
    };
    const looks = stampedCalls((calls) => calls === 6);
    const waiting = waitFor(looks.call, { wakeOn: source, interval, random: () => 0 });
    await vi.advanceTimersByTimeAsync(50);
    ring();
    await vi.advanceTimersByTimeAsync(50);
    ring();
    await vi.advanceTimersByTimeAsync(150);
    ring();
    await settle(waiting, 1_000);
    expect(asked).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
      [2, 100],
      [2, 100],
    ]);
    expect(looks.at).toEqual([0, 50, 100, 200, 250, 450]);
  });

  test('tells the look that an event caused it', async () => {
    const { source, ring } = bell();
    const causes: string[] = [];
    const waiting = waitFor(({ wokenBy }) => causes.push(wokenBy) === 3, { wakeOn: source, interval: exactly(100) });
    await vi.advanceTimersByTimeAsync(30);
    ring();
    await settle(waiting, 100);
    expect(causes).toEqual(['start', 'event', 'schedule']);
  });

  test('causes no look for an event before the first one', async () => {
    const causes: string[] = [];
    const eager: WakeSource = (wake) => {
      wake();
      return () => {};
    };
    await settle(
      waitFor(({ wokenBy }) => causes.push(wokenBy) === 2, { wakeOn: eager, interval: exactly(100) }),
      100,
    );
    expect(causes).toEqual(['start', 'schedule']);
  });

  test('hears an event again after a storm of events between short pauses', async () => {
    const { source, ring } = bell();
    const looks = stampedCalls(() => false);
    const interval = ({ elapsed }: BackoffLook) => (elapsed < 500 ? 5 : 60_000);
    const waiting = waitFor(looks.call, { wakeOn: source, interval, timeout: 50_000 });
    for (let time = 0; time < 490; time++) {
      ring();
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(1_000);
    ring();
    await rejection(waiting, 50_000);
    expect(looks.at.slice(-2)).toEqual([1_490, 50_000]);
  });

  test('listens once for each of several sources, and tells in the report how each did', async () => {
    const [first, second] = [bell(), bell()];
    const waiting = waitFor(() => false, { wakeOn: [first.source, second.source], timeout: 100, interval: '1h' });
    await vi.advanceTimersByTimeAsync(10);
    second.ring();
    const error = await rejection(waiting, 100);
    expect((error as unknown as { report: WaitReport }).report.sources).toEqual([
      { name: 'source', state: 'live', wakes: 0 },
      { name: 'source', state: 'live', wakes: 1 },
    ]);
    expect([first.wakes.size, second.wakes.size]).toEqual([0, 0]);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('already gone');
      },
    ],
    ['rejects', () => Promise.reject(new Error('already gone'))],
  ])('keeps the result of a wait whose unsubscribe %s, and ends the other sources', async (_, unsubscribe) => {
    const other = vi.fn();
    await expect(waitFor(() => 'there', { wakeOn: [() => unsubscribe, () => other] })).resolves.toBe('there');
    expect(other).toHaveBeenCalledOnce();
  });

  test('ends a source that wakes while it is told to stop', async () => {
    const condition = vi.fn(() => true);
    const source: WakeSource = (wake) => () => wake();
    await waitFor(condition, { wakeOn: source });
    await vi.advanceTimersByTimeAsync(100);
    expect(condition).toHaveBeenCalledOnce();
  });
});

describe('again', () => {
  test('takes the place of the pause, this once', async () => {
    const looks = stampedCalls((calls) => (calls === 2 ? again(7) : calls === 4));
    await settle(waitFor(looks.call, { interval: exactly(100) }), 207);
    expect(looks.at).toEqual([0, 100, 107, 207]);
  });

  test('may ask for a longer pause than the schedule', async () => {
    const looks = stampedCalls((calls) => (calls === 1 ? again('500ms') : true));
    await settle(waitFor(looks.call, { interval: exactly(100) }), 500);
    expect(looks.at).toEqual([0, 500]);
  });

  test('that asks for nothing leaves the pause to the schedule', async () => {
    const looks = stampedCalls((calls) => (calls === 1 ? again() : true));
    await settle(waitFor(looks.call, { interval: exactly(100) }), 100);
    expect(looks.at).toEqual([0, 100]);
  });

  test('is shortened by an event', async () => {
    const { source, ring } = bell();
    const looks = stampedCalls((calls) => (calls === 1 ? again('1h') : true));
    const waiting = waitFor(looks.call, { interval: exactly(100), wakeOn: source, timeout: '2h' });
    await vi.advanceTimersByTimeAsync(40);
    ring();
    await settle(waiting, 0);
    expect(looks.at).toEqual([0, 40]);
  });

  test('beyond the deadline still looks at the deadline', async () => {
    const looks = stampedCalls(() => again('1h'));
    await rejection(waitFor(looks.call as () => boolean | ReturnType<typeof again>, { timeout: 300 }), 300);
    expect(looks.at).toEqual([0, 300]);
  });

  test('counts as a look on schedule, and leaves the last pause of the backoff as it was', async () => {
    const asked: [number, number][] = [];
    const interval = ({ attempt, previousPause }: BackoffLook) => {
      asked.push([attempt, previousPause]);
      return 10;
    };
    const looks = stampedCalls((calls) => (calls === 2 ? again(50) : calls === 4));
    await settle(waitFor(looks.call, { interval }), 70);
    expect(asked).toEqual([
      [1, 0],
      [3, 10],
    ]);
  });

  test('is no value: neither the report nor the next look sees it', async () => {
    const seen: unknown[] = [];
    const condition = ({ attempt, lastValue }: Look) => {
      seen.push(lastValue);
      return attempt === 2 ? again(1) : false;
    };
    const error = await rejection(waitFor(condition, { timeout: 20, interval: exactly(10) }), 20);
    expect(seen).toEqual([undefined, false, undefined, false]);
    expect(error.message).toContain('again');
  });
});

describe('Retry-After', () => {
  test.each([
    ['seconds in `retryAfter`', { retryAfter: 2 }],
    ['text in `retryAfter`', { retryAfter: '2' }],
    ['the headers of a fetch response', { response: { headers: new Headers({ 'Retry-After': '2' }) } }],
    ['plain headers', { headers: { 'retry-after': '2' } }],
  ])('of a tolerated error is honoured: %s', async (_, carried) => {
    const looks = stampedCalls((calls) => calls === 2 || Promise.reject(Object.assign(refusal(500, undefined), carried)));
    await settle(waitFor(looks.call, { interval: exactly(100) }), 2_000);
    expect(looks.at).toEqual([0, 2_000]);
  });

  test('never shortens the pause of the backoff', async () => {
    const looks = stampedCalls((calls) => calls === 2 || Promise.reject(refusal(503, 1)));
    await settle(waitFor(looks.call, { interval: exactly(3_000) }), 3_000);
    expect(looks.at).toEqual([0, 3_000]);
  });

  test.each([429, 503])('of a %i is firm: an event causes the look at its end, not before', async (status) => {
    const { source, ring } = bell();
    const looks = stampedCalls((calls) => calls === 2 || Promise.reject(refusal(status, 2)));
    const waiting = waitFor(looks.call, { interval: exactly(100), wakeOn: source });
    await vi.advanceTimersByTimeAsync(500);
    ring();
    await settle(waiting, 2_000);
    expect(looks.at).toEqual([0, 2_000]);
  });

  test('is firm no longer than it asks: after it an event shortens the pause', async () => {
    const { source, ring } = bell();
    const looks = stampedCalls((calls) => calls === 2 || Promise.reject(refusal(429, 1)));
    const waiting = waitFor(looks.call, { interval: '1h', random: () => 0, wakeOn: source, timeout: '2h' });
    await vi.advanceTimersByTimeAsync(1_500);
    ring();
    await settle(waiting, 0);
    expect(looks.at).toEqual([0, 1_500]);
  });

  test('keeps an event that comes while it is firm for the look at its end', async () => {
    const { source, ring } = bell();
    const looks = stampedCalls((calls) => calls === 2 || Promise.reject(refusal(429, 1)));
    const waiting = waitFor(looks.call, { interval: Number.POSITIVE_INFINITY, wakeOn: source, timeout: '2h' });
    await vi.advanceTimersByTimeAsync(500);
    ring();
    await settle(waiting, 500);
    expect(looks.at).toEqual([0, 1_000]);
  });

  test('keeps an event that came during the look that was refused', async () => {
    const { source, ring } = bell();
    const looks = stampedCalls((calls) => {
      if (calls === 2) return true;
      ring();
      return Promise.reject(refusal(429, 1));
    });
    const endless = { interval: Number.POSITIVE_INFINITY, timeout: '2h' } as const;
    await settle(waitFor(looks.call, { ...endless, wakeOn: source }), 1_000);
    expect(looks.at).toEqual([0, 1_000]);
  });

  test.each([500, 502, 408])('of a %i is not firm: an event shortens it', async (status) => {
    const { source, ring } = bell();
    const looks = stampedCalls((calls) => calls === 2 || Promise.reject(refusal(status, 2)));
    const waiting = waitFor(looks.call, { interval: exactly(100), wakeOn: source });
    await vi.advanceTimersByTimeAsync(500);
    ring();
    await settle(waiting, 0);
    expect(looks.at).toEqual([0, 500]);
  });

  test('that is firm and beyond the deadline ends the wait at once, and says so', async () => {
    const looks = stampedCalls(() => Promise.reject<boolean>(refusal(429, 60)));
    const error = await rejection(waitFor(looks.call, { name: 'job', timeout: 5_000 }), 0);
    expect(error.name).toBe('WaitTimeoutError');
    expect(error.message).toContain('gave up after 0 ms: it must not look again for 60 s, which is too late');
    expect(looks.at).toEqual([0]);
  });

  test('that is firm and ends with the deadline is waited for', async () => {
    const looks = stampedCalls((calls) => calls === 2 || Promise.reject(refusal(429, 5)));
    expect(await settle(waitFor(looks.call, { timeout: 5_000 }), 5_000)).toEqual({ status: 'fulfilled', value: true });
    expect(looks.at).toEqual([0, 5_000]);
  });

  test('that is not firm and beyond the deadline still looks at the deadline', async () => {
    const looks = stampedCalls(() => Promise.reject<boolean>(refusal(500, 60)));
    await rejection(waitFor(looks.call, { timeout: 5_000 }), 5_000);
    expect(looks.at).toEqual([0, 5_000]);
  });

  test('of an error that is not tolerated changes nothing: the wait ends', async () => {
    const error = refusal(404, 60);
    expect(await rejection(waitFor(() => Promise.reject<boolean>(error)), 0)).toBe(error);
  });
});

describe('maxAttempts', () => {
  test('ends the wait at the last look, without another pause', async () => {
    const looks = stampedCalls(() => false);
    const error = await rejection(waitFor(looks.call, { maxAttempts: 3, interval: exactly(100), name: 'job' }), 200);
    expect(looks.at).toEqual([0, 100, 200]);
    expect(error.name).toBe('WaitExhaustedError');
    expect(error.message).toMatch(/^job: not done after 3 looks/);
  });

  test('counts the looks that events caused', async () => {
    const { source, ring } = bell();
    const looks = stampedCalls(() => false);
    const waiting = waitFor(looks.call, { maxAttempts: 2, interval: '1h', wakeOn: source });
    await vi.advanceTimersByTimeAsync(10);
    ring();
    const error = await rejection(waiting, 0);
    expect(looks.at).toEqual([0, 10]);
    expect(error.message).toContain('2 looks, 1 of them woken by events');
  });

  test('counts the looks that failed and the looks that were cut', async () => {
    const looks = stampedCalls((calls) => (calls === 1 ? Promise.reject<boolean>(refusal(503, 0)) : never()));
    const options = { maxAttempts: 2, attemptTimeout: 50, interval: exactly(10) };
    const error = await rejection(waitFor(looks.call, options), 60);
    expect(error.name).toBe('WaitExhaustedError');
    expect(error.cause).toMatchObject({ name: 'TimeoutError' });
  });

  test('of 1 is a single look', async () => {
    await expect(waitFor(() => false, { maxAttempts: 1 })).rejects.toMatchObject({ name: 'WaitExhaustedError' });
    await expect(waitFor(() => 'there', { maxAttempts: 1 })).resolves.toBe('there');
  });

  test('used up while what is waited for is still held is not called a relapse', async () => {
    const options = { maxAttempts: 2, holdFor: 100, interval: exactly(10) };
    const error = await rejection(
      waitFor(() => true, options),
      10,
    );
    expect(error.name).toBe('WaitExhaustedError');
    expect(error.message).not.toContain('no longer');
  });
});

describe('holdFor', () => {
  test('asks for done to stay done so long, and looks once more at the end', async () => {
    const looks = stampedCalls((calls) => calls);
    const result = await settle(waitFor(looks.call, { holdFor: 250, interval: exactly(100) }), 250);
    expect(looks.at).toEqual([0, 100, 200, 250]);
    expect(result).toEqual({ status: 'fulfilled', value: 4 });
  });

  test('starts anew after a relapse', async () => {
    const looks = stampedCalls((calls) => calls !== 3);
    await settle(waitFor(looks.call, { holdFor: 150, interval: exactly(100) }), 450);
    expect(looks.at).toEqual([0, 100, 150, 250, 350, 400]);
  });

  test('comes on top of the budget', async () => {
    const looks = stampedCalls((calls) => calls > 1);
    const result = await settle(waitFor(looks.call, { holdFor: 1_000, timeout: 100, interval: '1h' }), 1_100);
    expect(looks.at).toEqual([0, 100, 1_100]);
    expect(result.status).toBe('fulfilled');
  });

  test('fails with a relapse before the deadline only at the deadline', async () => {
    const looks = stampedCalls((calls) => calls === 2);
    const error = await rejection(waitFor(looks.call, { holdFor: 50, timeout: 300, interval: exactly(100) }), 300);
    expect(looks.at).toEqual([0, 100, 150, 250, 300]);
    expect(error.message).toContain('it was done at 100 ms, and then no longer');
  });

  test('fails with a relapse after the deadline at once, and says when it was done', async () => {
    const looks = stampedCalls((calls) => calls < 4);
    const error = await rejection(waitFor(looks.call, { holdFor: 1_000, timeout: 150, interval: exactly(100) }), 300);
    expect(looks.at).toEqual([0, 100, 200, 300]);
    expect(error.name).toBe('WaitTimeoutError');
    expect(error.message).toContain('it was done at 0 ms, and then no longer');
  });

  test('of 0 looks once more', async () => {
    const condition = vi.fn(() => true);
    await settle(waitFor(condition, { holdFor: 0 }), 1);
    expect(condition).toHaveBeenCalledTimes(2);
  });

  test('of 0 fails when the second look is not done any more', async () => {
    const looks = stampedCalls((calls) => calls === 1);
    const error = await rejection(waitFor(looks.call, { holdFor: 0, timeout: 0 }), 1);
    expect(error.message).toContain('it was done at 0 ms, and then no longer');
  });

  test('looks only at its end when the interval is Infinity', async () => {
    const causes: string[] = [];
    const looks = stampedCalls((_calls, { wokenBy }: Look) => causes.push(wokenBy));
    await settle(waitFor(looks.call, { holdFor: 300, interval: Number.POSITIVE_INFINITY }), 300);
    expect(looks.at).toEqual([0, 300]);
    expect(causes).toEqual(['start', 'schedule']);
  });

  test('is looked at early when an event comes, and its end stays where it was', async () => {
    const { source, ring } = bell();
    const looks = stampedCalls(() => true);
    const waiting = waitFor(looks.call, { holdFor: 300, interval: '1h', wakeOn: source });
    await vi.advanceTimersByTimeAsync(120);
    ring();
    await settle(waiting, 180);
    expect(looks.at).toEqual([0, 120, 300]);
  });

  test('cuts a look that hangs at the end of the hold', async () => {
    const start = performance.now();
    const condition = ({ attempt }: Look) => attempt === 1 || never();
    const waiting = waitFor(condition, { holdFor: 300, timeout: 100, interval: exactly(50) });
    const error = await rejection(
      waiting.finally(() => expect(performance.now() - start).toBe(300)),
      1_000,
    );
    expect(error.message).toContain('look 2 was still pending after 250 ms');
    expect(error.message).not.toContain('no longer');
  });

  test('gives a look that begins with the end of the hold a moment', async () => {
    const start = performance.now();
    const condition = ({ attempt }: Look) => attempt < 3 || never();
    const waiting = waitFor(condition, { holdFor: 100, timeout: 100, interval: exactly(50) });
    await rejection(
      waiting.finally(() => expect(performance.now() - start).toBe(150)),
      1_000,
    );
  });

  test('is as much a relapse when a look fails in a way that is tolerated', async () => {
    const looks = stampedCalls((calls) => calls !== 2 || Promise.reject<boolean>(refusal(503, undefined)));
    await settle(waitFor(looks.call, { holdFor: 100, interval: exactly(60) }), 220);
    expect(looks.at).toEqual([0, 60, 120, 180, 220]);
  });

  test('gives back the value of the last look', async () => {
    const answers = ['first', 'second'];
    const waiting = waitFor(() => answers.shift(), { holdFor: 10, interval: exactly(10) });
    expect(await settle(waiting, 10)).toEqual({ status: 'fulfilled', value: 'second' });
  });
});

describe('failFast', () => {
  test('that rejects ends the wait with that very error, in the middle of a pause', async () => {
    const { promise, reject } = deferred<never>();
    const error = new Error('the server exited');
    const waiting = waitFor(() => false, { failFast: promise, interval: '1h' });
    await vi.advanceTimersByTimeAsync(30);
    reject(error);
    expect(await rejection(waiting, 0)).toBe(error);
  });

  test('that settles cuts a look that hangs', async () => {
    let signal: AbortSignal | undefined;
    const { promise, reject } = deferred<never>();
    const condition = (look: Look) => {
      ({ signal } = look);
      return never();
    };
    const waiting = waitFor(condition, { failFast: promise });
    const error = new Error('gone');
    reject(error);
    expect(await rejection(waiting, 0)).toBe(error);
    expect(signal?.reason).toBe(error);
  });

  test.each<[string, unknown, string]>([
    ['text', 'exited with code 1', 'job: exited with code 1 (after'],
    ['undefined', undefined, 'job: failFast settled with undefined (after'],
    ['a value', { code: 1 }, 'job: failFast settled with { code: 1 } (after'],
  ])('that resolves with %s ends the wait with a text', async (_, value, text) => {
    const error = await rejection(waitFor(() => false, { name: 'job', failFast: Promise.resolve(value) }), 0);
    expect(error.name).toBe('WaitFailedError');
    expect(error.message).toContain(text);
  });

  test('that rejects with a text ends the wait with that text', async () => {
    const error = await rejection(waitFor(() => false, { name: 'job', failFast: Promise.reject('crashed') }), 0);
    expect(error.message).toMatch(/^job: crashed \(after 0 ms, 1 look\)/);
  });

  test('that resolves with an error of another kind of promise ends the wait with that very error', async () => {
    const error = new Error('gone');
    const thenable = { then: (resolve: (value: Error) => void) => resolve(error) } as PromiseLike<Error>;
    expect(await rejection(waitFor(() => false, { failFast: thenable }), 0)).toBe(error);
    expect(await rejection(waitFor(() => false, { failFast: thenable }), 0)).toBe(error);
  });

  test('that settled long ago fails each wait that is not done at once', async () => {
    const failFast = Promise.reject(new Error('gone'));
    failFast.catch(() => {});
    await vi.advanceTimersByTimeAsync(10);
    await expect(waitFor(() => false, { failFast })).rejects.toThrow('gone');
    await expect(waitFor(() => false, { failFast })).rejects.toThrow('gone');
    await expect(waitFor(() => 'there', { failFast })).resolves.toBe('there');
    await expect(waitFor(() => 'there', { failFast })).resolves.toBe('there');
  });

  test('that many waits share gets one reaction for all of them', async () => {
    const { promise } = deferred<void>();
    const then = vi.spyOn(promise, 'then');
    for (let count = 0; count < 100; count++) await waitFor(() => true, { failFast: promise });
    await Promise.all(Array.from({ length: 10 }, () => settle(waitFor(({ attempt }) => attempt === 2, { failFast: promise }), 10)));
    expect(then).toHaveBeenCalledOnce();
  });

  test('of many waits ends all of them', async () => {
    const { promise, resolve } = deferred<string>();
    const waits = Array.from({ length: 10 }, () => waitFor(() => false, { name: 'job', failFast: promise }));
    resolve('crashed');
    for (const outcome of await Promise.allSettled(waits)) {
      expect(outcome).toMatchObject({ reason: { message: expect.stringMatching(/^job: crashed/) } });
    }
  });

  test('ends the trigger too', async () => {
    let given: AbortSignal | undefined;
    const error = new Error('gone');
    const trigger = (signal: AbortSignal) => {
      given = signal;
      return new Promise(() => {});
    };
    expect(await rejection(waitFor(() => true, { failFast: Promise.reject(error), trigger }), 0)).toBe(error);
    expect(given?.reason ?? error).toBe(error);
  });

  test.each<[string, (failFast: Promise<never>) => WaitOptions]>([
    ['is done at the first look', (failFast) => ({ failFast })],
    ['was aborted before the call', (failFast) => ({ failFast, signal: AbortSignal.abort('no') })],
  ])('never becomes an unhandled rejection when the wait %s', async (_, options) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    await settle(waitFor(() => true, options(Promise.reject(new Error('gone')))), 0);
    await realTurn();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

/** Node tells of unhandled rejections only once the microtasks of a real turn are done. */
async function realTurn(): Promise<void> {
  vi.useRealTimers();
  await new Promise((resolve) => setImmediate(resolve));
  vi.useFakeTimers();
}

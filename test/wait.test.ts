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
  realClock,
  type WaitOptions,
  type WaitReport,
  type Wake,
  type WakeSource,
  waitFor,
} from 'unsleep';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { deferred, rejection, settle, stampedCalls, useVirtualTime } from './virtual-time.ts';

useVirtualTime();

const exactly = (pause: number) => constant(pause, { jitter: 'none' });
// Longer than any test: who looks before it was woken.
const HOUR = exactly(3_600_000);
const never = () => new Promise<boolean>(() => {});

/** A wake source that the test fires. */
function bell() {
  const wakes = new Set<Wake>();
  const source: WakeSource = (wake) => {
    wakes.add(wake);
    return () => wakes.delete(wake);
  };
  return { source, ring: () => Array.from(wakes, (wake) => wake()), wakes };
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
    await rejection(
      waitFor(() => false, { interval, random, timeout: 60 }),
      60,
    );
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
    const error = await rejection(
      waitFor(() => false, { interval: (() => pause) as never }),
      0,
    );
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
    const waiting = waitFor(() => false, { wakeOn: [first.source, second.source], timeout: 100, interval: HOUR });
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
    const looks = stampedCalls(
      (calls) => calls === 2 || Promise.reject(Object.assign(refusal(500, undefined), carried)),
    );
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
    const waiting = waitFor(looks.call, { interval: HOUR, wakeOn: source, timeout: '2h' });
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
    expect(
      await rejection(
        waitFor(() => Promise.reject<boolean>(error)),
        0,
      ),
    ).toBe(error);
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
    const waiting = waitFor(looks.call, { maxAttempts: 2, interval: HOUR, wakeOn: source });
    await vi.advanceTimersByTimeAsync(10);
    ring();
    const error = await rejection(waiting, 0);
    expect(looks.at).toEqual([0, 10]);
    expect(error.name).toBe('WaitExhaustedError');
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
    const result = await settle(waitFor(looks.call, { holdFor: 1_000, timeout: 100, interval: HOUR }), 1_100);
    expect(looks.at).toEqual([0, 100, 1_100]);
    expect(result.status).toBe('fulfilled');
  });

  test('fails with a relapse before the deadline only at the deadline', async () => {
    const looks = stampedCalls((calls) => calls === 2);
    const error = await rejection(waitFor(looks.call, { holdFor: 50, timeout: 300, interval: exactly(100) }), 300);
    expect(looks.at).toEqual([0, 100, 150, 250, 300]);
    expect(error.message).toContain('it was done once, at 100 ms, and then no longer');
  });

  test('fails with a relapse after the deadline at once, and says when it was done', async () => {
    const looks = stampedCalls((calls) => calls < 4);
    const error = await rejection(waitFor(looks.call, { holdFor: 1_000, timeout: 150, interval: exactly(100) }), 300);
    expect(looks.at).toEqual([0, 100, 200, 300]);
    expect(error.name).toBe('WaitTimeoutError');
    expect(error.message).toContain('it was done once, at 0 ms, and then no longer');
  });

  test('of 0 looks once more', async () => {
    const condition = vi.fn(() => true);
    await settle(waitFor(condition, { holdFor: 0 }), 1);
    expect(condition).toHaveBeenCalledTimes(2);
  });

  test('of 0 fails when the second look is not done any more', async () => {
    const looks = stampedCalls((calls) => calls === 1);
    const error = await rejection(waitFor(looks.call, { holdFor: 0, timeout: 0 }), 1);
    expect(error.message).toContain('it was done once, at 0 ms, and then no longer');
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
    const waiting = waitFor(looks.call, { holdFor: 300, interval: HOUR, wakeOn: source });
    await vi.advanceTimersByTimeAsync(120);
    ring();
    await settle(waiting, 180);
    expect(looks.at).toEqual([0, 120, 300]);
  });

  test('cuts a look that hangs 50 ms after the end of the hold', async () => {
    const start = performance.now();
    const condition = ({ attempt }: Look) => attempt === 1 || never();
    const waiting = waitFor(condition, { holdFor: 300, timeout: 100, interval: exactly(50) });
    const error = await rejection(
      waiting.finally(() => expect(performance.now() - start).toBe(350)),
      1_000,
    );
    expect(error.message).toContain('look 2 was still pending after 300 ms');
    expect(error.message).not.toContain('no longer');
  });

  test('waits for the answer of a look that is under way at its end, as long as the slowest took', async () => {
    const looks = stampedCalls(() => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 100)));
    const waiting = waitFor(looks.call, { holdFor: 1_000, timeout: 200, interval: exactly(50) });
    expect(await settle(waiting, 2_000)).toEqual({ status: 'fulfilled', value: true });
    expect(looks.at).toEqual([0, 150, 300, 450, 600, 750, 900, 1_050]);
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
    const waiting = waitFor(() => false, { failFast: promise, interval: HOUR });
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
    const error = await rejection(
      waitFor(() => false, { name: 'job', failFast: Promise.resolve(value) }),
      0,
    );
    expect(error.name).toBe('WaitFailedError');
    expect(error.message).toContain(text);
  });

  test('that rejects with a text ends the wait with that text', async () => {
    const error = await rejection(
      waitFor(() => false, { name: 'job', failFast: Promise.reject('crashed') }),
      0,
    );
    expect(error.message).toMatch(/^job: crashed \(after 0 ms, 1 look\)/);
  });

  test('that resolves with an error of another kind of promise ends the wait with that very error', async () => {
    const error = new Error('gone');
    // biome-ignore lint/suspicious/noThenProperty: a foreign thenable
    const thenable = { then: (resolve: (value: Error) => void) => resolve(error) } as PromiseLike<Error>;
    expect(
      await rejection(
        waitFor(() => false, { failFast: thenable }),
        0,
      ),
    ).toBe(error);
    expect(
      await rejection(
        waitFor(() => false, { failFast: thenable }),
        0,
      ),
    ).toBe(error);
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
    await Promise.all(
      Array.from({ length: 10 }, () =>
        settle(
          waitFor(({ attempt }) => attempt === 2, { failFast: promise }),
          10,
        ),
      ),
    );
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
    expect(
      await rejection(
        waitFor(() => true, { failFast: Promise.reject(error), trigger }),
        0,
      ),
    ).toBe(error);
    expect(given?.reason ?? error).toBe(error);
  });

  test.each<[string, (failFast: Promise<never>) => WaitOptions]>([
    ['is done at the first look', (failFast) => ({ failFast })],
    ['was aborted before the call', (failFast) => ({ failFast, signal: AbortSignal.abort('no') })],
  ])('never becomes an unhandled rejection when the wait %s', async (_, options) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    await settle(
      waitFor(() => true, options(Promise.reject(new Error('gone')))),
      0,
    );
    await realTurn();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('progress', () => {
  test('tells at every interval what was seen so far, and stops with the wait', async () => {
    const told: [number, number, unknown, string][] = [];
    const report = (seen: WaitReport) => told.push([seen.elapsed, seen.looks, seen.lastValue, seen.name]);
    const looks = stampedCalls((calls, { attempt }: Look) => (calls === 4 ? 'done' : attempt * 0));
    const waiting = waitFor(looks.call, {
      name: 'job',
      progress: { every: '100ms', report },
      interval: exactly(120),
    });
    await settle(waiting, 2_000);
    expect(told).toEqual([
      [100, 1, 0, 'job'],
      [200, 2, 0, 'job'],
      [300, 3, 0, 'job'],
    ]);
  });

  test('goes on while a look hangs, and tells that there was no answer yet', async () => {
    const told: WaitReport[] = [];
    const progress = { every: 100, report: (seen: WaitReport) => told.push(seen) };
    await rejection(waitFor(never, { progress, timeout: 250 }), 250);
    expect(told.map(({ elapsed, looks, timeline }) => [elapsed, looks, timeline])).toEqual([
      [100, 1, []],
      [200, 1, []],
    ]);
  });

  test('gives reports that do not change afterwards', async () => {
    const told: WaitReport[] = [];
    const progress = { every: 12, report: (seen: WaitReport) => told.push(seen) };
    await rejection(
      waitFor(() => false, { progress, timeout: 50, interval: exactly(10) }),
      50,
    );
    expect(told.map(({ timeline }) => timeline[0]?.looks)).toEqual([2, 3, 4, 5]);
  });

  test('is told by nobody when the wait is done at the first look', async () => {
    const report = vi.fn();
    await waitFor(() => true, { progress: { every: 1, report } });
    await vi.advanceTimersByTimeAsync(100);
    expect(report).not.toHaveBeenCalled();
  });

  test('goes on while the trigger runs', async () => {
    const report = vi.fn();
    const trigger = () => new Promise((resolve) => setTimeout(resolve, 250));
    await settle(
      waitFor(() => true, { trigger, progress: { every: 100, report } }),
      250,
    );
    expect(report).toHaveBeenCalledTimes(2);
  });
});

describe('onLook', () => {
  test('gets a record of every look: when, how long, why, what it meant and what it gave', async () => {
    const records: LookRecord[] = [];
    const onLook = (record: LookRecord) => records.push(record);
    const { source, ring } = bell();
    const error = refusal(500, undefined);
    const condition = async ({ attempt }: Look) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (attempt === 1) throw error;
      return attempt === 3 && 'there';
    };
    const waiting = waitFor(condition, { onLook, interval: exactly(100), wakeOn: source });
    await vi.advanceTimersByTimeAsync(60);
    ring();
    await settle(waiting, 1_000);
    expect(records).toEqual([
      { attempt: 1, at: 0, took: 10, wokenBy: 'start', verdict: 'not yet', error },
      { attempt: 2, at: 60, took: 10, wokenBy: 'event', verdict: 'not yet', value: false },
      { attempt: 3, at: 170, took: 10, wokenBy: 'schedule', verdict: 'done', value: 'there' },
    ]);
  });

  test('says done for each look of a hold, and never for the one that ends a wait without success', async () => {
    const verdicts: string[] = [];
    const onLook = ({ verdict }: LookRecord) => verdicts.push(verdict);
    const condition = ({ attempt }: Look) => attempt < 3 || giveUp('gone');
    await rejection(waitFor(condition, { onLook, holdFor: '1h', interval: exactly(10) }), 20);
    expect(verdicts).toEqual(['done', 'done', 'never']);
  });

  test('gets the value that failWhen refused', async () => {
    const onLook = vi.fn();
    await rejection(
      waitFor(() => 'broken', { onLook, failWhen: (value) => value === 'broken' }),
      0,
    );
    expect(onLook.mock.calls).toEqual([
      [{ attempt: 1, at: 0, took: 0, wokenBy: 'start', verdict: 'never', value: 'broken' }],
    ]);
  });

  test('gets the error of a look that was cut', async () => {
    const errors: unknown[] = [];
    const options = { onLook: ({ error }: LookRecord) => errors.push(error), attemptTimeout: 10, maxAttempts: 1 };
    await rejection(waitFor(never, options), 10);
    expect(errors).toEqual([
      expect.objectContaining({ name: 'TimeoutError', message: 'the look had no answer within 10 ms' }),
    ]);
  });

  test('is not called for an answer that comes after the wait has ended', async () => {
    const { promise, resolve } = deferred<boolean>();
    const [onLook, until] = [vi.fn(), vi.fn(() => true)];
    await rejection(
      waitFor(() => promise, { onLook, until, timeout: 10 }),
      10,
    );
    resolve(true);
    await vi.advanceTimersByTimeAsync(10);
    expect([...onLook.mock.calls, ...until.mock.calls]).toEqual([]);
  });

  test('that aborts ends the wait with the reason, whatever the look said', async () => {
    for (const answer of [true, false]) {
      const controller = new AbortController();
      const onLook = vi.fn(() => controller.abort('enough'));
      await expect(waitFor(() => answer, { onLook, signal: controller.signal })).rejects.toBe('enough');
      expect(onLook).toHaveBeenCalledOnce();
    }
  });

  test('that aborts in a later look ends the wait without a diagnosis nobody reads', async () => {
    const controller = new AbortController();
    const name = vi.fn(() => 'job');
    const onLook = ({ attempt }: LookRecord) => attempt === 2 && controller.abort('enough');
    const options = { name, onLook, signal: controller.signal, maxAttempts: 2, interval: exactly(10) };
    await settle(
      waitFor(() => false, options),
      10,
    );
    expect(name).not.toHaveBeenCalled();
  });
});

describe('name', () => {
  test('stands in front of the message', async () => {
    const error = await rejection(
      waitFor(() => false, { name: 'server 41 active', timeout: 0 }),
      0,
    );
    expect(error.message).toMatch(/^server 41 active: not within 0 ms \(1 look\)/);
  });

  test('as a function is called once, and only when the wait has failed', async () => {
    const name = vi.fn(() => 'server 41');
    const looks = stampedCalls((calls) => calls === 3);
    await settle(waitFor(looks.call, { name }), 100);
    expect(name).not.toHaveBeenCalled();
    const error = await rejection(
      waitFor(() => false, { name, timeout: 50 }),
      50,
    );
    expect(name).toHaveBeenCalledOnce();
    expect(error.message).toMatch(/^server 41: not within/);
  });

  test('as a function is not called for an abort with a reason of its own', async () => {
    const name = vi.fn(() => 'server 41');
    const controller = new AbortController();
    const waiting = waitFor(() => false, { name, signal: controller.signal });
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    expect(name).not.toHaveBeenCalled();
  });

  test('as a function that throws does not hide what happened', async () => {
    const name = () => {
      throw new Error('no name');
    };
    function isServerReady() {
      return false;
    }
    const error = await rejection(waitFor(isServerReady, { name, timeout: 0 }), 0);
    expect(error.message).toMatch(/^isServerReady \(its name threw no name\): not within 0 ms/);
  });

  test('is the name or the text of the condition when nobody gave one', async () => {
    const isReady = () => false;
    const named = await rejection(waitFor(isReady, { timeout: 0 }), 0);
    const text = await rejection(
      waitFor(() => [].length > 1, { timeout: 0 }),
      0,
    );
    const native = Object.defineProperty(isReady.bind(null), 'name', { value: '' });
    const unreadable = await rejection(waitFor(native, { timeout: 0 }), 0);
    expect(named.message).toMatch(/^isReady: /);
    expect(unreadable.message).toMatch(/^condition: /);
    expect(text.message).toMatch(/^\(\) => \[\]\.length > 1: /);
  });
});

describe('look', () => {
  test('tells the attempt, the time that passed and the time that is left', async () => {
    const seen: number[][] = [];
    const condition = ({ attempt, elapsed, remaining }: Look) => seen.push([attempt, elapsed, remaining]) < 0;
    await rejection(waitFor(condition, { timeout: 250, interval: exactly(100) }), 250);
    expect(seen).toEqual([
      [1, 0, 250],
      [2, 100, 150],
      [3, 200, 50],
      [4, 250, 0],
    ]);
  });

  test('tells the time as it passes during the look', async () => {
    const seen: number[][] = [];
    const condition = async (look: Look) => {
      seen.push([look.elapsed, look.remaining]);
      await new Promise((resolve) => setTimeout(resolve, 30));
      seen.push([look.elapsed, look.remaining]);
      return true;
    };
    await settle(waitFor(condition, { timeout: 100 }), 30);
    expect(seen).toEqual([
      [0, 100],
      [30, 70],
    ]);
  });

  test('has what is left of the hold in a hold beyond the deadline, and never less than nothing', async () => {
    const seen: number[] = [];
    await settle(
      waitFor(({ remaining }) => seen.push(remaining), { timeout: 10, holdFor: 100, interval: exactly(50) }),
      100,
    );
    expect(seen).toEqual([10, 50, 0]);
  });

  test('has endless time left when there is no timeout', async () => {
    const waiting = waitFor(({ remaining }) => remaining, { timeout: Number.POSITIVE_INFINITY });
    await expect(waiting).resolves.toBe(Number.POSITIVE_INFINITY);
  });

  test('shows the last value and the last error, each from the last look that had one', async () => {
    const seen: unknown[][] = [];
    const error = refusal(503, undefined);
    const condition = ({ attempt, lastValue, lastError }: Look) => {
      seen.push([lastValue, lastError]);
      if (attempt === 2) throw error;
      return attempt === 4 ? true : 0;
    };
    await settle(waitFor(condition, { interval: exactly(10) }), 30);
    expect(seen).toEqual([
      [undefined, undefined],
      [0, undefined],
      [0, error],
      [0, error],
    ]);
  });

  test('shows what the trigger gave', async () => {
    const order: string[] = [];
    const trigger = async () => {
      order.push('trigger');
      return { id: 41 };
    };
    const condition = ({ triggered, wokenBy }: Look<{ id: number }>) => order.push(wokenBy) > 0 && triggered;
    await expect(waitFor(condition, { trigger })).resolves.toEqual({ id: 41 });
    expect(order).toEqual(['trigger', 'start']);
  });

  test('gives the trigger a signal that aborts when the budget is used up', async () => {
    let given: AbortSignal | undefined;
    const trigger = (signal: AbortSignal) => {
      given = signal;
      return new Promise(() => {});
    };
    const error = await rejection(
      waitFor(() => true, { trigger, timeout: 300, name: 'job' }),
      300,
    );
    expect(error.message).toBe('job: not within 300 ms (0 looks)\n\n  the trigger was still pending after 300 ms');
    expect(given?.reason).toMatchObject({ name: 'TimeoutError' });
  });

  test('is not made when the trigger fails after the wait has ended', async () => {
    const { promise, reject } = deferred<void>();
    const condition = vi.fn(() => true);
    const error = await rejection(waitFor(condition, { trigger: () => promise, timeout: 10 }), 10);
    reject(new Error('late'));
    await vi.advanceTimersByTimeAsync(10);
    expect(error.name).toBe('WaitTimeoutError');
    expect(condition).not.toHaveBeenCalled();
  });

  test('makes its signal on first use, and always gives the same one', async () => {
    const built = vi.fn();
    const Controller = class extends AbortController {
      constructor() {
        super();
        built();
      }
    };
    vi.stubGlobal('AbortController', Controller);
    const signals = new Set<AbortSignal>();
    await waitFor((look) => {
      expect(built).not.toHaveBeenCalled();
      return signals.add(look.signal).add(look.signal);
    });
    expect(signals.size).toBe(1);
    expect([...signals]).toEqual([expect.any(AbortSignal)]);
    expect(built).toHaveBeenCalledOnce();
    vi.unstubAllGlobals();
  });

  test('keeps its own attempt after it was cut, while the next is under way', async () => {
    const looks: Look[] = [];
    const condition = (look: Look) => (looks.push(look) < 3 ? never() : true);
    await settle(waitFor(condition, { attemptTimeout: 50, interval: exactly(10) }), 120);
    expect(looks.map(({ attempt, wokenBy, lastError }) => [attempt, wokenBy, lastError !== undefined])).toEqual([
      [1, 'start', false],
      [2, 'schedule', true],
      [3, 'schedule', true],
    ]);
    expect(looks.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
  });

  test('does not abort its signal when it has answered', async () => {
    const signals: AbortSignal[] = [];
    const condition = async ({ signal }: Look) => signals.push(signal) < 0;
    await rejection(waitFor(condition, { timeout: 20, interval: exactly(10) }), 20);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false]);
  });

  test('that is cut is not waited for: its late answer neither ends the wait nor counts', async () => {
    const first = deferred<boolean>();
    const looks = stampedCalls((calls) => (calls === 1 ? first.promise : false));
    const waiting = waitFor(looks.call, { attemptTimeout: 50, interval: exactly(100), timeout: 200 });
    await vi.advanceTimersByTimeAsync(60);
    first.resolve(true);
    await rejection(waiting, 200);
    expect(looks.at).toEqual([0, 150, 200]);
  });
});

describe('a wait inside a wait', () => {
  const innerWait =
    (options?: object) =>
    ({ signal }: Look) =>
      waitFor(() => false, { name: 'disk attached', interval: exactly(40), signal, ...options });

  test('says whose budget ran out, and is the cause of the outer error', async () => {
    const condition = (look: Look) => (look.attempt < 3 ? false : innerWait()(look));
    const outer = waitFor(condition, { name: 'server up', timeout: 100, interval: exactly(15) });
    const error = await rejection(outer, 100);
    expect(error.name).toBe('WaitTimeoutError');
    expect(error.message).toMatch(/^server up: not within 100 ms \(3 looks\)/);
    expect(error.message).toContain('WaitTimeoutError: disk attached: not within 70 ms, all that was left of');
    expect(error.cause).toMatchObject({ name: 'WaitTimeoutError' });
    expect((error.cause as Error).message).toMatch(
      /^disk attached: not within 70 ms, all that was left of the 100 ms of server up \(3 looks\)/,
    );
  });

  test('that has a shorter budget of its own says so, and ends the outer one as any error does', async () => {
    const error = await rejection(waitFor(innerWait({ timeout: 50 }), { name: 'server up', timeout: 100 }), 50);
    expect(error.message).toMatch(/^disk attached: not within 50 ms \(3 looks\)/);
  });

  test('of three ends with the outermost, each naming the one around it', async () => {
    const middle = ({ signal }: Look) => waitFor(innerWait(), { name: 'volume ready', signal });
    const error = await rejection(waitFor(middle, { name: 'server up', timeout: 100 }), 100);
    const messages = [error, error.cause as Error, (error.cause as Error).cause as Error].map(
      ({ message }) => message.split('\n')[0],
    );
    expect(messages).toEqual([
      'server up: not within 100 ms (1 look)',
      'volume ready: not within 100 ms, all that was left of the 100 ms of server up (1 look)',
      'disk attached: not within 100 ms, all that was left of the 100 ms of volume ready (4 looks)',
    ]);
  });

  test('that is done at its look at the deadline makes the outer one done', async () => {
    const start = performance.now();
    const condition = ({ signal }: Look) =>
      waitFor(() => performance.now() - start >= 100, { signal, interval: exactly(60) });
    await expect(settle(waitFor(condition, { timeout: 100 }), 100)).resolves.toMatchObject({ value: true });
  });

  test('whose last look takes a while is waited for', async () => {
    const late = deferred<boolean>();
    const condition = ({ signal }: Look) =>
      waitFor(({ wokenBy }) => wokenBy === 'deadline' && late.promise, { signal, interval: exactly(60) });
    const outer = waitFor(condition, { timeout: 100 });
    await vi.advanceTimersByTimeAsync(140);
    late.resolve(true);
    await expect(settle(outer, 0)).resolves.toMatchObject({ value: true });
  });

  test('whose last look hangs is cut with it', async () => {
    const condition = ({ signal }: Look) =>
      waitFor(({ wokenBy }) => wokenBy === 'deadline' && never(), { name: 'disk', signal, interval: exactly(60) });
    const start = performance.now();
    const outer = waitFor(condition, { name: 'server up', timeout: 100 }).finally(() => {
      expect(performance.now() - start).toBe(150);
    });
    const error = await rejection(outer, 1_000);
    expect((error.cause as Error).message).toContain('look 3 was still pending after 50 ms');
  });

  test('that holds beyond the budget of the outer one is cut with it, and named', async () => {
    const condition = ({ signal }: Look) => waitFor(() => true, { name: 'quiet', holdFor: '1s', signal });
    const error = await rejection(waitFor(condition, { name: 'server up', timeout: 100 }), 100);
    expect(error.message).toContain('look 1 was still pending after 100 ms, in a wait for quiet');
  });

  test('that begins after the deadline keeps nobody waiting', async () => {
    const condition = async ({ signal }: Look) => {
      await waitFor(() => false, { signal }).catch(() => {});
      return waitFor(never, { signal });
    };
    const start = performance.now();
    const outer = waitFor(condition, { timeout: 100 }).finally(() => {
      // As soon as it has seen that nothing is left of the first one.
      expect(performance.now() - start).toBe(101);
    });
    expect((await rejection(outer, 1_000)).name).toBe('WaitTimeoutError');
  });

  test('has the time of the hold of the outer one', async () => {
    const left: number[] = [];
    const condition = ({ signal }: Look) =>
      waitFor(({ remaining }) => left.push(remaining) > 0, { signal, timeout: '1m' });
    await settle(waitFor(condition, { timeout: 10, holdFor: 60, interval: exactly(30) }), 60);
    expect(left).toEqual([10, 30, 0]);
  });

  test('in real time is not limited by a faked budget', async () => {
    const condition = ({ signal }: Look) => waitFor(() => true, { signal, clock: realClock, timeout: '1m' });
    await expect(waitFor(condition, { timeout: 0 })).resolves.toBe(true);
    const limited = ({ signal }: Look) => waitFor(({ remaining }) => remaining + 1, { signal, timeout: '1m' });
    await expect(waitFor(limited, { timeout: 0 })).resolves.toBe(1);
  });

  test('is not scaled a second time', async () => {
    const { waitFor: scaled } = createWaiter({ timeoutScale: 3 });
    const condition = ({ signal, remaining }: Look) =>
      scaled(() => false, { name: 'disk', signal, timeout: remaining });
    const error = await rejection(scaled(condition, { name: 'server up', timeout: 100 }), 300);
    expect((error.cause as Error).message).toMatch(
      /^disk: not within 300 ms, all that was left of the 300 ms of server up/,
    );
  });

  test('ends with the outer one, and leaves nothing behind', async () => {
    const inner = vi.fn(() => false);
    let ended: unknown;
    const condition = ({ signal, remaining }: Look) => {
      const waiting = waitFor(inner, { signal, timeout: remaining, interval: exactly(40) });
      return waiting.catch((error) => {
        ended = error;
        throw error;
      });
    };
    const start = performance.now();
    const outer = waitFor(condition, { timeout: 100 });
    await rejection(
      outer.finally(() => expect(performance.now() - start).toBe(100)),
      1_000,
    );
    expect(inner).toHaveBeenCalledTimes(4);
    expect(ended).toMatchObject({ name: 'WaitTimeoutError' });
  });

  test('is aborted with the reason of the outer one', async () => {
    const controller = new AbortController();
    const reasons: unknown[] = [];
    const condition = ({ signal }: Look) =>
      waitFor(() => false, { signal }).catch((reason) => {
        reasons.push(reason);
        throw reason;
      });
    const outer = waitFor(condition, { signal: controller.signal });
    await vi.advanceTimersByTimeAsync(30);
    controller.abort('enough');
    await expect(outer).rejects.toBe('enough');
    expect(reasons).toEqual(['enough']);
  });

  test('is cut with a deadline by the limit of the look', async () => {
    const errors: Error[] = [];
    const condition = ({ signal, attempt }: Look) =>
      attempt === 2 || waitFor(() => false, { signal }).catch((error) => errors.push(error) < 0);
    await settle(waitFor(condition, { attemptTimeout: 100, interval: exactly(10) }), 110);
    expect(errors).toEqual([expect.objectContaining({ name: 'WaitTimeoutError' })]);
    expect(errors[0]?.message).toContain('not within 100 ms, as the look had no answer within 100 ms');
  });
});

describe('the error of a wait', () => {
  test('has the last error of a look as its cause, the very same object', async () => {
    const errors = [refusal(500, undefined), refusal(502, undefined)];
    const condition = ({ attempt }: Look) => {
      const error = errors[attempt - 1];
      if (error) throw error;
      return false;
    };
    const error = await rejection(waitFor(condition, { timeout: 30, interval: exactly(10) }), 30);
    expect(error.cause).toBe(errors[1]);
  });

  test('has no cause when no look threw', async () => {
    const error = await rejection(
      waitFor(() => false, { timeout: 0 }),
      0,
    );
    expect('cause' in error).toBe(false);
  });

  test('has a cause also when a look threw undefined', async () => {
    const options = { timeout: 0, tolerate: () => true };
    const error = await rejection(
      waitFor(() => Promise.reject<boolean>(undefined), options),
      0,
    );
    expect('cause' in error).toBe(true);
    expect(error.cause).toBeUndefined();
  });

  test('has the last value and the report, neither of them enumerable', async () => {
    const value = { status: 'queued' };
    const error = await rejection(
      waitFor(() => value, { until: () => false, timeout: 0, name: 'job' }),
      0,
    );
    expect(error).toMatchObject({ lastValue: value, report: { name: 'job', looks: 1, lastValue: value, timeout: 0 } });
    expect(Object.keys(error)).toEqual([]);
  });

  test('tells in its report what was seen, when, and how often', async () => {
    const answers = [0, 0, 1, 1, 1];
    const condition = () => answers.shift() ?? 2;
    const waiting = waitFor(condition, { until: (value) => value > 2, timeout: 60, interval: exactly(10) });
    const { report } = (await rejection(waiting, 60)) as unknown as { report: WaitReport };
    expect(report.timeline.map(({ at, looks }) => [at, looks])).toEqual([
      [0, 2],
      [20, 3],
      [50, 2],
    ]);
    expect(report).toMatchObject({ looks: 7, wokenLooks: 0, failedLooks: 0, elapsed: 60, omitted: 0 });
  });

  test('counts failed looks in its report', async () => {
    const condition = ({ attempt }: Look) => attempt > 2 && Promise.reject<boolean>(refusal(503, undefined));
    const error = await rejection(waitFor(condition, { timeout: 30, interval: exactly(10) }), 30);
    expect(error).toMatchObject({ report: { looks: 4, failedLooks: 2, lastValue: false } });
  });
});

describe('the stack of an error', () => {
  const ends: [string, () => Promise<unknown>][] = [
    [
      'at the first look',
      function callSite() {
        return waitFor(() => false, { timeout: 0 });
      },
    ],
    [
      'in a pause',
      function callSite() {
        return waitFor(() => false, { timeout: 50 });
      },
    ],
    [
      'of an asynchronous condition',
      function callSite() {
        return waitFor(async () => false, { timeout: 50 });
      },
    ],
    [
      'of a look that hangs',
      function callSite() {
        return waitFor(never, { timeout: 50 });
      },
    ],
    [
      'of a trigger that hangs',
      function callSite() {
        return waitFor(() => true, { timeout: 50, trigger: never });
      },
    ],
    [
      'of a condition that gives up at once',
      function callSite() {
        return waitFor(() => giveUp('never'));
      },
    ],
    [
      'of failFast',
      function callSite() {
        return waitFor(() => false, { failFast: Promise.resolve('gone') });
      },
    ],
    [
      'of a deadline said with a signal',
      function callSite() {
        return waitFor(() => true, { signal: AbortSignal.abort(new DOMException('late', 'TimeoutError')) });
      },
    ],
    [
      'of an option that is refused',
      function callSite() {
        return waitFor(() => true, { timeout: -1 });
      },
    ],
    [
      'of a wait with own defaults',
      function callSite() {
        return createWaiter({ timeout: 50 }).waitFor(() => false);
      },
    ],
  ];

  test.each(ends)('begins with the line of the caller: %s', async (_, callSite) => {
    const error = await rejection(callSite(), 50);
    expect(firstFrame(error)).toMatch(/ at callSite .*wait\.test\.ts/);
  });

  test('names that very line', async () => {
    const here = new Error('here');
    const waiting = waitFor(() => false, { timeout: 50 });
    const error = await rejection(waiting, 50);
    const lineOf = (error: Error) => Number(/wait\.test\.ts:(\d+)/.exec(error.stack ?? '')?.[1]);
    expect(lineOf(error)).toBe(lineOf(here) + 1);
  });

  test('begins with the line of the caller also when the wait is awaited later', async () => {
    async function callSite() {
      const waiting = waitFor(() => false, { timeout: 50 });
      waiting.catch(() => {});
      await vi.advanceTimersByTimeAsync(100);
      return waiting;
    }
    expect(firstFrame(await rejection(callSite(), 100))).toMatch(/ at callSite /);
  });

  test('begins with the name and the message', async () => {
    const error = await rejection(
      waitFor(() => false, { name: 'job', timeout: 0 }),
      0,
    );
    expect(error.stack?.startsWith(`WaitTimeoutError: ${error.message}\n    at `)).toBe(true);
  });
});

describe('the message of a wait', () => {
  test('of a timeout shows what was seen, when it changed, and what events did', async () => {
    const { source, ring } = bell();
    const status = (elapsed: number) =>
      elapsed < 100 ? { status: 'queued' } : { status: 'running', progress: elapsed / 10, host: 'host1' };
    const condition = ({ elapsed }: Look) => {
      if (elapsed >= 200 && elapsed < 400) {
        const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:8774'), { code: 'ECONNREFUSED' });
        throw new TypeError('fetch failed', { cause });
      }
      return status(elapsed);
    };
    const broken: WakeSource = Object.defineProperty(() => Promise.reject(new Error('socket closed')), 'name', {
      value: 'notifications',
    });
    const waiting = waitFor(condition, {
      name: 'server 41 live-migrated',
      until: ({ status }) => status === 'completed',
      timeout: '1s',
      interval: exactly(100),
      wakeOn: [source, broken],
    });
    await vi.advanceTimersByTimeAsync(450);
    ring();
    const error = await rejection(waiting, 1_000);
    expect(error.message).toMatchInlineSnapshot(`
      "server 41 live-migrated: not within 1 s (12 looks, 1 of them woken by events)

             0 ms  { status: 'queued' }                                  1 look
           100 ms  { status: 'running', progress: 10, host: 'host1' }    1 look
           200 ms  fetch failed: connect ECONNREFUSED 127.0.0.1:8774     2 looks
           400 ms  { status: 'running', progress: 40, host: 'host1' }    1 look
           450 ms  { status: 'running', progress: 45, host: 'host1' }    1 look
           550 ms  { status: 'running', progress: 55, host: 'host1' }    1 look
           650 ms  { status: 'running', progress: 65, host: 'host1' }    1 look
           750 ms  { status: 'running', progress: 75, host: 'host1' }    1 look
           850 ms  { status: 'running', progress: 85, host: 'host1' }    1 look
           950 ms  { status: 'running', progress: 95, host: 'host1' }    1 look
              1 s  { status: 'running', progress: 100, host: 'host1' }   1 look   ← until the end

        wake source "notifications" failed after 0 ms (socket closed); polling went on without it"
    `);
  });

  test('of used up attempts says so', async () => {
    const condition = ({ attempt }: Look) => attempt > 2 && 0;
    const error = await rejection(
      waitFor(condition, { name: 'queue is empty', maxAttempts: 4, interval: exactly(250) }),
      750,
    );
    expect(error.message).toMatchInlineSnapshot(`
      "queue is empty: not done after 4 looks (in 750 ms; maxAttempts is 4)

             0 ms  false   2 looks
           500 ms  0       2 looks   ← until the end"
    `);
  });

  test('of a failure leads with the reason', async () => {
    const jobs = [{ state: 'queued' }, { state: 'running' }, { state: 'crashed', code: 137 }];
    const error = await rejection(
      waitFor(({ attempt }) => jobs[attempt - 1], {
        name: 'job 7',
        until: (job) => job?.state === 'done',
        failWhen: (job) => job?.state === 'crashed' && `job 7 crashed with code ${job.code}`,
        interval: exactly(1_000),
      }),
      2_000,
    );
    expect(error.message).toMatchInlineSnapshot(`
      "job 7: job 7 crashed with code 137 (after 2 s, 3 looks)

             0 ms  { state: 'queued' }               1 look
              1 s  { state: 'running' }              1 look
              2 s  { state: 'crashed', code: 137 }   1 look   ← until the end"
    `);
  });

  test('of a look that hangs says which and for how long', async () => {
    const condition = ({ attempt }: Look) => attempt > 1 && never();
    const error = await rejection(
      waitFor(condition, { name: 'port 8080', timeout: '2s', interval: exactly(500) }),
      2_000,
    );
    expect(error.message).toMatchInlineSnapshot(`
      "port 8080: not within 2 s (2 looks)

             0 ms  false         1 look
           500 ms  (no answer)   1 look   ← until the end

        look 2 was still pending after 1.5 s"
    `);
  });

  test('of a relapse says when it was done', async () => {
    const condition = ({ elapsed }: Look) => elapsed >= 500 && elapsed < 1_500;
    const options = { name: 'leader elected', holdFor: '2s', timeout: '1s', interval: exactly(500) } as const;
    const error = await rejection(waitFor(condition, options), 2_000);
    expect(error.message).toMatchInlineSnapshot(`
      "leader elected: not within 1 s (4 looks)

             0 ms  false         1 look
           500 ms  true (done)   2 looks
            1.5 s  false         1 look   ← until the end

        it was done once, at 500 ms, and then no longer (it had to stay so for 2 s)"
    `);
  });

  test('of a condition that answers nothing names eventually', async () => {
    const condition = (() => undefined) as () => boolean | undefined;
    const error = await rejection(waitFor(condition, { name: 'it', timeout: 0 }), 0);
    expect(error.message).toMatchInlineSnapshot(`
      "it: not within 0 ms (1 look)

             0 ms  undefined   1 look   ← until the end

        the condition only ever returned undefined: return what it found, or use eventually() for assertions"
    `);
  });

  test('of a refused server tells how long the server wants to be left alone', async () => {
    const condition = () => Promise.reject<boolean>(refusal(429, 60));
    const error = await rejection(waitFor(condition, { name: 'image built' }), 0);
    expect(error.message).toMatchInlineSnapshot(`
      "image built: not within 4 s (1 look)

             0 ms  status 429   1 look   ← until the end

        gave up after 0 ms: it must not look again for 60 s, which is too late"
    `);
  });

  test('stays short, however long the wait and its values are', async () => {
    const condition = ({ attempt }: Look) => ({ attempt, text: 'x'.repeat(100_000) });
    const error = await rejection(
      waitFor(condition, { until: () => false, timeout: '10s', interval: exactly(10) }),
      10_000,
    );
    expect(error.message.length).toBeLessThan(6_000);
    expect(error.message).toContain('986 more changes');
  });
});

describe('UNSLEEP_TIMEOUT_SCALE', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.resetModules();
  });

  /** The library as it is when this scale is in the environment. */
  async function load(scale: string): Promise<typeof import('unsleep')> {
    vi.useRealTimers();
    vi.stubEnv('UNSLEEP_TIMEOUT_SCALE', scale);
    vi.resetModules();
    const library = await import('unsleep');
    vi.useFakeTimers();
    return library;
  }

  test('multiplies the timeout, and the message says so', async () => {
    const { waitFor } = await load('3');
    const looks = stampedCalls(() => false);
    const waiting = waitFor(looks.call, { timeout: '2s', interval: Number.POSITIVE_INFINITY, name: 'job' });
    const error = await rejection(waiting, 6_000);
    expect(looks.at).toEqual([0, 6_000]);
    expect(error.message).toMatch(/^job: not within 6 s \(2 s x UNSLEEP_TIMEOUT_SCALE 3\) \(2 looks\)/);
  });

  test('multiplies the default timeout', async () => {
    const { waitFor } = await load('0.5');
    const error = await rejection(
      waitFor(() => false, { interval: HOUR }),
      2_000,
    );
    expect(error.message).toContain('not within 2 s (4 s x UNSLEEP_TIMEOUT_SCALE 0.5)');
  });

  test('multiplies attemptTimeout and holdFor, and no interval', async () => {
    const { waitFor } = await load('3');
    const looks = stampedCalls((calls) => (calls === 1 ? never() : true));
    await settle(waitFor(looks.call, { attemptTimeout: 100, holdFor: 50, interval: exactly(70) }), 520);
    expect(looks.at).toEqual([0, 370, 440, 510, 520]);
  });

  test('multiplies the time of consistently', async () => {
    const { consistently } = await load('2');
    const looks = stampedCalls(() => true);
    await settle(consistently(looks.call, { for: 100, interval: Number.POSITIVE_INFINITY }), 200);
    expect(looks.at).toEqual([0, 200]);
  });

  test('multiplies the attemptTimeout and the timeout of retry, each once', async () => {
    const { retry } = await load('3');
    const calls = stampedCalls(never);
    const options = { attemptTimeout: 100, maxAttempts: 9, interval: exactly(50), timeout: 300, name: 'job' };
    const error = await rejection(retry(calls.call, options), 900);
    expect(calls.at).toEqual([0, 350, 700]);
    expect(error.message).toContain('not within 900 ms (300 ms x UNSLEEP_TIMEOUT_SCALE 3)');
  });

  test.each(['0', '-1', 'fast', 'Infinity', ' '])('of %j is refused by every wait', async (scale) => {
    const { waitFor } = await load(scale);
    const condition = vi.fn(() => true);
    const waiting = waitFor(condition);
    await expect(waiting).rejects.toThrow(`UNSLEEP_TIMEOUT_SCALE must be a number above 0; got '${scale}'`);
    expect(condition).not.toHaveBeenCalled();
  });
});

describe('clock', () => {
  test('may be one of @sinonjs/fake-timers, which then is all the time there is', async () => {
    const clock = createClock();
    const at: number[] = [];
    const condition = ({ elapsed }: Look) => at.push(elapsed) === 4;
    const waiting = waitFor(condition, { clock, interval: exactly(100), attemptTimeout: '1s', timeout: '1h' });
    expect(vi.getTimerCount()).toBe(0);
    await clock.tickAsync(300);
    await expect(waiting).resolves.toBe(true);
    expect(at).toEqual([0, 100, 200, 300]);
    expect(clock.countTimers()).toBe(0);
  });

  test('without setImmediate still lets time turn between two looks', async () => {
    const { setImmediate: _, clearImmediate: __, ...clock } = createClock();
    let looks = 0;
    const waiting = waitFor(() => ++looks === 3, { clock, interval: 0 });
    expect(looks).toBe(1);
    await clock.tickAsync(2);
    await expect(waiting).resolves.toBe(true);
  });
});

describe('what a condition gives', () => {
  /** A promise of foreign make that answers later. */
  const foreign = (answer: (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => void) => {
    const then = (resolve: never, reject: never) => void setTimeout(() => answer(resolve, reject), 10);
    return { then } as unknown as PromiseLike<unknown>;
  };

  test('may be a promise of foreign make', async () => {
    const result = await settle(
      waitFor(() => foreign((resolve) => resolve('there'))),
      10,
    );
    expect(result).toEqual({ status: 'fulfilled', value: 'there' });
  });

  test('may be a promise of foreign make that rejects', async () => {
    const error = new Error('mine');
    expect(
      await rejection(
        waitFor(() => foreign((_resolve, reject) => reject(error))),
        10,
      ),
    ).toBe(error);
  });

  test('may be a promise of foreign make that throws', async () => {
    const error = new Error('mine');
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: a foreign thenable
      then: () => {
        throw error;
      },
    } as unknown as PromiseLike<boolean>;
    expect(
      await rejection(
        waitFor(() => thenable),
        0,
      ),
    ).toBe(error);
  });

  test('is cut when it is a promise of foreign make that hangs', async () => {
    // biome-ignore lint/suspicious/noThenProperty: a foreign thenable
    const thenable = { then: () => {} } as unknown as PromiseLike<boolean>;
    const error = await rejection(
      waitFor(() => thenable, { timeout: 100, attemptTimeout: 30, interval: exactly(50) }),
      150,
    );
    expect(error.cause).toMatchObject({ name: 'TimeoutError' });
  });

  test('may have a `then` that throws: that is an error of the condition', async () => {
    const error = new Error('no then');
    const value = Object.defineProperty({}, 'then', {
      get: () => {
        throw error;
      },
    });
    expect(
      await rejection(
        waitFor(() => value),
        0,
      ),
    ).toBe(error);
    expect(
      await rejection(
        eventually(() => value, { tolerate: () => false }),
        0,
      ),
    ).toBe(error);
  });

  test('may be an object with a `clear` of its own, which is not called', async () => {
    const clear = vi.fn();
    const answer = Object.assign(never(), { clear });
    await rejection(
      waitFor(() => answer, { timeout: 50 }),
      50,
    );
    expect(clear).not.toHaveBeenCalled();
  });
});

describe('re-entrancy', () => {
  test('a condition that aborts and answers with a promise is the last look', async () => {
    const controller = new AbortController();
    const condition = vi.fn(async ({ attempt }: Look) => {
      if (attempt === 2) controller.abort('enough');
      return false;
    });
    const waiting = waitFor(condition, { signal: controller.signal, interval: exactly(10), attemptTimeout: 10 });
    expect(await settle(waiting, 10)).toEqual({ status: 'rejected', reason: 'enough' });
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(condition).toHaveBeenCalledTimes(2);
  });

  test.each([1, 2])('a condition that aborts in look %i ends the wait, also when it says done', async (last) => {
    const controller = new AbortController();
    const condition = ({ attempt }: Look) => {
      if (attempt === last) controller.abort('enough');
      return attempt === last;
    };
    const waiting = waitFor(condition, { signal: controller.signal, interval: exactly(10) });
    expect(await settle(waiting, 10)).toEqual({ status: 'rejected', reason: 'enough' });
  });

  test('a condition that aborts and then rejects leaves no unhandled rejection', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const controller = new AbortController();
    const condition = async ({ attempt }: Look) => {
      if (attempt < 2) return false;
      controller.abort('enough');
      throw new Error('late');
    };
    await settle(waitFor(condition, { signal: controller.signal, interval: exactly(10) }), 10);
    await realTurn();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test('a condition that wakes its own wait looks once more, and not in the same turn', async () => {
    const { source, ring } = bell();
    let depth = 0;
    const depths: number[] = [];
    const condition = ({ attempt }: Look) => {
      depths.push(++depth);
      if (attempt < 3) ring();
      depth--;
      return attempt === 3;
    };
    await settle(waitFor(condition, { wakeOn: source, interval: HOUR }), 5);
    expect(depths).toEqual([1, 1, 1]);
  });

  test('a condition may start another wait and await it', async () => {
    const inner = stampedCalls((calls) => calls === 3);
    const condition = ({ attempt }: Look) =>
      attempt === 2 || waitFor(inner.call, { interval: exactly(10) }).then(() => false);
    const looks = settle(waitFor(condition, { interval: exactly(10) }), 30);
    expect((await looks).status).toBe('fulfilled');
    expect(inner.at).toEqual([0, 10, 20]);
  });

  test('a name function, a report and an unsubscribe may start waits of their own', async () => {
    const start = () => void waitFor(() => true);
    const name = () => {
      start();
      return 'job';
    };
    const options = { name, wakeOn: () => start, progress: { every: 10, report: start }, timeout: 25 };
    const error = await rejection(
      waitFor(() => false, options),
      25,
    );
    expect(error.message).toMatch(/^job: /);
  });

  test('an abort of the look, heard by the condition, changes nothing any more', async () => {
    const { source, ring } = bell();
    const controller = new AbortController();
    const condition = vi.fn(({ signal }: Look) => {
      signal.addEventListener('abort', () => {
        ring();
        controller.abort('too late');
      });
      return never();
    });
    const error = await rejection(
      waitFor(condition, { wakeOn: source, signal: controller.signal, timeout: 20 }),
      1_000,
    );
    expect(error.name).toBe('WaitTimeoutError');
    expect(condition).toHaveBeenCalledOnce();
  });
});

describe('options', () => {
  test.each<[string, WaitOptions | null | number]>([
    ['`options`', null],
    ['`options`', 5_000],
    ['`timeout`', { timeout: Number.NaN }],
    ['`interval`', { interval: 'soon' as never }],
    ['`attemptTimeout`', { attemptTimeout: 0 }],
    ['`maxAttempts`', { maxAttempts: 0 }],
    ['`holdFor`', { holdFor: Number.POSITIVE_INFINITY }],
    ['`until`', { until: true as never }],
    ['`failWhen`', { failWhen: 'ERROR' as never }],
    ['`tolerate`', { tolerate: 'all' as never }],
    ['`failFast`', { failFast: (() => {}) as never }],
    ['`wakeOn`', { wakeOn: new EventEmitter() as never }],
    ['`wakeOn`', { wakeOn: [on(new EventEmitter(), 'x'), null] as never }],
    ['`trigger`', { trigger: Promise.resolve() as never }],
    ['`signal`', { signal: new AbortController() as never }],
    ['`name`', { name: 5 as never }],
    ['`onLook`', { onLook: [] as never }],
    ['`progress`', { progress: 100 as never }],
    ['`progress.every`', { progress: { every: 0, report: () => {} } }],
    ['`progress.report`', { progress: { every: 10 } as never }],
    ['`unref`', { unref: 1 as never }],
    ['`advanceTimers`', { advanceTimers: true as never }],
    ['`clock`', { clock: Date as never }],
    ['`random`', { random: 0.5 as never }],
  ])('%s is refused before anything is called: %j', async (name, options) => {
    const condition = vi.fn(() => true);
    const error = await rejection(waitFor(condition, options as WaitOptions), 0);
    expect(error.message).toMatch(new RegExp(`^${name} must .*; got `));
    expect(condition).not.toHaveBeenCalled();
  });

  test('that are undefined leave the defaults', async () => {
    const nothing = Object.fromEntries(
      ['timeout', 'interval', 'until', 'tolerate', 'wakeOn', 'clock', 'random', 'unref'].map((key) => [key, undefined]),
    );
    await expect(waitFor(() => 'there', nothing)).resolves.toBe('there');
  });
});

describe('pending waits', () => {
  test('are listed from the call on while the first look hangs', async () => {
    const { promise, resolve } = deferred<boolean>();
    const waiting = waitFor(() => promise, { name: 'job' });
    expect(pendingWaits().map(({ name, looks }) => [name, looks])).toEqual([['job', 1]]);
    resolve(true);
    await settle(waiting, 0);
    expect(pendingWaits()).toEqual([]);
  });
});

/** The first line below the message. */
function firstFrame(error: Error): string | undefined {
  return /^ +at .*$/m.exec(error.stack ?? '')?.[0];
}

/** Node tells of unhandled rejections only once the microtasks of a real turn are done. */
async function realTurn(): Promise<void> {
  vi.useRealTimers();
  await new Promise((resolve) => setImmediate(resolve));
  vi.useFakeTimers();
}

describe('a source that aborts while it is subscribed to', () => {
  test('ends the wait before its trigger runs, and leaves no timer', async () => {
    const controller = new AbortController();
    const reason = new Error('no use');
    const trigger = vi.fn();
    const wakeOn = () => {
      controller.abort(reason);
      return () => {};
    };
    await expect(waitFor(() => true, { signal: controller.signal, wakeOn, trigger })).rejects.toBe(reason);
    expect(trigger).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});

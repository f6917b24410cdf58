import { getEventListeners } from 'node:events';
import { runInNewContext } from 'node:vm';
import { createClock } from '@sinonjs/fake-timers';
import { AbortError } from 'p-retry';
import { type BackoffLook, type Call, constant, exponential, giveUp, type LookRecord, retry, waitFor } from 'unsleep';
import { describe, expect, test, vi } from 'vitest';
import { deferred, isPending, rejection, settle, stampedCalls, useVirtualTime } from './virtual-time.ts';

useVirtualTime();

const exactly = (pause: number) => constant(pause, { jitter: 'none' });
const never = () => new Promise<never>(() => {});
const unavailable = (retryAfter?: unknown) => Object.assign(new Error('unavailable'), { status: 503, retryAfter });
const always = () => true;

describe('retry', () => {
  test('calls once when the call succeeds, and gives back what it gave', async () => {
    const task = vi.fn(() => 'there');
    await expect(retry(task)).resolves.toBe('there');
    expect(task).toHaveBeenCalledOnce();
  });

  test.each([undefined, null, 0, false, ''])('is done with any answer: %j', async (answer) => {
    await expect(retry(() => answer)).resolves.toBe(answer);
  });

  test('counts the first call among its attempts, 3 of them by default', async () => {
    const calls = stampedCalls(() => Promise.reject(unavailable()));
    await rejection(retry(calls.call, { interval: exactly(10) }), 20);
    expect(calls.at).toEqual([0, 10, 20]);
  });

  test('calls as often as `maxAttempts` says', async () => {
    for (const maxAttempts of [1, 2, 5]) {
      const task = vi.fn(() => Promise.reject(unavailable()));
      await rejection(retry(task, { interval: exactly(1), maxAttempts }), 10);
      expect(task).toHaveBeenCalledTimes(maxAttempts);
    }
  });

  test('calls for ever when `maxAttempts` is Infinity', async () => {
    const calls = stampedCalls((count) => (count === 500 ? count : Promise.reject(unavailable())));
    const waiting = retry(calls.call, { interval: exactly(10), maxAttempts: Number.POSITIVE_INFINITY });
    expect(await settle(waiting, 4_990)).toEqual({ status: 'fulfilled', value: 500 });
  });

  test('tells the task its attempt', async () => {
    const attempts: number[] = [];
    const task = ({ attempt }: Call) => (attempts.push(attempt) === 3 ? 'done' : Promise.reject(unavailable()));
    await settle(retry(task, { interval: exactly(1) }), 2);
    expect(attempts).toEqual([1, 2, 3]);
  });

  test('doubles its pauses from 100 ms by default', async () => {
    const calls = stampedCalls(() => Promise.reject(unavailable()));
    await rejection(retry(calls.call, { maxAttempts: 5, random: () => 0 }), 1_500);
    expect(calls.at).toEqual([0, 100, 300, 700, 1_500]);
  });

  test('counts a pause from the end of a call', async () => {
    const calls = stampedCalls(async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      throw unavailable();
    });
    await rejection(retry(calls.call, { interval: exactly(10) }), 110);
    expect(calls.at).toEqual([0, 40, 80]);
  });

  test('tells a backoff the attempt, the time, its last pause and the source of chance', async () => {
    const asked: BackoffLook[] = [];
    const random = () => 0.5;
    const interval = (look: BackoffLook) => asked.push(look) * 10;
    await rejection(
      retry(() => Promise.reject(unavailable()), { interval, random }),
      30,
    );
    expect(asked).toEqual([
      { attempt: 1, elapsed: 0, previousPause: 0, random },
      { attempt: 2, elapsed: 10, previousPause: 10, random },
    ]);
  });

  test('keeps its jitter at the cap, and never exceeds the cap', async () => {
    const chances = [0, 0.25, 0.5, 0.75];
    const random = () => chances.shift() ?? 0;
    const interval = exponential({ initial: 100, max: 100, jitter: 'full' });
    const calls = stampedCalls(() => Promise.reject(unavailable()));
    await rejection(retry(calls.call, { interval, random, maxAttempts: 5 }), 250);
    expect(calls.at).toEqual([0, 100, 175, 225, 250]);
  });

  test('lets a Retry-After lengthen the pause, and never shorten it', async () => {
    const answers = [unavailable(2), unavailable(0.01)];
    const calls = stampedCalls(() => {
      const error = answers.shift();
      if (error) throw error;
    });
    await settle(retry(calls.call, { interval: exactly(100) }), 2_100);
    expect(calls.at).toEqual([0, 2_000, 2_100]);
  });

  test('calls only once for an error that says something about the task', async () => {
    for (const error of [new Error('mine'), new TypeError('x is not a function'), { status: 404 }]) {
      const task = vi.fn(() => Promise.reject(error));
      expect(await rejection(retry(task), 0)).toBe(error);
      expect(task).toHaveBeenCalledOnce();
    }
  });

  test('lets `tolerate` decide which errors are worth another call', async () => {
    const [first, second] = [new Error('try again'), new Error('final')];
    const task = vi.fn(({ attempt }: Call) => Promise.reject(attempt === 1 ? first : second));
    const tolerate = vi.fn((error: unknown) => error === first);
    expect(await rejection(retry(task, { tolerate, interval: exactly(1) }), 1)).toBe(second);
    expect(task).toHaveBeenCalledTimes(2);
    expect(tolerate.mock.calls).toEqual([[first], [second]]);
  });

  test('says after each call what came of it', async () => {
    const records: LookRecord[] = [];
    const [first, second] = [unavailable(), new Error('mine')];
    const task = async ({ attempt }: Call) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      throw attempt === 1 ? first : second;
    };
    await rejection(retry(task, { onLook: (record) => records.push(record), interval: exactly(10) }), 20);
    expect(records).toEqual([
      { attempt: 1, at: 0, took: 5, wokenBy: 'start', verdict: 'not yet', error: first },
      { attempt: 2, at: 15, took: 5, wokenBy: 'schedule', verdict: 'never', error: second },
    ]);
  });

  test('says done after the call that succeeded', async () => {
    const onLook = vi.fn();
    await retry(() => 'there', { onLook });
    expect(onLook.mock.calls).toEqual([
      [{ attempt: 1, at: 0, took: 0, wokenBy: 'start', verdict: 'done', value: 'there' }],
    ]);
  });

  test('sleeps a pause beyond 2^31-1 ms, and does not skip it', async () => {
    const pause = 2 ** 31 + 1_000;
    const calls = stampedCalls((count) => (count === 2 ? 'done' : Promise.reject(unavailable())));
    await settle(retry(calls.call, { interval: exactly(pause) }), pause);
    expect(calls.at).toEqual([0, pause]);
  });

  test('lets the event loop turn between two calls, even with a pause of 0', async () => {
    vi.useRealTimers();
    const controller = new AbortController();
    setTimeout(() => controller.abort('enough'), 1);
    const task = () => Promise.reject(unavailable());
    const endless = { interval: 0, maxAttempts: Number.POSITIVE_INFINITY };
    await expect(retry(task, { ...endless, signal: controller.signal })).rejects.toBe('enough');
    vi.useFakeTimers();
  });

  test('ends a retry with `giveUp`, whatever is tolerated', async () => {
    const error = unavailable();
    for (const reason of ['cannot work', error]) {
      const task = vi.fn(() => giveUp(reason));
      const failure = await rejection(retry(task, { tolerate: always, name: 'upload', interval: exactly(1) }), 10);
      expect(task).toHaveBeenCalledOnce();
      expect(failure === error || failure.name).toBe(reason === error || 'WaitFailedError');
    }
  });

  test('tells with the text of `giveUp` how many calls there were', async () => {
    const task = ({ attempt }: Call) => (attempt === 2 ? giveUp('quota used up') : Promise.reject(unavailable()));
    const error = await rejection(retry(task, { name: 'upload', interval: exactly(100) }), 100);
    expect(error.message).toMatch(/^upload: quota used up \(after 100 ms, 2 looks\)/);
  });

  test.each([
    ['task', () => retry(undefined as never)],
    ['options', () => retry(() => 1, null as never)],
    ['options', () => retry(() => 1, 5 as never)],
    ['maxAttempts', () => retry(() => 1, { maxAttempts: 0 })],
    ['maxAttempts', () => retry(() => 1, { maxAttempts: 1.5 })],
    ['interval', () => retry(() => 1, { interval: -1 })],
    ['timeout', () => retry(() => 1, { timeout: '5 s' as never })],
    ['attemptTimeout', () => retry(() => 1, { attemptTimeout: 0 })],
    ['tolerate', () => retry(() => 1, { tolerate: 'all' as never })],
  ])('refuses a wrong `%s` by name', async (name, call) => {
    expect((await rejection(call(), 0)).message).toMatch(new RegExp(`^\`${name}\` must be .*; got `));
  });
});

describe('the errors of retry', () => {
  const foreign = runInNewContext('Object.assign(new TypeError("of another realm"), { status: 503 })') as Error;

  test.each<[string, unknown]>([
    ['an Error', new Error('mine')],
    ['a TypeError', new TypeError('mine')],
    ['an error of another realm', foreign],
    ['an AbortError of p-retry', new AbortError('mine')],
    ['an AbortError around another error', new AbortError(new Error('inner'))],
    ['an AbortError of the platform', new DOMException('mine', 'AbortError')],
    ['text', 'mine'],
    ['a number', 7],
    ['undefined', undefined],
    ['null', null],
    ['a symbol', Symbol('mine')],
    ['an object without a prototype', Object.create(null)],
  ])('come back as the same object, once, and after the last of several calls: %s', async (_, thrown) => {
    const task = vi.fn(() => Promise.reject(thrown));
    expect(await settle(retry(task, { tolerate: () => false }), 0)).toEqual({ status: 'rejected', reason: thrown });
    const result = await settle(retry(task, { tolerate: always, interval: exactly(1) }), 2);
    expect(result.status === 'rejected' && Object.is(result.reason, thrown)).toBe(true);
    expect(task).toHaveBeenCalledTimes(4);
  });

  test('come back as the same object when the task throws at once', async () => {
    const error = new Error('mine');
    const task = () => {
      throw error;
    };
    expect(await rejection(retry(task), 0)).toBe(error);
  });

  test('of `tolerate` are what the retry rejects with, also when they are no errors', async () => {
    for (const thrown of [new TypeError('tolerate'), 'text', undefined]) {
      const tolerate = vi.fn(() => {
        throw thrown;
      });
      const result = await settle(
        retry(() => Promise.reject(unavailable()), { tolerate }),
        0,
      );
      expect(result).toEqual({ status: 'rejected', reason: thrown });
      expect(tolerate).toHaveBeenCalledOnce();
    }
  });

  test.each([
    ['a call that succeeded', () => 'there'],
    ['a call that failed', () => Promise.reject(unavailable())],
  ])('of `onLook` end the retry after %s, whatever is tolerated', async (_, task) => {
    for (const thrown of [new Error('onLook'), 'text']) {
      const onLook = vi.fn(() => {
        throw thrown;
      });
      const result = await settle(retry(task, { onLook, tolerate: always, interval: exactly(1) }), 10);
      expect(result).toEqual({ status: 'rejected', reason: thrown });
      expect(onLook).toHaveBeenCalledOnce();
    }
  });

  test('of a backoff end the retry', async () => {
    const error = new TypeError('backoff');
    const interval = () => {
      throw error;
    };
    const task = vi.fn(() => Promise.reject(unavailable()));
    expect(await rejection(retry(task, { interval }), 0)).toBe(error);
    expect(task).toHaveBeenCalledOnce();
  });

  test('begin with the line of the caller when they are ours', async () => {
    async function callSite() {
      return await retry(never, { timeout: 50 });
    }
    const error = await rejection(callSite(), 50);
    expect(/^ +at .*$/m.exec(error.stack ?? '')?.[0]).toMatch(/ at callSite .*retry\.test\.ts/);
  });
});

describe('the signal of retry', () => {
  test('that was aborted before lets nothing be called', async () => {
    const [task, onLook, tolerate] = [vi.fn(), vi.fn(), vi.fn()];
    const options = { onLook, tolerate, signal: AbortSignal.abort('not needed') };
    await expect(retry(task, options)).rejects.toBe('not needed');
    expect([task, onLook, tolerate].flatMap(({ mock }) => mock.calls)).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['an Error', new Error('stop')],
    ['text', 'stop'],
    ['null', null],
  ])('aborts a call in flight in the same turn, with the reason itself: %s', async (_, reason) => {
    const controller = new AbortController();
    let given: AbortSignal | undefined;
    const task = ({ signal }: Call) => {
      given = signal;
      return never();
    };
    const waiting = retry(task, { signal: controller.signal });
    controller.abort(reason);
    // No time passes, and no timer runs.
    await expect(waiting).rejects.toBe(reason);
    expect(given?.reason).toBe(reason);
  });

  test('aborts a pause in the same turn', async () => {
    const controller = new AbortController();
    const task = vi.fn(() => Promise.reject(unavailable()));
    const waiting = retry(task, { signal: controller.signal, interval: exactly(3_600_000) });
    await vi.advanceTimersByTimeAsync(30);
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    expect(task).toHaveBeenCalledOnce();
  });

  test('that aborts a call in flight asks neither `tolerate` nor `onLook` about it', async () => {
    const controller = new AbortController();
    const [onLook, tolerate] = [vi.fn(), vi.fn(always)];
    const waiting = retry(never, { signal: controller.signal, onLook, tolerate });
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    expect([onLook, tolerate].flatMap(({ mock }) => mock.calls)).toEqual([]);
  });

  test('with a reason that `tolerate` could not read comes back with that reason', async () => {
    const controller = new AbortController();
    const tolerate = (error: unknown) => (error as { status: number }).status >= 500;
    const waiting = retry(never, { signal: controller.signal, tolerate });
    controller.abort(null);
    await expect(waiting).rejects.toBe(null);
  });

  test('that the task aborts while it succeeds ends the retry with the reason', async () => {
    const controller = new AbortController();
    const task = async () => {
      controller.abort('enough');
      return 'there';
    };
    await expect(retry(task, { signal: controller.signal })).rejects.toBe('enough');
  });

  test('has one listener however many calls, and none afterwards', async () => {
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, 'addEventListener');
    const remove = vi.spyOn(signal, 'removeEventListener');
    await rejection(
      retry(() => Promise.reject(unavailable()), { signal, maxAttempts: 20, interval: exactly(1) }),
      19,
    );
    expect([add.mock.calls.length, remove.mock.calls.length]).toEqual([1, 1]);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('of a call is told nothing when the call has succeeded', async () => {
    let given: AbortSignal | undefined;
    await retry(({ signal }) => {
      given = signal;
    });
    expect(given?.aborted).toBe(false);
  });

  test('with a deadline as its reason is a timeout with the diagnosis', async () => {
    const controller = new AbortController();
    const reason = new DOMException('late', 'TimeoutError');
    const waiting = retry(never, { signal: controller.signal, name: 'upload' });
    const outcome = rejection(waiting, 250);
    await vi.advanceTimersByTimeAsync(0);
    controller.abort(reason);
    expect(await outcome).toMatchObject({ name: 'WaitTimeoutError', cause: reason });
  });
});

describe('the time of retry', () => {
  test('cuts a call with `attemptTimeout`, and calls again', async () => {
    const signals: AbortSignal[] = [];
    const calls = stampedCalls((count, { signal }: Call) => {
      signals.push(signal);
      return count === 2 ? 'done' : never();
    });
    const waiting = retry(calls.call, { attemptTimeout: 100, interval: exactly(10) });
    expect(await settle(waiting, 110)).toEqual({ status: 'fulfilled', value: 'done' });
    expect(calls.at).toEqual([0, 110]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  test('ignores what a call that was cut says later', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const late = deferred<string>();
    const waiting = retry(({ attempt }) => (attempt === 1 ? late.promise : never()), {
      attemptTimeout: 10,
      maxAttempts: 2,
      interval: exactly(10),
    });
    const failure = rejection(waiting, 30);
    await vi.advanceTimersByTimeAsync(15);
    late.reject(new Error('late'));
    expect(await failure).toMatchObject({ name: 'TimeoutError' });
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test('ends a call in flight when the `timeout` is over, and says which call it was', async () => {
    let given: AbortSignal | undefined;
    const start = performance.now();
    const task = ({ attempt, signal }: Call) => {
      given = signal;
      return attempt === 1 ? Promise.reject(unavailable()) : never();
    };
    const waiting = retry(task, { timeout: 300, interval: exactly(100), name: 'upload' });
    const error = await rejection(
      waiting.finally(() => expect(performance.now() - start).toBe(300)),
      1_000,
    );
    expect(error.name).toBe('WaitTimeoutError');
    expect(error.message).toMatch(/^upload: not within 300 ms \(2 looks\)/);
    expect(error.message).toContain('call 2 was still pending after 200 ms');
    expect(error.cause).toMatchObject({ message: 'unavailable' });
    expect(given?.aborted).toBe(true);
  });

  test('calls no more when a pause was slept through until the `timeout` was over', async () => {
    const task = vi.fn(() => Promise.reject(unavailable()));
    const outcome = rejection(retry(task, { timeout: 300, interval: exactly(100), name: 'upload' }), 0);
    await vi.advanceTimersByTimeAsync(0);
    // Both timers ring in one turn, as after a blocked event loop.
    vi.advanceTimersByTime(300);
    expect((await outcome).message).toMatch(/^upload: not within 300 ms \(1 look\)/);
    expect(task).toHaveBeenCalledOnce();
  });

  test('ends a pause too, when the machine slept through the end of it and the `timeout`', async () => {
    const clock = createClock();
    const task = vi.fn(() => Promise.reject(unavailable()));
    const waiting = retry(task, { clock, timeout: 300, interval: exactly(250), name: 'upload' });
    const outcome = waiting.catch((error: Error) => error.message);
    await clock.tickAsync(100);
    clock.jump(5_000);
    await clock.tickAsync(0);
    expect(await outcome).toMatch(
      /^upload: not within 300 ms \(1 look\)\n\n +0 ms +unavailable +1 look +← until the end$/,
    );
    expect(task).toHaveBeenCalledOnce();
  });

  test('gives up early when the next call would come too late', async () => {
    const error = unavailable();
    const task = vi.fn(() => Promise.reject(error));
    const failure = await rejection(
      retry(task, { timeout: 250, interval: exactly(100), maxAttempts: 9, name: 'x' }),
      200,
    );
    expect(task).toHaveBeenCalledTimes(3);
    expect(failure.message).toMatchInlineSnapshot(`
      "x: not within 250 ms (3 looks)

             0 ms  unavailable   3 looks   ← until the end

        gave up early: the next call would come in 100 ms, which is too late"
    `);
    expect(failure.cause).toBe(error);
  });

  test('gives up early for a Retry-After beyond the `timeout`', async () => {
    const failure = await rejection(
      retry(() => Promise.reject(unavailable(60)), { timeout: '5s' }),
      0,
    );
    expect(failure.message).toContain('gave up early: the next call would come in 60 s, which is too late');
  });

  test('calls at least once, even when there is no time at all', async () => {
    await expect(retry(() => 'there', { timeout: 0 })).resolves.toBe('there');
    const task = vi.fn(() => Promise.reject(unavailable()));
    expect(await rejection(retry(task, { timeout: 0 }), 1)).toMatchObject({ name: 'WaitTimeoutError' });
    expect(task).toHaveBeenCalledOnce();
  });

  test('has no end by default', async () => {
    const waiting = retry(({ attempt }) => (attempt === 2 ? 'done' : Promise.reject(unavailable())), {
      interval: exactly(86_400_000),
    });
    await vi.advanceTimersByTimeAsync(86_399_999);
    expect(await isPending(waiting)).toBe(true);
    expect(await settle(waiting, 1)).toEqual({ status: 'fulfilled', value: 'done' });
  });
});

// The faults that were measured in p-retry 7.1.1.
describe('the faults of p-retry, in retry', () => {
  test('1: a call that hangs is bounded by the timeout and by the signal', async () => {
    const controller = new AbortController();
    const bounded = [retry(never, { timeout: 100 }), retry(never, { signal: controller.signal })];
    const outcome = Promise.allSettled(bounded);
    await vi.advanceTimersByTimeAsync(100);
    controller.abort('stop');
    expect(await outcome).toMatchObject([{ reason: { name: 'WaitTimeoutError' } }, { reason: 'stop' }]);
  });

  test('3: a call that succeeded is not thrown away for an abort that comes after it', async () => {
    const controller = new AbortController();
    const value = await retry(() => 'there', { signal: controller.signal });
    controller.abort('too late');
    expect(value).toBe('there');
  });

  test('4: a TypeError is called again for when `tolerate` says so', async () => {
    const task = vi.fn(() => Promise.reject(new TypeError('x is not a function')));
    await rejection(retry(task, { tolerate: always, interval: exactly(1) }), 2);
    expect(task).toHaveBeenCalledTimes(3);
  });

  test('5: what is no Error, or one of another realm, is called again for', async () => {
    const foreign = runInNewContext('Object.assign(new Error("there"), { status: 503 })');
    for (const thrown of [foreign, { status: 503 }]) {
      const task = vi.fn(() => Promise.reject(thrown));
      const result = await settle(retry(task, { interval: exactly(1) }), 2);
      expect(result.status === 'rejected' && result.reason).toBe(thrown);
      expect(task).toHaveBeenCalledTimes(3);
    }
  });

  test('6: a pause that grows beyond 2^31-1 ms does not become a hot loop', async () => {
    const interval = exponential({ initial: 2 ** 30, factor: 4, max: Number.POSITIVE_INFINITY, jitter: 'none' });
    const calls = stampedCalls(() => Promise.reject(unavailable()));
    await rejection(retry(calls.call, { interval }), 2 ** 30 * 5);
    expect(calls.at).toEqual([0, 2 ** 30, 2 ** 30 * 5]);
  });

  test('7: a pause of 0 takes a turn of the event loop each time', async () => {
    const order: string[] = [];
    const task = ({ attempt }: Call) => {
      order.push(`call ${attempt}`);
      setImmediate(() => order.push(`turn ${attempt}`));
      return Promise.reject(unavailable());
    };
    await rejection(retry(task, { interval: 0 }), 10);
    expect(order).toEqual(['call 1', 'turn 1', 'call 2', 'turn 2', 'call 3', 'turn 3']);
  });

  test('9: the history is in the message', async () => {
    const task = ({ attempt }: Call) => Promise.reject(Object.assign(unavailable(), { message: `no ${attempt}` }));
    const error = await rejection(retry(task, { timeout: 150, interval: exactly(100), name: 'x' }), 150);
    expect(error).toMatchObject({ report: { looks: 2, failedLooks: 2 } });
    expect(error.message).toMatch(/0 ms {2}no 1 .*\n +100 ms {2}no 2 /);
  });

  test('10: a wait needs no thrown error to say not yet', async () => {
    expect(
      await settle(
        waitFor(({ attempt }) => attempt === 3, { interval: exactly(1) }),
        2,
      ),
    ).toMatchObject({ value: true });
  });
});

import { isTransient } from 'unsleep';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Clock, realClock } from '../src/clock.ts';
import { limit, limitLook } from '../src/limit.ts';
import { CurrentLook } from '../src/look.ts';
import { toSettings } from '../src/options.ts';

const settings = { clock: globalThis as unknown as Clock, unref: false };
const never = new Promise<never>(() => {});
const tooLate = () => 'too late';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});

afterEach(() => {
  expect(vi.getTimerCount(), 'timers left behind').toBe(0);
  vi.useRealTimers();
});

/** Calls back at the instant at which a promise settles. */
function watch(promise: Promise<unknown>) {
  const settled: unknown[] = [];
  void promise.then(
    (value) => settled.push([performance.now(), value]),
    (error) => settled.push([performance.now(), error]),
  );
  return settled;
}

async function later<T>(milliseconds: number, settle: () => T | Promise<T>): Promise<T> {
  await new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
  return settle();
}

describe('limit', () => {
  test('settles as the promise does, and leaves no timer', async () => {
    await expect(limit(Promise.resolve('in time'), 100, settings, tooLate)).resolves.toBe('in time');
    const error = new Error('own');
    await expect(limit(Promise.reject(error), 100, settings, tooLate)).rejects.toBe(error);
  });

  test('settles as the fallback says once the time is up', async () => {
    const settled = watch(limit<string>(never, 100, settings, tooLate));
    await vi.advanceTimersByTimeAsync(99);
    expect(settled).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toEqual([[100, 'too late']]);
  });

  test('rejects with what the fallback throws', async () => {
    const error = new Error('cut');
    const settled = watch(
      limit(never, 100, settings, () => {
        throw error;
      }),
    );
    await vi.advanceTimersByTimeAsync(100);
    expect(settled).toEqual([[100, error]]);
  });

  test.each([2 ** 31, 2 ** 33])('holds for %d ms, longer than a timer can', async (milliseconds) => {
    const settled = watch(limit<string>(never, milliseconds, settings, tooLate));
    await vi.advanceTimersByTimeAsync(milliseconds - 1);
    expect(settled).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toEqual([[milliseconds, 'too late']]);
  });

  test.each([0, 0.25, 1])(
    'takes %d ms for the shortest limit, and leaves no promise without a handler',
    async (milliseconds) => {
      const settled = watch(limit<string>(never, milliseconds, settings, tooLate));
      await vi.advanceTimersByTimeAsync(1);
      expect(settled).toEqual([[1, 'too late']]);
      // p-timeout refuses 0, and a refused promise that rejects would be an unhandled rejection, which fails the run.
      await expect(limit(Promise.reject(new Error('own')), milliseconds, settings, tooLate)).rejects.toThrow('own');
    },
  );

  test('swallows a rejection that comes after the time is up', async () => {
    const late = later<string>(200, () => Promise.reject(new Error('late')));
    const settled = watch(limit<string>(late, 100, settings, tooLate));
    await vi.advanceTimersByTimeAsync(300);
    // An unhandled rejection would fail the run.
    await new Promise((resolve) => process.nextTick(resolve));
    expect(settled).toEqual([[100, 'too late']]);
  });

  test('sets no timer for a limit of Infinity', async () => {
    const waiting = limit<string>(
      later(50, () => 'in time'),
      Number.POSITIVE_INFINITY,
      settings,
      tooLate,
    );
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(50);
    await expect(waiting).resolves.toBe('in time');
  });

  test('lets go of its timer when it is cleared', () => {
    const waiting = limit<string>(never, 100, settings, tooLate);
    expect(vi.getTimerCount()).toBe(1);
    waiting.clear?.();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('limitLook', () => {
  const budget = { timeout: 0, clock: realClock, name: () => 'job', remaining: () => 0 };
  const wait = { lastValue: 1, lastError: undefined, triggered: 3, budget, elapsed: () => 0, remaining: () => 0 };
  const createLook = () => new CurrentLook(wait, 3, 'schedule', wait.elapsed());

  test('cuts a look that takes too long: it rejects with a transient TimeoutError, and its signal aborts', async () => {
    const look = createLook();
    const { signal } = look;
    const settled = watch(limitLook(look, never, toSettings({ attemptTimeout: '1.5s' })));
    await vi.advanceTimersByTimeAsync(1_500);
    const [[at, error]] = settled as [[number, Error]];
    expect([at, error.name, error.message]).toEqual([1_500, 'TimeoutError', 'the look had no answer within 1.5 s']);
    expect(isTransient(error)).toBe(true);
    expect(signal.reason).toBe(error);
  });

  test('lets a look through that answers in time', async () => {
    const look = createLook();
    const answer = limitLook(look, Promise.resolve(5), toSettings({ attemptTimeout: 100 }));
    await expect(answer).resolves.toBe(5);
    expect(look.signal.aborted).toBe(false);
  });

  test('takes a foreign promise whose then throws for a look that threw', async () => {
    const error = new Error('then');
    const answer = {
      // biome-ignore lint/suspicious/noThenProperty: a foreign promise is the point
      then: () => {
        throw error;
      },
    };
    await expect(limitLook(createLook(), answer, toSettings({}))).rejects.toBe(error);
    await expect(limitLook(createLook(), answer, toSettings({ attemptTimeout: 100 }))).rejects.toBe(error);
  });

  test('sets no timer without a limit', async () => {
    const answer = limitLook(createLook(), Promise.resolve(5), toSettings({}));
    expect(vi.getTimerCount()).toBe(0);
    await expect(answer).resolves.toBe(5);
  });

  test('calls no method of what the condition answered with but then', async () => {
    // biome-ignore lint/suspicious/noThenProperty: a foreign promise is the point
    const answer = { then: vi.fn(), cancel: vi.fn() };
    const settled = watch(limitLook(createLook(), answer, toSettings({ attemptTimeout: 100 })));
    await vi.advanceTimersByTimeAsync(100);
    expect(settled).toHaveLength(1);
    expect(answer.cancel).not.toHaveBeenCalled();
    expect(answer.then).toHaveBeenCalledOnce();
  });
});

import { mock } from 'node:test';
import { createClock } from '@sinonjs/fake-timers';
import { EventEmitter } from 'eventemitter3';
import {
  consistently,
  constant,
  eventually,
  type Look,
  on,
  pendingWaits,
  realClock,
  retry,
  waitFor,
  waitForEvent,
} from 'unsleep';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Clock } from '../src/clock.ts';
import { stepOf } from '../src/faked-time.ts';
import { fakeAsBunDoes } from './fakes.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.isFakeTimers() ? vi.getTimerCount() : 0).toBe(0);
  expect(pendingWaits()).toEqual([]);
  vi.useRealTimers();
});

const STANDSTILL = /timers are faked, and nobody moved the clock for 2 s: advance it/;
const unavailable = Object.assign(new Error('unavailable'), { status: 503 });

describe('P16: under fake timers', () => {
  test('every wait says so when nobody moves the clock, instead of hanging', async () => {
    const waits = [
      waitFor(() => false),
      waitFor(() => false, { clock: createClock() }),
      waitFor(() => false, { timeout: '1h', interval: Number.POSITIVE_INFINITY }),
      waitFor(() => new Promise<boolean>(() => {})),
      waitFor(() => true, { holdFor: 100 }),
      waitFor(() => true, { trigger: () => new Promise(() => {}) }),
      eventually(() => expect(1).toBe(2)),
      consistently(() => true, { for: 100 }),
      waitForEvent(new EventEmitter(), 'x'),
      retry(() => Promise.reject(unavailable)),
      waitFor(() => false, { advanceTimers: () => {} }),
    ];
    for (const outcome of await Promise.allSettled(waits)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(STANDSTILL) } });
    }
  });

  test('a wait works when the clock is moved by hand, in steps with real time between', async () => {
    let isReady = false;
    setTimeout(() => {
      isReady = true;
    }, 3_000);
    const waiting = waitFor(() => isReady);
    for (let step = 0; step < 4; step++) {
      await realTurn();
      await vi.advanceTimersByTimeAsync(1_000);
    }
    await expect(waiting).resolves.toBe(true);
  });

  test('`advanceTimers` moves the clock by itself, until the deadline', async () => {
    const start = performance.now();
    const waiting = waitFor(() => false, { advanceTimers: vi.advanceTimersByTimeAsync });
    await expect(waiting).rejects.toThrow('not within 4 s');
    expect(performance.now() - start).toBe(4_000);
  });

  test('`advanceTimers` moves the clock while a look waits for a faked timer', async () => {
    const condition = () => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 900));
    await expect(waitFor(condition, { advanceTimers: vi.advanceTimersByTimeAsync })).resolves.toBe(true);
  });

  test('`advanceTimers` gives what is real the time to answer', async () => {
    let isReady = false;
    realClock.setTimeout(() => {
      isReady = true;
    }, 100);
    await expect(waitFor(() => isReady, { advanceTimers: vi.advanceTimersByTimeAsync })).resolves.toBe(true);
  });

  test('`advanceTimers` works for a wait without an end', async () => {
    const bus = new EventEmitter();
    let isReady = false;
    setTimeout(() => {
      isReady = true;
      bus.emit('x');
    }, 500);
    const endless = { timeout: Number.POSITIVE_INFINITY, interval: Number.POSITIVE_INFINITY };
    const options = { ...endless, wakeOn: on(bus, 'x'), advanceTimers: vi.advanceTimersByTimeAsync };
    await expect(waitFor(() => isReady, options)).resolves.toBe(true);
  });

  test('does not move a clock for a condition that is true at once', async () => {
    const advanceTimers = vi.fn();
    await waitFor(() => true, { advanceTimers });
    expect(advanceTimers).not.toHaveBeenCalled();
  });

  test('an error of `advanceTimers` comes back as the same object', async () => {
    const error = new Error('cannot');
    await expect(waitFor(() => false, { advanceTimers: () => Promise.reject(error) })).rejects.toBe(error);
  });

  test('an error of `advanceTimers` that comes when the wait has ended changes nothing', async () => {
    const controller = new AbortController();
    let fail = (_: Error) => {};
    const advanceTimers = vi.fn(
      () =>
        new Promise((_, reject) => {
          fail = reject;
        }),
    );
    const outcome = waitFor(() => false, { advanceTimers, signal: controller.signal }).catch((reason) => reason);
    await vi.waitFor(() => expect(advanceTimers).toHaveBeenCalled());
    controller.abort('enough');
    fail(new Error('too late'));
    await realTurn();
    expect(await outcome).toBe('enough');
  });

  test('a wait in real time inside one in faked time has its own budget', async () => {
    const inner = ({ signal }: Look) => waitFor(() => false, { name: 'inner', clock: realClock, signal, timeout: 20 });
    const waiting = waitFor(inner, { timeout: 10 });
    await expect(waiting).rejects.toThrow(/^inner: not within 20 ms \(/);
  });

  test('a wait with `realClock` inside another in real time shares its budget', async () => {
    vi.useRealTimers();
    const inner = ({ signal }: Look) => waitFor(() => false, { name: 'inner', clock: realClock, signal });
    await expect(waitFor(inner, { name: 'outer', timeout: 20 })).rejects.toThrow(/left of the 20 ms of outer/);
  });

  test('a wait with `realClock` lives in real time', async () => {
    let isReady = false;
    realClock.setTimeout(() => {
      isReady = true;
    }, 20);
    await expect(waitFor(() => isReady, { clock: realClock })).resolves.toBe(true);
    await expect(waitFor(() => false, { clock: realClock, interval: 0, timeout: 5 })).rejects.toThrow(
      'not within 5 ms',
    );
  });

  test('`advanceTimers` is not called while timers are real', async () => {
    vi.useRealTimers();
    const advanceTimers = vi.fn();
    let looks = 0;
    await waitFor(() => ++looks === 3, { advanceTimers, interval: 1 });
    expect(advanceTimers).not.toHaveBeenCalled();
  });

  test('timers that are faked after the wait began are noticed', async () => {
    vi.useRealTimers();
    const waiting = waitFor(() => false, { timeout: '1h', interval: 1 });
    vi.useFakeTimers();
    await expect(waiting).rejects.toThrow(STANDSTILL);
  });

  test('a wait goes on when timers become real again in the middle of it', async () => {
    let isReady = false;
    const waiting = waitFor(() => isReady, { timeout: '1h', interval: constant(50, { jitter: 'none' }) });
    await vi.advanceTimersByTimeAsync(60);
    vi.useRealTimers();
    isReady = true;
    await expect(waiting).resolves.toBe(true);
  });

  test('a look that hangs is cut also when timers become real again in the middle of it', async () => {
    vi.useFakeTimers();
    const waiting = waitFor(() => new Promise<boolean>(() => {}), { timeout: 100 });
    vi.useRealTimers();
    await expect(waiting).rejects.toThrow('look 1 was still pending after');
  });

  test('a wait that moves faked time by itself goes on when timers become real again', async () => {
    let isReady = false;
    const advanceTimers = vi.fn(vi.advanceTimersByTimeAsync);
    const waiting = waitFor(() => isReady, {
      timeout: '1h',
      interval: constant(50, { jitter: 'none' }),
      advanceTimers,
    });
    vi.useRealTimers();
    isReady = true;
    await expect(waiting).resolves.toBe(true);
    expect(advanceTimers).not.toHaveBeenCalled();
  });

  test('a clock that is moved now and then, however little, does not stand still', async () => {
    const controller = new AbortController();
    const endless = { timeout: '1h', interval: Number.POSITIVE_INFINITY } as const;
    const waiting = waitFor(() => false, { ...endless, signal: controller.signal });
    const outcome = waiting.catch((reason) => reason);
    for (let step = 0; step < 3; step++) {
      await new Promise((resolve) => realClock.setTimeout(() => resolve(undefined), 900));
      await vi.advanceTimersByTimeAsync(1);
    }
    controller.abort('enough');
    expect(await outcome).toBe('enough');
  });

  test('a suite that fakes only `setTimeout` sees the time pass that its timers say', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const waiting = waitFor(() => false, { timeout: '1h' }).catch((error: Error) => error.message);
    await vi.advanceTimersByTimeAsync(3_600_001);
    expect(await waiting).toContain('not within 1 h');
  });

  test('a suite that fakes only `performance` or `Date` waits in real time', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'] });
    await expect(waitFor(() => false, { timeout: 30 })).rejects.toThrow('not within 30 ms');
  });
});

describe('a faked clock that is moved all at once', () => {
  test('lets an asynchronous condition see what became so on the way', async () => {
    let isReady = false;
    setTimeout(() => {
      isReady = true;
    }, 500);
    const waiting = waitFor(async () => isReady);
    vi.advanceTimersByTime(10_000);
    await expect(waiting).resolves.toBe(true);
  });

  test('ends an asynchronous condition that is never true, after one more look', async () => {
    const waiting = waitFor(async () => false);
    vi.advanceTimersByTime(10_000);
    await expect(waiting).rejects.toThrow('not within 4 s (2 looks)');
  });

  test('lets a wait inside a wait end first', async () => {
    const waiting = waitFor(({ signal }) => waitFor(async () => false, { name: 'inner', signal }), { name: 'outer' });
    vi.advanceTimersByTime(10_000);
    await expect(waiting).rejects.toThrow('inner: not within 4 s');
  });

  test('cuts a look that hangs', async () => {
    const waiting = waitFor(() => new Promise<boolean>(() => {}));
    vi.advanceTimersByTime(10_000);
    await expect(waiting).rejects.toThrow('look 1 was still pending after');
  });

  test('leaves nothing behind when it is aborted before that last look', async () => {
    const controller = new AbortController();
    const looks = vi.fn(async () => false);
    const outcome = waitFor(looks, { signal: controller.signal }).catch((reason) => reason);
    vi.advanceTimersByTime(10_000);
    controller.abort('enough');
    await realTurn();
    expect(await outcome).toBe('enough');
    expect(looks).toHaveBeenCalledTimes(1);
  });

  test('makes no look more than `maxAttempts` allows', async () => {
    const waiting = waitFor(async () => false, { maxAttempts: 1 });
    vi.advanceTimersByTime(10_000);
    await expect(waiting).rejects.toThrow('(1 look)');
  });
});

describe('the mock timers of node:test, which move their clock before they ring', () => {
  beforeEach(() => {
    vi.useRealTimers();
    mock.timers.enable();
  });
  afterEach(() => {
    mock.timers.reset();
  });

  test('let a wait see what became so on the way', async () => {
    let isReady = false;
    const waiting = waitFor(() => isReady);
    setTimeout(() => {
      isReady = true;
    }, 500);
    mock.timers.tick(10_000);
    await expect(waiting).resolves.toBe(true);
  });

  test('do not hide from `consistently` what was violated on the way', async () => {
    let isReady = true;
    const waiting = consistently(() => isReady, { for: '1s' });
    setTimeout(() => {
      isReady = false;
    }, 500);
    mock.timers.tick(10_000);
    await expect(waiting).rejects.toThrow('did not hold: answered false');
  });

  test('let a wait end with its deadline, in the time that was ticked', async () => {
    const outcome = waitFor(() => false).catch((error: Error) => error.message);
    for (let step = 0; step < 5; step++) mock.timers.tick(1_000);
    expect(await outcome).toContain('not within 4 s');
  });
});

describe('the sentence', () => {
  const globalClock = globalThis as unknown as Clock;

  test('names what moves the clock that is faked', () => {
    expect(stepOf(createClock())).toBe('clock.tickAsync');
    expect(stepOf(globalClock)).toBe('vi.advanceTimersByTimeAsync');
    vi.useRealTimers();
    mock.timers.enable();
    expect(stepOf(globalClock)).toBe('(ms) => mock.timers.tick(ms)');
    mock.timers.reset();
    const stop = fakeAsBunDoes();
    expect(stepOf(globalClock)).toBe('jest.advanceTimersByTime');
    stop();
  });

  test('names that of the runner, which a clock of sinon does not tell', () => {
    vi.stubGlobal('__vitest_worker__', undefined);
    const plain = stepOf(globalClock);
    vi.stubGlobal('process', { env: { JEST_WORKER_ID: '1' } });
    const inJest = stepOf(globalClock);
    vi.stubGlobal('process', undefined);
    const inBrowser = stepOf(globalClock);
    vi.unstubAllGlobals();
    expect([plain, inJest, inBrowser]).toEqual(['clock.tickAsync', 'jest.advanceTimersByTimeAsync', 'clock.tickAsync']);
  });

  test('comes where only `setTimeout` is faked, though every clock moves', async () => {
    vi.useRealTimers();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await expect(waitFor(() => false)).rejects.toThrow(STANDSTILL);
  });

  test('is another one for a wait that is over before it needs a faked timer', async () => {
    vi.useRealTimers();
    const waiting = waitForEvent(new EventEmitter(), 'x', { timeout: 20 });
    vi.useFakeTimers();
    await expect(waiting).rejects.toThrow('timers were faked after it began, and it went on in real time');
  });
});

test('a faked clock that jumps does not hide what it was late for', async () => {
  const clock = createClock();
  let isReady = false;
  const waiting = waitFor(() => isReady, { clock, timeout: 200, interval: constant(50, { jitter: 'none' }) });
  clock.setTimeout(() => {
    isReady = true;
  }, 100);
  clock.jump(5_000);
  await expect(waiting).resolves.toBe(true);
});

test('a jump of a faked clock is forgotten when looks have been on time since, in real time', async () => {
  vi.useRealTimers();
  onTestFinished(() => mock.timers.reset());
  const apis = ['setTimeout', 'setInterval', 'Date'] as const;
  const looked = new EventEmitter<{ look: [] }>();
  const nextLook = () => new Promise<void>((resolve) => looked.once('look', resolve));
  let answer: boolean | Promise<boolean> = false;
  mock.timers.enable({ apis: [...apis] });
  const outcome = waitFor(
    () => {
      looked.emit('look');
      return answer;
    },
    { timeout: '1m', interval: constant(20, { jitter: 'none' }) },
  ).catch((error: Error) => error.message);
  const late = nextLook();
  mock.timers.tick(1_000);
  await late;
  mock.timers.reset();
  await nextLook();
  await nextLook();
  let settle: (isReady: boolean) => void = () => {};
  answer = new Promise((resolve) => {
    settle = resolve;
  });
  await nextLook();
  mock.timers.enable({ apis: [...apis] });
  // Reads the clock: one that is exchanged goes on from where it is noticed.
  expect(pendingWaits()).toHaveLength(1);
  mock.timers.tick(100_000);
  answer = true;
  settle(false);
  await expect(outcome).resolves.toMatch('not within 60 s (5 looks)');
});

test('a blocked event loop gets no other turn before the wait has said that it is out of time', async () => {
  vi.useRealTimers();
  const controller = new AbortController();
  const waiting = waitFor(() => false, { timeout: 30, interval: '1h', signal: controller.signal });
  setTimeout(() => controller.abort('the test is out of time'), 40);
  const end = performance.now() + 100;
  while (performance.now() < end);
  await expect(waiting).rejects.toThrow('not within 30 ms');
});

/** Lets everything that is due in real time run once. */
function realTurn(): Promise<void> {
  return new Promise((resolve) => realClock.setTimeout(resolve, 0));
}

import { createClock } from '@sinonjs/fake-timers';
import { constant, pendingWaits, WaitTimeoutError } from 'unsleep';
import { boundTo, createWaiter, eventually, retry, waitFor, waitForEvent } from 'unsleep/vitest';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.useRealTimers();
});

const hour = 3_600_000;
const interval = constant(50, { jitter: 'none' });

describe('a wait of unsleep/vitest', () => {
  test('moves the timers that are faked', async () => {
    vi.useFakeTimers();
    let ready = false;
    setTimeout(() => {
      ready = true;
    }, hour);
    const start = performance.now();
    await waitFor(() => ready, { timeout: '2h', interval: constant(hour, { jitter: 'none' }) });
    expect(performance.now() - start).toBe(hour);
  });

  test('leaves faked timers to a test that moves them itself', async () => {
    vi.useFakeTimers();
    const start = performance.now();
    const waiting = waitFor(() => performance.now() - start, {
      until: (at) => at >= 70,
      advanceTimers: () => {},
      interval,
    });
    await vi.advanceTimersByTimeAsync(100);
    await expect(waiting).resolves.toBe(100);
    expect(performance.now() - start).toBe(100);
  });

  test('leaves timers alone that are real', async () => {
    const advance = vi.spyOn(vi, 'advanceTimersByTimeAsync');
    await waitFor(({ attempt }) => attempt > 1);
    expect(advance).not.toHaveBeenCalled();
    advance.mockRestore();
  });

  test('leaves a clock alone that somebody else has faked', async () => {
    const isFaked = vi.spyOn(vi, 'isFakeTimers');
    const clock = createClock();
    const waiting = waitFor(() => clock.now >= 50, { clock });
    await eventually(() => expect(isFaked).toHaveBeenCalled());
    expect(clock.now).toBe(0);
    await Promise.all([waiting, clock.tickAsync(60)]);
    isFaked.mockRestore();
  });

  test('ends before the test times out, and says whose time it was', { timeout: 2_500 }, async () => {
    const waiting = waitFor(() => false, { timeout: '1m', name: 'the moon' });
    await expect(waiting).rejects.toThrow(
      /^the moon: not within (2|1\.\d+) s, all that was left of the 2\.5 s of the test "/,
    );
  });

  test('that would go on is cut before the test times out', { timeout: 2_500 }, async () => {
    const held = await waitFor(() => true, { holdFor: '1m', name: 'held' }).catch((error) => error);
    expect(held).toBeInstanceOf(WaitTimeoutError);
    expect(held.message).toMatch(
      /^held: not within 2\.\d+ s, as the test "that would go on .*" is about to time out \(/,
    );
    expect('cause' in held).toBe(false);
    await expect(waitFor(() => true)).rejects.toMatchObject({ name: 'WaitTimeoutError' });
  });

  test('has its own time in a test without a timeout', { timeout: 0 }, async () => {
    await expect(waitFor(() => false, { timeout: 10 })).rejects.toThrow('not within 10 ms (');
  });

  test.fails('fails the test that leaves it pending', () => {
    void eventually(() => false);
  });

  test('does not run on into the next test', () => {
    expect(pendingWaits()).toEqual([]);
  });

  test.fails('fails the test that leaves several pending', () => {
    void waitFor(() => false);
    void retry(() => new Promise(() => {}));
  });

  test('has the defaults of a waiter, which may be a function', async () => {
    const { waitFor } = createWaiter(() => ({ timeout: 10, name: 'mine' }));
    await expect(waitFor(() => false)).rejects.toThrow('mine: not within 10 ms');
    await expect(createWaiter(() => undefined as never).waitFor(() => true)).rejects.toThrow(
      'gives an object; got undef',
    );
    await expect(createWaiter({ name: 'its' }).waitFor(() => false, { maxAttempts: 1 })).rejects.toThrow('its: ');
    expect(() => createWaiter(5 as never)).toThrow('`defaults` must be an object, or a function that gives one; got 5');
  });

  test('is aborted by its own signal, and by that of its waiter', async () => {
    const [own, suite] = [new AbortController(), new AbortController()];
    const { waitForEvent: wait } = createWaiter({ signal: suite.signal });
    const waits = [waitForEvent(new EventTarget(), 'x', { signal: own.signal }), wait(new EventTarget(), 'x')];
    own.abort('own');
    suite.abort('suite');
    expect((await Promise.allSettled(waits)).map((settled) => Object(settled).reason)).toEqual(['own', 'suite']);
  });
});

test('a wait in no suite knows its test', async ({ task }) => {
  await expect(waitFor(({ remaining }) => remaining, { timeout: '1m' })).resolves.toBeLessThanOrEqual(
    task.timeout - 500,
  );
});

describe.concurrent('a wait of a concurrent test', () => {
  for (const timeout of [2_000, 3_000]) {
    test(`knows that its test has ${timeout} ms`, { timeout }, async ({ task, expect }) => {
      await waitFor(({ attempt }) => attempt > 3);
      for (const wait of [waitFor, boundTo({ task }).waitFor]) {
        const left = await wait(({ remaining }) => remaining, { timeout: '1m' });
        expect(left).toBeLessThanOrEqual(timeout - 400);
        expect(left).toBeGreaterThan(timeout - 1_000);
      }
    });
  }
});

describe('a test whose hooks take longer than itself', () => {
  let end: number;

  afterEach(async () => {
    await waitFor(() => performance.now() > end);
  });

  test('is not cut in them', { timeout: 100 }, () => {
    end = performance.now() + 150;
  });
});

describe('a test that is run again', () => {
  const left: number[] = [];

  test('limits its waits each time', { repeats: 2, timeout: 2_000 }, async () => {
    left.push(await waitFor(({ remaining }) => remaining, { timeout: '1m' }));
    expect(left.every((milliseconds) => milliseconds <= 1_600)).toBe(true);
  });

  test('was run three times', () => {
    expect(left).toHaveLength(3);
  });
});

describe('a test that is given up', () => {
  let cleanups = 0;

  beforeEach(async ({ task }) => {
    if (task.fails) await waitFor(() => false, { timeout: '1m' });
  }, 100);

  afterEach(async () => {
    await waitFor(({ attempt }) => attempt > 1);
    cleanups++;
  });

  test.fails('is told to its waits', () => {});

  test('has hooks that can wait all the same', () => {
    expect(cleanups).toBe(1);
  });
});

describe('unsleep/vitest', () => {
  afterEach(() => {
    vi.doUnmock('vitest');
    vi.resetModules();
  });

  /** The entry, loaded with another vitest, by a test that already runs. */
  function load(parts: object): Promise<typeof import('unsleep/vitest')> {
    const hooks = { aroundEach: () => {}, beforeEach: () => {} };
    vi.doMock('vitest', async (original) => ({ ...(await original<object>()), ...hooks, ...parts }));
    vi.resetModules();
    return import('unsleep/vitest');
  }

  test('knows the running test of a vitest before 4.1, though it was loaded late', async ({ task }) => {
    const { waitFor } = await load({ TestRunner: undefined, aroundEach: undefined });
    const left = await waitFor(({ remaining }) => remaining, { timeout: '1m' });
    expect(left).toBeLessThanOrEqual(task.timeout - 500);
  });

  test('binds to the test with a context', async ({ task }) => {
    const { boundTo } = await load({ aroundEach: undefined });
    const left = await boundTo({ task }).waitFor(({ remaining }) => remaining, { timeout: '1m' });
    expect(left).toBeLessThanOrEqual(task.timeout - 500);
  });

  test('asks a concurrent test which one it is where nothing else tells', async () => {
    const TestRunner = {
      getCurrentTest: () => ({ concurrent: true }),
      getSuiteHooks: () => ({ beforeEach: [], afterEach: [] }),
    };
    const { waitFor } = await load({ TestRunner, aroundEach: undefined });
    await expect(waitFor(() => true)).rejects.toThrow('a concurrent test must tell here which one it is');
  });

  test('asks it also when the runner knows of no test, as another one is over', async ({ task }) => {
    const TestRunner = { getCurrentTest: () => undefined, getSuiteHooks: () => ({ beforeEach: [], afterEach: [] }) };
    const { boundTo, waitFor } = await load({ TestRunner, aroundEach: undefined });
    const finished: (() => void)[] = [];
    const context = { ...task.context, onTestFinished: (hook: () => void) => finished.push(hook) };
    const concurrent = Object.create(task, { concurrent: { value: true }, context: { value: context } });
    await boundTo({ task: concurrent }).waitFor(() => true);
    await expect(waitFor(() => true)).rejects.toThrow('a concurrent test must tell here which one it is');
    for (const hook of finished) hook();
    await waitFor(() => true);
  });

  test('ends with its test where only the runner tells which one that is', async ({ task }) => {
    let around = async (_runTest: () => Promise<void>, _context: object): Promise<void> => {};
    const aroundEach = (hook: typeof around) => {
      around = hook;
    };
    const TestRunner = { getCurrentTest: () => task, getSuiteHooks: () => ({ beforeEach: [], afterEach: [] }) };
    vi.stubGlobal('process', Object.create(process, { getBuiltinModule: { value: undefined } }));
    const { waitFor } = await load({ aroundEach, TestRunner }).finally(() => vi.unstubAllGlobals());
    await around(async () => void (await waitFor(() => true)), { task });
    await expect(waitFor(() => true)).rejects.toThrow(' is over');
  });

  test('does without what only Node has', async ({ task }) => {
    vi.stubGlobal('process', Object.create(process, { getBuiltinModule: { value: undefined } }));
    const { waitFor } = await load({}).finally(() => vi.unstubAllGlobals());
    await expect(waitFor(({ remaining }) => remaining, { timeout: '1m' })).resolves.toBeLessThanOrEqual(
      task.timeout - 500,
    );
  });

  test('binds to nothing where no test runs', async () => {
    const { waitFor } = await load({ TestRunner: { getCurrentTest: () => undefined }, aroundEach: undefined });
    await expect(waitFor(() => false, { timeout: 10 })).rejects.toThrow('not within 10 ms (');
  });

  test('refuses to be used outside of a test run, with a sentence', async () => {
    const reason = new Error('no runner');
    const beforeEach = () => {
      throw reason;
    };
    await expect(load({ beforeEach, aroundEach: undefined })).rejects.toMatchObject({
      message: "'unsleep/vitest' works only in the tests of a vitest run: everywhere else, import from 'unsleep'",
      cause: reason,
    });
  });
});

import { consistently, constant, pendingWaits, realClock, retry, waitFor, waitForEvent } from 'unsleep';
import { afterEach, describe, expect, test, vi } from 'vitest';

const hour = 3_600_000;
const exactly = (pause: number) => constant(pause, { jitter: 'none' });

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  expect(pendingWaits(), 'waits left behind').toEqual([]);
});

describe('real time', () => {
  test('has no setImmediate, so that a pause of 0 is a timer', async () => {
    expect(globalThis.setImmediate).toBe(undefined);
    expect(realClock.setImmediate).toBe(undefined);
    let isSet = false;
    setTimeout(() => {
      isSet = true;
    }, 1);
    await waitFor(() => isSet, { interval: 0 });
  });

  test('is slept beyond 2^31-1 ms, and not skipped', async () => {
    const controller = new AbortController();
    const condition = vi.fn(() => false);
    const options = { timeout: 2 ** 31 * 2, interval: exactly(2 ** 31 + 5), signal: controller.signal };
    const waiting = waitFor(condition, options);
    await waitFor(({ elapsed }) => elapsed > 50);
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    expect(condition).toHaveBeenCalledOnce();
  });

  // Chromium counts in steps of 0.1 ms; other browsers, or with their defence against fingerprints, in longer ones.
  test.each([1, 16.67, 100])('is kept with a clock that counts in steps of %f ms', async (step) => {
    const exact = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => Math.floor(exact() / step) * step);
    const start = exact();
    const waiting = waitFor(() => false, { timeout: 400, interval: exactly(10) });
    await expect(waiting).rejects.toMatchObject({ name: 'WaitTimeoutError' });
    // The wait begins anywhere between two steps.
    expect(exact() - start).toBeGreaterThan(399 - step);
  });

  test('does not turn back with a clock that does', async () => {
    const exact = performance.now.bind(performance);
    const clock = vi.spyOn(performance, 'now').mockImplementation(exact);
    const seen: number[] = [];
    const look = ({ elapsed, attempt }: { elapsed: number; attempt: number }) => {
      clock.mockImplementation(() => exact() - attempt * 1_000);
      return seen.push(elapsed) > 5;
    };
    await waitFor(look, { interval: 5 });
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });
});

describe('faked time', () => {
  test('is moved as the wait was told', async () => {
    vi.useFakeTimers();
    const start = performance.now();
    let ready = false;
    setTimeout(() => {
      ready = true;
    }, hour);
    const advanceTimers = vi.advanceTimersByTimeAsync;
    await waitFor(() => ready, { timeout: '2h', interval: exactly(hour), advanceTimers });
    expect(performance.now() - start).toBe(hour);
  });

  test('that somebody else moves is kept to the instant', async () => {
    vi.useFakeTimers();
    const start = performance.now();
    const at: number[] = [];
    const waiting = waitFor(() => at.push(performance.now() - start) === 3, { interval: exactly(600) });
    await vi.advanceTimersByTimeAsync(1_200);
    await waiting;
    expect(at).toEqual([0, 600, 1_200]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('goes beyond 2^31-1 ms', async () => {
    vi.useFakeTimers();
    const pause = 2 ** 31 + 1_000;
    const start = performance.now();
    const waiting = waitFor(({ attempt }) => attempt === 2, { interval: exactly(pause), timeout: '2000h' });
    await vi.advanceTimersByTimeAsync(pause);
    await waiting;
    expect(performance.now() - start).toBe(pause);
  });

  test('that nobody moves ends each kind of wait with a sentence', async () => {
    vi.useFakeTimers();
    const waits = [
      waitFor(() => false),
      consistently(() => true, { for: '1s' }),
      waitForEvent(document.body, 'click'),
      waitFor(() => true, { holdFor: '1s' }),
      retry(() => Promise.reject({ status: 503 })),
    ];
    for (const settled of await Promise.allSettled<unknown>(waits)) {
      const { reason } = settled as PromiseRejectedResult;
      expect(String(reason)).toMatch(/^WaitFailedError: .*timers are faked, and nobody moved the clock/);
    }
  });

  test('is noticed by a wait that began before', async () => {
    const waiting = waitFor(() => false);
    vi.useFakeTimers();
    await expect(waiting).rejects.toThrow('timers are faked, and nobody moved the clock');
  });

  test('leaves a wait alone that has the real clock', async () => {
    vi.useFakeTimers();
    const start = performance.now();
    await waitFor(({ elapsed }) => elapsed > 30, { clock: realClock });
    expect(performance.now()).toBe(start);
  });
});

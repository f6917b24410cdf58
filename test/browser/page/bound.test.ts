import { pendingWaits } from 'unsleep';
import { boundTo, waitFor, waitForEvent } from 'unsleep/vitest';
import { afterEach, describe, expect, test, vi } from 'vitest';

const inTwenty = () => {
  const at = performance.now() + 20;
  return () => performance.now() >= at;
};

describe('a test', () => {
  test.fails('that forgets an await fails', () => {
    void waitForEvent(document.body, 'click');
  });

  test('has none of the waits of the test before it', () => {
    expect(pendingWaits()).toEqual([]);
  });

  const signals: AbortSignal[] = [];
  test.fails('that is over aborts the look of its wait', () => {
    void waitFor(({ signal }) => {
      signals.push(signal);
      return new Promise<boolean>(() => {});
    });
  });

  test('has told the look of the test before it', () => {
    expect(signals.map(({ reason }) => String(reason))).toEqual([
      'Error: the test "that is over aborts the look of its wait" is over',
    ]);
  });
});

describe('a wait that begins after its test', () => {
  const controller = new AbortController();
  let late: Promise<unknown>;

  test('is left to go on', (context) => {
    const { waitFor } = boundTo(context);
    const released = new Promise((resolve) => controller.signal.addEventListener('abort', resolve));
    late = released.then(() => waitFor(() => true)).catch((error: unknown) => error);
  });

  test('makes no look when it is bound to it', async () => {
    controller.abort();
    expect(String(await late)).toBe('Error: the test "is left to go on" is over');
  });
});

describe('faked time', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('moves while an event is waited for', async () => {
    vi.useFakeTimers();
    const start = performance.now();
    setTimeout(() => document.body.click(), 60_000);
    await waitForEvent(document.body, 'click', { timeout: '5m' });
    expect(performance.now() - start).toBeGreaterThanOrEqual(60_000);
  });
});

describe.concurrent('concurrent tests', () => {
  for (const timeout of [800, 1_000, 1_200]) {
    test(`of ${timeout} ms have waits of their own`, { timeout }, async ({ task, expect }) => {
      const { waitFor: mine, eventually } = boundTo({ task });
      await mine(inTwenty());
      await expect(eventually(() => false, { timeout: '1m' })).rejects.toThrow(`of the test "of ${timeout} ms`);
      await expect(waitFor(() => true)).rejects.toThrow(
        'a concurrent test must tell here which one it is: `const { waitFor } = boundTo(context)`',
      );
    });
  }

  test.fails('fail for an await that they forget', async (context) => {
    void boundTo(context).waitFor(() => false);
  });
});

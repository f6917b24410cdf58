import { EventEmitter } from 'eventemitter3';
import { consistently, constant, eventually, pendingWaits, retry, waitFor, waitForEvent, waitForStatus } from 'unsleep';
import { describe, expect, test, vi } from 'vitest';
import { deferred, settle, useVirtualTime } from './virtual-time.ts';

useVirtualTime();

const exactly = (pause: number) => constant(pause, { jitter: 'none' });
const names = () => pendingWaits().map(({ name }) => name);

describe('pendingWaits', () => {
  test('is empty when nobody waits', () => {
    expect(pendingWaits()).toEqual([]);
  });

  test('tells of every kind of wait, oldest first', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const waits = [
      waitFor(() => false, { signal, name: 'a' }),
      eventually(() => false, { signal, name: 'b' }),
      consistently(() => true, { signal, name: 'c', for: '1h' }),
      waitForStatus(() => 'x', { signal, name: 'd', target: 'y' as string }),
      waitForEvent(new EventEmitter(), 'x', { signal, name: 'e' }),
      retry(() => new Promise(() => {}), { signal, name: 'f' }),
      waitFor(() => true, { signal, name: 'g', trigger: () => new Promise(() => {}) }),
    ];
    expect(names()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    controller.abort('enough');
    await Promise.allSettled(waits);
    expect(pendingWaits()).toEqual([]);
  });

  test('tells of those that a signal would abort, when asked with it', async () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const both = [one.signal, other.signal];
    const waits = [
      waitFor(() => false, { signal: one.signal, name: 'a' }),
      waitFor(() => false, { signal: both, name: 'b' }),
      retry(() => new Promise(() => {}), { signal: one.signal, name: 'c' }),
      waitFor(() => false, { name: 'd', timeout: 10 }),
    ];
    const under = ({ signal }: AbortController) => pendingWaits(signal).map(({ name }) => name);
    expect([under(one), under(other), under(new AbortController())]).toEqual([['a', 'b', 'c'], ['b'], []]);
    one.abort('enough');
    await Promise.allSettled([...waits, vi.advanceTimersByTimeAsync(10)]);
  });

  test('tells the line that started each', async () => {
    const waiting = waitFor(() => false, { timeout: 10 }).catch(() => {});
    expect(pendingWaits()[0]?.caller).toMatch(/pending-waits\.test\.ts:\d+:\d+\)?$/);
    await settle(waiting, 10);
  });

  test('tells what each has seen so far', async () => {
    const waiting = waitFor(({ attempt }) => attempt === 4, { name: 'job', interval: exactly(100), timeout: '1s' });
    await vi.advanceTimersByTimeAsync(250);
    expect(pendingWaits()).toMatchObject([
      { name: 'job', elapsed: 250, timeout: 1_000, looks: 3, lastValue: false, timeline: [{ at: 0, looks: 3 }] },
    ]);
    await settle(waiting, 50);
  });

  test('tells of a retry that pauses', async () => {
    const task = vi.fn(() => Promise.reject({ status: 503 }));
    const waiting = retry(task, { name: 'upload', interval: exactly(100), maxAttempts: 2 });
    await vi.advanceTimersByTimeAsync(50);
    expect(names()).toEqual(['upload']);
    await settle(waiting, 50);
  });

  test('does not tell of a wait any more once it has settled, however it did', async () => {
    const { promise, resolve } = deferred<boolean>();
    const waits = [
      waitFor(() => promise, { name: 'a' }),
      waitFor(() => false, { name: 'b', timeout: 10 }),
      waitFor(() => false, { name: 'c', maxAttempts: 2, interval: exactly(20) }),
      waitFor(() => false, { name: 'd', failFast: promise }),
    ];
    const outcomes = Promise.allSettled(waits);
    await vi.advanceTimersByTimeAsync(10);
    expect(names()).toEqual(['a', 'c', 'd']);
    resolve(true);
    await vi.advanceTimersByTimeAsync(10);
    await outcomes;
    expect(names()).toEqual([]);
  });

  test('gives reports that can be written as JSON', async () => {
    const circular: Record<string, unknown> = { id: 1n };
    circular['self'] = circular;
    const waiting = waitFor(() => circular, { until: () => false, name: 'job', timeout: 10 });
    expect(JSON.parse(JSON.stringify(pendingWaits()))).toMatchObject([{ name: 'job', looks: 1 }]);
    await settle(waiting, 10);
  });
});

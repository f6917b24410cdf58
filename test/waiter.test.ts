import { EventEmitter } from 'eventemitter3';
import { constant, createWaiter, pendingWaits, type Waiter } from 'unsleep';
import { describe, expect, test, vi } from 'vitest';
import { rejection, settle, stampedCalls, useVirtualTime } from './virtual-time.ts';

useVirtualTime();

const exactly = (pause: number) => constant(pause, { jitter: 'none' });
const unavailable = () => Promise.reject({ status: 503 });

/** A call of each function that does not end by itself, with these options. */
const calls: [string, (waiter: Waiter, options?: object) => Promise<unknown>][] = [
  ['waitFor', (waiter, options) => waiter.waitFor(() => false, options)],
  ['eventually', (waiter, options) => waiter.eventually(() => false, options)],
  ['waitForStatus', (waiter, options) => waiter.waitForStatus(() => 'b', { target: 'a' as string, ...options })],
  ['waitForEvent', (waiter, options) => waiter.waitForEvent(new EventEmitter(), 'x', options)],
  ['retry', (waiter, options) => waiter.retry(() => new Promise(() => {}), options)],
];

describe('createWaiter', () => {
  test.each(calls)('gives %s its defaults', async (_, call) => {
    const error = await rejection(call(createWaiter({ timeout: '2s', name: 'mine' })), 2_000);
    expect(error.message).toMatch(/^mine: not within 2 s/);
  });

  test.each(calls)('lets an option of a call of %s go before the default', async (_, call) => {
    const error = await rejection(call(createWaiter({ timeout: '2s', name: 'mine' }), { timeout: '1s' }), 1_000);
    expect(error.message).toMatch(/^mine: not within 1 s/);
  });

  test.each(calls)('leaves the default of %s in force for an option that is undefined', async (_, call) => {
    const error = await rejection(call(createWaiter({ timeout: '2s' }), { timeout: undefined, name: 'x' }), 2_000);
    expect(error.message).toMatch(/^x: not within 2 s/);
  });

  test.each(calls)('begins the stack of %s with the line of the caller', async (_, call) => {
    const error = await rejection(call(createWaiter({ timeout: 10 })), 10);
    expect(/^ +at .*$/m.exec(error.stack ?? '')?.[0]).toMatch(/waiter\.test\.ts/);
  });

  test.each(calls)('keeps its defaults when %s is taken from it', async (name, call) => {
    const waiter = createWaiter({ timeout: '2s', name: 'mine' });
    const { [name as keyof Waiter]: taken } = waiter;
    const error = await rejection(call({ ...waiter, [name]: taken }), 2_000);
    expect(error.message).toMatch(/^mine: not within 2 s/);
  });

  test('gives consistently its defaults but for the time, which is its own', async () => {
    const looks = stampedCalls(() => true);
    const { consistently } = createWaiter({ timeout: '2s', interval: exactly(60), tolerate: () => true });
    await settle(consistently(looks.call, { for: 100 }), 100);
    expect(looks.at).toEqual([0, 60, 100]);
    const error = await rejection(
      consistently(() => unavailable(), { for: 100 }),
      0,
    );
    expect(error.name).toBe('WaitFailedError');
  });

  test('gives waitForEvent no default that its looks would feel', async () => {
    const bus = new EventEmitter();
    const onLook = vi.fn();
    const waiter = createWaiter({ interval: 1, maxAttempts: 1, attemptTimeout: 1, tolerate: () => true, onLook });
    const waiting = waiter.waitForEvent(bus, 'x', { timeout: 100 });
    await vi.advanceTimersByTimeAsync(50);
    bus.emit('x', 1);
    expect(await settle(waiting, 0)).toMatchObject({ value: [1] });
    expect(onLook).not.toHaveBeenCalled();
  });

  test('gives retry its own defaults where the waiter has none', async () => {
    const task = vi.fn(unavailable);
    await settle(createWaiter({ interval: exactly(1) }).retry(task), 2);
    await settle(createWaiter({ interval: exactly(1), maxAttempts: 5 }).retry(task), 4);
    expect(task).toHaveBeenCalledTimes(3 + 5);
  });

  test('needs no options for a call', async () => {
    await expect(createWaiter({}).waitFor(() => 'there')).resolves.toBe('there');
  });

  test('takes `until` and `failWhen` of a call', async () => {
    const { waitFor } = createWaiter({ name: 'mine' });
    await expect(waitFor(() => 0, { until: (value) => value === 0 })).resolves.toBe(0);
    expect(
      (
        await rejection(
          waitFor(() => 0, { failWhen: () => 'no' }),
          0,
        )
      ).message,
    ).toMatch(/^mine: no /);
  });

  test.each(calls)('asks a function for the defaults of %s at each call', async (_, call) => {
    let name = 'first';
    const waiter = createWaiter(() => ({ timeout: '1s', name }));
    const first = rejection(call(waiter), 1_000);
    name = 'second';
    expect((await first).message).toMatch(/^first: not within 1 s/);
    expect((await rejection(call(waiter), 1_000)).message).toMatch(/^second: not within 1 s/);
  });

  test.each(calls)('aborts %s by its own signal and by that of the call alike', async (_, call) => {
    const [suite, own] = [new AbortController(), new AbortController()];
    const waiter = createWaiter(() => ({ signal: suite.signal }));
    const waits = [call(waiter, { signal: own.signal }), call(waiter, { signal: own.signal }), call(waiter)];
    own.abort('own');
    const first = await Promise.allSettled(waits.slice(0, 2));
    suite.abort('suite');
    expect([...first, ...(await Promise.allSettled(waits.slice(2)))].map((settled) => Object(settled).reason)).toEqual([
      'own',
      'own',
      'suite',
    ]);
    expect((await Promise.allSettled([call(waiter, { signal: new AbortController().signal })]))[0]).toEqual({
      status: 'rejected',
      reason: 'suite',
    });
  });

  test.each(calls)('multiplies the timeout of %s, and says so', async (_, call) => {
    const error = await rejection(call(createWaiter({ timeoutScale: 3, timeout: '2s', name: 'mine' })), 6_000);
    expect(error.message).toMatch(/^mine: not within 6 s \(2 s x timeoutScale 3\) /);
  });

  test('multiplies each attemptTimeout of retry once', async () => {
    const calls = stampedCalls(() => new Promise(() => {}));
    const { retry } = createWaiter({ timeoutScale: 3, attemptTimeout: 100, interval: exactly(50) });
    await settle(retry(calls.call), 10_000);
    expect(calls.at).toEqual([0, 350, 700]);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '2'])('refuses the scale %j', async (timeoutScale) => {
    const waiting = createWaiter({ timeoutScale: timeoutScale as number }).waitFor(() => true);
    await expect(waiting).rejects.toThrow('`timeoutScale` must be a number above 0; got');
    await expect(waiting).rejects.toBeInstanceOf(RangeError);
  });

  test('rejects with what a function for the defaults throws, and refuses what is no object', async () => {
    const error = new Error('no test is running');
    const { waitFor } = createWaiter(() => {
      throw error;
    });
    await expect(waitFor(() => true)).rejects.toBe(error);
    const { stack } = error;
    expect(error.stack).toBe(stack);
    const text = createWaiter(() => {
      throw 'no test';
    });
    await expect(text.waitFor(() => true)).rejects.toBe('no test');
    const wrong = createWaiter(() => 5 as never);
    await expect(wrong.waitFor(() => true)).rejects.toThrow(
      '`defaults` must be a function that gives an object; got 5',
    );
  });

  test('refuses defaults that are no object at once, and a wrong default with the call that uses it', async () => {
    expect(() => createWaiter(undefined as never)).toThrow(
      '`defaults` must be an object, or a function that gives one; got undefined',
    );
    expect(() => createWaiter(5_000 as never)).toThrow(
      '`defaults` must be an object, or a function that gives one; got 5000',
    );
    await expect(createWaiter({ timeout: -1 }).waitFor(() => true)).rejects.toThrow('`timeout` must be');
  });

  test('refuses options of a call that are no object', async () => {
    const { waitFor } = createWaiter({});
    await expect(waitFor(() => true, 5_000 as never)).rejects.toThrow('`options` must be an object; got 5000');
    await expect(waitFor(() => true, null as never)).rejects.toThrow('`options` must be an object; got null');
  });

  test('does not change the defaults it was given', async () => {
    const defaults = { timeout: 100, name: 'mine' };
    const waiter = createWaiter(Object.freeze(defaults));
    const error = await rejection(
      waiter.waitFor(() => false, { timeout: 10 }),
      10,
    );
    expect(error.message).toMatch(/^mine: not within 10 ms/);
    expect(pendingWaits()).toEqual([]);
  });
});

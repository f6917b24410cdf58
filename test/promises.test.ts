import { spawnSync } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { createClock } from '@sinonjs/fake-timers';
import { EventEmitter } from 'eventemitter3';
import {
  constant,
  eventually,
  giveUp,
  on,
  pendingWaits,
  realClock,
  retry,
  type Wake,
  type WakeSource,
  waitFor,
  waitForEvent,
} from 'unsleep';
import { describe, expect, test, vi } from 'vitest';
import { deferred, isPending, rejection, settle, stampedCalls, useVirtualTime } from './virtual-time.ts';

useVirtualTime();

const exactly = (pause: number) => constant(pause, { jitter: 'none' });

describe('P1: at least one look', () => {
  test('looks once even when there is no time at all', async () => {
    const looks = stampedCalls(() => false);
    await rejection(waitFor(looks.call, { timeout: 0 }), 0);
    expect(looks.at).toEqual([0]);
  });

  test('is done when the only look is', async () => {
    await expect(waitFor(() => 'ready', { timeout: 0 })).resolves.toBe('ready');
  });

  test('neither looks nor subscribes nor triggers when the signal was aborted before the call', async () => {
    const reason = new Error('not needed');
    const [condition, source, trigger] = [vi.fn(() => true), vi.fn(() => () => {}), vi.fn()];
    const waiting = waitFor(condition, { signal: AbortSignal.abort(reason), wakeOn: source, trigger });
    await expect(waiting).rejects.toBe(reason);
    expect([condition, source, trigger].flatMap(({ mock }) => mock.calls)).toEqual([]);
  });
});

describe('P2: one look at the deadline itself', () => {
  test('sees what became true during the last pause', async () => {
    let isReady = false;
    setTimeout(() => {
      isReady = true;
    }, 999);
    const looks = stampedCalls(() => isReady);
    await settle(waitFor(looks.call, { timeout: 1_000, interval: exactly(600) }), 1_000);
    expect(looks.at).toEqual([0, 600, 1_000]);
  });

  test('tells the look that the deadline caused it', async () => {
    const causes: string[] = [];
    await rejection(
      waitFor(({ wokenBy }) => causes.push(wokenBy) > 9, { timeout: 100, interval: exactly(60) }),
      100,
    );
    expect(causes).toEqual(['start', 'schedule', 'deadline']);
  });

  test('happens after a blocked event loop or a suspended machine too, however late', async () => {
    const clock = createClock();
    let isReady = false;
    const looks: number[] = [];
    const condition = () => looks.push(clock.performance.now()) > 0 && isReady;
    const waiting = waitFor(condition, { clock, timeout: 200, interval: exactly(50) });
    await clock.tickAsync(30);
    isReady = true;
    clock.jump(5_000);
    await clock.tickAsync(0);
    await expect(waiting).resolves.toBe(true);
    expect(looks).toEqual([0, 5_030]);
  });

  test('gives an asynchronous look at the deadline as long as the slowest before it', async () => {
    let isReady = false;
    const answerIn = (milliseconds: number) =>
      new Promise<boolean>((resolve) => {
        setTimeout(() => resolve(isReady), milliseconds);
      });
    setTimeout(() => {
      isReady = true;
    }, 350);
    const waiting = waitFor(() => answerIn(100), { timeout: 300, interval: exactly(200) });
    await vi.advanceTimersByTimeAsync(399);
    expect(await isPending(waiting)).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    await expect(waiting).resolves.toBe(true);
  });

  test('gives an asynchronous look that is under way at the deadline as long, too', async () => {
    const answer = (calls: number) =>
      new Promise<boolean>((resolve) => {
        setTimeout(() => resolve(calls === 2), 100);
      });
    const looks = stampedCalls(answer);
    expect(await settle(waitFor(looks.call, { timeout: 300, interval: exactly(150) }), 350)).toEqual({
      status: 'fulfilled',
      value: true,
    });
    expect(looks.at).toEqual([0, 250]);
  });

  test('gives an answer that waits in a blocked event loop a moment to be heard', async () => {
    const clock = createClock();
    const { promise, resolve } = deferred<boolean>();
    const waiting = waitFor(() => promise, { clock, timeout: 200 });
    await clock.tickAsync(10);
    clock.jump(5_000);
    await clock.tickAsync(0);
    expect(await isPending(waiting)).toBe(true);
    resolve(true);
    await expect(waiting).resolves.toBe(true);
  });

  test('gives that moment only once', async () => {
    const clock = createClock();
    const waiting = waitFor(() => new Promise<boolean>(() => {}), { clock, timeout: 200 });
    const outcome = waiting.catch((error: Error) => error.message);
    clock.jump(5_000);
    await clock.tickAsync(0);
    await clock.tickAsync(50);
    expect(await outcome).toContain('look 1 was still pending after 5.1 s');
  });
});

describe('a wait that fails', () => {
  test('is settled before one that is done later in the same turn', async () => {
    const failing = waitFor(() => false, { timeout: 20, interval: exactly(20) });
    const done = waitFor(({ attempt }) => attempt > 1, { interval: exactly(20) });
    expect(await rejection(Promise.race([failing, done]), 20)).toMatchObject({ name: 'WaitTimeoutError' });
    await done;
  });
});

describe('P3: a look that hangs cannot outlive the deadline', () => {
  test('cuts it at the deadline and aborts its signal', async () => {
    let signal: AbortSignal | undefined;
    const start = performance.now();
    const error = await rejection(
      waitFor(
        (look) => {
          ({ signal } = look);
          return new Promise<boolean>(() => {});
        },
        { timeout: 300 },
      ).finally(() => expect(performance.now() - start).toBe(300)),
      1_000,
    );
    expect(error.name).toBe('WaitTimeoutError');
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toMatchObject({ name: 'TimeoutError' });
  });

  test('aborts a signal that is asked for only after the look was cut', async () => {
    let late: { signal: AbortSignal } | undefined;
    await rejection(
      waitFor(
        (look) => {
          late = look;
          return new Promise<boolean>(() => {});
        },
        { timeout: 10 },
      ),
      10,
    );
    expect(late?.signal.aborted).toBe(true);
  });

  test('cuts a look that begins with the deadline 50 ms later', async () => {
    const start = performance.now();
    let looks = 0;
    const condition = () => (++looks === 1 ? false : new Promise<boolean>(() => {}));
    const waiting = waitFor(condition, { timeout: 100, interval: Number.POSITIVE_INFINITY });
    await rejection(
      waiting.finally(() => expect(performance.now() - start).toBe(150)),
      200,
    );
  });

  test.each(['resolves', 'rejects'] as const)('ignores it when it %s later', async (how) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const late = new Promise<boolean>((resolve, reject) => {
      setTimeout(() => (how === 'resolves' ? resolve(true) : reject(new Error('late'))), 500);
    });
    const error = await rejection(
      waitFor(() => late, { timeout: 100 }),
      100,
    );
    await vi.advanceTimersByTimeAsync(400);
    vi.useRealTimers();
    // Node tells of unhandled rejections only once the microtasks of a turn are done.
    await new Promise((resolve) => setImmediate(resolve));
    vi.useFakeTimers();
    process.off('unhandledRejection', unhandled);
    expect(error.name).toBe('WaitTimeoutError');
    expect(unhandled).not.toHaveBeenCalled();
  });

  test('cuts one look with `attemptTimeout`, and looks again', async () => {
    const signals: AbortSignal[] = [];
    const looks = stampedCalls((_calls, look: { signal: AbortSignal }) => {
      signals.push(look.signal);
      return signals.length === 1 ? new Promise<boolean>(() => {}) : true;
    });
    const waiting = waitFor(looks.call, { attemptTimeout: 100, interval: exactly(10) });
    expect(await settle(waiting, 110)).toEqual({ status: 'fulfilled', value: true });
    expect(looks.at).toEqual([0, 110]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });
});

describe('P4: looks never overlap', () => {
  test('counts the pause from the end of a look', async () => {
    let [underWay, most] = [0, 0];
    const looks = stampedCalls(async (calls) => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 30));
      underWay--;
      return calls === 3;
    });
    await settle(waitFor(looks.call, { interval: exactly(10) }), 110);
    expect(looks.at).toEqual([0, 40, 80]);
    expect(most).toBe(1);
  });
});

describe('P5: abort settles in the same turn', () => {
  test.each([
    ['in a pause', () => false],
    ['in a look', () => new Promise<boolean>(() => {})],
  ])('%s, with the reason itself', async (_, condition) => {
    const controller = new AbortController();
    const reason = { any: 'value' };
    const waiting = waitFor(condition, { signal: controller.signal });
    controller.abort(reason);
    // No time passes, and no timer runs.
    await expect(waiting).rejects.toBe(reason);
  });

  test('before any microtask runs', async () => {
    const controller = new AbortController();
    const waiting = waitFor(() => false, { signal: controller.signal });
    controller.abort('enough');
    await expect(Promise.race([waiting, Promise.resolve('pending')])).rejects.toBe('enough');
  });

  test('when the condition itself aborts', async () => {
    const controller = new AbortController();
    const condition = vi.fn(() => {
      controller.abort('enough');
      return false;
    });
    await expect(waitFor(condition, { signal: controller.signal })).rejects.toBe('enough');
    expect(condition).toHaveBeenCalledOnce();
  });

  describe('or before the next look, when a listener kept the event from all others', () => {
    function stopped(): AbortController {
      const controller = new AbortController();
      controller.signal.addEventListener('abort', (event) => event.stopImmediatePropagation());
      return controller;
    }

    test('after a pause', async () => {
      const controller = stopped();
      const looks = vi.fn(() => false);
      const waiting = waitFor(looks, { signal: controller.signal, interval: exactly(100) });
      await vi.advanceTimersByTimeAsync(150);
      controller.abort('enough');
      const aborting = expect(waiting).rejects.toBe('enough');
      await vi.advanceTimersByTimeAsync(50);
      await aborting;
      expect(looks).toHaveBeenCalledTimes(2);
      expect(vi.getTimerCount()).toBe(0);
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    });

    test('after an event', async () => {
      const controller = stopped();
      const emitter = new EventEmitter();
      const waiting = waitForEvent(emitter, 'done', { signal: controller.signal });
      controller.abort('enough');
      emitter.emit('done');
      await expect(waiting).rejects.toBe('enough');
      expect(emitter.eventNames()).toEqual([]);
    });

    test('after the trigger', async () => {
      const controller = stopped();
      const looks = vi.fn(() => true);
      const trigger = async () => controller.abort('enough');
      await expect(waitFor(looks, { signal: controller.signal, trigger })).rejects.toBe('enough');
      expect(looks).not.toHaveBeenCalled();
    });
  });

  test('while the trigger runs, and tells it', async () => {
    const controller = new AbortController();
    let given: AbortSignal | undefined;
    const trigger = (signal: AbortSignal) => {
      given = signal;
      return new Promise(() => {});
    };
    const waiting = waitFor(() => true, { signal: controller.signal, trigger });
    await vi.advanceTimersByTimeAsync(0);
    controller.abort('stop');
    await expect(waiting).rejects.toBe('stop');
    expect(given?.reason).toBe('stop');
  });

  test('of several signals, the first that aborts', async () => {
    const controllers = [new AbortController(), new AbortController()];
    const waiting = waitFor(() => false, { signal: controllers.map(({ signal }) => signal) });
    controllers[1]?.abort('second');
    controllers[0]?.abort('first');
    await expect(waiting).rejects.toBe('second');
    await expect(waitFor(() => true, { signal: controllers.map(({ signal }) => signal) })).rejects.toBe('first');
    for (const { signal } of controllers) expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test.each([
    ['waitFor', (signal: AbortSignal) => waitFor(() => false, { signal })],
    ['retry', (signal: AbortSignal) => retry(() => new Promise(() => {}), { signal })],
  ])('and is no unhandled rejection when nobody listens: %s', async (_, wait) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const controller = new AbortController();
    void wait(controller.signal);
    controller.abort('the test is over');
    void wait(controller.signal);
    const { setImmediate: nextTurn } = realClock;
    await new Promise<void>((resolve) => nextTurn?.(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test('a deadline said with a signal comes back as a timeout with the diagnosis', async () => {
    const controller = new AbortController();
    const reason = new DOMException('too late', 'TimeoutError');
    const waiting = waitFor(() => false, { signal: controller.signal, name: 'it', interval: exactly(100) });
    const aborting = expect(waiting).rejects.toMatchObject({
      name: 'WaitTimeoutError',
      message: expect.stringContaining('it: not within the 250 ms of its signal (3 looks)'),
      cause: reason,
    });
    await vi.advanceTimersByTimeAsync(250);
    controller.abort(reason);
    await aborting;
  });

  test('a deadline said with a signal does not hide the last error of a look', async () => {
    const controller = new AbortController();
    const thrown = new Error('expected 1 to be 2');
    const assertion = () => {
      throw thrown;
    };
    const waiting = eventually(assertion, { signal: controller.signal });
    controller.abort(new DOMException('too late', 'TimeoutError'));
    await expect(waiting).rejects.toMatchObject({ name: 'WaitTimeoutError', cause: thrown });
  });

  test('gives an AbortError where a platform knows no reason', async () => {
    const signal = Object.assign(new EventTarget(), { aborted: true, reason: undefined }) as unknown as AbortSignal;
    await expect(waitFor(() => true, { signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('P6: after settling nothing is left', () => {
  const ends: [string, (condition: () => unknown, signal: AbortSignal) => Promise<unknown>][] = [
    ['done', (condition, signal) => waitFor(condition, { signal, wakeOn: on(bus, 'x'), interval: exactly(10) })],
    ['timeout', (condition, signal) => waitFor(condition, { signal, wakeOn: on(bus, 'x'), timeout: 15 })],
    ['attempts', (condition, signal) => waitFor(condition, { signal, wakeOn: on(bus, 'x'), maxAttempts: 2 })],
  ];
  const bus = new EventEmitter();

  test.each(ends)('no timer, listener or further call after: %s', async (_, wait) => {
    const { signal } = new AbortController();
    let looks = 0;
    const condition = vi.fn(() => ++looks === 3);
    await settle(wait(condition, signal), 100);
    const { length } = condition.mock.calls;
    bus.emit('x');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(condition).toHaveBeenCalledTimes(length);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(bus.listenerCount('x')).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('one abort listener for each signal, however many looks and waits', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const waits = Array.from({ length: 50 }, () => waitFor(() => false, { signal, interval: exactly(10) }));
    await vi.advanceTimersByTimeAsync(500);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    controller.abort('all');
    expect(await Promise.allSettled(waits)).toEqual(waits.map(() => ({ status: 'rejected', reason: 'all' })));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('no timer of a wait that a source aborted before its trigger ran, while another was connecting', async () => {
    const controller = new AbortController();
    const trigger = vi.fn();
    const aborting: WakeSource = () => {
      controller.abort('enough');
      return () => {};
    };
    const connecting: WakeSource = () => new Promise(() => {});
    const waiting = waitFor(() => true, { signal: controller.signal, trigger, wakeOn: [aborting, connecting] });
    await expect(waiting).rejects.toBe('enough');
    expect(vi.getTimerCount()).toBe(0);
    expect(trigger).not.toHaveBeenCalled();
  });

  test('ends the subscription that becomes live only after the wait is over', async () => {
    const unsubscribe = vi.fn();
    const slow: WakeSource = () => new Promise((resolve) => setTimeout(() => resolve(unsubscribe), 50));
    await waitFor(() => true, { wakeOn: slow });
    expect(unsubscribe).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(50);
    expect(unsubscribe).toHaveBeenCalledOnce();
  });

  test('does not wake for a call of a source that was told to stop', async () => {
    let wake: Wake | undefined;
    const condition = vi.fn(() => true);
    await waitFor(condition, {
      wakeOn: (given) => {
        wake = given;
        return () => {};
      },
    });
    wake?.();
    wake?.failed('late');
    await vi.advanceTimersByTimeAsync(100);
    expect(condition).toHaveBeenCalledOnce();
  });
});

describe('P7: between two looks the event loop turns', () => {
  test('even with a pause of 0, so that a timer is served', async () => {
    vi.useRealTimers();
    let isSet = false;
    setTimeout(() => {
      isSet = true;
    }, 1);
    await expect(waitFor(() => isSet, { interval: 0 })).resolves.toBe(true);
    vi.useFakeTimers();
  });

  test('also between looks that events bring forward', async () => {
    vi.useRealTimers();
    const bus = new EventEmitter();
    let [turns, looks] = [0, 0];
    const turn = () => {
      turns++;
      if (looks < 5) setImmediate(turn);
    };
    setImmediate(turn);
    const seen: number[] = [];
    await waitFor(
      () => {
        seen.push(turns);
        bus.emit('x');
        return ++looks === 5;
      },
      { interval: exactly(3_600_000), wakeOn: on(bus, 'x') },
    );
    expect(new Set(seen).size).toBe(5);
    vi.useFakeTimers();
  });
});

describe('P8: long pauses and timeouts work', () => {
  test('a pause beyond 2^31-1 ms is slept, not skipped', async () => {
    const pause = 2 ** 31 + 1_000;
    const looks = stampedCalls((calls) => calls === 2);
    await settle(waitFor(looks.call, { interval: exactly(pause), timeout: '2000h' }), pause);
    expect(looks.at).toEqual([0, pause]);
  });

  test('a timeout beyond 2^31-1 ms ends the wait when it is over, and not before', async () => {
    const timeout = 2 ** 31 * 2;
    const waiting = waitFor(() => false, { timeout, interval: Number.POSITIVE_INFINITY });
    const outcome = waiting.catch((error: Error) => error.name);
    await vi.advanceTimersByTimeAsync(timeout - 1);
    expect(await isPending(waiting)).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcome).toBe('WaitTimeoutError');
  });

  test('without a timeout and an interval only an event causes a look', async () => {
    const bus = new EventEmitter();
    const looks = stampedCalls((calls) => calls === 2);
    const endless = { timeout: Number.POSITIVE_INFINITY, interval: Number.POSITIVE_INFINITY };
    const waiting = waitFor(looks.call, { ...endless, wakeOn: on(bus, 'x') });
    await vi.advanceTimersByTimeAsync(2 ** 33);
    bus.emit('x');
    await settle(waiting, 0);
    expect(looks.at).toEqual([0, 2 ** 33]);
  });
});

describe('P9: elapsed time is monotonic', () => {
  test.each([3_600_000, -3_600_000])('a jump of the wall clock by %i ms changes nothing', async (jump) => {
    const start = performance.now();
    const waiting = waitFor(() => false, { timeout: 300 });
    await vi.advanceTimersByTimeAsync(50);
    vi.setSystemTime(Date.now() + jump);
    const error = await rejection(
      waiting.finally(() => expect(performance.now() - start).toBe(300)),
      300,
    );
    expect(error.message).toContain('not within 300 ms');
  });

  test.each([0.1, 1, 16.67, 100])(
    'a clock that counts in steps of %f ms, as browsers have them, does not end a wait early',
    async (step) => {
      const clock = createClock();
      const { setTimeout, clearTimeout } = clock;
      const performance = { now: () => Math.floor(clock.now / step) * step };
      let endedAt = 0;
      const options = { clock: { setTimeout, clearTimeout, performance }, timeout: 1_000, interval: exactly(10) };
      const waiting = waitFor(() => false, options).catch(() => {
        endedAt = clock.now;
      });
      await clock.tickAsync(1_100);
      await waiting;
      expect(endedAt).toBe(1_000);
    },
  );
});

describe('P10: the errors of the user come back as the same object', () => {
  const error = new Error('mine');
  const cases: [string, () => Promise<unknown>][] = [
    [
      'condition',
      () =>
        waitFor((): boolean => {
          throw error;
        }),
    ],
    ['asynchronous condition', () => waitFor(() => Promise.reject(error))],
    [
      'until',
      () =>
        waitFor(() => 1, {
          until: () => {
            throw error;
          },
        }),
    ],
    [
      'failWhen',
      () =>
        waitFor(() => 1, {
          failWhen: () => {
            throw error;
          },
        }),
    ],
    ['failWhen, as a reason', () => waitFor(() => 1, { failWhen: () => error })],
    [
      'tolerate',
      () =>
        waitFor(() => Promise.reject(new Error('other')), {
          tolerate: () => {
            throw error;
          },
        }),
    ],
    [
      'trigger',
      () =>
        waitFor(() => true, {
          trigger: () => {
            throw error;
          },
        }),
    ],
    ['asynchronous trigger', () => waitFor(() => true, { trigger: () => Promise.reject(error) })],
    ['failFast', () => waitFor(() => false, { failFast: Promise.reject(error) })],
    ['failFast, as a value', () => waitFor(() => false, { failFast: Promise.resolve(error) })],
    ['giveUp', () => waitFor(() => giveUp(error))],
    ['giveUp in eventually', () => eventually(() => giveUp(error))],
    [
      'a ReferenceError in eventually',
      () =>
        eventually(() => {
          throw Object.assign(error, { name: 'ReferenceError' });
        }),
    ],
    [
      'onLook',
      () =>
        waitFor(() => false, {
          onLook: () => {
            throw error;
          },
        }),
    ],
    [
      'backoff',
      () =>
        waitFor(() => false, {
          interval: () => {
            throw error;
          },
        }),
    ],
    [
      'random',
      () =>
        waitFor(() => false, {
          random: () => {
            throw error;
          },
        }),
    ],
    [
      'progress',
      () =>
        waitFor(() => false, {
          progress: {
            every: 10,
            report: () => {
              throw error;
            },
          },
        }),
    ],
    ['signal', () => waitFor(() => false, { signal: AbortSignal.abort(error) })],
  ];

  test.each(cases)('%s', async (_, wait) => {
    expect(await rejection(wait(), 100)).toBe(error);
  });

  test('whatever was thrown, also what is no error', async () => {
    for (const thrown of [undefined, null, 0, '', Symbol('x'), Object.create(null)]) {
      expect(
        await settle(
          waitFor(() => Promise.reject(thrown)),
          0,
        ),
      ).toEqual({ status: 'rejected', reason: thrown });
    }
  });
});

describe('P11: wakes are neither lost nor multiplied', () => {
  test('a wake that arrives during a look causes one more look after it', async () => {
    const bus = new EventEmitter();
    const looks = stampedCalls(() => new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 100)));
    const waiting = waitFor(looks.call, { interval: exactly(3_600_000), timeout: 1_000, wakeOn: on(bus, 'x') });
    await vi.advanceTimersByTimeAsync(40);
    bus.emit('x');
    bus.emit('x');
    await rejection(waiting, 2_000);
    // A faked clock rings what is due at once one millisecond later when it is set while the clock moves.
    expect(looks.at).toEqual([0, 101, 1_000]);
  });

  test('wakes that arrive together cause one look', async () => {
    const bus = new EventEmitter();
    const looks = stampedCalls(() => false);
    const waiting = waitFor(looks.call, { interval: exactly(3_600_000), timeout: 1_000, wakeOn: on(bus, 'x') });
    await vi.advanceTimersByTimeAsync(40);
    for (let count = 0; count < 1_000; count++) bus.emit('x');
    const error = await rejection(waiting, 2_000);
    expect(looks.at).toEqual([0, 40, 1_000]);
    expect(error.message).toContain('3 looks, 1 of them woken by events');
  });
});

describe('P12: no event falls between looking and listening', () => {
  test('is subscribed before the first look, so that an event during it is heard', async () => {
    const bus = new EventEmitter();
    const looks = stampedCalls(async (calls) => {
      if (calls === 1) bus.emit('x');
      return calls === 2;
    });
    await settle(waitFor(looks.call, { interval: exactly(3_600_000), wakeOn: on(bus, 'x') }), 0);
    expect(looks.at).toEqual([0, 0]);
  });

  test('looks again when a source becomes live, as it could not hear what came before', async () => {
    let isReady = false;
    const slow: WakeSource = () =>
      new Promise((resolve) => {
        setTimeout(() => {
          isReady = true;
          resolve(() => {});
        }, 70);
      });
    const looks = stampedCalls(() => isReady);
    // A faked clock rings what is due at once one millisecond later when it is set while the clock moves.
    await settle(waitFor(looks.call, { interval: exactly(3_600_000), wakeOn: slow }), 71);
    expect(looks.at).toEqual([0, 71]);
  });

  test('pulls the trigger only when every source is live, and looks only after it', async () => {
    const order: string[] = [];
    const source =
      (name: string, delay: number): WakeSource =>
      () =>
        new Promise((resolve) => {
          setTimeout(() => {
            order.push(`${name} live`);
            resolve(() => {});
          }, delay);
        });
    const waiting = waitFor(({ triggered }) => order.push(`look: ${triggered}`), {
      wakeOn: [source('a', 20), source('b', 50)],
      trigger: async () => order.push('trigger') && 'started',
    });
    await settle(waiting, 50);
    expect(order).toEqual(['a live', 'b live', 'trigger', 'look: started']);
  });

  const broken: [string, WakeSource, string][] = [
    [
      'throws',
      () => {
        throw new Error('no route');
      },
      'no route',
    ],
    ['rejects', () => Promise.reject(new Error('refused')), 'refused'],
    [
      'dies later',
      (wake) => {
        wake.failed(new Error('socket closed'));
        return () => {};
      },
      'socket closed',
    ],
    ['gives back nothing', (() => undefined) as never, 'it gave back no way to unsubscribe'],
  ];

  test.each(broken)('a source that %s degrades to polling and is named', async (_, broke, reason) => {
    const source: WakeSource = Object.defineProperty((wake: Wake) => broke(wake), 'name', { value: 'bus' });
    const looks = stampedCalls(() => false);
    const error = await rejection(waitFor(looks.call, { wakeOn: source, timeout: 300, interval: exactly(100) }), 300);
    expect(looks.at).toEqual([0, 100, 200, 300]);
    expect(error.message).toContain(`wake source "bus" failed after 0 ms (${reason}); polling went on without it`);
  });

  test('a source that never becomes live does not keep the trigger for ever', async () => {
    const trigger = vi.fn();
    const start = performance.now();
    const never: WakeSource = () => new Promise(() => {});
    const waiting = waitFor(() => false, {
      wakeOn: never,
      timeout: 1_000,
      trigger: () => trigger(performance.now() - start),
    });
    const error = await rejection(waiting, 1_000);
    expect(trigger.mock.calls).toEqual([[250]]);
    expect(error.message).toContain('wake source "never" was not live yet');
  });

  test('a storm of events does not become a storm of looks', async () => {
    const bus = new EventEmitter();
    const condition = vi.fn(() => {
      bus.emit('x');
      return false;
    });
    await rejection(waitFor(condition, { interval: exactly(3_600_000), timeout: 1_000, wakeOn: on(bus, 'x') }), 1_000);
    // Ten at once, then one every 10 ms, and the one at the deadline.
    expect(condition.mock.calls.length).toBeLessThanOrEqual(1 + 10 + 100 + 1);
    expect(condition.mock.calls.length).toBeGreaterThan(100);
  });
});

describe('P13: the first look is synchronous', () => {
  test('and when it is done, no timer, listener, Error or AbortController was made', async () => {
    const made: string[] = [];
    const { signal } = new AbortController();
    const listen = vi.spyOn(signal, 'addEventListener');
    const note = (what: string) =>
      function noted() {
        made.push(what);
      } as never;
    const spies = [
      vi.spyOn(globalThis, 'setTimeout').mockImplementation(note('timer')),
      vi.spyOn(globalThis, 'setImmediate').mockImplementation(note('immediate')),
      vi.spyOn(globalThis, 'AbortController').mockImplementation(note('controller')),
      vi.spyOn(globalThis, 'Error').mockImplementation(note('error')),
      vi.spyOn(Error, 'captureStackTrace').mockImplementation(note('stack')),
    ];
    let wasLooked = false;
    const waiting = waitFor(
      () => {
        wasLooked = true;
        return 'there';
      },
      { signal, timeout: '1s', attemptTimeout: '1s', name: 'it' },
    );
    expect(wasLooked).toBe(true);
    for (const spy of spies) spy.mockRestore();
    expect(made).toEqual([]);
    expect(listen).not.toHaveBeenCalled();
    await expect(waiting).resolves.toBe('there');
  });

  test('and is not yet pending afterwards', async () => {
    const waiting = waitFor(() => true);
    expect(pendingWaits()).toEqual([]);
    await waiting;
  });
});

describe('P15: bad options are refused before the first look', () => {
  test('with the name of the option and the value', async () => {
    const condition = vi.fn(() => true);
    await expect(waitFor(condition, { timeout: -1 })).rejects.toThrow(/`timeout` must be .*; got -1/);
    expect(condition).not.toHaveBeenCalled();
  });
});

describe('P14: a pending wait keeps the process alive, and only then', () => {
  const run = (wait: string) => {
    const script = `
      const { waitFor } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)});
      process.on('exit', (code) => console.log('exit', code, Math.round(performance.now() - start) < 2_000));
      const start = performance.now();
      ${wait}`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
    return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 }).stdout.trim();
  };

  test("stays for a wait that only an unref'd timer will end", () => {
    const wait = `
      let isReady = false;
      setTimeout(() => { isReady = true; }, 200).unref();
      console.log(await waitFor(() => isReady, { interval: 10 }));`;
    expect(run(wait)).toBe('true\nexit 0 true');
  });

  test('goes at once when the wait is over, whatever it was still pausing or looking for', () => {
    const wait = `
      const controller = new AbortController();
      const waits = [
        waitFor(() => false, { interval: '1h', timeout: '1h', signal: controller.signal }),
        waitFor(() => new Promise(() => {}), { attemptTimeout: '1h', timeout: '1h', signal: controller.signal }),
        waitFor(() => false, { interval: '1h', timeout: 1 }),
      ];
      controller.abort('enough');
      console.log((await Promise.allSettled(waits)).map(({ status }) => status).join());`;
    expect(run(wait)).toBe('rejected,rejected,rejected\nexit 0 true');
  });

  test('goes in the middle of a wait with `unref`', () => {
    expect(run(`void waitFor(() => false, { interval: 10, timeout: '1h', unref: true });`)).toBe('exit 0 true');
  });
});

import { EventEmitter as NodeEmitter } from 'node:events';
import { EventEmitter } from 'eventemitter3';
import { type EventOptions, pendingWaits, waitForEvent } from 'unsleep';
import { describe, expect, test, vi } from 'vitest';
import { rejection, settle, useVirtualTime } from './virtual-time.ts';

useVirtualTime();

describe('waitForEvent', () => {
  test.each<[string, () => EventEmitter]>([
    ['an eventemitter3', () => new EventEmitter()],
    ['an emitter of Node', () => new NodeEmitter() as unknown as EventEmitter],
  ])('gives back the arguments of the event of %s, and leaves no listener', async (_, make) => {
    const bus = make();
    const waiting = waitForEvent(bus, 'done');
    expect([bus.listenerCount('done'), bus.listenerCount('error')]).toEqual([1, 1]);
    bus.emit('other');
    bus.emit('done', 1, 'two');
    expect(await settle(waiting, 0)).toEqual({ status: 'fulfilled', value: [1, 'two'] });
    expect([bus.listenerCount('done'), bus.listenerCount('error')]).toEqual([0, 0]);
  });

  test('gives back the event of an EventTarget', async () => {
    const target = new EventTarget();
    const waiting = waitForEvent(target, 'open');
    const event = new Event('open');
    target.dispatchEvent(event);
    const result = await settle(waiting, 0);
    expect(result.status === 'fulfilled' && result.value).toEqual([event]);
  });

  test('is done with an event without arguments', async () => {
    const bus = new EventEmitter();
    const waiting = waitForEvent(bus, 'done');
    bus.emit('done');
    expect(await settle(waiting, 0)).toEqual({ status: 'fulfilled', value: [] });
  });

  test('listens before the trigger runs, so that its event is not missed', async () => {
    const bus = new EventEmitter();
    const trigger = vi.fn(() => bus.emit('done', 'by the trigger'));
    expect(await settle(waitForEvent(bus, 'done', { trigger }), 0)).toMatchObject({ value: ['by the trigger'] });
    expect(trigger).toHaveBeenCalledOnce();
  });

  test('is over in the turn in which its event comes', async () => {
    const bus = new EventEmitter();
    const waiting = waitForEvent(bus, 'done', { filter: (id) => id === 2 });
    bus.emit('done', 1);
    bus.emit('done', 2);
    expect(pendingWaits()).toEqual([]);
    // No timer rings meanwhile.
    expect(await waiting).toEqual([2]);
  });

  test('hears all of many events that do not pass its filter, however fast they come', async () => {
    const bus = new EventEmitter();
    const filter = vi.fn((id: number) => id === 100);
    const waiting = waitForEvent(bus, 'done', { filter });
    for (let id = 1; id <= 100; id++) bus.emit('done', id);
    expect(await waiting).toEqual([100]);
    expect(filter).toHaveBeenCalledTimes(100);
  });

  test('listens before it returns', async () => {
    const bus = new EventEmitter();
    const waiting = waitForEvent(bus, 'done');
    bus.emit('done', 'at once');
    expect(await settle(waiting, 0)).toMatchObject({ value: ['at once'] });
  });

  test('ends with the error of the trigger', async () => {
    const [bus, error] = [new EventEmitter(), new Error('refused')];
    expect(await rejection(waitForEvent(bus, 'done', { trigger: () => Promise.reject(error) }), 0)).toBe(error);
    expect(bus.listenerCount('done')).toBe(0);
  });

  test('takes the first of two events in one turn', async () => {
    const bus = new EventEmitter();
    const waiting = waitForEvent(bus, 'done');
    bus.emit('done', 1);
    bus.emit('done', 2);
    expect(await settle(waiting, 0)).toMatchObject({ value: [1] });
  });

  test('takes the first event that passes the filter, of several in one turn', async () => {
    const bus = new EventEmitter<{ done: [id: number, result: string] }>();
    const filter = vi.fn((id: number) => id === 2);
    const waiting = waitForEvent(bus, 'done', { filter });
    for (const id of [1, 2, 3]) bus.emit('done', id, `job ${id}`);
    expect(await settle(waiting, 0)).toEqual({ status: 'fulfilled', value: [2, 'job 2'] });
    expect(filter.mock.calls.map(([id]) => id)).toEqual([1, 2]);
  });

  test('does not miss an event of its own filter', async () => {
    const bus = new EventEmitter();
    const filter = (id: number) => {
      if (id === 1) bus.emit('done', 2);
      return id === 2;
    };
    const waiting = waitForEvent(bus, 'done', { filter });
    bus.emit('done', 1);
    expect(await settle(waiting, 1)).toMatchObject({ value: [2] });
  });

  test('rejects with the very error that the filter throws', async () => {
    const [bus, error] = [new EventEmitter(), new Error('mine')];
    const filter = () => {
      throw error;
    };
    const waiting = waitForEvent(bus, 'done', { filter });
    bus.emit('done');
    expect(await rejection(waiting, 0)).toBe(error);
  });

  test('refuses a filter that answers with a promise: every event would pass', async () => {
    const bus = new EventEmitter();
    const waiting = waitForEvent(bus, 'done', { filter: async () => false });
    bus.emit('done');
    expect((await rejection(waiting, 0)).message).toBe('`filter` must answer at once; it gave a promise');
  });

  test('rejects with the very error of an `error` event', async () => {
    const [bus, error] = [new EventEmitter(), new Error('socket closed')];
    const waiting = waitForEvent(bus, 'done');
    bus.emit('error', error);
    bus.emit('done');
    expect(await rejection(waiting, 0)).toBe(error);
  });

  test('rejects with the error in the event of an EventTarget', async () => {
    const [target, error] = [new EventTarget(), new Error('socket closed')];
    const waiting = waitForEvent(target, 'open');
    target.dispatchEvent(Object.assign(new Event('error'), { error }));
    expect(await rejection(waiting, 0)).toBe(error);
  });

  test.each<[unknown[], RegExp]>([
    [[], /^event 'done': event 'error' came instead \(/],
    [['closed'], /^event 'done': event 'error' came instead: 'closed' \(/],
    [[{ code: 7 }], /^event 'done': event 'error' came instead: \{ code: 7 \} \(/],
  ])('says which event came instead, when it brought no error: %j', async (args, message) => {
    const bus = new EventEmitter();
    const waiting = waitForEvent(bus, 'done');
    bus.emit('error', ...args);
    const error = await rejection(waiting, 0);
    expect(error.name).toBe('WaitFailedError');
    expect(error.message).toMatch(message);
  });

  test('lets `error` events be with an empty `rejectOn`', async () => {
    const bus = new EventEmitter();
    const waiting = waitForEvent(bus, 'done', { rejectOn: [] });
    expect(bus.listenerCount('error')).toBe(0);
    bus.emit('error', new Error('ignored'));
    bus.emit('done', 1);
    expect(await settle(waiting, 0)).toMatchObject({ value: [1] });
  });

  test('rejects on the events that `rejectOn` names', async () => {
    const bus = new EventEmitter();
    const waiting = waitForEvent(bus, 'done', { rejectOn: ['failed', 'closed'] });
    bus.emit('closed', 'by peer');
    expect((await rejection(waiting, 0)).message).toContain("event 'closed' came instead: 'by peer'");
  });

  test('may wait for an `error` event itself', async () => {
    const [bus, error] = [new NodeEmitter(), new Error('expected')];
    const waiting = waitForEvent(bus, 'error');
    bus.emit('error', error);
    expect(await settle(waiting, 0)).toMatchObject({ value: [error] });
  });

  test('adds one listener to a source for each event, however many waits', async () => {
    const bus = new EventEmitter();
    const waits = Array.from({ length: 20 }, () => waitForEvent(bus, 'done'));
    expect([bus.listenerCount('done'), bus.listenerCount('error')]).toEqual([1, 1]);
    bus.emit('done', 1);
    expect(await settle(Promise.all(waits), 0)).toMatchObject({ value: waits.map(() => [1]) });
    expect([bus.listenerCount('done'), bus.listenerCount('error')]).toEqual([0, 0]);
  });

  test('says in its timeout how many events came and did not pass', async () => {
    const bus = new EventEmitter();
    const waiting = waitForEvent(bus, 'done', { filter: (id) => id === 9, timeout: '1s' });
    await vi.advanceTimersByTimeAsync(100);
    bus.emit('done', 1);
    await vi.advanceTimersByTimeAsync(100);
    bus.emit('done', 2);
    const error = await rejection(waiting, 1_000);
    expect(error.message).toMatchInlineSnapshot(`
      "event 'done': not within 1 s (4 looks, 2 of them woken by events)

             0 ms  (no event)   4 looks   ← until the end

        events that came and did not pass the filter: 2, the last with [2]"
    `);
    expect(bus.listenerCount('done')).toBe(0);
  });

  test('ends with its signal and with failFast, and leaves no listener', async () => {
    const bus = new EventEmitter();
    const controller = new AbortController();
    const error = new Error('gone');
    const waits = [
      waitForEvent(bus, 'done', { signal: controller.signal }),
      waitForEvent(bus, 'done', { failFast: Promise.reject(error) }),
    ];
    controller.abort('enough');
    expect(await Promise.allSettled(waits)).toMatchObject([{ reason: 'enough' }, { reason: error }]);
    expect([bus.listenerCount('done'), bus.listenerCount('error')]).toEqual([0, 0]);
  });

  test('listens to nothing when the signal was aborted before', async () => {
    const bus = new EventEmitter();
    const listen = vi.spyOn(bus, 'on');
    await expect(waitForEvent(bus, 'done', { signal: AbortSignal.abort('no') })).rejects.toBe('no');
    expect(listen).not.toHaveBeenCalled();
  });

  test('rejects at once when it cannot listen, and leaves no listener', async () => {
    const [bus, error] = [new EventEmitter(), new Error('no such event')];
    const { on } = bus;
    vi.spyOn(bus, 'on').mockImplementation((...args) => {
      if (args[0] === 'error') throw error;
      return on.apply(bus, args);
    });
    expect(await rejection(waitForEvent(bus, 'done'), 0)).toBe(error);
    expect(bus.listenerCount('done')).toBe(0);
  });

  test('begins the stack with the line of the caller', async () => {
    function callSite() {
      return waitForEvent(new EventEmitter(), 'done', { timeout: 10 });
    }
    const error = await rejection(callSite(), 10);
    expect(/^ +at .*$/m.exec(error.stack ?? '')?.[0]).toMatch(/ at callSite .*wait-for-event\.test\.ts/);
  });

  test.each<[RegExp, unknown, unknown, unknown]>([
    [/^`source` must/, {}, 'done', {}],
    [/^`source` must/, null, 'done', {}],
    [/^`event` must be a string or a symbol; got 5/, new EventEmitter(), 5, {}],
    [/^`filter` must be a function; got 'id'/, new EventEmitter(), 'done', { filter: 'id' }],
    [/^`rejectOn` must be an array of event names; got 'error'/, new EventEmitter(), 'done', { rejectOn: 'error' }],
    [/^`timeout` must be/, new EventEmitter(), 'done', { timeout: -1 }],
    [/^`options` must be an object; got null/, new EventEmitter(), 'done', null],
  ])('refuses: %s', async (message, source, event, options) => {
    const error = await rejection(waitForEvent(source as EventEmitter, event as string, options as EventOptions), 0);
    expect(error.message).toMatch(message);
  });
});

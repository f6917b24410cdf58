import { EventEmitter as NodeEmitter } from 'node:events';
import { EventEmitter } from 'eventemitter3';
import { on, type Wake, waitFor } from 'unsleep';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

function createWake() {
  return Object.assign(vi.fn(), { failed: vi.fn() }) satisfies Wake;
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});

afterEach(() => {
  expect(vi.getTimerCount(), 'timers left behind').toBe(0);
  vi.useRealTimers();
});

describe('on', () => {
  test('wakes at each event, until unsubscribed', () => {
    const emitter = new NodeEmitter();
    const wake = createWake();
    const unsubscribe = on(emitter, 'done')(wake) as () => void;
    expect(wake).not.toHaveBeenCalled();
    emitter.emit('done');
    emitter.emit('done');
    expect(wake).toHaveBeenCalledTimes(2);
    unsubscribe();
    emitter.emit('done');
    expect(wake).toHaveBeenCalledTimes(2);
    expect(emitter.listenerCount('done')).toBe(0);
  });

  test('does not listen before somebody subscribes', () => {
    const emitter = new EventEmitter();
    on(emitter, 'done');
    expect(emitter.listenerCount('done')).toBe(0);
  });

  test('wakes for the events that pass the filter', () => {
    const emitter = new EventEmitter<{ done: [id: number, host: string] }>();
    const filter = vi.fn((id: number) => id === 7);
    const wake = createWake();
    void on(emitter, 'done', filter)(wake);
    emitter.emit('done', 1, 'host1');
    expect(wake).not.toHaveBeenCalled();
    emitter.emit('done', 7, 'host2');
    expect(wake).toHaveBeenCalledExactlyOnceWith();
    expect(filter.mock.calls).toEqual([
      [1, 'host1'],
      [7, 'host2'],
    ]);
  });

  test('lets an event pass whose filter throws, and does not throw into the emitter', () => {
    const target = new EventTarget();
    const wake = createWake();
    void on(target, 'done', () => {
      throw new Error('filter');
    })(wake);
    target.dispatchEvent(new Event('done'));
    expect(wake).toHaveBeenCalledOnce();
    expect(wake.failed).not.toHaveBeenCalled();
  });

  test('is named after its event', () => {
    expect(on(new NodeEmitter(), 'done').name).toBe('done');
    expect(on(new NodeEmitter(), Symbol('done')).name).toBe('Symbol(done)');
  });

  test('brings the look of a wait forward, and leaves no listener', async () => {
    const emitter = new NodeEmitter();
    let isDone = false;
    const waiting = waitFor(({ elapsed }) => isDone && `after ${elapsed} ms`, {
      wakeOn: on(emitter, 'done'),
      interval: '1h',
      timeout: '2h',
    });
    vi.advanceTimersByTime(250);
    isDone = true;
    emitter.emit('done');
    await vi.advanceTimersByTimeAsync(0);
    expect(await waiting).toBe('after 250 ms');
    expect(emitter.listenerCount('done')).toBe(0);
  });

  test('listens once for many waits, and wakes them all', async () => {
    const emitter = new NodeEmitter();
    const wakeOn = on(emitter, 'done');
    let isDone = false;
    const waits = Array.from({ length: 50 }, () => waitFor(() => isDone, { wakeOn, interval: '1h' }));
    expect(emitter.listenerCount('done')).toBe(1);
    isDone = true;
    emitter.emit('done');
    await vi.advanceTimersByTimeAsync(0);
    await Promise.all(waits);
    expect(emitter.listenerCount('done')).toBe(0);
  });

  test.each<[string, unknown, unknown, unknown]>([
    ['`source`', {}, 'done', undefined],
    ['`source`', undefined, 'done', undefined],
    ['`event`', new NodeEmitter(), 5, undefined],
    ['`event`', new NodeEmitter(), undefined, undefined],
    ['`filter`', new NodeEmitter(), 'done', 'id'],
    ['`filter`', new NodeEmitter(), 'done', null],
  ])('refuses a wrong %s at once', (name, source, event, filter) => {
    const make = () => on(source as never, event as never, filter as never);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(name);
  });
});

import { EventEmitter as NodeEmitter } from 'node:events';
import { EventEmitter } from 'eventemitter3';
import { describe, expect, test, vi } from 'vitest';
import { checkSource, type EventSource, listen } from '../src/event-source.ts';

/** An emitter of each kind, how it emits, and how many listeners it has. */
const kinds: [string, () => { source: EventSource; emit: (event: string) => void; count: () => number }][] = [
  [
    'a Node EventEmitter',
    () => {
      const source = new NodeEmitter();
      return { source, emit: (event) => source.emit(event, 1, 2), count: () => source.listenerCount('done') };
    },
  ],
  [
    'an eventemitter3',
    () => {
      const source = new EventEmitter();
      return { source, emit: (event) => source.emit(event, 1, 2), count: () => source.listenerCount('done') };
    },
  ],
  [
    'an EventTarget',
    () => {
      const source = new EventTarget();
      const attached = new Set<unknown>();
      const [add, remove] = [source.addEventListener, source.removeEventListener];
      source.addEventListener = (type: string, listener: EventListener) => {
        attached.add(listener);
        add.call(source, type, listener);
      };
      source.removeEventListener = (type: string, listener: EventListener) => {
        attached.delete(listener);
        remove.call(source, type, listener);
      };
      return { source, emit: (event) => source.dispatchEvent(new Event(event)), count: () => attached.size };
    },
  ],
  [
    'an emitter with addListener and removeListener only',
    () => {
      const inner = new NodeEmitter();
      const source = {
        addListener: (event: string, listener: () => void) => inner.on(event, listener),
        removeListener: (event: string, listener: () => void) => inner.off(event, listener),
      };
      const emit = (event: string) => inner.emit(event, 1, 2);
      return { source: source as unknown as EventSource, emit, count: () => inner.listenerCount('done') };
    },
  ],
];

describe.each(kinds)('listen to %s', (_, create) => {
  test('hears its event and no other, until it stops', () => {
    const { source, emit } = create();
    const listener = vi.fn();
    const stop = listen(source, 'done', listener);
    emit('other');
    expect(listener).not.toHaveBeenCalled();
    emit('done');
    expect(listener).toHaveBeenCalledOnce();
    stop();
    emit('done');
    expect(listener).toHaveBeenCalledOnce();
  });

  test('has one listener, however many listen, and none once all have stopped', () => {
    const { source, emit, count } = create();
    const listeners = Array.from({ length: 100 }, () => vi.fn());
    const stops = listeners.map((listener) => listen(source, 'done', listener));
    expect(count()).toBe(1);
    emit('done');
    for (const listener of listeners) expect(listener).toHaveBeenCalledOnce();
    for (const stop of stops) stop();
    expect(count()).toBe(0);
  });
});

describe('listen', () => {
  test('passes on what the event carries', () => {
    const emitter = new NodeEmitter();
    const listener = vi.fn();
    listen(emitter, 'done', listener);
    emitter.emit('done', 41, 'host1');
    expect(listener).toHaveBeenCalledExactlyOnceWith(41, 'host1');
  });

  test('passes on the event of an EventTarget', () => {
    const target = new EventTarget();
    const listener = vi.fn();
    listen(target, 'done', listener);
    const event = new Event('done');
    target.dispatchEvent(event);
    expect(listener.mock.calls[0]?.[0]).toBe(event);
  });

  test('keeps the events of one emitter apart, and the same event of two', () => {
    const [one, other] = [new NodeEmitter(), new NodeEmitter()];
    const [onDone, onGone, onOtherDone] = [vi.fn(), vi.fn(), vi.fn()];
    listen(one, 'done', onDone);
    listen(one, 'gone', onGone);
    listen(other, 'done', onOtherDone);
    one.emit('done');
    expect([onDone, onGone, onOtherDone].map((listener) => listener.mock.calls.length)).toEqual([1, 0, 0]);
  });

  test('hears an event whose name is a symbol', () => {
    const emitter = new NodeEmitter();
    const event = Symbol('done');
    const listener = vi.fn();
    listen(emitter, event, listener);
    emitter.emit(event);
    expect(listener).toHaveBeenCalledOnce();
  });

  test('stops with the method that belonged to its emitter when it began', () => {
    const emitter = new NodeEmitter();
    const stop = listen(emitter, 'done', () => {});
    emitter.off = () => expect.fail('another off');
    stop();
    expect(emitter.listenerCount('done')).toBe(0);
  });
});

describe('checkSource', () => {
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ["'emitter'", 'emitter'],
    ['5', 5],
    ['{}', {}],
    ['{ on: [function on] }', { on() {} }],
    ['{ on: 1, off: 2 }', { on: 1, off: 2 }],
    ['[function anonymous]', () => {}],
  ])('refuses %s: it emits nothing', (shown, source) => {
    const message = `\`source\` must be an event emitter with on and off, or an EventTarget; got ${shown}`;
    expect(() => checkSource(source, 'done')).toThrow(new TypeError(message));
    expect(() => listen(source as never, 'done', () => {})).toThrow(new TypeError(message));
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['5', 5],
    ["['done']", ['done']],
  ])('refuses %s for an event', (shown, event) => {
    expect(() => checkSource(new NodeEmitter(), event)).toThrow(
      new TypeError(`\`event\` must be a string or a symbol; got ${shown}`),
    );
  });

  test('accepts a function that is an emitter', () => {
    expect(() =>
      checkSource(
        Object.assign(() => {}, { on() {}, off() {} }),
        Symbol('done'),
      ),
    ).not.toThrow();
  });
});

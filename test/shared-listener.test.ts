import { describe, expect, test, vi } from 'vitest';
import { type Hubs, joinListeners } from '../src/shared-listener.ts';

/** One thing to listen to for each key, and what happens to it. */
function createRig() {
  const hubs: Hubs<string, [number]> = new Map();
  const notifiers = new Map<string, (value: number) => void>();
  const log: string[] = [];
  const join = (key: string, listener: (value: number) => void) => {
    const attach = (notify: (value: number) => void) => {
      log.push(`attach ${key}`);
      notifiers.set(key, notify);
      return () => log.push(`detach ${key}`);
    };
    return joinListeners(hubs, key, attach, listener);
  };
  return {
    hubs: hubs as Map<string, unknown>,
    join,
    log,
    notify: (key: string, value: number) => notifiers.get(key)?.(value),
  };
}

describe('joinListeners', () => {
  test('attaches with the first, and detaches with the last', () => {
    const { join, log, hubs } = createRig();
    const leaves = [1, 2, 3].map(() => join('a', () => {}));
    expect(log).toEqual(['attach a']);
    for (const leave of leaves.slice(1)) leave();
    expect(log).toEqual(['attach a']);
    leaves[0]?.();
    expect(log).toEqual(['attach a', 'detach a']);
    expect(hubs.size).toBe(0);
  });

  test('tells each listener once, in the order in which they joined', () => {
    const { join, notify } = createRig();
    const heard: string[] = [];
    join('a', (value) => heard.push(`first ${value}`));
    join('a', (value) => heard.push(`second ${value}`));
    notify('a', 7);
    expect(heard).toEqual(['first 7', 'second 7']);
  });

  test('keeps the keys apart', () => {
    const { join, log, notify } = createRig();
    const [onA, onB] = [vi.fn(), vi.fn()];
    join('a', onA);
    join('b', onB);
    notify('b', 1);
    expect(log).toEqual(['attach a', 'attach b']);
    expect(onA).not.toHaveBeenCalled();
    expect(onB).toHaveBeenCalledExactlyOnceWith(1);
  });

  test('counts one function that joined twice as two', () => {
    const { join, log, notify } = createRig();
    const listener = vi.fn();
    const leave = join('a', listener);
    join('a', listener);
    leave();
    notify('a', 1);
    expect(listener).toHaveBeenCalledOnce();
    expect(log).toEqual(['attach a']);
  });

  test('lets each leave only once', () => {
    const { join, log } = createRig();
    const leave = join('a', () => {});
    join('a', () => {});
    leave();
    leave();
    expect(log).toEqual(['attach a']);
  });

  test('attaches anew after the last has left, and an old leave does nothing to the new ones', () => {
    const { join, log, notify } = createRig();
    const leave = join('a', () => {});
    leave();
    const listener = vi.fn();
    join('a', listener);
    leave();
    notify('a', 1);
    expect(log).toEqual(['attach a', 'detach a', 'attach a']);
    expect(listener).toHaveBeenCalledOnce();
  });

  test('does not tell a listener that has left while the others are told', () => {
    const { join, notify } = createRig();
    const late = vi.fn();
    join('a', () => leave());
    const leave = join('a', late);
    notify('a', 1);
    expect(late).not.toHaveBeenCalled();
  });

  test('keeps nothing of a key that cannot be listened to', () => {
    const hubs: Hubs<string, []> = new Map();
    const attach = () => {
      throw new Error('no such event');
    };
    expect(() => joinListeners(hubs, 'a', attach, () => {})).toThrow('no such event');
    expect(hubs.get('a')).toBe(undefined);
  });
});

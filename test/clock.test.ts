import { mock } from 'node:test';
import { createClock } from '@sinonjs/fake-timers';
import { realClock } from 'unsleep';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Clock, fakeOf, isFaked } from '../src/clock.ts';
import { fakeAsBunDoes } from './fakes.ts';

const globalClock = globalThis as unknown as Clock;

afterEach(() => {
  mock.timers.reset();
  vi.useRealTimers();
});

describe('realClock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });

  test('rings in real time while the timers of the application are faked', async () => {
    await new Promise<void>((ring) => realClock.setTimeout(ring, 1));
    await new Promise<void>((ring) => realClock.setImmediate?.(ring));
    expect(vi.getTimerCount()).toBe(0);
    expect(Date.now()).toBe(0);
  });

  test('does not ring once cleared', async () => {
    const ring = vi.fn();
    const timer = realClock.setTimeout(ring, 0);
    const immediate = realClock.setImmediate?.(ring);
    realClock.clearTimeout(timer as never);
    realClock.clearImmediate?.(immediate as never);
    await new Promise<void>((ring) => realClock.setTimeout(ring, 2));
    expect(ring).not.toHaveBeenCalled();
  });

  test('measures real time while the clock of the application is faked', async () => {
    const before = realClock.performance.now();
    await new Promise<void>((ring) => realClock.setTimeout(ring, 2));
    expect(realClock.performance.now()).toBeGreaterThan(before);
    expect(performance.now()).toBe(0);
  });

  test('has no setImmediate where the platform has none', async () => {
    vi.useRealTimers();
    vi.stubGlobal('setImmediate', undefined);
    vi.stubGlobal('clearImmediate', undefined);
    vi.resetModules();
    const { realClock } = await import('../src/clock.ts');
    vi.unstubAllGlobals();
    expect(realClock.setImmediate).toBe(undefined);
    expect(realClock.clearImmediate).toBe(undefined);
  });
});

test('realClock calls the timer functions as a browser wants them called', async () => {
  function asInBrowser(name: 'setTimeout' | 'clearTimeout' | 'setImmediate' | 'clearImmediate') {
    const original = globalThis[name] as (...args: unknown[]) => unknown;
    vi.stubGlobal(name, function (this: unknown, ...args: unknown[]) {
      if (this !== undefined && this !== globalThis) throw new TypeError('Illegal invocation');
      return original(...args);
    });
  }
  for (const name of ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] as const) asInBrowser(name);
  vi.resetModules();
  const { realClock } = await import('../src/clock.ts');
  vi.unstubAllGlobals();
  realClock.clearTimeout(realClock.setTimeout(() => {}, 1_000) as never);
  realClock.clearImmediate?.(realClock.setImmediate?.(() => {}) as never);
});

describe('realClock, where even the timers of the platform are faked', () => {
  test('rings in real time', async () => {
    const stop = fakeAsBunDoes();
    try {
      await new Promise<void>((ring) => realClock.setTimeout(ring, 1));
    } finally {
      stop();
    }
  });

  test('does not ring once cleared', async () => {
    const stop = fakeAsBunDoes();
    const ring = vi.fn();
    try {
      realClock.clearTimeout(realClock.setTimeout(ring, 1) as never);
      await new Promise<void>((ring) => realClock.setTimeout(ring, 5));
    } finally {
      stop();
    }
    expect(ring).not.toHaveBeenCalled();
  });

  test('takes what is there when there is nothing better', () => {
    const stop = fakeAsBunDoes();
    vi.stubGlobal('SharedArrayBuffer', undefined);
    try {
      const timer = realClock.setTimeout(() => {}, 1) as NodeJS.Timeout;
      expect(timer.hasRef()).toBe(true);
      realClock.clearTimeout(timer as never);
    } finally {
      vi.unstubAllGlobals();
      stop();
    }
  });

  test('has no setImmediate, which may be faked too', () => {
    const stop = fakeAsBunDoes();
    expect(realClock.setImmediate).toBe(undefined);
    stop();
  });
});

describe('unsleep loaded while timers were faked', () => {
  test('knows that they are, rings in real time, and knows what is real once it is', async () => {
    vi.useFakeTimers();
    vi.resetModules();
    const { isFaked, realClock } = await import('../src/clock.ts');
    expect(isFaked(globalClock)).toBe(true);
    await new Promise<void>((ring) => realClock.setTimeout(ring, 1));
    vi.useRealTimers();
    expect(isFaked(globalClock)).toBe(false);
    expect(realClock.performance.now()).toBeGreaterThan(0);
    vi.useFakeTimers();
    expect(isFaked(globalClock)).toBe(true);
  });
});

describe('fakeOf', () => {
  test('knows who faked the timers', () => {
    expect(fakeOf(globalClock)).toBe(undefined);
    mock.timers.enable();
    expect(fakeOf(globalClock)).toBe('node:test');
    mock.timers.reset();
    vi.useFakeTimers();
    expect(fakeOf(globalClock)).toBe('sinon');
    vi.useRealTimers();
    const stop = fakeAsBunDoes();
    expect(fakeOf(globalClock)).toBe('bun');
    stop();
  });
});

describe('isFaked', () => {
  test('says no of the real clock, whatever is faked', () => {
    expect(isFaked(realClock)).toBe(false);
    vi.useFakeTimers();
    expect(isFaked(realClock)).toBe(false);
  });

  test('says of globalThis what is so at the moment', () => {
    expect(isFaked(globalClock)).toBe(false);
    vi.useFakeTimers();
    expect(isFaked(globalClock)).toBe(true);
    vi.useRealTimers();
    expect(isFaked(globalClock)).toBe(false);
  });

  test('says no while only the clock is faked, and its timers are real', () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    expect(isFaked(globalClock)).toBe(false);
  });

  test('says yes of a clock of fake-timers', () => {
    expect(isFaked(createClock() as unknown as Clock)).toBe(true);
  });
});

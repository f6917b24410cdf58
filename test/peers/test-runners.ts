import type { TestContext } from 'node:test';
import { type Peer, rethrow } from './peer.ts';

type WaitFor = (condition: () => unknown, options: { timeout: number; interval?: number }) => Promise<unknown>;

const withInterval = (interval: number | undefined) => (interval === undefined ? {} : { interval });
const withIntervals = (interval: number | undefined) => (interval === undefined ? {} : { intervals: [interval] });

/** What comes with a test runner. */
export const TEST_RUNNERS: readonly Peer[] = [
  {
    name: '`vi.waitFor`',
    package: 'vitest',
    host: 'vitest',
    notYet: 'thrown',
    lacks: ['signal', 'stop'],
    load: async () => {
      const { vi } = await import('vitest');
      return ({ condition, timeout, interval }) =>
        vi.waitFor(() => condition(rethrow), { timeout, ...withInterval(interval) });
    },
  },
  {
    name: '`vi.waitUntil`',
    package: 'vitest',
    host: 'vitest',
    notYet: 'falsy',
    lacks: ['signal'],
    load: async () => {
      const { vi } = await import('vitest');
      return ({ condition, timeout, interval }) =>
        vi.waitUntil(() => condition(rethrow), { timeout, ...withInterval(interval) });
    },
  },
  {
    name: 'vitest `expect.poll`',
    package: 'vitest',
    host: 'vitest',
    notYet: 'falsy',
    lacks: ['signal', 'stop'],
    load: async () => {
      const { expect } = await import('vitest');
      return async ({ condition, timeout, interval }) => {
        await expect.poll(() => condition(rethrow), { timeout, ...withInterval(interval) }).toBeTruthy();
      };
    },
  },
  {
    name: 'Playwright `expect.poll`',
    package: '@playwright/test',
    host: 'node',
    notYet: 'falsy',
    lacks: ['signal'],
    load: async () => {
      const { expect } = await import('@playwright/test');
      return ({ condition, timeout, interval }) =>
        expect.poll(() => condition(rethrow), { timeout, ...withIntervals(interval) }).toBeTruthy();
    },
  },
  {
    name: 'Playwright `toPass`',
    package: '@playwright/test',
    host: 'node',
    notYet: 'thrown',
    lacks: ['signal', 'stop'],
    load: async () => {
      const { expect } = await import('@playwright/test');
      return ({ condition, timeout, interval }) =>
        expect(() => condition(rethrow) as Promise<void>).toPass({ timeout, ...withIntervals(interval) });
    },
  },
  {
    name: 'Testing Library `waitFor`',
    package: '@testing-library/dom',
    host: 'node',
    notYet: 'thrown',
    lacks: ['signal', 'stop'],
    load: async () => {
      const { JSDOM } = await import('jsdom');
      const { window } = new JSDOM();
      const { document, MutationObserver } = window;
      Object.assign(globalThis, { window, document, MutationObserver });
      const { waitFor } = await import('@testing-library/dom');
      return ({ condition, timeout, interval }) =>
        waitFor(() => condition(rethrow), { timeout, ...withInterval(interval) });
    },
  },
  {
    name: '`node:test` `t.waitFor`',
    host: 'node:test',
    notYet: 'thrown',
    lacks: ['signal', 'stop'],
    load: async (test: TestContext | undefined) => {
      const { waitFor } = test as unknown as { waitFor?: WaitFor };
      if (!waitFor) throw new Error('there is no `t.waitFor`');
      return ({ condition, timeout, interval }) =>
        waitFor.call(test, () => condition(rethrow), { timeout, ...withInterval(interval) });
    },
  },
];

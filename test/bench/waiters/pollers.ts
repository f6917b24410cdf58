import { LONG, peer } from './peer.ts';
import type { Waiter } from './waiter.ts';

type BooleanLook = () => boolean | Promise<boolean>;

/** What is made to poll. */
export const POLLERS: readonly Waiter[] = [
  peer('p-wait-for', async () => {
    const { default: pWaitFor } = await import('p-wait-for');
    return ({ interval, timeout = Number.POSITIVE_INFINITY, signal }) =>
      (condition) =>
        pWaitFor(condition as BooleanLook, signal ? { interval, timeout, signal } : { interval, timeout });
  }),
  peer(
    'wait-for-expect',
    async () => {
      const { default: loaded } = await import('wait-for-expect');
      // Its types promise ESM, and the package is CommonJS.
      const waitForExpect = loaded as unknown as (typeof loaded)['default'];
      return ({ interval, timeout = LONG }) =>
        (condition) =>
          waitForExpect(condition as () => void, timeout, interval);
    },
    { notYet: 'thrown', lacks: ['signal'] },
  ),
  peer(
    'async-wait-until',
    async () => {
      const { WAIT_FOREVER, waitUntil } = await import('async-wait-until');
      return ({ interval: intervalBetweenAttempts, timeout = WAIT_FOREVER }) =>
        (condition) =>
          waitUntil(condition as BooleanLook, { timeout, intervalBetweenAttempts });
    },
    { lacks: ['signal'] },
  ),
  peer(
    'Testing Library',
    async () => {
      const { JSDOM } = await import('jsdom');
      const { window } = new JSDOM();
      const { document } = window;
      const { waitFor } = await import('@testing-library/dom');
      return ({ interval, timeout = LONG }) =>
        (condition) =>
          waitFor(condition, { interval, timeout, container: document.body });
    },
    { package: '@testing-library/dom', notYet: 'thrown', lacks: ['signal'] },
  ),
  peer(
    'poll-until-promise',
    async () => {
      const { waitFor } = await import('poll-until-promise');
      return ({ interval, timeout = LONG }) =>
        (condition) =>
          waitFor(condition as BooleanLook, { interval, timeout });
    },
    { lacks: ['signal'] },
  ),
  peer(
    'smithy createWaiter',
    async () => {
      const { createWaiter, WaiterState } = await import('@smithy/util-waiter');
      const [done, again] = [{ state: WaiterState.SUCCESS }, { state: WaiterState.RETRY }];
      return ({ interval, timeout = LONG, signal }) => {
        const pace = { minDelay: interval / 1_000, maxDelay: interval / 1_000, maxWaitTime: timeout / 1_000 };
        return (condition) => {
          const look = async () => ((await condition()) ? done : again);
          const options = { client: {}, ...pace, ...(signal && { abortSignal: signal }) };
          return createWaiter(options as Parameters<typeof createWaiter>[0], {}, look);
        };
      };
    },
    { package: '@smithy/util-waiter' },
  ),
];

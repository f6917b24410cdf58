import { BARE, type Prepare, type Waiter } from './waiter.ts';

/** A peer that has everything and takes a falsy answer for "not yet", unless `differs` says otherwise. */
const peer = (
  name: string,
  load: () => Promise<Prepare>,
  differs: Partial<Pick<Waiter, 'host' | 'notYet' | 'lacks' | 'package'>> = {},
): Waiter => ({ name, kind: 'peer', package: name, host: 'node', notYet: 'falsy', lacks: [], load, ...differs });

type BooleanLook = () => boolean | Promise<boolean>;

// An endless wait, for those that count in seconds or set a timer.
const LONG = 86_400_000;
const isNot = (answer: unknown) => !answer;

/** What is made to poll. */
const POLLERS: readonly Waiter[] = [
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

/** What is made to call again because a call failed. */
const RETRIERS: readonly Waiter[] = [
  peer(
    'p-retry',
    async () => {
      const { default: pRetry } = await import('p-retry');
      return ({ interval, timeout = Number.POSITIVE_INFINITY, signal }) =>
        (condition) =>
          pRetry(condition, { ...pRetryPace(interval), maxRetryTime: timeout, ...(signal && { signal }) });
    },
    { notYet: 'thrown' },
  ),
  peer(
    'p-retry + p-timeout',
    async () => {
      const { default: pRetry } = await import('p-retry');
      const { default: pTimeout } = await import('p-timeout');
      return ({ interval, timeout = Number.POSITIVE_INFINITY }) =>
        (condition) =>
          pTimeout(pRetry(condition, pRetryPace(interval)), { milliseconds: timeout });
    },
    { package: 'p-timeout', notYet: 'thrown', lacks: ['signal'] },
  ),
  peer(
    'async-retry',
    async () => {
      // @ts-expect-error -- it has no types
      const { default: retry } = await import('async-retry');
      return ({ interval, timeout = Number.POSITIVE_INFINITY }) => {
        const pace = { minTimeout: interval, maxTimeout: interval, factor: 1, randomize: false, forever: true };
        return (condition) => retry(condition, { ...pace, maxRetryTime: timeout });
      };
    },
    { notYet: 'thrown', lacks: ['signal'] },
  ),
  peer(
    'exponential-backoff',
    async () => {
      const { backOff } = await import('exponential-backoff');
      return ({ interval: startingDelay }) =>
        (condition) =>
          backOff(condition as () => Promise<unknown>, { startingDelay, timeMultiple: 1, numOfAttempts: LONG });
    },
    { notYet: 'thrown', lacks: ['timeout', 'signal'] },
  ),
  peer(
    '@lifeomic/attempt',
    async () => {
      const { retry } = await import('@lifeomic/attempt');
      // It takes nothing but promises.
      return ({ interval: delay }) =>
        (condition) =>
          retry(async () => condition(), { delay, maxAttempts: LONG });
    },
    { notYet: 'thrown', lacks: ['timeout', 'signal'] },
  ),
  peer('cockatiel', async () => {
    const {
      ConstantBackoff,
      handleWhenResult,
      retry,
      TimeoutStrategy,
      timeout: limit,
      wrap,
    } = await import('cockatiel');
    return ({ interval, timeout, signal }) => {
      // A policy is made once, and used for all.
      const repeat = retry(handleWhenResult(isNot), { backoff: new ConstantBackoff(interval) });
      const policy = timeout === undefined ? repeat : wrap(limit(timeout, TimeoutStrategy.Aggressive), repeat);
      return (condition) => policy.execute(condition, signal);
    };
  }),
  peer('effect', async () => {
    const { Effect, Schedule } = await import('effect');
    return ({ interval, timeout, signal }) => {
      const schedule = Schedule.spaced(interval);
      return (condition) => {
        // It tells what is a promise and what is not by the function that takes it.
        const look = Effect.suspend(() => {
          const answer = condition();
          return answer instanceof Promise ? Effect.promise(() => answer) : Effect.succeed(answer);
        });
        const looks = Effect.repeat(look, { until: Boolean, schedule });
        const limited = timeout === undefined ? looks : Effect.timeout(looks, timeout);
        return Effect.runPromise(limited, signal && { signal });
      };
    };
  }),
];

function pRetryPace(interval: number) {
  return { retries: Number.POSITIVE_INFINITY, minTimeout: interval, maxTimeout: interval, factor: 1 };
}

/** What works only inside a run of vitest. */
const IN_VITEST: readonly Waiter[] = [
  peer(
    'vi.waitFor',
    async () => {
      const { vi } = await import('vitest');
      return ({ interval, timeout = LONG }) =>
        (condition) =>
          vi.waitFor(condition, { interval, timeout });
    },
    { package: 'vitest', host: 'vitest', notYet: 'thrown', lacks: ['signal'] },
  ),
  peer(
    'vi.waitUntil',
    async () => {
      const { vi } = await import('vitest');
      return ({ interval, timeout = LONG }) =>
        (condition) =>
          vi.waitUntil(condition, { interval, timeout });
    },
    { package: 'vitest', host: 'vitest', lacks: ['signal'] },
  ),
];

export const PEERS: readonly Waiter[] = [...POLLERS, ...RETRIERS, ...IN_VITEST];

/** What a quick run measures too, where nothing else is said: the loops of everybody, and the peers that come near. */
export const NEAREST: readonly string[] = [BARE, 'bare await loop', 'p-wait-for', 'wait-for-expect', 'vi.waitUntil'];

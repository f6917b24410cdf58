import { LONG, peer } from './peer.ts';
import type { Waiter } from './waiter.ts';

const isNot = (answer: unknown) => !answer;

/** What is made to call again because a call failed. */
export const RETRIERS: readonly Waiter[] = [
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

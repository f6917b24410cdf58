import { type Peer, rethrow } from './peer.ts';

const pRetry = (name: 'p-retry' | 'p-retry-9'): Peer => ({
  name: name === 'p-retry' ? 'p-retry 7' : 'p-retry 9',
  package: name,
  imports: '{ default as it }',
  host: 'node',
  notYet: 'thrown',
  lacks: [],
  load: async () => {
    const { AbortError, default: pRetry } = await (name === 'p-retry' ? import('p-retry') : import('p-retry-9'));
    const stop = (error: Error) => rethrow(new AbortError(error));
    return ({ condition, timeout, interval, signal }) =>
      pRetry(() => condition(stop), {
        retries: Number.POSITIVE_INFINITY,
        maxRetryTime: timeout,
        ...(interval !== undefined && { minTimeout: interval, maxTimeout: interval, factor: 1 }),
        ...(signal && { signal }),
      });
  },
});

/** What is made to call again because a call failed. */
export const RETRIERS: readonly Peer[] = [
  pRetry('p-retry'),
  pRetry('p-retry-9'),
  {
    name: 'async-retry',
    package: 'async-retry',
    imports: '{ default as it }',
    host: 'node',
    notYet: 'thrown',
    lacks: ['signal'],
    load: async () => {
      // @ts-expect-error -- it has no types
      const { default: retry } = await import('async-retry');
      return ({ condition, timeout, interval }) => {
        const look = (bail: (error: Error) => void) =>
          condition((error) => {
            bail(error);
            rethrow(error);
          });
        const pace = interval !== undefined && {
          minTimeout: interval,
          maxTimeout: interval,
          factor: 1,
          randomize: false,
        };
        return retry(look, { forever: true, maxRetryTime: timeout, ...pace });
      };
    },
  },
  {
    name: 'exponential-backoff',
    package: 'exponential-backoff',
    imports: '{ backOff }',
    host: 'node',
    notYet: 'thrown',
    lacks: ['timeout', 'signal'],
    load: async () => {
      const { backOff } = await import('exponential-backoff');
      return ({ condition, timeout, interval }) => {
        let stopped = false;
        const stop = (error: Error) => {
          stopped = true;
          rethrow(error);
        };
        // There is nothing but a number of attempts: as many as the pauses of the timeout.
        return backOff(async () => condition(stop), {
          retry: () => !stopped,
          ...(interval !== undefined && {
            startingDelay: interval,
            timeMultiple: 1,
            numOfAttempts: timeout / interval,
          }),
        });
      };
    },
  },
  {
    name: 'cockatiel',
    package: 'cockatiel',
    imports: '{ ConstantBackoff, TimeoutStrategy, handleAll, retry, timeout, wrap }',
    host: 'node',
    notYet: 'falsy',
    lacks: [],
    load: async () => {
      const { ConstantBackoff, ExponentialBackoff, TimeoutStrategy, ...cockatiel } = await import('cockatiel');
      return ({ condition, timeout, interval, signal }) => {
        let stopped = false;
        const stop = (error: Error) => {
          stopped = true;
          rethrow(error);
        };
        const notYet = cockatiel.handleWhen(() => !stopped).orWhenResult((answer) => !answer);
        const backoff = interval === undefined ? new ExponentialBackoff() : new ConstantBackoff(interval);
        const policy = cockatiel.wrap(
          cockatiel.timeout(timeout, TimeoutStrategy.Aggressive),
          cockatiel.retry(notYet, { backoff }),
        );
        return policy.execute(() => condition(stop), signal);
      };
    },
  },
  {
    name: 'effect',
    package: 'effect',
    imports: '{ Effect, Schedule }',
    host: 'node',
    notYet: 'thrown',
    lacks: ['pace'],
    load: async () => {
      const { Effect, Schedule } = await import('effect');
      return ({ condition, timeout, interval = 0, signal }) => {
        let stopped = false;
        const stop = (error: Error) => {
          stopped = true;
          rethrow(error);
        };
        const look = Effect.tryPromise({ try: async () => condition(stop), catch: (error) => error });
        const looks = Effect.retry(look, { schedule: Schedule.spaced(interval), while: () => !stopped });
        return Effect.runPromise(Effect.timeout(looks, timeout), signal && { signal });
      };
    },
  },
];

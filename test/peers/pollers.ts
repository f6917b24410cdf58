import { EventEmitter } from 'node:events';
import { type Peer, rethrow } from './peer.ts';

/** What is made to poll. */
export const POLLERS: readonly Peer[] = [
  {
    name: 'p-wait-for',
    package: 'p-wait-for',
    imports: '{ default as it }',
    host: 'node',
    notYet: 'falsy',
    lacks: [],
    load: async () => {
      const { default: pWaitFor } = await import('p-wait-for');
      // It takes nothing but `true` and `false` for an answer.
      return ({ condition, ...options }) => pWaitFor(async () => Boolean(await condition(rethrow)), options);
    },
  },
  {
    name: 'wait-for-expect',
    package: 'wait-for-expect',
    imports: '{ default as it }',
    host: 'node',
    notYet: 'thrown',
    lacks: ['signal', 'stop'],
    load: async () => {
      const { default: loaded } = await import('wait-for-expect');
      // Its types promise ESM, and the package is CommonJS.
      const waitForExpect = loaded as unknown as (typeof loaded)['default'];
      return ({ condition, timeout, interval }) =>
        waitForExpect(() => condition(rethrow) as Promise<void>, timeout, interval);
    },
  },
  {
    name: 'async-wait-until',
    package: 'async-wait-until',
    imports: '{ waitUntil }',
    host: 'node',
    notYet: 'falsy',
    lacks: ['signal'],
    load: async () => {
      const { waitUntil } = await import('async-wait-until');
      return ({ condition, timeout, interval }) =>
        waitUntil(() => condition(rethrow) as Promise<boolean>, {
          timeout,
          ...(interval !== undefined && { intervalBetweenAttempts: interval }),
        });
    },
  },
  {
    name: 'poll-until-promise',
    package: 'poll-until-promise',
    imports: '{ waitFor }',
    host: 'node',
    notYet: 'falsy',
    lacks: ['signal'],
    load: async () => {
      const { AbortError, waitFor } = await import('poll-until-promise');
      const stop = (error: Error) => rethrow(new AbortError(error));
      return ({ condition, timeout, interval }) =>
        waitFor(() => condition(stop) as Promise<boolean>, { timeout, ...(interval !== undefined && { interval }) });
    },
  },
  {
    name: 'promise-poller',
    package: 'promise-poller',
    imports: '{ default as it }',
    host: 'node',
    notYet: 'thrown',
    lacks: ['signal'],
    load: async () => {
      // @ts-expect-error -- it has no types
      const { default: loaded } = await import('promise-poller');
      const { default: promisePoller, CANCEL_TOKEN } = loaded;
      return ({ condition, timeout, interval }) =>
        promisePoller({
          taskFn: async () => condition(() => rethrow(CANCEL_TOKEN)),
          masterTimeout: timeout,
          retries: Number.POSITIVE_INFINITY,
          interval,
        });
    },
  },
  {
    name: '@smithy/util-waiter',
    package: '@smithy/util-waiter',
    imports: '{ createWaiter, checkExceptions }',
    host: 'node',
    notYet: 'falsy',
    lacks: [],
    load: async () => {
      const { checkExceptions, createWaiter, WaiterState } = await import('@smithy/util-waiter');
      return async ({ condition, timeout, interval, signal }) => {
        const options = {
          client: {},
          maxWaitTime: timeout / 1_000,
          ...(interval !== undefined && { minDelay: interval / 1_000, maxDelay: interval / 1_000 }),
          ...(signal && { abortSignal: signal }),
        } as Parameters<typeof createWaiter>[0];
        const look = async () => {
          let stopped: Error | undefined;
          const answer = await condition((error) => {
            stopped = error;
          });
          if (stopped) return { state: WaiterState.FAILURE, reason: stopped };
          return { state: answer ? WaiterState.SUCCESS : WaiterState.RETRY, reason: { message: String(answer) } };
        };
        // What every generated `waitUntil…` does with the result.
        return checkExceptions(await createWaiter(options, {}, look));
      };
    },
  },
  {
    name: '@azure/core-lro',
    package: '@azure/core-lro',
    imports: '{ createHttpPoller }',
    host: 'node',
    notYet: 'falsy',
    lacks: ['timeout', 'stop'],
    load: async () => {
      const { createHttpPoller } = await import('@azure/core-lro');
      const request = { method: 'PUT', url: '/thing' };
      const respond = (status: string) => ({
        flatResponse: {},
        rawResponse: { request, statusCode: 200, headers: { 'operation-location': '/operation' }, body: { status } },
      });
      return ({ condition, interval, signal }) => {
        const look = async () => respond((await condition(rethrow)) ? 'Succeeded' : 'Running');
        const operation = { sendInitialRequest: async () => respond('Running'), sendPollRequest: look };
        const poller = createHttpPoller(operation, {
          resourceLocationConfig: 'original-uri',
          skipFinalGet: true,
          ...(interval !== undefined && { intervalInMs: interval }),
        });
        return poller.pollUntilDone(signal && { abortSignal: signal });
      };
    },
  },
  {
    name: 'p-event',
    package: 'p-event',
    imports: '{ pEvent }',
    host: 'node',
    notYet: 'falsy',
    lacks: ['interval', 'pace', 'repeat'],
    load: async () => {
      const { pEvent } = await import('p-event');
      // It only hears: here nobody emits but once, as looking again is not its business.
      return ({ condition, timeout, signal }) => {
        const emitter = new EventEmitter();
        const heard = pEvent(emitter, 'change', {
          timeout,
          filter: () => condition(rethrow) as boolean,
          ...(signal && { signal }),
        });
        emitter.emit('change');
        return heard;
      };
    },
  },
  {
    name: 'p-timeout',
    package: 'p-timeout',
    imports: '{ default as it }',
    host: 'node',
    notYet: 'thrown',
    lacks: ['interval', 'pace', 'repeat', 'stop'],
    load: async () => {
      const { default: pTimeout } = await import('p-timeout');
      return ({ condition, timeout, signal }) =>
        pTimeout((async () => condition(rethrow))(), { milliseconds: timeout, ...(signal && { signal }) });
    },
  },
];

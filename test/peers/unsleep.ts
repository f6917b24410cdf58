import type { Peer, PollOptions } from './peer.ts';

/** The three functions of this package that poll. Which build of it they are from, the caller knows. */
export function unsleepPeers(load: () => Promise<typeof import('unsleep')>): Peer[] {
  const shared = { package: 'unsleep', host: 'node', lacks: [] } as const;
  const poller = (name: 'waitFor' | 'eventually') => async () => {
    const { giveUp, [name]: loaded } = await load();
    const wait = loaded as (condition: () => unknown, options: Omit<PollOptions, 'condition'>) => Promise<unknown>;
    return ({ condition, ...options }: PollOptions) => {
      const isReady = () => condition((error) => giveUp(error));
      return wait(isReady, options);
    };
  };
  return [
    { ...shared, name: 'unsleep `waitFor`', imports: '{ waitFor }', notYet: 'falsy', load: poller('waitFor') },
    { ...shared, name: 'unsleep `eventually`', imports: '{ eventually }', notYet: 'falsy', load: poller('eventually') },
    {
      ...shared,
      name: 'unsleep `retry`',
      imports: '{ retry }',
      notYet: 'thrown',
      load: async () => {
        const { giveUp, retry } = await load();
        return ({ condition, ...options }) => {
          const read = () => condition((error) => giveUp(error));
          return retry(read, { ...options, maxAttempts: Number.POSITIVE_INFINITY, tolerate: () => true });
        };
      },
    },
  ];
}

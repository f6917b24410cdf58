import { EventEmitter, once } from 'node:events';

/** One source of an event, and a wait for it that may begin any number of times. */
export interface Hearing {
  readonly wait: () => Promise<unknown>;
  /** Lets the event happen, so that all who wait are done. */
  readonly emit: () => void;
  /** How often it was looked whether the event is the right one, where anybody looks. */
  readonly looks?: () => number;
}

/** A way to wait for an event. */
export interface Hearer {
  readonly name: string;
  readonly kind: 'ours' | 'limit' | 'peer';
  readonly load: () => Promise<() => Hearing>;
}

/** The least that a program writes by hand, with which all are compared. */
export const RAW = 'EventEmitter.once in a Promise';
export const WAIT_FOR_EVENT = 'unsleep `waitForEvent`';
export const WAIT_FOR_ON = 'unsleep `waitFor`, `on()`';

const EVENT = 'done';

function emitter(): EventEmitter {
  return new EventEmitter().setMaxListeners(0);
}

function ours(builtAt: string): Hearer[] {
  const load = () => import(builtAt) as Promise<typeof import('unsleep')>;
  const timeout = Number.POSITIVE_INFINITY;
  return [
    {
      name: WAIT_FOR_EVENT,
      kind: 'ours',
      load: async () => {
        const { waitForEvent } = await load();
        return () => {
          const source = emitter();
          return { wait: () => waitForEvent(source, EVENT, { timeout }), emit: () => void source.emit(EVENT) };
        };
      },
    },
    {
      name: WAIT_FOR_ON,
      kind: 'ours',
      load: async () => {
        const { on, waitFor } = await load();
        return () => {
          const source = emitter();
          let [hasHappened, looks] = [false, 0];
          const look = () => {
            looks++;
            return hasHappened;
          };
          return {
            wait: () => {
              hasHappened = false;
              return waitFor(look, { wakeOn: on(source, EVENT), interval: '1h', timeout });
            },
            emit: () => {
              hasHappened = true;
              source.emit(EVENT);
            },
            looks: () => looks,
          };
        };
      },
    },
  ];
}

const LIMITS: readonly Hearer[] = [
  {
    name: RAW,
    kind: 'limit',
    load: async () => () => {
      const source = emitter();
      return {
        wait: () => new Promise((resolve) => source.once(EVENT, resolve)),
        emit: () => void source.emit(EVENT),
      };
    },
  },
  {
    name: 'array of resolvers',
    kind: 'limit',
    load: async () => () => {
      let waiting: ((value: unknown) => void)[] = [];
      return {
        wait: () => new Promise((resolve) => waiting.push(resolve)),
        emit: () => {
          const all = waiting;
          waiting = [];
          for (const resolve of all) resolve(undefined);
        },
      };
    },
  },
];

const PEERS: readonly Hearer[] = [
  {
    name: 'events.once(EventEmitter)',
    kind: 'peer',
    load: async () => () => {
      const source = emitter();
      return { wait: () => once(source, EVENT), emit: () => void source.emit(EVENT) };
    },
  },
  {
    name: 'events.once(EventTarget)',
    kind: 'peer',
    load: async () => () => {
      const source = new EventTarget();
      return { wait: () => once(source, EVENT), emit: () => void source.dispatchEvent(new Event(EVENT)) };
    },
  },
  pEvent('p-event', async () => emitter),
  pEvent('p-event, filter', async () => emitter, { isFiltered: true }),
  pEvent('p-event, timeout', async () => emitter, { timeout: 5_000 }),
  pEvent('p-event(eventemitter3)', async () => {
    const { EventEmitter: Other } = await import('eventemitter3');
    return () => new Other();
  }),
  pEvent('p-event(mitt)', async () => {
    const { default: loaded } = await import('mitt');
    // Its types promise CommonJS, and the package is ESM.
    const mitt = loaded as unknown as (typeof loaded)['default'];
    return () => mitt();
  }),
];

interface How {
  readonly isFiltered?: boolean;
  readonly timeout?: number;
}

function pEvent(name: string, toSource: () => Promise<() => object>, { isFiltered, timeout }: How = {}): Hearer {
  return {
    name,
    kind: 'peer',
    load: async () => {
      const { pEvent } = await import('p-event');
      const source = await toSource();
      return () => {
        const emitter = source() as EventEmitter;
        let looks = 0;
        const filter = () => {
          looks++;
          return true;
        };
        const options = { ...(isFiltered && { filter }), ...(timeout && { timeout }) };
        return {
          wait: () => pEvent(emitter, EVENT, options),
          emit: () => void emitter.emit(EVENT),
          ...(isFiltered && { looks: () => looks }),
        };
      };
    },
  };
}

export function allHearers(builtAt: string): readonly Hearer[] {
  return [...ours(builtAt), ...LIMITS, ...PEERS];
}

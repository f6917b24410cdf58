type Listener<Args extends readonly unknown[]> = (...args: Args) => void;

interface Hub<Args extends readonly unknown[]> {
  readonly listeners: Set<{ readonly call: Listener<Args> }>;
  readonly detach: () => void;
}

/** The hubs of one kind of thing listened to. */
export interface Hubs<Key, Args extends readonly unknown[]> {
  get(key: Key): Hub<Args> | undefined;
  set(key: Key, hub: Hub<Args>): unknown;
  delete(key: Key): unknown;
}

/**
 * Listens together with everybody else who listens to the same key: attached with the first, detached with the last.
 *
 * A thousand waits on one signal are one listener, so no platform warns of a leak, and leaving costs the same for each.
 */
export function joinListeners<Key, Args extends readonly unknown[]>(
  hubs: Hubs<Key, Args>,
  key: Key,
  attach: (notify: Listener<Args>) => () => void,
  listener: Listener<Args>,
): () => void {
  const hub = hubs.get(key) ?? open(hubs, key, attach);
  const entry = { call: listener };
  hub.listeners.add(entry);
  return () => {
    if (hub.listeners.delete(entry) && hub.listeners.size === 0) {
      hubs.delete(key);
      hub.detach();
    }
  };
}

function open<Key, Args extends readonly unknown[]>(
  hubs: Hubs<Key, Args>,
  key: Key,
  attach: (notify: Listener<Args>) => () => void,
): Hub<Args> {
  const listeners: Hub<Args>['listeners'] = new Set();
  const detach = attach((...args) => {
    for (const listener of listeners) listener.call(...args);
  });
  const hub = { listeners, detach };
  hubs.set(key, hub);
  return hub;
}

/** Places on hosts for which flows queue up: a host runs only so many live migrations at a time. */
export interface Slots {
  /** Goes on at once if the host has a place, else when it gets one. What it gives leaves the queue. */
  readonly take: (host: string, go: () => void) => () => void;
  readonly free: (host: string) => void;
}

/** Makes the queues of all hosts, none of them with anybody in it. */
export function createSlots(perHost: () => number): Slots {
  const busy = new Map<string, number>();
  const queues = new Map<string, Set<() => void>>();
  const occupy = (host: string, change: number) => busy.set(host, (busy.get(host) ?? 0) + change);
  return {
    take(host, go) {
      if ((busy.get(host) ?? 0) < perHost()) {
        occupy(host, 1);
        go();
        return () => {};
      }
      const queue = queues.get(host) ?? new Set();
      queues.set(host, queue.add(go));
      return () => queue.delete(go);
    },
    free(host) {
      occupy(host, -1);
      const queue = queues.get(host);
      const [next] = queue ?? [];
      if (!queue || !next) return;
      queue.delete(next);
      occupy(host, 1);
      next();
    },
  };
}

import type { FaultPlan, Occasion } from './faults.ts';
import type { AsOf } from './store.ts';

/** Keeps readers of one server at an older commit for a while (F24). */
interface ReadHold {
  readonly serverId: string;
  readonly commit: number;
  readonly until: number;
}

/** Which kind of row is read, as F14 tells them apart. */
type Resource = 'server' | 'migration' | 'action';

export interface Reads {
  readonly hold: (hold: ReadHold) => void;
  /** How far a request sees, for each server's rows. */
  readonly view: (resource: Resource, occasion: Occasion) => (serverId: string) => AsOf;
}

/** Decides how stale a read is: F14 by time, F24 by commit, else not at all. */
export function createReads(faults: FaultPlan, now: () => number): Reads {
  let holds: ReadHold[] = [];
  const turns = new Map<number, number>();
  return {
    hold: (hold) => void holds.push(hold),
    view(resource, occasion) {
      holds = holds.filter(({ until }) => until > now());
      const stale = faults.take('F14', occasion, (params, { handle }) => {
        if (params.resource !== 'all' && params.resource !== resource) return false;
        // Every k-th request lands on the replica, so values go back and forth.
        const turn = (turns.get(handle) ?? 0) + 1;
        turns.set(handle, turn);
        return turn % Math.max(params.every, 1) === 0;
      });
      const at = stale ? { at: stale.at ?? now() - stale.lagMs } : {};
      return (serverId) => {
        const hold = holds.find((one) => one.serverId === serverId);
        return hold ? { ...at, commit: hold.commit } : at;
      };
    },
  };
}

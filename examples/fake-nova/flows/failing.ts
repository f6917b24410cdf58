import type { FaultId, FaultParams } from '../fault-catalogue.ts';
import type { Flow, Step } from '../flow.ts';
import type { World } from '../world.ts';

/** A failure that a fault asks for: which one, and what it says. */
export type Failure = FaultParams<'F01'>['variant'];

/** Takes a fault that is meant for this flow. */
export function strike<Id extends FaultId>(
  world: World,
  flow: Flow,
  id: Id,
  accepts?: (params: FaultParams<Id>) => boolean,
): FaultParams<Id> | undefined {
  const { operation, serverId } = flow;
  return world.faults.take(id, { operation, serverId, step: flow.written.at(-1) }, accepts);
}

/**
 * Says which of the given failures F01 wants here, and notes its reason.
 * Without a variant F01 means the first one that is not `''`, if `isDefault` holds.
 */
export function accepted(world: World, flow: Flow, among: readonly Failure[]): Failure | undefined {
  const fault = strike(world, flow, 'F01', ({ variant }) => among.includes(variant));
  if (!fault) return undefined;
  flow.reason = fault.reason;
  return fault.variant;
}

/** Picks the destination; false if there is none, or a fault (F01, F02) says so, with the reason noted. */
export function schedule(world: World, flow: Flow): boolean {
  const fault = strike(world, flow, 'F02');
  flow.dest = world.hosts.pick({ not: flow.source, target: flow.target });
  flow.reason = fault?.reason ?? 'No valid host was found. There are not enough hosts available.';
  return !fault && flow.dest !== null;
}

/** Records why: in Nova a row of its own, written after the state. */
export const RECORD_FAULT: Step = {
  name: 'error.fault',
  actor: 'conductor',
  server: (flow, world) => ({
    fault: { code: 500, message: flow.reason, details: `Traceback: ${flow.reason}`, created: world.clock.now() },
  }),
};

import type { FaultId } from './fault-catalogue.ts';
import type { Flow, Step } from './flow.ts';
import type { Random } from './random.ts';
import type { StepName } from './step-names.ts';
import type { World } from './world.ts';

/** Faults that do nothing but widen the gap before a step. */
const GAPS: Readonly<Partial<Record<StepName, FaultId & ('F09' | 'F10' | 'F11' | 'F12' | 'F33')>>> = {
  'error.fault': 'F09',
  'live.completed': 'F10',
  'cold.verifyResize': 'F11',
  'confirm.serverActive': 'F11',
  'revert.hostBack': 'F11',
  'evac.hostMoved': 'F12',
  'delete.deleting': 'F33',
};

/** How long a flow waits before a step: what a fault says, else the scenario, else a draw from the seed. */
export function delayOf(world: World, flow: Flow, step: Step, random: Random): number {
  const { min, max, steps } = world.scenario.delays;
  // Drawn in any case, so that a fault or a set delay does not move the draws of the later steps.
  const drawn = Math.round(min + random() * Math.max(max - min, 0));
  const { operation, serverId } = flow;
  const fault = GAPS[step.name];
  const gap = fault && world.faults.take(fault, { operation, serverId, step: step.name });
  return gap?.ms ?? steps[step.name] ?? drawn;
}

const STRANGE_AFTER: Readonly<Partial<Record<Flow['operation'], StepName>>> = {
  'live-migration': 'live.running',
  migrate: 'cold.migrating',
  resize: 'cold.migrating',
  evacuate: 'evac.preMigrating',
};

/** F32: a status that clients do not know comes after the given step, and passes again. */
export function unknownStatus(world: World, flow: Flow, step: Step): Step | undefined {
  if (flow.migrationId === null) return undefined;
  const { operation, serverId } = flow;
  const usual = STRANGE_AFTER[operation];
  const fault = world.faults.take('F32', { operation, serverId, step: step.name }, ({ after }) =>
    after === '' ? step.name === usual : step.name === after,
  );
  return fault && { name: 'unknown.status', actor: 'source', migration: { status: fault.status } };
}

import type { Step } from '../flow.ts';

/** The synchronous part of `os-stop`. */
export const STOP_ACCEPT: readonly Step[] = [
  { name: 'power.stopping', actor: 'api', server: { taskState: 'powering-off' } },
];

export const STOP: readonly Step[] = [
  { name: 'power.off.start', actor: 'source', emit: 'instance.power_off.start', begin: ['compute_stop_instance'] },
  {
    name: 'power.stopped',
    actor: 'source',
    server: { vmState: 'stopped', taskState: null, powerState: 4 },
  },
  { name: 'power.off.end', actor: 'source', emit: 'instance.power_off.end', end: ['compute_stop_instance'] },
];

/** The synchronous part of `os-start`. */
export const START_ACCEPT: readonly Step[] = [
  { name: 'power.starting', actor: 'api', server: { taskState: 'powering-on' } },
];

export const START: readonly Step[] = [
  { name: 'power.on.start', actor: 'source', emit: 'instance.power_on.start', begin: ['compute_start_instance'] },
  {
    name: 'power.started',
    actor: 'source',
    server: { vmState: 'active', taskState: null, powerState: 1 },
  },
  { name: 'power.on.end', actor: 'source', emit: 'instance.power_on.end', end: ['compute_start_instance'] },
];

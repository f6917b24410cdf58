import type { Flow, Step } from '../flow.ts';
import type { World } from '../world.ts';
import { RECORD_FAULT, schedule } from './failing.ts';

const CONDUCTOR = 'conductor_schedule_and_build_instances';
const BUILD = 'compute__do_build_and_run_instance';

/** Boots a server: its host first, then the tasks, then ACTIVE with everything else in one write. */
export const CREATE: readonly Step[] = [
  {
    name: 'create.select.start',
    actor: 'scheduler',
    emit: 'scheduler.select_destinations.start',
    next: scheduled,
  },
  { name: 'create.select.end', actor: 'scheduler', emit: 'scheduler.select_destinations.end' },
  { name: 'create.building', actor: 'conductor', server: { taskState: null } },
  { name: 'create.hostSet', actor: 'dest', server: ({ dest }) => ({ host: dest }), begin: [BUILD] },
  { name: 'create.start', actor: 'dest', emit: 'instance.create.start' },
  { name: 'create.networking', actor: 'dest', server: { taskState: 'networking' } },
  { name: 'create.blockDevices', actor: 'dest', server: { taskState: 'block_device_mapping' } },
  { name: 'create.spawning', actor: 'dest', server: { taskState: 'spawning' } },
  {
    name: 'create.active',
    actor: 'dest',
    server: ({ dest }, world) => ({
      vmState: 'active',
      taskState: null,
      powerState: 1,
      launchedAt: world.timeOn(dest),
    }),
  },
  { name: 'create.end', actor: 'dest', emit: 'instance.create.end', end: [BUILD] },
];

function scheduled(flow: Flow, world: World): readonly Step[] | undefined {
  if (schedule(world, flow)) return undefined;
  return [
    {
      name: 'create.error',
      actor: 'conductor',
      server: { vmState: 'error', taskState: null },
      begin: [CONDUCTOR],
    },
    RECORD_FAULT,
    {
      name: 'create.notifyError',
      actor: 'conductor',
      emit: 'compute_task.build_instances.error',
      end: [{ event: CONDUCTOR, result: 'Error' }],
    },
  ];
}

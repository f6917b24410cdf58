import type { Flow, Step } from '../flow.ts';
import type { World } from '../world.ts';
import { accepted, RECORD_FAULT } from './failing.ts';

const REVERT_EVENT = 'compute_revert_resize';
const FINISH_EVENT = 'compute_finish_revert_resize';

/** What the API writes before it answers 202. */
export const REVERT_ACCEPT: readonly Step[] = [
  { name: 'revert.serverReverting', actor: 'api', server: { taskState: 'resize_reverting' } },
  { name: 'revert.reverting', actor: 'api', migration: { status: 'reverting' } },
];

/** The destination writes `reverted` long before the source has the server back. */
export const REVERT: readonly Step[] = [
  {
    name: 'revert.exists',
    actor: 'dest',
    emit: 'instance.exists',
    begin: [REVERT_EVENT],
    next: (flow, world) => (accepted(world, flow, ['', 'C7']) === undefined ? undefined : REVERT_FAILED),
  },
  {
    name: 'revert.reverted',
    actor: 'dest',
    migration: { status: 'reverted' },
    begin: [FINISH_EVENT],
    end: [REVERT_EVENT],
  },
  { name: 'revert.start', actor: 'source', emit: 'instance.resize_revert.start' },
  {
    name: 'revert.hostBack',
    actor: 'source',
    server: ({ source, before }) => ({ host: source, flavor: before.oldFlavor ?? before.flavor, oldFlavor: null }),
  },
  { name: 'revert.serverActive', actor: 'source', server: active, next: powerOff },
  { name: 'revert.end', actor: 'source', emit: 'instance.resize_revert.end', end: [FINISH_EVENT] },
];

/** C7. */
const REVERT_FAILED: readonly Step[] = [
  { name: 'revert.serverError', actor: 'dest', server: { vmState: 'error', taskState: null } },
  RECORD_FAULT,
  {
    name: 'revert.error',
    actor: 'dest',
    migration: { status: 'error' },
    end: [{ event: REVERT_EVENT, result: 'Error' }],
  },
];

function wasStopped({ before }: Flow): boolean {
  return before.oldVmState === 'stopped';
}

function active(flow: Flow, _world: World) {
  const taskState = wasStopped(flow) ? 'powering-off' : null;
  return { vmState: 'active', taskState, oldVmState: null, powerState: 1 };
}

function powerOff(flow: Flow): readonly Step[] | undefined {
  if (!wasStopped(flow)) return undefined;
  return [
    { name: 'revert.stopped', actor: 'source', server: { vmState: 'stopped', taskState: null, powerState: 4 } },
    ...REVERT.slice(-1),
  ];
}

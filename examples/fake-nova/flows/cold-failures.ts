import type { Flow, Step } from '../flow.ts';
import { RECORD_FAULT } from './failing.ts';

export type ColdFailure = 'C1' | 'C3' | 'C4' | 'C5' | 'C6';

const ERROR: Step = { name: 'cold.error', actor: 'conductor', migration: { status: 'error' } };
const RESET: Step = {
  name: 'cold.reset',
  actor: 'conductor',
  server: ({ before }) => ({ vmState: before.vmState, taskState: null }),
};
const EXCEPTION: Step = { name: 'cold.exception', actor: 'dest', emit: 'compute.exception' };
const PREP_ERROR: Step = {
  name: 'cold.prep.error',
  actor: 'dest',
  emit: { type: 'instance.resize.error', withFault: true },
};
const PREP_END: Step = {
  name: 'cold.prep.end',
  actor: 'dest',
  emit: 'instance.resize_prep.end',
  end: [{ event: 'compute_prep_resize', result: 'Error' }],
};

/** C1: no valid host. The server falls back to what it was, and the fault stays hidden. */
export function noHost(): readonly Step[] {
  return [
    ERROR,
    RESET,
    RECORD_FAULT,
    {
      name: 'cold.notifyError',
      actor: 'conductor',
      emit: 'compute_task.migrate_server.error',
      end: [
        { event: 'conductor_migrate_server', result: 'Error' },
        { event: 'cold_migrate', result: 'Error' },
      ],
    },
  ];
}

/** C2 (F28): this host could not take it, the next one may. Same record. */
export function rescheduled(): readonly Step[] {
  return [PREP_ERROR, PREP_END];
}

/** C3: no host is left. With a host named in the request there is no retry, and so no `resize.error`. */
export function prepFailed({ target }: Flow): readonly Step[] {
  const head = target === null ? [PREP_ERROR, PREP_END] : [PREP_END];
  return [
    ...head,
    ERROR,
    { name: 'cold.serverError', actor: 'dest', server: { vmState: 'error', taskState: null } },
    RECORD_FAULT,
    EXCEPTION,
  ];
}

/** C4: the source refuses to move the disk, and everything is rolled back. */
export function sourceRefused(): readonly Step[] {
  return [
    { ...ERROR, actor: 'source', end: [{ event: 'compute_resize_instance', result: 'Error' }] },
    RESET,
    RECORD_FAULT,
  ];
}

/** C5: the source fails otherwise. */
export function sourceFailed(): readonly Step[] {
  return [
    { ...ERROR, actor: 'source', end: [{ event: 'compute_resize_instance', result: 'Error' }] },
    { name: 'cold.serverError', actor: 'source', server: { vmState: 'error' } },
    RECORD_FAULT,
    { name: 'cold.taskCleared', actor: 'source', server: { taskState: null } },
  ];
}

/** C6: the destination cannot finish; the host has already moved. */
export function finishFailed(): readonly Step[] {
  return [
    { name: 'cold.serverError', actor: 'dest', server: { vmState: 'error' } },
    RECORD_FAULT,
    { ...ERROR, actor: 'dest', end: [{ event: 'compute_finish_resize', result: 'Error' }] },
    { name: 'cold.taskCleared', actor: 'dest', server: { taskState: null } },
    EXCEPTION,
  ];
}

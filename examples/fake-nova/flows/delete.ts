import type { Step } from '../flow.ts';

const TERMINATE = 'compute_terminate_instance';

/** What the API writes before it answers 204; the status stays what it was. */
export const DELETE_ACCEPT: readonly Step[] = [
  { name: 'delete.deleting', actor: 'api', server: { taskState: 'deleting' } },
];

/** The row goes before the last notification: 404 comes earlier than `instance.delete.end`. */
export const DELETE: readonly Step[] = [
  { name: 'delete.start', actor: 'source', emit: 'instance.delete.start', begin: [TERMINATE] },
  { name: 'delete.shutdown.start', actor: 'source', emit: 'instance.shutdown.start' },
  { name: 'delete.shutdown.end', actor: 'source', emit: 'instance.shutdown.end' },
  {
    name: 'delete.gone',
    actor: 'source',
    server: ({ source }, world) => ({
      vmState: 'deleted',
      taskState: null,
      deleted: true,
      terminatedAt: world.timeOn(source),
    }),
  },
  { name: 'delete.end', actor: 'source', emit: 'instance.delete.end', end: [TERMINATE] },
];

/** C10: a resized server is confirmed first, so for a moment it looks like a healthy one. */
export function ghostSteps(onDeleting: () => void): readonly Step[] {
  return [
    {
      name: 'delete.confirmed',
      actor: 'source',
      migration: { status: 'confirmed' },
    },
    { name: 'delete.ghostActive', actor: 'source', server: { vmState: 'active', taskState: null } },
    {
      name: 'delete.deleting',
      actor: 'api',
      server: { taskState: 'deleting' },
      next() {
        onDeleting();
        return undefined;
      },
    },
    ...DELETE,
  ];
}

/** The synchronous part of the confirmation that a delete makes on its own. */
export const GHOST_ACCEPT: readonly Step[] = [
  { name: 'delete.confirming', actor: 'api', migration: { status: 'confirming' } },
];

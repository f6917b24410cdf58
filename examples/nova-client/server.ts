import { maybeNumberIn, maybeTextIn, objectIn, textIn } from './shape.ts';

/** A server as the API shows it. */
export interface Server {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly vmState: string;
  readonly taskState: string | null;
  /** Null for callers who may not know it, and before there is one. */
  readonly host: string | null;
  /** How far the task is, in percent, in the statuses that show it. */
  readonly progress: number | null;
  /** The name of the flavor, or its id in the old microversions that show that. */
  readonly flavor: string | null;
  /** Why it is in ERROR. Recorded a moment after the status. */
  readonly fault: string | null;
}

/** @throws ShapeError */
export function readServer(value: unknown): Server {
  const body = objectIn(value, 'server');
  const flavor = objectIn(body['flavor'] ?? {}, 'flavor');
  const fault = body['fault'] === undefined ? null : textIn(objectIn(body['fault'], 'fault'), 'message');
  return {
    id: textIn(body, 'id'),
    name: textIn(body, 'name'),
    status: textIn(body, 'status'),
    vmState: textIn(body, 'OS-EXT-STS:vm_state'),
    taskState: maybeTextIn(body, 'OS-EXT-STS:task_state'),
    host: maybeTextIn(body, 'OS-EXT-SRV-ATTR:host'),
    progress: maybeNumberIn(body, 'progress'),
    flavor: maybeTextIn(flavor, 'original_name') ?? maybeTextIn(flavor, 'id'),
    fault,
  };
}

/** What matters of a server in a few words: `MIGRATING/migrating on host1`. */
export function tellServer(server: Server | undefined): string {
  if (!server) return 'gone';
  const { status, taskState, host } = server;
  return `${status}/${taskState} on ${host ?? 'no host'}`;
}

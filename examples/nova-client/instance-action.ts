import { listIn, maybeTextIn, objectIn, textIn } from './shape.ts';

/** What was asked of a server. */
export interface InstanceAction {
  readonly action: string;
  readonly requestId: string;
  /** Null, or `Error` once any event of it has failed. */
  readonly message: string | null;
  /** Newest first. Empty in a list. */
  readonly events: readonly ActionEvent[];
}

/** How far one service got with it. */
interface ActionEvent {
  readonly event: string;
  readonly result: string | null;
  /** Why it failed, from 2.84 on. */
  readonly details: string | null;
}

/** @throws ShapeError */
export function readAction(value: unknown): InstanceAction {
  const body = objectIn(value, 'instanceAction');
  return {
    action: textIn(body, 'action'),
    requestId: textIn(body, 'request_id'),
    message: maybeTextIn(body, 'message'),
    events: body['events'] === undefined ? [] : listIn(body, 'events').map(readEvent),
  };
}

function readEvent(value: unknown): ActionEvent {
  const body = objectIn(value, 'event');
  const [result, details] = [maybeTextIn(body, 'result'), maybeTextIn(body, 'details')];
  return { event: textIn(body, 'event'), result, details };
}

/** Whether an event of the action has ended well. */
export function hasSucceeded(action: InstanceAction | undefined, event: string): boolean {
  return action?.events.some((one) => one.event === event && one.result === 'Success') ?? false;
}

/** Why the action failed, if an event of it says so. */
export function failureIn(action: InstanceAction | undefined): string | undefined {
  return action?.events.find(({ result }) => result === 'Error')?.details ?? undefined;
}

/** A notification as the stream and the bus of the service carry it, as far as a client looks into it. */
export interface Notification {
  readonly seq: number;
  readonly envelope: {
    readonly event_type: string;
    readonly payload: { readonly 'nova_object.data': Readonly<Record<string, unknown>> };
  };
}

/** Whether a notification is about the server. */
export function concerns(serverId: string): (notification: Notification) => boolean {
  return ({ envelope }) => {
    const { uuid, instance_uuid: instance } = envelope.payload['nova_object.data'];
    return uuid === serverId || instance === serverId;
  };
}

/** What went wrong, if the notification tells: the message of the exception in its `fault` or `reason`. */
export function exceptionIn({ envelope }: Notification): string | undefined {
  const { fault, reason } = envelope.payload['nova_object.data'];
  const exception = Object(Object(fault ?? reason)['nova_object.data']) as { exception_message?: unknown };
  return typeof exception.exception_message === 'string' ? exception.exception_message : undefined;
}

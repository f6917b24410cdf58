import { EventEmitter } from 'eventemitter3';
import type { FaultPlan, Occasion } from './faults.ts';
import type { Clock } from './scenario.ts';

/** A versioned object as Nova wraps it. */
export interface Payload {
  readonly 'nova_object.name': string;
  readonly 'nova_object.namespace': 'nova';
  readonly 'nova_object.version': string;
  readonly 'nova_object.data': Readonly<Record<string, unknown>>;
}

/** What a real consumer gets. */
export interface Envelope {
  readonly message_id: string;
  readonly publisher_id: string;
  readonly event_type: string;
  readonly priority: 'INFO' | 'ERROR';
  readonly timestamp: string;
  readonly payload: Payload;
}

/** An envelope and its place in the stream. Nova has no such number; gaps in it are lost notifications. */
export interface Notification {
  readonly seq: number;
  readonly envelope: Envelope;
}

/** Each notification is emitted as `'notification'` and under its own event type. */
export interface NotificationEvents {
  readonly notification: (notification: Notification) => void;
  readonly [eventType: string]: (notification: Notification) => void;
}

export interface Notifications {
  readonly bus: EventEmitter<NotificationEvents>;
  /** Hands an envelope over to the (unreliable) delivery. */
  readonly publish: (envelope: Envelope, occasion: Occasion) => void;
  /** Everything delivered after the given place, for those who come back. */
  readonly since: (seq: number) => readonly Notification[];
  readonly lastSeq: () => number;
  readonly close: () => void;
}

interface HeldBack {
  readonly publisher: string;
  readonly send: () => void;
  readonly timer: unknown;
}

/** Makes the notification stream, with the delivery faults F21 to F23, F25 and F26. */
export function createNotifications(clock: Clock, faults: () => FaultPlan, newId: () => string): Notifications {
  const bus = new EventEmitter<NotificationEvents>();
  const log: Notification[] = [];
  const timers = new Set<unknown>();
  const heldBack = new Set<HeldBack>();
  let lastSeq = 0;

  const later = (milliseconds: number, work: () => void) => {
    const timer = clock.setTimeout(() => {
      timers.delete(timer);
      work();
    }, milliseconds);
    timers.add(timer);
    return timer;
  };
  const send = (envelope: Envelope) => {
    lastSeq += 1;
    const notification = Object.freeze({ seq: lastSeq, envelope });
    log.push(notification);
    call(() => bus.emit('notification', notification));
    call(() => bus.emit(envelope.event_type, notification));
    for (const held of [...heldBack]) {
      if (held.publisher === envelope.publisher_id) continue;
      heldBack.delete(held);
      clock.clearTimeout(held.timer);
      timers.delete(held.timer);
      held.send();
    }
  };
  const lose = () => {
    lastSeq += 1;
  };
  const deliver = createDelivery({ faults, newId, send, lose, later, heldBack });
  return {
    bus,
    publish(envelope, occasion) {
      const stranger = faults().take('F26', occasion, wants(envelope.event_type));
      if (stranger) send(estrange(envelope, newId));
      deliver(envelope, occasion);
    },
    since: (seq) => log.filter((notification) => notification.seq > seq),
    lastSeq: () => lastSeq,
    close() {
      for (const timer of timers) clock.clearTimeout(timer);
      timers.clear();
      heldBack.clear();
      bus.removeAllListeners();
    },
  };
}

interface Delivery {
  readonly faults: () => FaultPlan;
  readonly newId: () => string;
  readonly send: (envelope: Envelope) => void;
  readonly lose: () => void;
  readonly later: (milliseconds: number, work: () => void) => unknown;
  readonly heldBack: Set<HeldBack>;
}

function createDelivery({ faults, newId, send, lose, later, heldBack }: Delivery) {
  return (envelope: Envelope, occasion: Occasion) => {
    const wanted = wants(envelope.event_type);
    const lost = faults().take(
      'F21',
      occasion,
      (params, { random }) => wanted(params) && (params.probability >= 1 || random() < params.probability),
    );
    if (lost) return lose();
    const double = faults().take('F22', occasion, wanted);
    const sendAll = () => {
      send(envelope);
      for (let copy = 1; copy < (double?.copies ?? 1); copy += 1) {
        send(double?.fresh ? { ...envelope, message_id: newId() } : envelope);
      }
    };
    const late = faults().take('F25', occasion, wanted);
    if (late) return void later(late.ms, sendAll);
    const swapped = faults().take('F23', occasion, wanted);
    if (!swapped) return sendAll();
    const timer = later(swapped.ms, () => {
      heldBack.delete(held);
      sendAll();
    });
    const held: HeldBack = { publisher: envelope.publisher_id, send: sendAll, timer };
    heldBack.add(held);
  };
}

/** Accepts the faults that are about this event type, or about all. */
export function wants(eventType: string): (params: { readonly eventType: string }) => boolean {
  return (params) => params.eventType === '' || params.eventType === eventType;
}

function estrange(envelope: Envelope, newId: () => string): Envelope {
  const payload = envelope.payload;
  const data: Record<string, unknown> = { ...payload['nova_object.data'] };
  for (const key of ['uuid', 'instance_uuid']) if (key in data) data[key] = newId();
  if ('request_id' in data) data['request_id'] = `req-${newId()}`;
  return { ...envelope, message_id: newId(), payload: { ...payload, 'nova_object.data': data } };
}

function call(emit: () => void): void {
  try {
    emit();
  } catch (error) {
    // A listener's mistake must be heard, but may not stop the service half-way through a step.
    queueMicrotask(() => {
      throw error;
    });
  }
}

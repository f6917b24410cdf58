import { render } from './render.ts';
import { type Hubs, joinListeners } from './shared-listener.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: these types must accept every emitter, whatever it emits
/** A Node `EventEmitter`, an eventemitter3, or anything that listens as they do. */
export interface EmitterLike {
  /** Calls the listener at each such event. */
  on(event: any, listener: (...args: any[]) => void): unknown;
  /** Calls it no more. */
  off(event: any, listener: (...args: any[]) => void): unknown;
}

/** An `EventTarget`, such as a DOM node or a `WebSocket`. */
export interface TargetLike {
  /** Calls the listener at each such event. */
  addEventListener(event: any, listener: (...args: any[]) => void): unknown;
  /** Calls it no more. */
  removeEventListener(event: any, listener: (...args: any[]) => void): unknown;
}

/** Something that emits events. */
export type EventSource = EmitterLike | TargetLike;

/** The name of an event. */
export type EventName = string | symbol;

/**
 * The arguments that a source gives with an event, as far as its types tell: those of an eventemitter3, of a Node
 * `EventEmitter<Map>`, and of an `EventTarget` that has an `on…` property for the event. Otherwise `any[]`.
 *
 * A class that extends Node's `EventEmitter<Map>` hides its map from other types: give the parameters of a filter their
 * types, or hand it over as the `EventEmitter<Map>` that it is.
 */
export type EventArgs<Source, Event> = unknown extends Source
  ? any[]
  : Source extends Untyped
    ? any[]
    : Source extends EmitterLike
      ? EmitterArgs<Source, Event, EmittedArgs<Source>>
      : Source extends TargetLike
        ? [event: TargetEvent<Source, Event>]
        : any[];

// Takes any listener for any event. So do those that have one overload per event and one for the rest.
interface Untyped {
  readonly on: (event: string, listener: (...args: any[]) => void) => unknown;
}

// A generic method yields the arguments of all its events. Asking back which of them a listener of this event may take
// leaves its own, and those that say less: fewer arguments, or wider ones.
type EmitterArgs<Source, Event, Args> = [Args] extends [never]
  ? NodeArgs<Source, Event>
  : MostTelling<HeardArgs<Source, Event, Args>>;
type EmittedArgs<Source> = Source extends { emit(event: any, ...args: infer Args): any } ? Args : never;
type HeardArgs<Source, Event, Args> = Args extends any[]
  ? // Not as a method: those compare their arguments both ways.
    Source extends { on: (event: Event, listener: (...args: Args) => void) => any }
    ? Args
    : never
  : never;
type MostTelling<Args, All = ListenerOf<Args>> = Args extends any[]
  ? [All] extends [(...args: Args) => void]
    ? Args
    : never
  : never;
type ListenerOf<Args> = Args extends any[] ? (...args: Args) => void : never;

// Of a Node emitter only the class itself yields its map, and one that extends it the names alone. Where Node's types are
// missing, everything is one: any[].
type NodeArgs<Source, Event> = Source extends import('node:events').EventEmitter<
  infer Events extends Record<keyof Events, any[]>
>
  ? MappedArgs<Events, Event>
  : any[];
type MappedArgs<Events, Event> = Event extends keyof Events
  ? unknown extends Events[Event]
    ? any[]
    : Events[Event] extends any[]
      ? Events[Event]
      : any[]
  : any[];
type TargetEvent<Source, Event> = Event extends string
  ? Source extends { [K in `on${Event}`]: ((event: infer E) => any) | null }
    ? E
    : globalThis.Event
  : never;
// biome-ignore-end lint/suspicious/noExplicitAny: see above

type Listener = (...args: unknown[]) => void;
type Attach = (event: EventName, listener: Listener) => () => void;

const hubs = new WeakMap<object, Hubs<EventName, unknown[]>>();

/**
 * Listens to an event together with everybody else who does; gives back how to stop.
 *
 * @throws TypeError when the source is not an emitter.
 */
export function listen(source: EventSource, event: EventName, listener: Listener): () => void {
  const attach = attacherOf(source);
  const events: Hubs<EventName, unknown[]> = hubs.get(source) ?? new Map();
  hubs.set(source, events);
  return joinListeners(events, event, (notify) => attach(event, notify), listener);
}

/** Whether this may be the name of an event. */
export function isEventName(value: unknown): value is EventName {
  return typeof value === 'string' || typeof value === 'symbol';
}

/** Refuses at once what {@link listen} could not listen to. */
export function checkSource(source: unknown, event: unknown): void {
  attacherOf(source);
  if (!isEventName(event)) {
    throw new TypeError(`\`event\` must be a string or a symbol; got ${render(event)}`);
  }
}

const METHODS = [
  ['on', 'off'],
  ['addListener', 'removeListener'],
  ['addEventListener', 'removeEventListener'],
] as const;

// By duck type: an eventemitter3 is no Node EventEmitter, and an EventTarget may be of another realm.
function attacherOf(source: unknown): Attach {
  const object = Object(source) as Record<string, unknown>;
  for (const [add, remove] of METHODS) {
    const { [add]: attach, [remove]: detach } = object;
    if (typeof attach === 'function' && typeof detach === 'function') {
      return (event, listener) => {
        attach.call(source, event, listener);
        return () => detach.call(source, event, listener);
      };
    }
  }
  throw new TypeError(`\`source\` must be an event emitter with on and off, or an EventTarget; got ${render(source)}`);
}

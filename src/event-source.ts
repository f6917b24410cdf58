import { render } from './render.ts';
import { type Hubs, joinListeners } from './shared-listener.ts';

// biome-ignore-start lint/suspicious/noExplicitAny: these types must accept every emitter, whatever it emits
/** A Node `EventEmitter`, an eventemitter3, or anything that listens as they do. */
export interface EmitterLike {
  on(event: any, listener: (...args: any[]) => void): unknown;
  off(event: any, listener: (...args: any[]) => void): unknown;
}

/** An `EventTarget`, such as a DOM node or a `WebSocket`. */
export interface TargetLike {
  addEventListener(event: any, listener: (...args: any[]) => void): unknown;
  removeEventListener(event: any, listener: (...args: any[]) => void): unknown;
}

/** Something that emits events. */
export type EventSource = EmitterLike | TargetLike;

/** The name of an event. */
export type EventName = string | symbol;

/**
 * The arguments that a source gives with an event, as far as its types tell: those of an eventemitter3, of a Node
 * `EventEmitter<Map>`, and of an `EventTarget` that has an `on…` property for the event. Otherwise `any[]`.
 */
export type EventArgs<Source, Event> = [EmittedArgs<Source, Event>] extends [never]
  ? Source extends EmitterLike
    ? NodeArgs<Source, Event>
    : Source extends TargetLike
      ? [event: TargetEvent<Source, Event>]
      : any[]
  : EmittedArgs<Source, Event>;

// Of a Node emitter only the class itself yields its map. Where Node's types are missing, everything is one: any[].
type NodeArgs<Source, Event> = Source extends import('node:events').EventEmitter<
  infer Events extends Record<any, any[]>
>
  ? MappedArgs<Events, Event>
  : any[];

// An infer in a generic method yields the arguments of all events; asking back keeps those of this event.
type EmittedArgs<Source, Event> = Source extends { emit(event: any, ...args: infer Args): any }
  ? ArgsOfEvent<Source, Event, Args>
  : never;
type ArgsOfEvent<Source, Event, Args> = Args extends any[]
  ? Source extends { emit(event: Event, ...args: Args): any }
    ? Args
    : never
  : never;
type MappedArgs<Events, Event> = Event extends keyof Events
  ? Events[Event] extends any[]
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

/** Refuses at once what {@link listen} could not listen to. */
export function checkSource(source: unknown, event: unknown): void {
  attacherOf(source);
  if (typeof event !== 'string' && typeof event !== 'symbol') {
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

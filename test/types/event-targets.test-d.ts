// Needs the types of the DOM.
import { expectTypeOf } from 'expect-type';
import { on, waitForEvent } from 'unsleep';

declare const socket: WebSocket;
declare const button: HTMLButtonElement;
declare const target: EventTarget;

// --- the map of an EventTarget is its `on…` properties

expectTypeOf(waitForEvent(socket, 'message')).resolves.toEqualTypeOf<[event: MessageEvent]>();
expectTypeOf(waitForEvent(socket, 'close')).resolves.toEqualTypeOf<[event: CloseEvent]>();
expectTypeOf(waitForEvent(button, 'keydown')).resolves.toEqualTypeOf<[event: KeyboardEvent]>();
expectTypeOf(waitForEvent(window, 'hashchange')).resolves.toEqualTypeOf<[event: HashChangeEvent]>();
void waitForEvent(socket, 'message', { filter: ({ data }) => data === 'ready' });
on(socket, 'close', ({ code }) => code === 1000);
// @ts-expect-error says: Property 'data' does not exist on type 'CloseEvent'
void waitForEvent(socket, 'close', { filter: ({ data }) => data === 'ready' });
// @ts-expect-error -- a CloseEvent has no data
on(socket, 'close', ({ data }) => data === 'ready');

// --- an event that is none of them

expectTypeOf(waitForEvent(target, 'ready')).resolves.toEqualTypeOf<[event: Event]>();
expectTypeOf(waitForEvent(button, 'my-event')).resolves.toEqualTypeOf<[event: Event]>();

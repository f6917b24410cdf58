// Needs Node's types.
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { expectTypeOf } from 'expect-type';
import { on, waitFor, waitForEvent } from 'unsleep';

// biome-ignore lint/suspicious/noExplicitAny: nothing is known of it
type Anything = any[];
interface UploadEvents {
  done: [id: number, result: string];
  closed: [];
}
declare class Uploads extends EventEmitter<UploadEvents> {}
declare const uploads: EventEmitter<UploadEvents>;
declare const ownUploads: Uploads;
declare const untyped: EventEmitter;
declare const child: ChildProcess;
declare const target: EventTarget;
declare const signal: AbortSignal;

// --- the class itself, with its map

expectTypeOf(waitForEvent(uploads, 'done')).resolves.toEqualTypeOf<[id: number, result: string]>();
expectTypeOf(waitForEvent(uploads, 'closed')).resolves.toEqualTypeOf<[]>();
expectTypeOf(waitForEvent(new EventEmitter<UploadEvents>(), 'closed')).resolves.toEqualTypeOf<[]>();
void waitForEvent(uploads, 'done', { filter: (id, result) => id.toFixed() === result.trim() });
on(uploads, 'done', (id, result) => id.toFixed() === result.trim());
// @ts-expect-error says: Property 'trim' does not exist on type 'number'
void waitForEvent(uploads, 'done', { filter: (id) => id.trim() === '' });
// @ts-expect-error -- a number has no trim
on(uploads, 'done', (id) => id.trim() === '');
// @ts-expect-error -- a wake source subscribes: use on(emitter, event)
void waitFor(() => true, { wakeOn: uploads });

// --- a class of one's own: its map is out of reach of the type system, unless it is looked at as what it extends

expectTypeOf(waitForEvent(ownUploads, 'done')).resolves.toEqualTypeOf<Anything>();
void waitForEvent(ownUploads, 'done', { filter: (id: number) => id === 2 });
const plainUploads: EventEmitter<UploadEvents> = ownUploads;
expectTypeOf(waitForEvent(plainUploads, 'done')).resolves.toEqualTypeOf<[id: number, result: string]>();

// --- without a map; or one overload per event, of which an infer sees the last only, so it must not be asked

expectTypeOf(waitForEvent(untyped, 'done')).resolves.toEqualTypeOf<Anything>();
expectTypeOf(waitForEvent(child, 'exit')).resolves.toEqualTypeOf<Anything>();
expectTypeOf(waitForEvent(process, 'warning')).resolves.toEqualTypeOf<Anything>();

// --- the event targets of Node

expectTypeOf(waitForEvent(target, 'ready')).resolves.toEqualTypeOf<[event: Event]>();
on(signal, 'abort', ({ type }) => type === 'abort');

// Emitters that need neither Node's types nor those of the DOM: eventemitter3, and people's own.
import { EventEmitter } from 'eventemitter3';
import { expectTypeOf } from 'expect-type';
import { createWaiter, type EventArgs, on, type WakeSource, waitForEvent } from 'unsleep';

// biome-ignore lint/suspicious/noExplicitAny: nothing is known of it
type Anything = any[];
type Done = [id: number, result: string];

// --- eventemitter3, its map given as tuples or as functions

interface TupleMap {
  done: Done;
  closed: [];
}
interface FunctionMap {
  done: (...args: Done) => void;
  closed: () => void;
}
declare class Jobs extends EventEmitter<TupleMap> {
  readonly name: 'jobs';
}
declare const tuples: EventEmitter<TupleMap>;
declare const functions: EventEmitter<FunctionMap>;
declare const jobs: Jobs;
declare const untyped: EventEmitter;

expectTypeOf(waitForEvent(tuples, 'done')).resolves.toEqualTypeOf<Done>();
expectTypeOf(waitForEvent(tuples, 'closed')).resolves.toEqualTypeOf<[]>();
expectTypeOf(waitForEvent(functions, 'done')).resolves.toEqualTypeOf<Done>();
expectTypeOf(waitForEvent(functions, 'closed')).resolves.toEqualTypeOf<[]>();
expectTypeOf(waitForEvent(jobs, 'done')).resolves.toEqualTypeOf<Done>();
expectTypeOf(waitForEvent(untyped, 'done')).resolves.toEqualTypeOf<Anything>();
expectTypeOf(on(tuples, 'done', (id, result) => id === 2 && result.length > 0)).toEqualTypeOf<WakeSource>();
void waitForEvent(functions, 'done', { filter: (id, result) => id.toFixed() === result.trim() });
// @ts-expect-error says: Property 'trim' does not exist on type 'number'
void waitForEvent(jobs, 'done', { filter: (id) => id.trim() === '' });
// @ts-expect-error -- a number has no trim
on(jobs, 'done', (id) => id.trim() === '');

// --- an emitter of one's own: a generic method, as most libraries type it

interface OwnEmitter<Events extends Record<string, unknown[]>> {
  on<Name extends keyof Events>(name: Name, listener: (...args: Events[Name]) => void): () => void;
  off<Name extends keyof Events>(name: Name, listener: (...args: Events[Name]) => void): void;
  emit<Name extends keyof Events>(name: Name, ...args: Events[Name]): void;
}
declare const own: OwnEmitter<{ done: Done; progress: [percent: number]; closed: [] }>;

expectTypeOf(waitForEvent(own, 'done')).resolves.toEqualTypeOf<Done>();
expectTypeOf(waitForEvent(own, 'progress')).resolves.toEqualTypeOf<[percent: number]>();
expectTypeOf(waitForEvent(own, 'closed')).resolves.toEqualTypeOf<[]>();
expectTypeOf<EventArgs<typeof own, 'done'>>().toEqualTypeOf<Done>();
on(own, 'progress', (percent) => percent > 50);
// @ts-expect-error -- a number has no trim
on(own, 'progress', (percent) => percent.trim() === '');

// --- an emitter that tells nothing of what it emits

declare const anything: Anything[number];
declare const listening: {
  on(event: string, listener: (...args: Anything) => void): void;
  off(event: string, listener: (...args: Anything) => void): void;
};

expectTypeOf(waitForEvent(listening, 'done')).resolves.toEqualTypeOf<Anything>();
expectTypeOf(waitForEvent(anything, 'done')).resolves.toEqualTypeOf<Anything>();
void waitForEvent(listening, 'done', { filter: (id: number) => id === 2 });

// --- what is no emitter, and options that are for looks

expectTypeOf(createWaiter({}).waitForEvent(jobs, 'done')).resolves.toEqualTypeOf<Done>();
void waitForEvent(jobs, Symbol('done'), { rejectOn: ['closed'], trigger: (signal) => signal.aborted });
// @ts-expect-error -- emits nothing
void waitForEvent({}, 'done');
// @ts-expect-error -- emits nothing
on({}, 'done');
// @ts-expect-error says: 'interval' does not exist in type 'EventOptions
void waitForEvent(tuples, 'done', { interval: 5 });
// @ts-expect-error -- the event is the answer: there is nothing to look at
void waitForEvent(tuples, 'done', { until: () => true });

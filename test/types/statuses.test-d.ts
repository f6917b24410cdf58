import { expectTypeOf } from 'expect-type';
import { again, createWaiter, type StatusOptions, waitForStatus } from 'unsleep';

type Migration =
  | { readonly status: 'queued' }
  | { readonly status: 'running'; readonly progress: number }
  | { readonly status: 'completed'; readonly host: string }
  | { readonly status: 'error'; readonly reason: string };
type Task = { readonly state: 1; readonly eta: number } | { readonly state: 2; readonly result: string };
declare const readMigration: () => Promise<Migration>;
declare const readTask: () => Task;
declare const readInstance: () => { id: number; status: string };
declare const readNested: () => Promise<{ readonly data: Migration }>;
declare const readUnknown: () => Promise<unknown>;
// biome-ignore lint/suspicious/noExplicitAny: what JSON.parse and untyped clients give
declare const readAnything: () => Promise<any>;

// --- the status tells what was read

export async function narrowed() {
  const completed = await waitForStatus(readMigration, { target: 'completed', failure: 'error' });
  expectTypeOf(completed.status).toEqualTypeOf<'completed'>();
  expectTypeOf(completed.host).toEqualTypeOf<string>();

  const ended = await waitForStatus(readMigration, { target: ['completed', 'error'] });
  expectTypeOf(ended.status).toEqualTypeOf<'completed' | 'error'>();
  // @ts-expect-error -- only one of the two has a host
  ended.host;
  if (ended.status === 'error') expectTypeOf(ended.reason).toEqualTypeOf<string>();

  const targets = ['completed', 'error'] as const;
  const listed = await waitForStatus(readMigration, { target: targets, pending: ['queued', 'running'] });
  expectTypeOf(listed.status).toEqualTypeOf<'completed' | 'error'>();

  const task = await waitForStatus(readTask, { status: 'state', target: 2, failure: 1 });
  expectTypeOf(task.result).toEqualTypeOf<string>();

  const later = await waitForStatus(async () => (readTask().state === 2 ? readTask() : again('1s')), {
    status: 'state',
    target: 2,
  });
  expectTypeOf(later.result).toEqualTypeOf<string>();

  const waited = await createWaiter({}).waitForStatus(readMigration, { target: 'completed' });
  expectTypeOf(waited.host).toEqualTypeOf<string>();
}

// --- a status that is not one of few words

export async function open() {
  const instance = await waitForStatus(readInstance, { target: 'ACTIVE', failure: ['ERROR', 'DELETED'] });
  expectTypeOf(instance.id).toEqualTypeOf<number>();
  expectTypeOf(instance.status).toEqualTypeOf<'ACTIVE'>();
  expectTypeOf(waitForStatus(readAnything, { target: 'ACTIVE', failure: 'ERROR' })).resolves.toBeAny();
  expectTypeOf(waitForStatus(readUnknown, { target: 'ACTIVE', failure: 'ERROR' })).resolves.toEqualTypeOf<unknown>();
}

// --- the read may give the word itself, and a function finds it anywhere in the answer

expectTypeOf(waitForStatus(() => 'on' as 'on' | 'off' | 'unknown', { target: ['on', 'off'] })).resolves.toEqualTypeOf<
  'on' | 'off'
>();
expectTypeOf(
  waitForStatus(readNested, { status: ({ data }) => data.status, target: 'completed', failure: ['error'] }),
).resolves.toEqualTypeOf<{ readonly data: Migration }>();
expectTypeOf(
  waitForStatus(readUnknown, { status: (answer) => Object(answer).status, target: 'completed', failure: 'error' }),
).resolves.toEqualTypeOf<unknown>();

// --- words that are misspelt

// @ts-expect-error says: Type '"complete"' is not assignable to type
void waitForStatus(readMigration, { target: 'complete' });
// @ts-expect-error -- the same, in a list
void waitForStatus(readMigration, { target: ['completed', 'eror'] });
// @ts-expect-error says: Type '"eror"' is not assignable to type
void waitForStatus(readMigration, { target: 'completed', failure: 'eror' });
// @ts-expect-error -- the same, in a list
void waitForStatus(readMigration, { target: 'completed', failure: ['error', 'failed'] });
// @ts-expect-error -- the same, where a misspelt word would fail the wait
void waitForStatus(readMigration, { target: 'completed', pending: ['queued', 'runing'] });
// @ts-expect-error -- the same, with another key
void waitForStatus(readTask, { status: 'state', target: 3 });
// @ts-expect-error -- the same, where the read gives the word
void waitForStatus(() => 'on' as 'on' | 'off', { target: 'of' });
// @ts-expect-error -- the same, where a function tells it
void waitForStatus(readNested, { status: ({ data }) => data.status, target: 'complete' });
// @ts-expect-error -- the same
void waitForStatus(readNested, { status: ({ data }) => data.status, target: 'completed', failure: 'eror' });
// @ts-expect-error -- the same, through a waiter
void createWaiter({}).waitForStatus(readMigration, { target: 'complete' });
// @ts-expect-error -- a status is no flag
void waitForStatus(readInstance, { target: true });
// @ts-expect-error -- without a target it would never be done
void waitForStatus(readMigration, {});

// --- `trigger`, and options that are handed on

expectTypeOf(
  waitForStatus(({ triggered }) => ({ status: triggered.length > 1 ? ('done' as const) : ('busy' as const) }), {
    trigger: async (signal: AbortSignal) => (signal.aborted ? '' : '/operations/7'),
    target: 'done',
  }),
).resolves.toEqualTypeOf<{ status: 'done' | 'busy' } & { readonly status: 'done' }>();

export function instanceIsActive(options: Omit<StatusOptions, 'target'>) {
  return waitForStatus(readInstance, { ...options, target: 'ACTIVE' });
}
// @ts-expect-error -- the answer is the status: there is nothing for `until` to decide
void waitForStatus(readMigration, { target: 'completed', until: () => true });

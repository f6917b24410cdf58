import { expectTypeOf } from 'expect-type';
import { createPoller } from 'unsleep';

type Job =
  | { readonly status: 'running'; readonly progress: number }
  | { readonly status: 'done'; readonly result: string }
  | { readonly status: 'failed' };
declare const list: () => Promise<{ readonly id: number; readonly job: Job }[]>;

export async function told() {
  const read = async (_ids: readonly number[], _signal: AbortSignal) =>
    (await list()).map(({ id, job }): readonly [number, Job | Error] => [id, job]);
  const poller = createPoller({ read, batchSize: 100, concurrency: 2, attemptTimeout: '5s' });

  const done = await poller.waitForStatus(7, { target: 'done', failure: 'failed' });
  expectTypeOf(done.result).toEqualTypeOf<string>();
  // @ts-expect-error -- no job has such a status
  await poller.waitForStatus(7, { target: 'finished' });
  // @ts-expect-error -- nor such a failure
  await poller.waitForStatus(7, { target: 'done', failure: 'error' });
  // @ts-expect-error -- a key is a number
  await poller.waitForStatus('7', { target: 'done' });
  // @ts-expect-error -- the pace is the poller's
  await poller.waitForStatus(7, { target: 'done', interval: 5 });

  // @ts-expect-error -- and so is the time
  await poller.waitFor(7, Boolean, { clock: globalThis });
  // @ts-expect-error -- what decides is an argument
  await poller.waitFor(7, Boolean, { until: Boolean });

  const half = await poller.waitForStatus(7, {
    status: (job) => ('progress' in job && job.progress > 50 ? 'half' : 'less'),
    target: 'half',
  });
  expectTypeOf(half).toEqualTypeOf<Job>();

  const found = await poller.waitFor(7, (job): job is Job => job !== undefined);
  expectTypeOf(found).toEqualTypeOf<Job>();
  expectTypeOf(await poller.waitFor(7, () => true)).toEqualTypeOf<Job | undefined>();
  await poller.close();
}

export async function wordsThemselves() {
  const words = createPoller({ read: (ids: readonly string[]) => new Map(ids.map((id) => [id, 'any text'])) });
  expectTypeOf(await words.waitForStatus('a', { target: 'done' })).toEqualTypeOf<'done'>();
}

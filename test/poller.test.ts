import { getEventListeners } from 'node:events';
import { createPoller, type PollerOptions, WaitFailedError, WaitTimeoutError, type Wake } from 'unsleep';
import { describe, expect, test, vi } from 'vitest';
import { deferred, rejection, settle, useVirtualTime } from './virtual-time.ts';

useVirtualTime();

type Job = { readonly id: number; readonly status: string };

/** A service that tells the status of many jobs at once, and what it was asked. */
function service(options: Partial<PollerOptions<number, Job>> = {}) {
  const jobs = new Map<number, Job | Error>();
  const start = performance.now();
  const reads: { readonly at: number; readonly ids: readonly number[]; readonly signal: AbortSignal }[] = [];
  const set = (status: string, ...ids: readonly number[]) => {
    for (const id of ids) jobs.set(id, { id, status });
  };
  const poller = createPoller<number, Job>({
    interval: 1_000,
    window: 10,
    random: () => 0,
    ...options,
    read: (ids, signal) => {
      reads.push({ at: performance.now() - start, ids, signal });
      return options.read?.(ids, signal) ?? ids.flatMap((id) => (jobs.has(id) ? [[id, jobs.get(id) as Job]] : []));
    },
  });
  const asked = () => reads.map(({ at, ids }) => [at, ids]);
  return { poller, jobs, set, reads, asked };
}

const isDone = (job: Job | undefined): job is Job => job?.status === 'done';
const later = <T>(value: T, milliseconds: number) =>
  new Promise<T>((resolve) => setTimeout(() => resolve(value), milliseconds));

describe('a poller', () => {
  test('reads once a round for all who wait, each round an interval after the first answer of the last', async () => {
    const { poller, set, asked } = service();
    set('running', 1, 2, 3);
    setTimeout(() => set('done', 1, 2, 3), 1_500);
    const all = Promise.all([1, 2, 3].map((id) => poller.waitFor(id, isDone)));
    await settle(all, 4_000);
    expect(asked()).toEqual([
      [10, [1, 2, 3]],
      [1_020, [1, 2, 3]],
      [2_030, [1, 2, 3]],
    ]);
    expect((await all).map(({ status }) => status)).toEqual(['done', 'done', 'done']);
  });

  test('reads only while somebody waits, and does not ask for a key that nobody waits for any longer', async () => {
    const { poller, set, asked } = service();
    set('running', 1);
    set('done', 2);
    const waiting = poller.waitFor(1, isDone, { timeout: 1_500 });
    void poller.waitFor(2, isDone);
    await rejection(waiting, 60_000);
    expect(asked()).toEqual([
      [10, [1, 2]],
      [1_020, [1]],
      [1_501, [1]],
    ]);
  });

  test('asks for a key once, however many wait for it', async () => {
    const { poller, set, asked } = service();
    set('done', 7);
    await settle(Promise.all(Array.from({ length: 200 }, () => poller.waitFor(7, isDone))), 100);
    expect(asked()).toEqual([[10, [7]]]);
  });

  test('asks for no more keys at a time than `batchSize`', async () => {
    const { poller, set, asked } = service({ batchSize: 2 });
    set('done', 1, 2, 3, 4, 5);
    await settle(Promise.all([1, 2, 3, 4, 5].map((id) => poller.waitFor(id, isDone))), 100);
    expect(asked().map(([, ids]) => ids)).toEqual([[1, 2], [3, 4], [5]]);
  });

  test('gathers for a window who asks, for half the time that is left at most, and reads at once at a deadline', async () => {
    const { poller, set, asked } = service({ window: 200 });
    set('running', 1, 2, 3);
    const waits = [1, 2].map((id) => poller.waitFor(id, isDone, { timeout: 300 }));
    const hurried = later(undefined, 100).then(() => poller.waitFor(3, isDone, { timeout: 40 }));
    const errors = await Promise.all([...waits, hurried].map((waiting) => rejection(waiting, 1_000)));
    expect(errors[2]?.message).toContain('key 3: not within 40 ms');
    expect(asked()).toEqual([
      [120, [1, 2, 3]],
      [141, [3]],
      [301, [1, 2]],
    ]);
  });

  test('makes the first pause shorter by chance, so that pollers do not ask together', async () => {
    const { poller, set, asked } = service({ random: () => 0.75 });
    set('running', 1);
    await rejection(poller.waitFor(1, isDone, { timeout: 2_000 }), 3_000);
    expect(asked().map(([at]) => at)).toEqual([10, 270, 1_280, 2_001]);
  });

  test('gives who joins an answer that no read gave that had begun before', async () => {
    const answers = [deferred<[number, Job][]>(), deferred<[number, Job][]>()];
    let reads = 0;
    const { poller, asked } = service({ read: () => answers[reads++]?.promise ?? [] });
    const first = poller.waitFor(1, Boolean);
    await vi.advanceTimersByTimeAsync(100);
    const told: unknown[] = [];
    const second = poller.waitFor(1, Boolean).then((value) => told.push(value));
    await vi.advanceTimersByTimeAsync(100);
    answers[0]?.resolve([[1, { id: 1, status: 'old' }]]);
    await vi.advanceTimersByTimeAsync(10);
    expect(await first).toEqual({ id: 1, status: 'old' });
    expect(told).toEqual([]);
    answers[1]?.resolve([[1, { id: 1, status: 'new' }]]);
    await second;
    expect(told).toEqual([{ id: 1, status: 'new' }]);
    expect(asked()).toEqual([
      [10, [1]],
      [210, [1]],
    ]);
  });

  test('never reads a key twice at a time, and others meanwhile', async () => {
    const { poller, asked } = service({
      read: (ids) =>
        later(
          ids.map((id) => [id, { id, status: id === 1 ? 'running' : 'done' }]),
          id1(ids) ? 2_500 : 0,
        ),
    });
    const slow = poller.waitFor(1, isDone, { timeout: 4_000 });
    await vi.advanceTimersByTimeAsync(500);
    await settle(poller.waitFor(2, isDone), 20);
    await rejection(slow, 9_000);
    expect(asked()).toEqual([
      [10, [1]],
      [510, [2]],
      [3_520, [1]],
    ]);
  });

  test('lets who joins look again with the others', async () => {
    const { poller, set, asked } = service();
    set('running', 1, 2);
    const first = poller.waitFor(1, isDone, { timeout: 2_000 });
    await vi.advanceTimersByTimeAsync(300);
    const second = poller.waitFor(2, isDone, { timeout: 2_500 });
    await Promise.all([rejection(first, 4_000), rejection(second, 0)]);
    expect(asked()).toEqual([
      [10, [1]],
      [310, [2]],
      [1_020, [1, 2]],
      [2_000, [1]],
      [2_030, [2]],
      [2_800, [2]],
    ]);
  });
});

describe('waits of a poller that begin one after another', () => {
  /** Begins a wait each 25 ms, and awaits none of them. */
  const begin = async (poller: ReturnType<typeof service>['poller'], ids: readonly number[], signal?: AbortSignal) => {
    const waits: Promise<unknown>[] = [];
    for (const id of ids) {
      waits.push(poller.waitFor(id, isDone, { signal }).catch(() => {}));
      await vi.advanceTimersByTimeAsync(25);
    }
    return waits;
  };
  const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

  test('are kept waiting for others twice as long after each read that found none done, up to the next round', async () => {
    const { poller, set, asked } = service();
    set('running', ...ids(0, 40));
    const waits = await begin(poller, ids(0, 40));
    expect(asked()).toEqual([
      [10, [0]],
      [35, [1]],
      [70, [2]],
      [115, [3, 4]],
      [205, [5, 6, 7, 8]],
      [385, ids(9, 15)],
      [720, ids(16, 28)],
      [1_020, ids(0, 40).sort((a, b) => order(a) - order(b))],
    ]);
    await poller.close();
    await Promise.all(waits);

    // Those who join ask before the round has come.
    function order(id: number) {
      return id > 28 && id < 41 ? id - 100 : id;
    }
  });

  test('are kept waiting no longer than the first when a round has begun since', async () => {
    const { poller, set, asked } = service();
    set('running', ...ids(0, 42));
    const waits = await begin(poller, ids(0, 42));
    await vi.advanceTimersByTimeAsync(10);
    expect(asked().slice(8)).toEqual([
      [1_035, [41]],
      [1_070, [42]],
    ]);
    await poller.close();
    await Promise.all(waits);
  });

  test('are not kept waiting when those before them were done at the first look', async () => {
    const { poller, set, asked } = service();
    set('running', 0);
    set('done', ...ids(1, 5));
    const long = poller.waitFor(0, isDone).catch(() => {});
    await vi.advanceTimersByTimeAsync(15);
    for (const id of ids(1, 5)) await settle(poller.waitFor(id, isDone), 10);
    expect(asked().map(([at]) => at)).toEqual([10, 25, 35, 45, 55, 65]);
    await poller.close();
    await long;
  });

  test('are kept waiting for no round longer than that would have begun by then, though all others have left', async () => {
    const { poller, set, asked } = service();
    set('running', ...ids(0, 28));
    set('done', 50);
    const stop = new AbortController();
    const waits = await begin(poller, ids(0, 28), stop.signal);
    const last = poller.waitFor(50, isDone);
    stop.abort();
    await settle(last, 400);
    expect(asked().slice(-2)).toEqual([
      [720, ids(16, 28)],
      [1_020, [50]],
    ]);
    await Promise.all(waits);
  });

  test('do not keep those waiting that an event wakes, and are read with them', async () => {
    const { poller, set, asked } = service();
    set('running', ...ids(0, 20));
    const waits = await begin(poller, ids(0, 20));
    poller.wake(3);
    await vi.advanceTimersByTimeAsync(10);
    expect(asked().at(-1)).toEqual([535, [...ids(16, 20), 3]]);
    await poller.close();
    await Promise.all(waits);
  });

  test('are kept waiting for half of what is left to them at most', async () => {
    const { poller, set, asked } = service();
    set('running', ...ids(0, 20));
    const waits = await begin(poller, ids(0, 15));
    const hurried = rejection(poller.waitFor(20, isDone, { timeout: 100 }), 0);
    await vi.advanceTimersByTimeAsync(60);
    expect(asked().at(-1)).toEqual([450, [20]]);
    await vi.advanceTimersByTimeAsync(60);
    await hurried;
    await poller.close();
    await Promise.all(waits);
  });
});

function id1(ids: readonly number[]): boolean {
  return ids.includes(1);
}

describe('a poller with more reads than may run at once', () => {
  /** Reads of two keys at most, of which each takes 100 ms. */
  const slowly = (options: Partial<PollerOptions<number, Job>> = {}) =>
    service({
      batchSize: 2,
      concurrency: 2,
      read: (ids) =>
        later(
          ids.map((id) => [id, { id, status: 'done' }]),
          100,
        ),
      ...options,
    });

  test('keeps those beyond `concurrency` in line, in the order in which their keys were asked for', async () => {
    const { poller, asked } = slowly();
    await settle(Promise.all([1, 2, 3, 4, 5, 6, 7].map((id) => poller.waitFor(id, isDone))), 500);
    expect(asked()).toEqual([
      [10, [1, 2]],
      [10, [3, 4]],
      [110, [5, 6]],
      [110, [7]],
    ]);
  });

  test('has six at once by default', async () => {
    const { poller, asked } = slowly({ batchSize: 1, concurrency: undefined });
    await settle(Promise.all([1, 2, 3, 4, 5, 6, 7].map((id) => poller.waitFor(id, isDone))), 500);
    expect(asked().map(([at]) => at)).toEqual([10, 10, 10, 10, 10, 10, 110]);
  });

  test('reads who asks meanwhile with those in line, as soon as there is a place', async () => {
    const { poller, asked } = slowly({ concurrency: 1 });
    const first = [1, 2, 3].map((id) => poller.waitFor(id, isDone));
    await vi.advanceTimersByTimeAsync(105);
    await settle(Promise.all([...first, poller.waitFor(4, isDone)]), 200);
    expect(asked()).toEqual([
      [10, [1, 2]],
      [110, [3, 4]],
    ]);
  });

  test('gathers who asks when nobody is in line', async () => {
    const { poller, asked } = slowly({ concurrency: 1 });
    const first = poller.waitFor(1, isDone);
    await vi.advanceTimersByTimeAsync(105);
    const second = poller.waitFor(2, isDone);
    await vi.advanceTimersByTimeAsync(8);
    await settle(Promise.all([first, second, poller.waitFor(3, isDone)]), 200);
    expect(asked()).toEqual([
      [10, [1]],
      [115, [2, 3]],
    ]);
  });

  test('gathers who asks once those in line have left', async () => {
    const { poller, asked } = slowly({
      batchSize: 1,
      read: (ids) => later(new Map(ids.map((id) => [id, { id, status: 'done' }])), ids.includes(1) ? 110 : 100),
    });
    const stop = new AbortController();
    const first = [1, 2].map((id) => poller.waitFor(id, isDone));
    const left = rejection(poller.waitFor(3, isDone, { signal: stop.signal }), 0);
    await vi.advanceTimersByTimeAsync(50);
    stop.abort(new Error('left'));
    // The read of 2 ends at 110, that of 1 at 120.
    await Promise.all([left, vi.advanceTimersByTimeAsync(65)]);
    await settle(Promise.all([...first, poller.waitFor(4, isDone)]), 200);
    expect(asked()).toEqual([
      [10, [1]],
      [10, [2]],
      [125, [4]],
    ]);
  });

  test('reads a key that is asked for again after those that have not been read yet', async () => {
    const { poller, asked } = slowly({
      interval: 50,
      concurrency: 1,
      read: (ids) => later(new Map(ids.map((id) => [id, { id, status: 'running' }])), 100),
    });
    const waits = [1, 2, 3, 4, 5, 6].map((id) => rejection(poller.waitFor(id, isDone, { timeout: 590 }), 0));
    await Promise.all([...waits, vi.advanceTimersByTimeAsync(1_000)]);
    expect(asked().slice(0, 6)).toEqual([
      [10, [1, 2]],
      [110, [3, 4]],
      [210, [5, 6]],
      [310, [1, 2]],
      [410, [3, 4]],
      [510, [5, 6]],
    ]);
  });

  test('asks no longer for what nobody waits for when its turn comes, but for who is behind it', async () => {
    const { poller, asked } = slowly({ concurrency: 1 });
    const stop = new AbortController();
    const waits = [1, 2].map((id) => poller.waitFor(id, isDone));
    const left = rejection(poller.waitFor(3, isDone, { signal: stop.signal }), 0);
    waits.push(...[4, 5].map((id) => poller.waitFor(id, isDone)));
    await vi.advanceTimersByTimeAsync(50);
    stop.abort(new Error('left'));
    await settle(Promise.all([...waits, left]), 300);
    expect(asked()).toEqual([
      [10, [1, 2]],
      [110, [4, 5]],
    ]);
  });

  test('has a place again once a read was told to stop, though it goes on', async () => {
    const { poller, asked, reads } = slowly({
      concurrency: 1,
      read: (ids) => {
        for (const { signal } of reads.slice(0, -1)) expect(signal.aborted).toBe(true);
        return later([], ids.includes(1) ? 60_000 : 0);
      },
    });
    const waits = [1, 2, 3].map((id) => rejection(poller.waitFor(id, isDone, { timeout: id === 3 ? 900 : 300 }), 0));
    await Promise.all([...waits, vi.advanceTimersByTimeAsync(90_000)]);
    expect(asked()).toEqual([
      [10, [1, 2]],
      [300, [3]],
      [901, [3]],
    ]);
  });

  test('says of a wait that was in line to the end that it was', async () => {
    const { poller } = slowly({ batchSize: 1, concurrency: 1, read: () => later([], 60_000) });
    const [first, second] = await Promise.all(
      [1, 2].map((id) => rejection(poller.waitFor(id, isDone, { timeout: 300 - 100 * (id - 1) }), 400)),
    );
    expect(first?.message).not.toContain('in line');
    expect(second?.message).toContain('its last look was still in line: as many reads as `concurrency` allows were');
    await vi.advanceTimersByTimeAsync(60_000);
  });
});

describe('a wait of a poller', () => {
  test('is told `undefined` of a key that is not found, and the report says so', async () => {
    const { poller, set } = service();
    set('running', 2);
    const error = await rejection(poller.waitFor(1, isDone, { timeout: 1_500 }), 2_000);
    expect(error.message).toContain('key 1: not within 1.5 s');
    expect(error.message).toMatch(/not found +3 looks/);
    expect(
      await settle(
        poller.waitFor(1, (job) => job === undefined),
        20,
      ),
    ).toMatchObject({ value: undefined });
  });

  test('has its own deadline, signal and name', async () => {
    const { poller, set } = service();
    set('running', 1, 2);
    const controller = new AbortController();
    const [first, second] = [
      poller.waitFor(1, isDone, { timeout: 500, name: 'job one' }),
      poller.waitFor(2, isDone, { signal: controller.signal }),
    ];
    setTimeout(() => controller.abort(new Error('enough')), 700);
    const [one, two] = await Promise.all([rejection(first, 1_000), rejection(second, 0)]);
    expect(one).toBeInstanceOf(WaitTimeoutError);
    expect(one.message).toContain('job one: not within 500 ms');
    expect(two.message).toBe('enough');
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('names the line that called it', async () => {
    const { poller } = service();
    const error = await rejection(poller.waitFor(1, isDone, { timeout: 5 }), 100);
    expect(error.stack).toMatch(/poller\.test\.ts/);
    expect(error.stack).not.toMatch(/src\/poller\.ts/);
  });

  test('waits for a status as `waitForStatus` does', async () => {
    const { poller, set } = service();
    set('running', 1, 2);
    setTimeout(() => set('done', 1), 900);
    setTimeout(() => set('error', 2), 900);
    const options = { target: 'done', failure: 'error' } as const;
    const [one, two, three] = [1, 2, 3].map((id) => poller.waitForStatus(id, { ...options, timeout: '3s' })) as [
      Promise<Job>,
      Promise<Job>,
      Promise<Job>,
    ];
    const failure = rejection(two, 9_000);
    const missing = rejection(three, 0);
    expect(await one).toEqual({ id: 1, status: 'done' });
    expect(await failure).toBeInstanceOf(WaitFailedError);
    expect((await missing).message).toMatch(/not found +4 looks/);
  });

  test('tolerates what it is told to, of a status too', async () => {
    const { poller, jobs } = service();
    jobs.set(1, new RangeError('odd'));
    const tolerate = (error: unknown) => error instanceof RangeError;
    const waits = [
      poller.waitFor(1, isDone, { tolerate, timeout: 500 }),
      poller.waitForStatus(1, { target: 'done', tolerate, timeout: 500 }),
    ];
    for (const error of await Promise.all(waits.map((waiting) => rejection(waiting, 300)))) {
      expect(error.message).toContain('RangeError: odd');
    }
  });

  test('that has a limit for each look asks again after one that was cut', async () => {
    const { poller, asked, reads } = service({ read: (ids) => (ids.length > 0 ? later([], 60_000) : []) });
    const error = await rejection(poller.waitFor(1, isDone, { attemptTimeout: 300, timeout: 2_000 }), 90_000);
    expect(error).toBeInstanceOf(WaitTimeoutError);
    expect(asked().map(([at]) => at)).toEqual([10, 1_310, 2_001]);
    expect(reads.map(({ signal }) => signal.aborted)).toEqual([true, true, true]);
  });

  test('that has a limit for each look, and ends after one that was cut, leaves the read to who waits for the same', async () => {
    const { poller, reads } = service({ read: () => later([[1, { id: 1, status: 'done' }]], 500) });
    const stop = new AbortController();
    const first = rejection(poller.waitFor(1, isDone, { attemptTimeout: 100, signal: stop.signal }), 0);
    const second = poller.waitFor(1, isDone);
    await vi.advanceTimersByTimeAsync(200);
    stop.abort(new Error('left'));
    await first;
    expect(reads[0]?.signal.aborted).toBe(false);
    expect(await settle(second, 310)).toMatchObject({ status: 'fulfilled' });
    expect(reads).toHaveLength(1);
  });

  test('may cause what it waits for', async () => {
    const { poller, set } = service();
    const trigger = () => set('done', 1);
    expect(await settle(poller.waitFor(1, isDone, { trigger }), 50)).toMatchObject({ value: { status: 'done' } });
  });

  test.each<[object, string]>([
    [
      { interval: 50 },
      '`interval` must be an option of createPoller, as the rounds are those of all its waits; got 50',
    ],
    [{ clock: {} }, '`clock` must be an option of createPoller, as its waits have one time; got {}'],
    [{ random: Math.random }, '`random` must be an option of createPoller, not of one of its waits; got'],
    [{ until: Boolean }, '`until` must be the second argument of `poller.waitFor`, not an option; got'],
  ])('refuses what it has no say in, and says where it belongs: %o', async (options, message) => {
    const { poller, reads } = service();
    for (const wait of [
      () => poller.waitFor(1, isDone, options),
      () => poller.waitForStatus(1, { target: 'done', ...options }),
    ]) {
      const refusal = rejection(wait(), 0);
      await expect(refusal).resolves.toBeInstanceOf(TypeError);
      expect((await refusal).message).toContain(message);
    }
    expect(reads).toEqual([]);
  });

  test('takes those options when they are undefined, as they are where options are handed on', async () => {
    const { poller, set } = service();
    set('done', 1);
    const options: object = { interval: undefined, until: undefined, clock: undefined, random: undefined };
    expect(await settle(poller.waitFor(1, isDone, options), 20)).toMatchObject({ status: 'fulfilled' });
  });

  test('refuses what is no condition, and wrong options, as a rejection', async () => {
    const { poller } = service();
    await expect(poller.waitFor(1, 'done' as never)).rejects.toThrow('`until` must be a function; got');
    await expect(poller.waitFor(1, isDone, { timeout: -1 })).rejects.toThrow('`timeout`');
    await expect(poller.waitFor(1, isDone, { tolerate: 5 as never })).rejects.toThrow('`tolerate`');
    await expect(poller.waitForStatus(1, undefined as never)).rejects.toThrow('`options` must be an object');
  });
});

describe('a read that fails', () => {
  test('says nothing about any of its keys when it is transient', async () => {
    let reads = 0;
    const down = Object.assign(new Error('down'), { status: 503 });
    const { poller, asked } = service({
      read: (ids) => (++reads === 1 ? Promise.reject(down) : ids.map((id) => [id, { id, status: 'done' }])),
    });
    await settle(Promise.all([1, 2].map((id) => poller.waitFor(id, isDone))), 2_000);
    expect(asked()).toEqual([
      [10, [1, 2]],
      [1_020, [1, 2]],
    ]);
  });

  test('ends only the wait whose key has an error of its own, with that very error', async () => {
    const { poller, jobs, set } = service();
    const gone = new Error('gone');
    set('done', 1, 3);
    jobs.set(2, gone);
    const waits = [1, 2, 3].map((id) => poller.waitFor(id, isDone));
    const results = await Promise.all(waits.map((waiting) => settle(waiting, 10)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: gone });
  });

  test('is divided until the one key is alone that fails it, and the others have their answers in the same round', async () => {
    const poisoned = new Error('400: 5 is no job');
    const { poller, asked } = service({
      read: async (ids) => {
        if (ids.includes(5)) throw poisoned;
        return ids.map((id) => [id, { id, status: 'done' }]);
      },
    });
    const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((id) => poller.waitFor(id, isDone));
    const results = await Promise.all(waits.map((waiting) => settle(waiting, 10)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(7);
    expect(results[4]).toEqual({ status: 'rejected', reason: poisoned });
    expect(asked().map(([, ids]) => ids)).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8],
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [5, 6],
      [5],
      [6],
      [7, 8],
    ]);
  });

  test('for a bug of its own fails all of them at once', async () => {
    const bug = new ReferenceError('ids is not defined');
    const { poller, reads } = service({ read: () => Promise.reject(bug) });
    const waits = [1, 2].map((id) => poller.waitFor(id, isDone));
    expect(await Promise.all(waits.map((waiting) => rejection(waiting, 10)))).toEqual([bug, bug]);
    expect(reads).toHaveLength(1);
  });

  test.each([
    ['nothing', undefined],
    ['text', 'done'],
    ['an object', { 1: 'done' }],
    ['keys without values', [1]],
    ['pairs that are none', [[1, 'done', 2]]],
  ])('to give pairs, but gives %s, is an unreadable look that is asked again', async (_, answer) => {
    const { poller, asked } = service({ read: (async () => answer) as never });
    const waits = [
      poller.waitFor(1, isDone, { timeout: 1_500 }),
      poller.waitForStatus(2, { target: 'x', timeout: 1_500 }),
    ];
    for (const error of await Promise.all(waits.map((waiting) => rejection(waiting, 1_000)))) {
      expect(error).toBeInstanceOf(WaitTimeoutError);
      expect(error.message).toContain('`read` must give a Map or pairs of a key and its value; it gave');
    }
    expect(asked().map(([at]) => at)).toEqual([10, 1_020, 1_500, 1_500]);
  });
});

describe('the events of a poller', () => {
  /** A source that counts who is subscribed. */
  function source(subscribe: (wake: Wake) => void = () => {}) {
    const wakes = new Set<Wake>();
    let subscriptions = 0;
    const hook = (wake: Wake) => {
      subscriptions++;
      wakes.add(wake);
      subscribe(wake);
      return () => wakes.delete(wake);
    };
    return { hook, wakes, count: () => subscriptions };
  }

  test('bring the next round forward, and are subscribed to once, while somebody waits', async () => {
    const { hook, wakes, count } = source();
    const { poller, set, asked } = service({ interval: '1h', wakeOn: hook });
    set('running', 1, 2);
    const all = Promise.all([1, 2].map((id) => poller.waitFor(id, isDone)));
    await vi.advanceTimersByTimeAsync(100);
    expect([count(), wakes.size]).toEqual([1, 1]);
    set('done', 1, 2);
    for (const wake of wakes) wake();
    await settle(all, 12);
    expect(asked()).toEqual([
      [10, [1, 2]],
      [110, [1, 2]],
    ]);
    expect(wakes.size).toBe(0);
    await settle(poller.waitFor(1, isDone), 50);
    expect(count()).toBe(2);
  });

  test('that come during a read cause one more after it', async () => {
    const { hook, wakes } = source();
    const { poller, asked } = service({
      interval: '1h',
      wakeOn: [hook],
      read: (ids) =>
        later(
          ids.map((id) => [id, { id, status: asked().length > 1 ? 'done' : 'running' }]),
          50,
        ),
    });
    const waiting = poller.waitFor(1, isDone);
    await vi.advanceTimersByTimeAsync(30);
    for (const wake of wakes) wake();
    await settle(waiting, 500);
    expect(asked()).toHaveLength(2);
  });

  test('of a source that has to connect are heard before the first read, and its failure is told in each report', async () => {
    const connected = deferred<void>();
    const wakes: Wake[] = [];
    const left = vi.fn();
    const connecting = async (wake: Wake) => {
      wakes.push(wake);
      await connected.promise;
      return { unsubscribe: left };
    };
    const { poller, set } = service({ wakeOn: connecting });
    set('running', 1, 2, 3);
    const waits = [1, 2].map((id) => poller.waitFor(id, isDone, { timeout: 400 }));
    connected.resolve();
    await vi.advanceTimersByTimeAsync(100);
    wakes[0]?.failed(new Error('socket closed'));
    const late = poller.waitFor(3, isDone, { timeout: 300 });
    for (const error of await Promise.all([...waits, late].map((waiting) => rejection(waiting, 500)))) {
      expect(error.message).toContain('wake source "connecting" failed after');
      expect(error.message).toContain('socket closed');
    }
    expect(wakes).toHaveLength(1);
    expect(left).toHaveBeenCalledOnce();
  });

  test.each([
    ['at once', () => undefined as never],
    ['later', async () => undefined as never],
  ])('of a source that cannot be subscribed to, %s, leave the polls', async (_, wakeOn) => {
    const { poller, set, asked } = service({ wakeOn });
    set('running', 1);
    const error = await rejection(poller.waitFor(1, isDone, { timeout: 1_500 }), 2_000);
    expect(error.message).toContain('it gave back no way to unsubscribe');
    expect(asked()).toHaveLength(3);
  });

  test('may be told by hand, for all or for one key', async () => {
    const { poller, set, asked } = service({ interval: '1h' });
    set('running', 1, 2);
    const all = Promise.all([1, 2].map((id) => poller.waitFor(id, isDone)));
    await vi.advanceTimersByTimeAsync(100);
    poller.wake(1);
    poller.wake(3);
    await vi.advanceTimersByTimeAsync(100);
    set('done', 1, 2);
    poller.wake();
    await settle(all, 100);
    expect(asked()).toEqual([
      [10, [1, 2]],
      [110, [1]],
      [210, [1, 2]],
    ]);
  });

  test('of one wait are its own', async () => {
    const { hook, wakes } = source();
    const { poller, set, asked } = service({ interval: '1h' });
    set('running', 1, 2);
    const one = poller.waitFor(1, isDone, { wakeOn: hook });
    const two = rejection(poller.waitFor(2, isDone, { timeout: 500 }), 0);
    await vi.advanceTimersByTimeAsync(100);
    set('done', 1);
    for (const wake of wakes) wake();
    await settle(one, 20);
    await Promise.all([two, vi.advanceTimersByTimeAsync(1_000)]);
    expect(asked().map(([, ids]) => ids)).toEqual([[1, 2], [1], [2]]);
  });
});

describe('a poller that is left', () => {
  test('tells a read that nobody waits for any longer to stop, and not one that somebody waits for', async () => {
    const { poller, reads } = service({ read: () => later([], 60_000) });
    const controllers = [new AbortController(), new AbortController()];
    const waits = controllers.map(({ signal }, id) => poller.waitFor(id, isDone, { signal }));
    await vi.advanceTimersByTimeAsync(100);
    controllers[0]?.abort();
    await rejection(waits[0] as Promise<Job>, 0);
    expect(reads[0]?.signal.aborted).toBe(false);
    controllers[1]?.abort();
    await rejection(waits[1] as Promise<Job>, 60_000);
    expect(reads[0]?.signal.reason).toMatchObject({ name: 'AbortError' });
  });

  test('before it has asked does not ask', async () => {
    const { poller, reads } = service();
    const controller = new AbortController();
    const waits = [1, 1, 2].map((id) => poller.waitFor(id, isDone, { signal: controller.signal }));
    controller.abort(new Error('left'));
    await Promise.all(waits.map((waiting) => rejection(waiting, 1_000)));
    expect(reads).toEqual([]);
  });

  test('ends its waits when it is closed, and refuses later ones', async () => {
    const { poller, set } = service();
    set('running', 1);
    const waiting = rejection(poller.waitFor(1, isDone), 0);
    await vi.advanceTimersByTimeAsync(100);
    await poller.close();
    const closed = { name: 'AbortError', message: 'the poller was closed' };
    expect(await waiting).toMatchObject(closed);
    await expect(poller.waitFor(1, isDone)).rejects.toMatchObject(closed);
  });

  test('is closed by `await using`, once its reads have ended', async () => {
    const { poller } = service({ read: () => later([], 500) });
    const start = performance.now();
    const waiting = rejection(poller.waitFor(1, isDone), 0);
    await vi.advanceTimersByTimeAsync(100);
    const disposed = poller[Symbol.asyncDispose]().then(() => performance.now() - start);
    await waiting;
    expect(await settle(disposed, 1_000)).toEqual({ status: 'fulfilled', value: 510 });
  });

  test('leaves nothing behind of many waits', async () => {
    const { poller, set, asked } = service();
    const { signal } = new AbortController();
    const ids = Array.from({ length: 300 }, (_, id) => id);
    set('done', ...ids);
    await settle(Promise.all(ids.map((id) => poller.waitFor(id, isDone, { signal }))), 50);
    expect(asked()).toHaveLength(1);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('the options of a poller', () => {
  test.each<[object, string]>([
    [{ read: 5 }, '`read` must be a function; got 5'],
    [{ interval: 0 }, '`interval` must be above 0; got 0'],
    [{ interval: Number.POSITIVE_INFINITY }, '`interval` must'],
    [{ batchSize: 0 }, '`batchSize` must be a whole number from 1, or Infinity; got 0'],
    [{ batchSize: 1.5 }, '`batchSize` must be a whole number from 1, or Infinity; got 1.5'],
    [{ concurrency: 0 }, '`concurrency` must be a whole number from 1, or Infinity; got 0'],
    [{ concurrency: '5' }, "`concurrency` must be a whole number from 1, or Infinity; got '5'"],
    [{ window: -1 }, '`window` must'],
    [{ attemptTimeout: 0 }, '`attemptTimeout` must be above 0; got 0'],
    [{ wakeOn: 'x' }, '`wakeOn` must be a wake source or an array of them'],
    [{ random: 5 }, '`random` must be a function; got 5'],
    [{ unref: 1 }, '`unref` must be true or false; got 1'],
    [{ clock: {} }, '`clock` must be an object with setTimeout'],
  ])('are refused at once: %o', (options, message) => {
    expect(() => createPoller({ read: () => [], ...options } as never)).toThrow(message);
  });

  test('have defaults: a second, all keys at once, a window of 20 ms', async () => {
    const at: number[] = [];
    const start = performance.now();
    const poller = createPoller({
      read: (ids: readonly number[]) => {
        at.push(performance.now() - start);
        return ids.map((id) => [id, false]);
      },
      random: () => 0,
    });
    await rejection(poller.waitFor(1, Boolean, { timeout: 2_500 }), 3_000);
    expect(at).toEqual([20, 1_040, 2_060, 2_501]);
    expect(() => createPoller(undefined as never)).toThrow('`options` must be an object');
  });
});

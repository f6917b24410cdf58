import { createClock } from '@sinonjs/fake-timers';
import fc from 'fast-check';
import { createPoller, pendingWaits } from 'unsleep';
import { afterEach, describe, expect, test, vi } from 'vitest';

// A limit against hangs alone: many runs take many times as long on a loaded machine.
vi.setConfig({ testTimeout: 120_000 });

afterEach(() => {
  expect(pendingWaits()).toEqual([]);
});

const KEYS = 4;

/** Some waits for some keys, and the service that they ask. All instants are whole milliseconds. */
interface World {
  readonly waits: readonly {
    readonly key: number;
    readonly at: number;
    readonly timeout: number;
    readonly stop: number;
  }[];
  /** When each key is done; those past the end never are. */
  readonly doneAt: readonly number[];
  /** Which keys make every read fail that asks for them. */
  readonly poisoned: readonly number[];
  readonly batchSize: number;
  readonly concurrency: number;
  readonly interval: number;
  readonly window: number;
  /** How long each read takes. It answers what was true when it began. */
  readonly took: readonly number[];
  /** Which reads are refused, by their number, and for how long nobody may ask then. */
  readonly refused: readonly number[];
  readonly pause: number;
  /** How long a read may take. */
  readonly attemptTimeout: number | undefined;
  /** When all are told to look again. */
  readonly wakes: readonly number[];
}

const key = fc.nat(KEYS - 1);
const instant = fc.nat(600);
const world: fc.Arbitrary<World> = fc.record({
  waits: fc.array(
    fc.record({
      key,
      at: fc.nat(300),
      timeout: fc.nat(1_500),
      stop: fc.oneof(fc.nat(300), fc.constant(3_000)),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  doneAt: fc.array(fc.oneof(fc.nat(400), fc.constant(9_000)), { minLength: KEYS, maxLength: KEYS }),
  poisoned: fc.uniqueArray(key, { maxLength: 1 }),
  batchSize: fc.integer({ min: 1, max: KEYS }),
  concurrency: fc.integer({ min: 1, max: KEYS }),
  interval: fc.integer({ min: 1, max: 200 }),
  window: fc.integer({ min: 0, max: 40 }),
  took: fc.array(fc.nat(250), { minLength: 1, maxLength: 4 }),
  refused: fc.uniqueArray(fc.nat(8), { maxLength: 3 }),
  pause: fc.nat(400),
  attemptTimeout: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
  wakes: fc.array(instant, { maxLength: 5 }),
});

class Poison extends Error {}

async function run(world: World) {
  const clock = createClock();
  const now = () => clock.performance.now();
  const after = (milliseconds: number) =>
    new Promise<void>((resolve) => void clock.setTimeout(() => resolve(), milliseconds));
  const reads: { readonly keys: readonly number[]; readonly from: number; to: number; refusedAt?: number }[] = [];
  const waiting = new Map<number, number>();
  let strangers = 0;
  const read = async (keys: readonly number[], signal: AbortSignal) => {
    const record: (typeof reads)[number] = { keys, from: now(), to: Number.POSITIVE_INFINITY };
    const count = reads.push(record);
    const took = world.took[count % world.took.length] as number;
    strangers += keys.filter((key) => !waiting.get(key)).length;
    signal.addEventListener('abort', () => {
      record.to = Math.min(record.to, now());
    });
    const seen = keys.map((key) => [key, record.from >= (world.doneAt[key] as number)] as const);
    await after(took);
    record.to = Math.min(record.to, now());
    if (world.refused.includes(count) && !signal.aborted) {
      record.refusedAt = now();
      throw Object.assign(new Error('busy'), { status: 429, retryAfter: world.pause / 1_000 });
    }
    if (keys.some((key) => world.poisoned.includes(key))) throw new Poison();
    return seen;
  };
  const { batchSize, concurrency, interval, window, attemptTimeout } = world;
  const poller = createPoller({
    read,
    batchSize,
    concurrency,
    interval,
    window,
    attemptTimeout,
    clock,
    random: () => 0.5,
  });
  for (const at of world.wakes) clock.setTimeout(() => poller.wake(), at);
  const ends = world.waits.map(async ({ key, at, timeout, stop }) => {
    await after(at);
    const controller = new AbortController();
    const [began, timer] = [now(), clock.setTimeout(() => controller.abort(), stop)];
    waiting.set(key, (waiting.get(key) ?? 0) + 1);
    const wait = poller.waitFor(key, Boolean, { timeout, signal: controller.signal });
    const leave = () => void waiting.set(key, (waiting.get(key) ?? 0) - 1);
    const end = await wait.then(
      () => 'done',
      (error: Error) => (error instanceof Poison ? 'Poison' : error.name),
    );
    leave();
    clock.clearTimeout(timer);
    return { key, began, timeout, ended: now(), end };
  });
  await clock.tickAsync(6_000);
  return { ends: await Promise.all(ends), reads, strangers, timers: clock.countTimers() };
}

describe('laws of the poller', () => {
  test('no key is read twice at a time, and no read has more keys than it may, or one twice', async () => {
    const property = fc.asyncProperty(world, async (world) => {
      const { reads } = await run(world);
      for (const { keys } of reads) {
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys.length).toBeLessThanOrEqual(world.batchSize);
      }
      for (let key = 0; key < KEYS; key++) {
        const own = reads.filter(({ keys }) => keys.includes(key));
        own.slice(1).forEach(({ from }, index) => {
          expect(from).toBeGreaterThanOrEqual(own[index]?.to as number);
        });
      }
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test('no more reads run at a time than may, those aside that were told to stop', async () => {
    const property = fc.asyncProperty(world, async (world) => {
      const { reads } = await run(world);
      for (const { from } of reads) {
        const beside = reads.filter((other) => other.from <= from && from < other.to);
        expect(beside.length).toBeLessThanOrEqual(world.concurrency);
      }
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test('no key is read that nobody waits for', async () => {
    const property = fc.asyncProperty(world, async (world) => {
      expect((await run(world)).strangers).toBe(0);
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test('nothing is read before a pause is over that was asked for', async () => {
    const property = fc.asyncProperty(world, async (world) => {
      const { reads } = await run(world);
      for (const { refusedAt } of reads) {
        if (refusedAt === undefined) continue;
        const tooSoon = reads.filter(({ from }) => from > refusedAt && from < refusedAt + world.pause);
        expect(tooSoon).toEqual([]);
      }
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test('a wait is done only by a read that began after its call, when the key was done', async () => {
    const property = fc.asyncProperty(world, async (world) => {
      const { ends, reads } = await run(world);
      for (const { key, began, ended, end } of ends) {
        if (end !== 'done') continue;
        const last = reads.findLast(({ keys, to }) => keys.includes(key) && to <= ended);
        expect(last?.from).toBeGreaterThanOrEqual(Math.max(began, world.doneAt[key] as number));
      }
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test('a poisoned key ends its own waits and no others', async () => {
    const property = fc.asyncProperty(world, async (world) => {
      const { ends } = await run(world);
      for (const { key, end } of ends) {
        if (world.poisoned.includes(key)) expect(end).not.toBe('done');
        else expect(end).not.toBe('Poison');
      }
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test('a key that was done long before the deadline is never reported as a timeout', async () => {
    const property = fc.asyncProperty(world, async (any) => {
      const world = { ...any, refused: [], attemptTimeout: undefined };
      const { ends } = await run(world);
      // The read that is under way, those in line before it, those of a batch in halves, the window, and the read that sees it.
      const slack =
        (2 + KEYS) * Math.max(...world.took) * (world.poisoned.length > 0 ? 2 * KEYS : 1) +
        world.interval +
        2 * world.window +
        50;
      for (const { key, began, timeout, end } of ends) {
        if (Math.max(began, world.doneAt[key] as number) + slack < began + timeout)
          expect(end).not.toBe('WaitTimeoutError');
      }
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test('nothing is left behind', async () => {
    const property = fc.asyncProperty(world, async (world) => {
      const { timers } = await run(world);
      expect(timers).toBe(0);
    });
    await fc.assert(property, { numRuns: 300 });
  });
});

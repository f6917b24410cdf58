import { createClock } from '@sinonjs/fake-timers';
import fc from 'fast-check';
import { constant, type Look, pendingWaits, proportional, type WaitOptions, type WakeSource, waitFor } from 'unsleep';
import { afterEach, describe, expect, test, vi } from 'vitest';

// A limit against hangs alone: many runs take many times as long on a loaded machine.
vi.setConfig({ testTimeout: 120_000 });

afterEach(() => {
  expect(pendingWaits()).toEqual([]);
});

/** A wait, and the world it happens in. All instants are whole milliseconds. */
interface World {
  /** When the thing becomes true, false again, true again… */
  readonly flips: readonly number[];
  readonly timeout: number;
  /** The pause between looks; none is the default backoff. */
  readonly interval: number | undefined;
  /** When events come, whether or not anything has changed. */
  readonly events: readonly number[];
  /** How long each look takes; a look of 0 answers without a promise. It answers what was true when it began. */
  readonly took: readonly number[];
}

const instant = fc.integer({ min: 0, max: 1_200 });
const flips = fc
  .uniqueArray(fc.integer({ min: 1, max: 1_200 }), { maxLength: 6 })
  .map((list) => list.sort((a, b) => a - b));
const world = fc.record({
  flips,
  timeout: fc.integer({ min: 0, max: 1_000 }),
  interval: fc.option(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constant(Number.POSITIVE_INFINITY)), {
    nil: undefined,
  }),
  events: fc.array(instant, { maxLength: 12 }),
  took: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 5 }),
});
/** Looks that answer at once, so that what was true at an instant is what a look at it saw. */
const quick = world.map((world): World => ({ ...world, took: [0] }));

/** Whether the thing is true at this instant; at the instant of a flip it has flipped. */
function isTrue({ flips }: World, at: number): boolean {
  return flips.filter((flip) => flip <= at).length % 2 === 1;
}

interface Looked {
  readonly at: number;
  readonly took: number;
  readonly wokenBy: string;
  readonly saw: boolean;
}

interface Seen {
  /** `done`, or the name of the error. */
  readonly end: string;
  readonly at: number;
  readonly looks: readonly Looked[];
  readonly most: number;
  readonly timers: number;
  readonly listeners: number;
}

async function run(world: World, more: WaitOptions = {}): Promise<Seen> {
  const clock = createClock();
  const looks: Looked[] = [];
  const wakes = new Set<() => void>();
  const source: WakeSource = (wake) => {
    wakes.add(wake);
    return () => wakes.delete(wake);
  };
  for (const at of world.events) clock.setTimeout(() => Array.from(wakes, (wake) => wake()), at);
  let [underWay, most] = [0, 0];
  const condition = ({ wokenBy }: Look): boolean | Promise<boolean> => {
    const saw = isTrue(world, clock.performance.now());
    const took = world.took[looks.length % world.took.length] ?? 0;
    looks.push({ at: clock.performance.now(), took, wokenBy, saw });
    most = Math.max(most, ++underWay);
    if (took === 0) {
      underWay--;
      return saw;
    }
    return new Promise((resolve) => {
      clock.setTimeout(() => {
        underWay--;
        resolve(saw);
      }, took);
    });
  };
  const interval = world.interval === undefined ? proportional() : constant(world.interval);
  const waiting = waitFor(condition, {
    clock,
    timeout: world.timeout,
    interval,
    wakeOn: source,
    random: () => 0.5,
    ...more,
  });
  const outcome = waiting.then(
    () => ({ end: 'done', at: clock.performance.now() }),
    (error: Error) => ({ end: error.name, at: clock.performance.now() }),
  );
  await clock.tickAsync(3_000);
  return { ...(await outcome), looks, most, timers: clock.countTimers(), listeners: wakes.size };
}

describe('laws of the wait', () => {
  test('a thing that is true at the deadline is never reported as a timeout', async () => {
    const property = fc.asyncProperty(quick, async (world) => {
      fc.pre(isTrue(world, world.timeout));
      expect((await run(world)).end).toBe('done');
    });
    await fc.assert(property);
  });

  test('a wait is done only by a look that saw it done, and times out only when none did', async () => {
    const property = fc.asyncProperty(world, async (world) => {
      const { end, looks } = await run(world);
      const last = looks.at(-1);
      expect(looks.slice(0, -1).some(({ saw }) => saw)).toBe(false);
      if (end === 'done') expect(last?.saw).toBe(true);
    });
    await fc.assert(property);
  });

  test('a wait that times out looked at the deadline, or had a look under way that lasted until then', async () => {
    const property = fc.asyncProperty(world, async (world) => {
      const { end, at, looks } = await run(world);
      fc.pre(end === 'WaitTimeoutError');
      const last = looks.at(-1) ?? { at: Number.NaN, took: Number.NaN };
      expect(at).toBeGreaterThanOrEqual(world.timeout);
      expect(last.at + last.took).toBeGreaterThanOrEqual(world.timeout);
    });
    await fc.assert(property);
  });

  test('no wait outlives its deadline by more than its last look may take', async () => {
    const property = fc.asyncProperty(world, async (world) => {
      const { at } = await run(world);
      // The look at the deadline gets 50 ms, or as long as the slowest before it, 60 ms here; a faked clock rings what
      // is due at once a millisecond later.
      expect(at).toBeLessThanOrEqual(world.timeout + 61);
    });
    await fc.assert(property);
  });

  test('looks never overlap, and the first is made at once', async () => {
    const property = fc.asyncProperty(world, async (world) => {
      const { looks, most } = await run(world);
      expect(most).toBe(1);
      expect(looks[0]).toMatchObject({ at: 0, wokenBy: 'start' });
    });
    await fc.assert(property);
  });

  test('no timer and no subscription is left', async () => {
    const property = fc.asyncProperty(world, async (world) => {
      const { timers, listeners } = await run(world);
      expect([timers, listeners]).toEqual([0, 0]);
    });
    await fc.assert(property);
  });

  test('lost, duplicated, late and foreign events change when a wait ends, and not how', async () => {
    const stays = world.map((world): World => ({ ...world, flips: world.flips.slice(0, 1), took: [0] }));
    const property = fc.asyncProperty(stays, fc.array(instant, { maxLength: 12 }), async (world, others) => {
      const [with_, without, changed] = await Promise.all([
        run(world),
        run({ ...world, events: [] }),
        run({ ...world, events: [...others, ...others] }),
      ]);
      expect([without.end, changed.end]).toEqual([with_.end, with_.end]);
    });
    await fc.assert(property);
  });

  test('a wait is late by one pause at most, whatever events come', async () => {
    const property = fc.asyncProperty(quick, instant, fc.integer({ min: 1, max: 300 }), async (world, flip, pause) => {
      fc.pre(flip > 0 && flip < 1_000);
      const options = { interval: constant(pause, { jitter: 'none' }), timeout: 1_000 };
      const { end, at } = await run({ ...world, flips: [flip] }, options);
      expect(end).toBe('done');
      // A faked clock rings what is due at once a millisecond later.
      expect(at - flip).toBeLessThanOrEqual(pause + 1);
    });
    await fc.assert(property);
  });

  test('with a hold a wait is done only after looks that all saw it done, for as long as that', async () => {
    const property = fc.asyncProperty(world, fc.integer({ min: 0, max: 300 }), async (world, holdFor) => {
      const { end, at, looks } = await run(world, { holdFor });
      fc.pre(end === 'done');
      const lastUnmet = looks.findLastIndex(({ saw }) => !saw);
      expect(looks.length - lastUnmet).toBeGreaterThan(2);
      // From the answer of the first look that saw it done.
      const first = looks[lastUnmet + 1] ?? { at: 0, took: 0 };
      expect(at - first.at - first.took).toBeGreaterThanOrEqual(holdFor);
    });
    await fc.assert(property);
  });

  test('what is true from the start to the end of a hold is held, however long looks take', async () => {
    const property = fc.asyncProperty(world, fc.integer({ min: 0, max: 300 }), async (world, holdFor) => {
      const steady = { ...world, flips: [1], timeout: 1_000, took: world.took.slice(0, 1) };
      expect((await run(steady, { holdFor })).end).toBe('done');
    });
    await fc.assert(property);
  });

  test('without events a wait is late by a tenth of the time or 5 ms, whichever is more, by default', async () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const property = fc.asyncProperty(fc.integer({ min: 1, max: 999 }), chance, async (flip, random) => {
      const world = { flips: [flip], timeout: 1_000, interval: undefined, events: [], took: [0] };
      const { end, at } = await run(world, { random: () => random });
      expect(end).toBe('done');
      // Timers count whole milliseconds.
      expect(at - flip).toBeLessThanOrEqual(Math.ceil(Math.max(5, flip / 10)));
    });
    await fc.assert(property);
  });

  test('an event at the moment of the change makes a wait late by the gap of a storm at most', async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 999 }),
      fc.array(instant, { maxLength: 40 }),
      async (flip, noise) => {
        const world = { flips: [flip], timeout: 1_000, interval: undefined, events: [...noise, flip], took: [0] };
        const { end, at } = await run(world, { interval: Number.POSITIVE_INFINITY });
        expect(end).toBe('done');
        // Ten looks at once, then one every 10 ms; a faked clock adds a millisecond.
        expect(at - flip).toBeLessThanOrEqual(11);
      },
    );
    await fc.assert(property);
  });
});

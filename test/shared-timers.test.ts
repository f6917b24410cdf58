import { waitFor } from 'unsleep';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../src/clock.ts';
import { Alarm } from '../src/pause.ts';

/** The real timers, at an instant that the test sets, and those of them that were cleared. */
function stoppedClock() {
  const cleared: unknown[] = [];
  const clock = {
    setTimeout,
    clearTimeout: (timer: never) => {
      cleared.push(timer);
      clearTimeout(timer);
    },
    performance: { now: () => clock.instant },
    instant: 0.4,
  };
  return { clock: clock as Clock & { instant: number }, cleared };
}

describe('alarms that ring in the same millisecond, in real time', () => {
  test('share a timer, which is cleared with the last of them', () => {
    const { clock, cleared } = stoppedClock();
    const alarms = Array.from({ length: 1_000 }, () => new Alarm(clock, false, () => {}));
    for (const alarm of alarms) {
      alarm.set(60_000);
      clock.instant += 0.0005;
    }
    for (const alarm of alarms.slice(1)) alarm.clear();
    expect(cleared).toEqual([]);
    alarms[0]?.clear();
    expect(cleared).toHaveLength(1);
  });

  test('have timers of their own when one of them may let the process end', () => {
    const { clock, cleared } = stoppedClock();
    const alarms = [false, true].map((unref) => new Alarm(clock, unref, () => {}));
    for (const alarm of alarms) alarm.set(60_000);
    for (const alarm of alarms) alarm.clear();
    expect(cleared.map((timer) => (timer as NodeJS.Timeout).hasRef())).toEqual([true, false]);
  });

  test('do not ring when the first of many clears all the others', async () => {
    const { clock } = stoppedClock();
    let rang = 0;
    const alarms = Array.from({ length: 100 }, () => new Alarm(clock, false, () => ++rang));
    const first = new Alarm(clock, false, () => {
      for (const alarm of alarms) alarm.clear();
    });
    for (const alarm of [first, ...alarms]) alarm.set(1);
    await new Promise<void>((resolve) => new Alarm(clock, false, resolve).set(1));
    expect(rang).toBe(0);
  });

  test('all ring, also when there are more than room is kept for, and so do those after them', async () => {
    const { clock } = stoppedClock();
    let rang = 0;
    for (let round = 1; round <= 2; round++) {
      const alarms = Array.from({ length: 10_000 }, () => new Alarm(clock, false, () => ++rang));
      for (const alarm of alarms) alarm.set(1);
      await new Promise<void>((resolve) => new Alarm(clock, false, resolve).set(1));
      expect(rang).toBe(round * 10_000);
    }
  });

  test('ring at their own time, though the timer before them was to sleep for ever', async () => {
    const endless = new Alarm(globalThis as unknown as Clock, false, () => {});
    endless.set(Number.POSITIVE_INFINITY);
    endless.clear();
    await new Promise<void>((resolve) => new Alarm(globalThis as unknown as Clock, false, resolve).set(0));
  });

  test('ring in the order in which they were set, but for those that one of them clears', async () => {
    const { clock } = stoppedClock();
    const rang: string[] = [];
    await new Promise<void>((resolve) => {
      const later = new Alarm(clock, false, () => rang.push('later'));
      const first = new Alarm(clock, false, () => {
        rang.push('first');
        cleared.clear();
        again.set(1);
      });
      const cleared = new Alarm(clock, false, () => rang.push('cleared'));
      const last = new Alarm(clock, false, () => rang.push('last'));
      const again = new Alarm(clock, false, () => {
        rang.push('again');
        later.clear();
        resolve();
      });
      later.set(60_000);
      for (const alarm of [first, cleared, last]) alarm.set(1);
    });
    expect(rang).toEqual(['first', 'last', 'again']);
  });
});

describe('a look of a wait that holds, in real time', () => {
  test('is not cut when the time of the looks before it is over', async () => {
    let looks = 0;
    const answer = async () => {
      looks++;
      if (looks === 2) await new Promise((resolve) => setTimeout(resolve, 15));
      return looks;
    };
    expect(await waitFor(answer, { timeout: 30, holdFor: 20, interval: Number.POSITIVE_INFINITY })).toBe(2);
  });
});

describe('looks that ring in the same millisecond', () => {
  /**
   * So many waits that look each millisecond, for 250 rounds; one of them looks for 50 ms in some rounds. Gives back how
   * often the clock was read in a round, and how long each slow look is said to have taken.
   */
  async function rounds(waits: number, slowIn: readonly number[] = []) {
    const { clock } = stoppedClock();
    let reads = 0;
    const counted = {
      ...clock,
      performance: {
        now: () => {
          reads++;
          return clock.instant;
        },
      },
    };
    const readsBefore: number[] = [];
    const isOver = () => readsBefore.length > 251;
    const options = { clock: counted, interval: 1, timeout: Number.POSITIVE_INFINITY };
    const first = waitFor(() => {
      clock.instant++;
      readsBefore.push(reads);
      return isOver();
    }, options);
    const others = Array.from({ length: waits - 2 }, () => waitFor(isOver, options));
    const took: number[] = [];
    let slow = 0;
    const last = waitFor(
      () => {
        const isSlow = readsBefore.length > (slowIn[slow] ?? Number.POSITIVE_INFINITY);
        if (isSlow) clock.instant += 50;
        return isSlow ? 'slow' : isOver() && 'over';
      },
      {
        ...options,
        until: (answer) => answer === 'over',
        onLook: (look) => {
          if (!('value' in look) || look.value !== 'slow') return;
          took.push(look.took);
          slow++;
        },
      },
    );
    await Promise.all([first, ...others, last]);
    return { readsIn: (round: number) => Number(readsBefore[round + 1]) - Number(readsBefore[round]), took };
  }

  test('read the clock once for all of them, after a hundred rounds that were quick', async () => {
    const { readsIn } = await rounds(8);
    expect([1, 50, 99].map(readsIn)).toEqual([10, 10, 10]);
    expect([102, 150, 249].map(readsIn)).toEqual([2, 2, 2]);
  });

  test('read it each for itself where they are few', async () => {
    const { readsIn } = await rounds(7);
    expect([1, 99, 102, 249].map(readsIn)).toEqual([8, 8, 8, 8]);
  });

  test('read it each for itself again once one of them was slow, and tell how long each takes', async () => {
    const { readsIn, took } = await rounds(8, [50, 200, 201, 249]);
    expect([10, 60, 140].map(readsIn)).toEqual([10, 10, 10]);
    expect([160, 199].map(readsIn)).toEqual([2, 2]);
    expect([210, 245].map(readsIn)).toEqual([10, 10]);
    // The second one came all of a sudden, after a hundred rounds that were quick: the price of not asking.
    expect(took).toEqual([50, 0, 50, 50]);
  });
});

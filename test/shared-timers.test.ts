import { constant, type LookRecord, waitFor } from 'unsleep';
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
  /** How often the clock is read in each of 250 rounds of so many waits, of which the last looks for 50 ms in some rounds. */
  async function readsOf(waits: number, slowIn: readonly number[] = []) {
    const { clock } = stoppedClock();
    let reads = 0;
    const now = () => {
      reads++;
      return clock.instant;
    };
    const readsBefore: number[] = [];
    const isOver = () => readsBefore.length > 251;
    const interval = constant(1, { jitter: 'none' });
    const options = { clock: { ...clock, performance: { now } }, interval, timeout: Number.POSITIVE_INFINITY };
    const first = waitFor(() => {
      clock.instant++;
      readsBefore.push(reads);
      return isOver();
    }, options);
    const others = Array.from({ length: waits - 2 }, () => waitFor(isOver, options));
    const slow = [...slowIn];
    const last = waitFor(() => {
      if (readsBefore.length > (slow[0] ?? Number.POSITIVE_INFINITY)) {
        slow.shift();
        clock.instant += 50;
      }
      return isOver();
    }, options);
    await Promise.all([first, ...others, last]);
    return (round: number) => Number(readsBefore[round + 1]) - Number(readsBefore[round]);
  }

  test('read the clock once for all of them, after a hundred rounds that were quick', async () => {
    const reads = await readsOf(8);
    expect([1, 50, 99].map(reads)).toEqual([11, 11, 11]);
    // As they begin, as they have looked, and where the alarm of the next ones is opened.
    expect([102, 150, 249].map(reads)).toEqual([3, 3, 3]);
  });

  test('read it each for itself where they are few', async () => {
    const reads = await readsOf(7);
    expect([1, 99, 102, 249].map(reads)).toEqual([9, 9, 9, 9]);
  });

  test('read it each for itself again once one of them took long', async () => {
    const reads = await readsOf(8, [50, 200]);
    expect([10, 60, 140].map(reads)).toEqual([11, 11, 11]);
    expect([160, 199].map(reads)).toEqual([3, 3]);
    expect([210, 245].map(reads)).toEqual([11, 11]);
  });

  test('are exact, however quick, where somebody is told of each', async () => {
    const { clock } = stoppedClock();
    const interval = constant(1, { jitter: 'none' });
    const told: LookRecord[] = [];
    const waits = Array.from({ length: 8 }, (_, place) => {
      let looks = 0;
      const isLast = () => {
        clock.instant = Math.max(clock.instant, looks++);
        // First one before it, which tells nobody, and in the same round itself.
        if (looks === 200 && place >= 6) clock.instant += 50;
        return looks > 200;
      };
      const onLook = place === 7 && { onLook: (look: LookRecord) => told.push(look) };
      return waitFor(isLast, { clock, interval, timeout: Number.POSITIVE_INFINITY, ...onLook });
    });
    await Promise.all(waits);
    const slow = told.filter(({ took }) => took > 0).map(({ attempt, at, took }) => ({ attempt, at, took }));
    expect(slow).toEqual([{ attempt: 200, at: 249, took: 50 }]);
  });

  test('open an alarm that rings at its instant, though one before them blocked', async () => {
    const { clock } = stoppedClock();
    let round = 0;
    let looksAfter = 0;
    const interval = constant(1, { jitter: 'none' });
    const waits = Array.from({ length: 8 }, (_, place) => {
      const look = () => {
        if (place === 0) clock.instant = Math.max(clock.instant, ++round);
        if (place === 6 && round === 150) clock.instant += 50_000;
        if (place === 7 && round > 150) looksAfter++;
        return place === 7 ? looksAfter > 0 : round > 200;
      };
      // Of a pause that begins before the other one blocked, ten milliseconds are left; all of it, and this test would hang.
      const pause = place === 7 ? () => (round === 150 ? 50_010 : 1) : interval;
      return waitFor(look, { clock, interval: pause, timeout: Number.POSITIVE_INFINITY });
    });
    await Promise.all(waits);
    expect(looksAfter).toBe(1);
  });

  test('are exact, however quick, where a time begins for which it must stay true', async () => {
    const { clock } = stoppedClock();
    const options = { clock, interval: constant(1, { jitter: 'none' }), timeout: Number.POSITIVE_INFINITY };
    let round = 0;
    const others = Array.from({ length: 7 }, (_, place) =>
      waitFor(() => {
        if (place === 0) clock.instant = Math.max(clock.instant, ++round);
        return round > 200;
      }, options),
    );
    let looksWhileTrue = 0;
    const look = () => {
      if (round === 150 && looksWhileTrue === 0) clock.instant += 50;
      if (round >= 150) looksWhileTrue++;
      return round >= 150;
    };
    await waitFor(look, { ...options, holdFor: 20 });
    // Each millisecond, from the end of the first one: as many as if that had not taken 50.
    expect(looksWhileTrue).toBe(21);
    await Promise.all(others);
  });
});

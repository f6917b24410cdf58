import { again, consistently, constant, giveUp, type Look, type WakeSource } from 'unsleep';
import { describe, expect, test, vi } from 'vitest';
import { rejection, settle, stampedCalls, useVirtualTime } from './virtual-time.ts';

useVirtualTime();

const exactly = (pause: number) => constant(pause, { jitter: 'none' });

describe('consistently', () => {
  test.each([[true], [1], [undefined], [null], [0], ['']])('holds with %j', async (answer) => {
    const looks = stampedCalls(() => answer);
    const waiting = consistently(looks.call, { for: '250ms', interval: exactly(100) });
    expect(await settle(waiting, 250)).toMatchObject({ status: 'fulfilled' });
    expect(looks.at).toEqual([0, 100, 200, 250]);
  });

  test('holds with again(), whose pause takes the place of the schedule', async () => {
    const looks = stampedCalls(() => again(70));
    await settle(consistently(looks.call, { for: 100, interval: exactly(10) }), 100);
    expect(looks.at).toEqual([0, 70, 100]);
  });

  test('is violated by false, at once and even at the very end', async () => {
    for (const last of [1, 2, 4]) {
      const looks = stampedCalls((calls) => calls !== last);
      const error = await rejection(consistently(looks.call, { for: 250, interval: exactly(100), name: 'quiet' }), 250);
      expect(looks.at).toHaveLength(last);
      expect(error.name).toBe('WaitFailedError');
      expect(error.message).toMatch(/^quiet: did not hold: answered false \(after \d+ ms, \d looks?\)/);
    }
  });

  test.each([
    ['an assertion', () => expect(1).toBe(2)],
    ['a transient error', () => Promise.reject({ status: 503 })],
    ['undefined', () => Promise.reject(undefined)],
  ])('is violated by %s that is thrown', async (_, violate) => {
    const condition = ({ attempt }: Look) => (attempt < 3 ? true : violate());
    const error = await rejection(consistently(condition, { for: 100, interval: exactly(10) }), 20);
    expect(error.name).toBe('WaitFailedError');
    expect(error.message).toContain('did not hold: ');
  });

  test('has the thrown error as its cause, the very same object', async () => {
    const error = new Error('alarm');
    const failure = await rejection(
      consistently(() => Promise.reject(error), { for: 100 }),
      0,
    );
    expect(failure.cause).toBe(error);
    expect(failure.message).toContain('did not hold: alarm');
  });

  test('is violated by a look that takes too long', async () => {
    const condition = ({ attempt }: Look) => attempt < 2 || new Promise(() => {});
    const waiting = consistently(condition, { for: 1_000, attemptTimeout: 50, interval: exactly(100) });
    const error = await rejection(waiting, 150);
    expect(error.message).toContain('did not hold: TimeoutError: the look had no answer within 50 ms');
  });

  test('rejects with the error of giveUp, or with its text as the reason', async () => {
    const error = new Error('mine');
    expect(
      await rejection(
        consistently(() => giveUp(error), { for: 100 }),
        0,
      ),
    ).toBe(error);
    const failure = await rejection(
      consistently(() => giveUp('gone'), { for: 100, name: 'x' }),
      0,
    );
    expect(failure).toMatchObject({ name: 'WaitFailedError', message: expect.stringMatching(/^x: gone/) });
  });

  test('counts from the first answer on', async () => {
    const looks = stampedCalls((calls) =>
      calls === 1 ? new Promise((resolve) => setTimeout(() => resolve(true), 60)) : true,
    );
    await settle(consistently(looks.call, { for: 100, interval: exactly(3_600_000) }), 160);
    expect(looks.at).toEqual([0, 160]);
  });

  test('of a first look without an answer is a timeout', async () => {
    const error = await rejection(
      consistently(() => new Promise(() => {}), { for: 100 }),
      100,
    );
    expect(error.name).toBe('WaitTimeoutError');
    expect(error.message).not.toContain('no longer');
  });

  test('sees with a wake source what flickers between two looks', async () => {
    let isQuiet = true;
    let wake = () => {};
    const source: WakeSource = (given) => {
      wake = given;
      return () => {};
    };
    const waiting = consistently(() => isQuiet, { for: '1h', interval: exactly(3_600_000), wakeOn: source });
    await vi.advanceTimersByTimeAsync(1_000);
    isQuiet = false;
    wake();
    expect(await rejection(waiting, 0)).toMatchObject({ name: 'WaitFailedError' });
  });

  test('for 0 looks twice', async () => {
    const condition = vi.fn(() => true);
    await settle(consistently(condition, { for: 0 }), 1);
    expect(condition).toHaveBeenCalledTimes(2);
  });

  test('begins the stack with the line of the caller', async () => {
    function callSite() {
      return consistently(({ attempt }) => attempt < 3, { for: 100, interval: exactly(10) });
    }
    const error = await rejection(callSite(), 50);
    expect(/^ +at .*$/m.exec(error.stack ?? '')?.[0]).toMatch(/ at callSite .*consistently\.test\.ts/);
  });

  test.each([
    ['condition', () => consistently(undefined as never, { for: 1 })],
    ['options', () => consistently(() => true, undefined as never)],
    ['options', () => consistently(() => true, null as never)],
    ['for', () => consistently(() => true, {} as never)],
    ['for', () => consistently(() => true, { for: Number.POSITIVE_INFINITY })],
    ['for', () => consistently(() => true, { for: -1 })],
  ])('refuses a wrong `%s` by name', async (name, call) => {
    expect((await rejection(call(), 0)).message).toMatch(new RegExp(`^\`${name}\` must be .*; got `));
  });
});

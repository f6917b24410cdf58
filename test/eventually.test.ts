import { runInNewContext } from 'node:vm';
import { again, constant, type EventuallyOptions, eventually, giveUp, type Look } from 'unsleep';
import { describe, expect, test, vi } from 'vitest';
import { rejection, settle, stampedCalls, useVirtualTime } from './virtual-time.ts';

useVirtualTime();

const exactly = (pause: number) => constant(pause, { jitter: 'none' });

describe('eventually', () => {
  test.each([[true], [1], [{}], [undefined], [null], [0], ['']])('is done with %j', async (answer) => {
    await expect(eventually(() => answer)).resolves.toBe(answer);
    await expect(eventually(async () => answer)).resolves.toBe(answer);
  });

  test('is not yet done with false', async () => {
    const looks = stampedCalls((calls) => calls === 3 && 'done');
    expect(await settle(eventually(looks.call, { interval: exactly(10) }), 20)).toMatchObject({ value: 'done' });
    expect(looks.at).toEqual([0, 10, 20]);
  });

  test('is not yet done with again(), and looks no sooner than that says', async () => {
    const looks = stampedCalls((calls) => (calls === 2 ? undefined : again(70)));
    expect(await settle(eventually(looks.call, { interval: exactly(10) }), 70)).toMatchObject({ status: 'fulfilled' });
    expect(looks.at).toEqual([0, 70]);
  });

  test('is not yet done while an assertion throws', async () => {
    const rows: string[] = [];
    setTimeout(() => rows.push('a', 'b'), 25);
    const looks = stampedCalls(() => expect(rows).toEqual(['a', 'b']));
    expect(await settle(eventually(looks.call, { interval: exactly(10) }), 30)).toMatchObject({ status: 'fulfilled' });
    expect(looks.at).toEqual([0, 10, 20, 30]);
  });

  test('has the last assertion as the cause of its timeout, the very same object', async () => {
    const errors: unknown[] = [];
    const assertion = ({ attempt }: Look) => {
      try {
        expect(attempt).toBe(0);
      } catch (error) {
        errors.push(error);
        throw error;
      }
    };
    const error = await rejection(eventually(assertion, { timeout: 20, interval: exactly(10) }), 20);
    expect(errors).toHaveLength(3);
    expect(error.cause).toBe(errors[2]);
    expect(error.message).toContain('expected 3 to be +0');
  });

  test.each([
    ['ReferenceError', new ReferenceError('x is not defined')],
    ['SyntaxError', new SyntaxError('Unexpected token')],
    ['ReferenceError of another realm', runInNewContext('new ReferenceError("x is not defined")')],
  ])('rejects at once with a %s: a typo does not get better by waiting', async (_, error) => {
    const assertion = vi.fn(() => Promise.reject(error));
    expect(await rejection(eventually(assertion), 0)).toBe(error);
    expect(assertion).toHaveBeenCalledOnce();
  });

  test.each([[undefined], [null], ['text'], [{ status: 404 }], [new TypeError('x is null')]])(
    'looks again whatever else is thrown: %s',
    async (thrown) => {
      const looks = stampedCalls((calls) => (calls === 1 ? Promise.reject(thrown) : 'done'));
      expect(await settle(eventually(looks.call, { interval: exactly(10) }), 10)).toMatchObject({ value: 'done' });
    },
  );

  test('lets `tolerate` decide, but for giveUp', async () => {
    const error = new Error('mine');
    expect(
      await rejection(
        eventually(() => Promise.reject(error), { tolerate: () => false }),
        0,
      ),
    ).toBe(error);
    const failure = await rejection(
      eventually(() => giveUp('gone'), { tolerate: () => true, name: 'x' }),
      0,
    );
    expect(failure).toMatchObject({ name: 'WaitFailedError', message: expect.stringMatching(/^x: gone/) });
  });

  test('gives no hint for an assertion that answers nothing', async () => {
    const assertion = () => {
      expect(1).toBe(2);
    };
    const error = await rejection(eventually(assertion, { timeout: 0 }), 0);
    expect(error.message).not.toContain('only ever returned undefined');
  });

  test('begins the stack with the line of the caller', async () => {
    function callSite() {
      return eventually(() => false, { timeout: 50 });
    }
    const error = await rejection(callSite(), 50);
    expect(/^ +at .*$/m.exec(error.stack ?? '')?.[0]).toMatch(/ at callSite .*eventually\.test\.ts/);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['assertion', () => eventually(undefined as never)],
    ['options', () => eventually(() => 1, null as never)],
    ['options', () => eventually(() => 1, 5_000 as never)],
    ['tolerate', () => eventually(() => 1, { tolerate: 'all' as never })],
    ['timeout', () => eventually(() => 1, { timeout: -1 } satisfies EventuallyOptions)],
  ])('refuses a wrong `%s` by name', async (name, call) => {
    expect((await rejection(call(), 0)).message).toMatch(new RegExp(`^\`${name}\` must be .*; got `));
  });
});

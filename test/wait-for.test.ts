import { again, constant, giveUp, type Look, waitFor } from 'unsleep';
import { describe, expect, test, vi } from 'vitest';
import { rejection, settle, stampedCalls, useVirtualTime } from './virtual-time.ts';

useVirtualTime();

const exactly = (pause: number) => constant(pause, { jitter: 'none' });
const HINT = 'the condition only ever returned undefined';

describe('waitFor', () => {
  test.each([[true], [1], ['text'], [{}], [[]], [1n], [Symbol.iterator]])('is done with %s', async (answer) => {
    await expect(waitFor(() => answer)).resolves.toBe(answer);
    await expect(waitFor(async () => answer)).resolves.toBe(answer);
  });

  test.each([[false], [undefined], [null], [0], [''], [0n], [Number.NaN]])(
    'is not yet done with %s',
    async (answer) => {
      const looks = stampedCalls((calls) => (calls === 3 ? 'done' : answer));
      expect(await settle(waitFor(looks.call, { interval: exactly(10) }), 20)).toMatchObject({ value: 'done' });
      expect(looks.at).toEqual([0, 10, 20]);
    },
  );

  test('is not yet done with again(), and looks no sooner than that says', async () => {
    const looks = stampedCalls((calls) => (calls === 2 ? 'done' : again(70)));
    expect(await settle(waitFor(looks.call, { interval: exactly(10) }), 70)).toMatchObject({ value: 'done' });
    expect(looks.at).toEqual([0, 70]);
  });

  test('is not yet done when it throws what is tolerated: by default only what says nothing', async () => {
    const errors = [{ status: 503 }, { status: 429 }, { code: 'ECONNREFUSED' }, { name: 'TimeoutError' }];
    const condition = ({ attempt }: Look) => {
      const error = errors[attempt - 1];
      if (error) throw error;
      return 'done';
    };
    expect(await settle(waitFor(condition, { interval: exactly(10) }), 40)).toMatchObject({ value: 'done' });
  });

  test.each([new Error('mine'), new TypeError('mine'), { status: 404 }, 'text'])(
    'rejects at once with what it throws otherwise: %j',
    async (error) => {
      const condition = vi.fn(() => {
        throw error;
      });
      const result = await settle(waitFor(condition as () => boolean), 0);
      expect(result).toEqual({ status: 'rejected', reason: error });
      expect(condition).toHaveBeenCalledOnce();
    },
  );

  test('rejects at once with the error of giveUp, and with a text as the reason of a failure', async () => {
    const error = { ...new Error('mine'), name: 'Error', message: 'mine', stack: '' };
    expect(
      await rejection(
        waitFor(() => giveUp(error)),
        0,
      ),
    ).toBe(error);
    const failure = await rejection(
      waitFor(() => giveUp('no such server'), { name: 'server' }),
      0,
    );
    expect(failure).toMatchObject({
      name: 'WaitFailedError',
      message: expect.stringMatching(/^server: no such server/),
    });
    expect(
      await rejection(
        waitFor(() => giveUp({ code: 7 })),
        0,
      ),
    ).toMatchObject({ name: 'WaitFailedError' });
  });

  test('never asks `tolerate` about giveUp', async () => {
    const tolerate = vi.fn(() => true);
    await rejection(
      waitFor(() => giveUp('gone'), { tolerate }),
      0,
    );
    expect(tolerate).not.toHaveBeenCalled();
  });

  test('never passes with a condition that is always false', async () => {
    expect(
      await rejection(
        waitFor(() => false),
        4_000,
      ),
    ).toMatchObject({ name: 'WaitTimeoutError' });
  });

  test('refuses what is no condition', async () => {
    const waiting = waitFor(Promise.resolve(true) as never);
    await expect(waiting).rejects.toThrow(/^`condition` must be a function; got /);
  });
});

describe('until', () => {
  test('decides in the place of truthiness', async () => {
    const looks = stampedCalls((calls) => 3 - calls);
    expect(await settle(waitFor(looks.call, { until: (left) => left === 0, interval: exactly(10) }), 20)).toEqual({
      status: 'fulfilled',
      value: 0,
    });
    expect(looks.at).toEqual([0, 10, 20]);
  });

  test('is not asked about again()', async () => {
    const until = vi.fn(() => true);
    await settle(
      waitFor(({ attempt }) => (attempt === 1 ? again(1) : 'x'), { until }),
      1,
    );
    expect(until.mock.calls).toEqual([['x']]);
  });

  test.each(['until', 'failWhen'] as const)(
    'and failWhen answer at once: %s with a promise is refused',
    async (option) => {
      const unhandled = vi.fn();
      process.on('unhandledRejection', unhandled);
      const answer = { [option]: () => Promise.reject(new Error('late')) };
      const error = await rejection(
        waitFor(() => 1, answer),
        0,
      );
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toBe(`\`${option}\` must answer at once; it gave a promise`);
      vi.useRealTimers();
      await new Promise((resolve) => setImmediate(resolve));
      vi.useFakeTimers();
      process.off('unhandledRejection', unhandled);
      expect(unhandled).not.toHaveBeenCalled();
    },
  );
});

describe('tolerate', () => {
  test('that answers with a promise is refused: it would tolerate everything', async () => {
    const tolerate = async () => false;
    const error = await rejection(
      waitFor(() => Promise.reject<boolean>(new Error('mine')), { tolerate }),
      4_000,
    );
    expect(error.message).toBe('`tolerate` must answer at once; it gave a promise');
  });
});

describe('failWhen', () => {
  test('ends the wait at once, before until is asked', async () => {
    const until = vi.fn(() => true);
    const waiting = waitFor(() => 'ERROR', { name: 'server', failWhen: (status) => status === 'ERROR', until });
    const error = await rejection(waiting, 0);
    expect(error).toMatchObject({ name: 'WaitFailedError', lastValue: 'ERROR' });
    expect(error.message).toMatch(/^server: failWhen matched 'ERROR' \(after 0 ms, 1 look\)/);
    expect(until).not.toHaveBeenCalled();
  });

  test('may give the reason as a text', async () => {
    const error = await rejection(
      waitFor(() => 1, { name: 'x', failWhen: () => 'the disk is full' }),
      0,
    );
    expect(error.message).toMatch(/^x: the disk is full /);
  });

  test('that is falsy changes nothing', async () => {
    await expect(waitFor(() => 1, { failWhen: () => '' })).resolves.toBe(1);
  });

  test('is never tolerated', async () => {
    const tolerate = vi.fn(() => true);
    await rejection(
      waitFor(() => 1, { failWhen: () => true, tolerate }),
      0,
    );
    expect(tolerate).not.toHaveBeenCalled();
  });
});

describe('the hint of a condition that answers nothing', () => {
  const message = async (condition: (look: Look) => unknown, options = {}) =>
    (await rejection(waitFor(condition as () => boolean, { timeout: 30, interval: exactly(10), ...options }), 30))
      .message;

  test('is given when it only ever answered undefined', async () => {
    expect(await message(() => undefined)).toContain(HINT);
    expect(await message(async () => undefined)).toContain(HINT);
  });

  test.each<[string, (look: Look) => unknown]>([
    ['null', () => null],
    ['0', () => 0],
    ['again()', () => again()],
    ['once something else', ({ attempt }) => (attempt === 2 ? 0 : undefined)],
  ])('is not given when it answered %s', async (_, condition) => {
    expect(await message(condition)).not.toContain(HINT);
  });

  test('is not given when `until` decides', async () => {
    expect(await message(() => undefined, { until: () => false })).not.toContain(HINT);
  });
});

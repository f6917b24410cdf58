import { giveUp } from 'unsleep';
import { describe, expect, test, vi } from 'vitest';
import { GiveUp, isGiveUp } from '../src/give-up.ts';

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return expect.fail('nothing was thrown');
}

describe('giveUp', () => {
  test.each<[string, unknown, string]>([
    ['text', 'the job crashed', 'the job crashed'],
    ['an object', { code: 5 }, '{ code: 5 }'],
    ['nothing', undefined, 'undefined'],
    ['an Error', new RangeError('too far'), '[RangeError: too far]'],
  ])('throws, with %s as its reason', (_, reason, message) => {
    const error = thrownBy(() => giveUp(reason)) as GiveUp;
    expect(error).toBeInstanceOf(GiveUp);
    expect(error).toBeInstanceOf(Error);
    expect(error.reason).toBe(reason);
    expect(error.message).toBe(message);
  });

  test('throws just once when it is thrown itself', () => {
    const error = thrownBy(() => {
      throw giveUp('no');
    }) as GiveUp;
    expect(error.reason).toBe('no');
  });
});

describe('GiveUp', () => {
  test('carries a cause beside its reason', () => {
    const cause = new Error('connect');
    expect(new GiveUp('no', { cause }).cause).toBe(cause);
    expect(Object.hasOwn(new GiveUp('no'), 'cause')).toBe(false);
  });
});

describe('isGiveUp', () => {
  test('knows what giveUp threw, also that of another copy of this package', async () => {
    expect(isGiveUp(thrownBy(() => giveUp('no')))).toBe(true);
    vi.resetModules();
    const copy = await import('../src/give-up.ts');
    expect(copy.giveUp).not.toBe(giveUp);
    expect(isGiveUp(thrownBy(() => copy.giveUp('no')))).toBe(true);
  });

  test.each<[unknown]>([[undefined], [null], [new Error('no')], [{ reason: 'no' }], ['no'], [giveUp]])(
    'says no of %o',
    (value) => {
      expect(isGiveUp(value)).toBe(false);
    },
  );
});

import { afterEach, describe, expect, test, vi } from 'vitest';
import { CALLER, callerOf, captureStack, checked, framesOf } from '../src/stack.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A platform that is not V8, for the length of one test. */
function removeCaptureStackTrace() {
  const { captureStackTrace } = Error;
  Reflect.deleteProperty(Error, 'captureStackTrace');
  return () => Object.assign(Error, { captureStackTrace });
}

function refuse(error: Error): never {
  throw error;
}

describe('captureStack', () => {
  function ours() {
    return captureStack(ours);
  }
  function theirs() {
    return ours();
  }

  test('begins below the function of ours that was called', () => {
    const [first = ''] = framesOf(theirs()).split('\n');
    expect(first).toContain('theirs');
    expect(first).toContain('stack.test.ts');
  });

  test('makes the text only when it is read', () => {
    const prepare = vi.fn(() => 'text');
    const { prepareStackTrace } = Error;
    const holder = ours();
    Error.prepareStackTrace = prepare;
    expect(prepare).not.toHaveBeenCalled();
    Error.prepareStackTrace = prepareStackTrace;
    expect(framesOf(holder)).toContain('stack.test.ts');
  });

  test('begins below the inner function where the engine kept no frame of the outer one', async () => {
    // As JavaScriptCore does with a function that ends with a call: it is not on the stack any more.
    const { captureStackTrace } = Error;
    const gone = () => {};
    vi.spyOn(Error, 'captureStackTrace').mockImplementation((holder, below) =>
      captureStackTrace(holder, below?.name === 'endsWithCall' ? gone : below),
    );
    vi.resetModules();
    const { captureStack } = await import('../src/stack.ts');
    function inner() {
      return captureStack(gone, inner);
    }
    function caller() {
      return inner();
    }
    expect(framesOf(caller()).split('\n')[0]).toContain('caller');
    expect(framesOf(captureStack(gone))).toBe('');
  });

  test('is the stack of an Error where captureStackTrace is missing', () => {
    const restore = removeCaptureStackTrace();
    const holder = theirs();
    restore();
    expect(holder).toBeInstanceOf(Error);
    expect(framesOf(holder)).toContain('theirs');
  });
});

describe('framesOf', () => {
  test.each<[string, string | undefined, string]>([
    ['Error: no\n    at a (b.ts:1:2)\n    at c', 'the header', '    at a (b.ts:1:2)\n    at c'],
    ['Error: no\nat the end\n    at a (b.ts:1:2)', 'a message of several lines', '    at a (b.ts:1:2)'],
    ['Error: no', 'everything, without a frame', ''],
    ['wait@file.js:1:2\nuser@file.js:3:4', 'everything, as other engines write it', ''],
    ['', 'nothing', ''],
  ])('of %j leaves out %s', (stack, _, frames) => {
    expect(framesOf({ stack })).toBe(frames);
  });

  test('are none without a stack', () => {
    expect(framesOf({})).toBe('');
    expect(framesOf({ stack: undefined })).toBe('');
  });
});

describe('checked', () => {
  function ours<T>(check: () => T) {
    return checked(check, ours);
  }

  test('gives back what the check gives', () => {
    expect(ours(() => 5)).toBe(5);
  });

  test('throws the same error, whose first frame is the line of the user', () => {
    const error = new RangeError('no');
    let thrown: unknown;
    function userCode() {
      try {
        ours(() => refuse(error));
      } catch (caught) {
        thrown = caught;
      }
    }
    userCode();
    expect(thrown).toBe(error);
    expect(framesOf(error).split('\n')[0]).toContain('userCode');
    expect(error.stack).toMatch(/^RangeError: no\n/);
  });

  test('points to the line of the user also where the engine kept no frame of the function called', () => {
    const error = new RangeError('no');
    function inner() {
      checked(
        () => refuse(error),
        () => {},
        inner,
      );
    }
    function userCode() {
      inner();
    }
    expect(userCode).toThrow(error);
    expect(framesOf(error).split('\n')[0]).toContain('userCode');
  });

  test('throws the same error where captureStackTrace is missing', () => {
    const restore = removeCaptureStackTrace();
    try {
      expect(() => ours(() => refuse(new RangeError('no')))).toThrow(new RangeError('no'));
    } finally {
      restore();
    }
  });
});

describe('callerOf', () => {
  const [called, really] = [() => {}, () => {}];

  test('is the function that was called', () => {
    expect(callerOf({}, called)).toBe(called);
  });

  test('is the function that the options carry', () => {
    expect(callerOf({ [CALLER]: really }, called)).toBe(really);
  });
});

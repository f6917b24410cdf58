import { createContext, runInContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { render, renderError } from '../../src/render.ts';
import { Timeline } from '../../src/timeline.ts';
import { askedPause, isTransient } from '../../src/transient.ts';

// A limit against hangs alone: many runs take many times as long on a loaded machine.
vi.setConfig({ testTimeout: 120_000 });

/** Makes a value. fast-check looks into the values that it generates, and some of these throw when looked into. */
type Make = () => unknown;

const context = createContext({});
const TRAPS = ['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor'] as const;
const NAMES = ['name', 'message', 'stack', 'cause', 'code', 'status', 'headers', 'response', 'then', 'constructor'];

function refuse(): never {
  throw new Error('refused');
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function circular(value: unknown): object {
  const round: Record<string, unknown> = { value };
  round['self'] = round;
  round['pair'] = new Map([[round, [round]]]);
  return round;
}

function* endless() {
  for (;;) yield 1;
}

const plain = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  maxDepth: 6,
});
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\n', 'a\r\nb', '\u2028', '\ud800', 'x'.repeat(2_000_000)),
);

const hostile: fc.Arbitrary<Make> = fc.oneof(
  plain.map((value) => () => value),
  text.map((value) => () => value),
  text.map((description) => () => Symbol(description)),
  text.map((name) => () => Object.defineProperty(() => {}, 'name', { value: name })),
  fc.record({ message: text, name: text, code: plain, status: plain, retryAfter: plain, cause: plain }).map(
    ({ message, ...members }) =>
      () =>
        Object.assign(new Error(message), members),
  ),
  text.map((message) => () => {
    context['message'] = message;
    return runInContext('new TypeError(message, { cause: new Error(message) })', context);
  }),
  fc.tuple(fc.constantFrom(...NAMES), fc.boolean()).map(
    ([name, isError]) =>
      () =>
        Object.defineProperty(isError ? new TypeError('x') : {}, name, { enumerable: true, get: refuse }),
  ),
  fc
    .tuple(
      fc.constantFrom<Make>(
        () => ({ a: 1 }),
        () => [1],
        () => new Error('x'),
        () => new Map(),
        () => refuse,
      ),
      fc.subarray([...TRAPS], { minLength: 1 }),
    )
    .map(
      ([make, traps]) =>
        () =>
          new Proxy(make() as object, Object.fromEntries(traps.map((trap) => [trap, refuse]))),
    ),
  fc
    .constantFrom('Date', 'RegExp', 'Set', 'Map', 'Array', 'Error', 'a\nb')
    .map((tag) => () => ({ [Symbol.toStringTag]: tag, size: 1, toString: () => 'a\nb' })),
  plain.map((value) => () => circular(value)),
  fc.constantFrom<Make>(revoked, () => Object.assign(new Set([1]), { [Symbol.iterator]: endless })),
);
const HUGE: readonly unknown[] = [
  Array.from({ length: 1_000_000 }, () => 'item'),
  new Array(1_000_000),
  new Set(Array.from({ length: 100_000 }, (_, index) => index)),
  new Map(Array.from({ length: 100_000 }, (_, index) => [index, index])),
  Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key ${index}`, index])),
];
const huge: fc.Arbitrary<Make> = fc.constantFrom(...HUGE.keys()).map((index) => () => HUGE[index]);
const made: fc.Arbitrary<Make> = fc.oneof(
  { weight: 9, arbitrary: hostile },
  { weight: 5, arbitrary: fc.array(hostile, { maxLength: 3 }).map((makes) => () => makes.map((make) => make())) },
  {
    weight: 5,
    arbitrary: fc.tuple(text, hostile).map(([key, make]) => () => ({ [key]: make(), id: 1 })),
  },
  { weight: 5, arbitrary: hostile.map((make) => () => new Error('outer', { cause: make() })) },
  { weight: 1, arbitrary: huge },
);

describe.each([
  ['render', render],
  ['renderError', renderError],
])('%s', (_, write) => {
  test('makes of any value one line within the limit, and never throws', () => {
    fc.assert(
      fc.property(made, fc.integer({ min: 1, max: 300 }), (make, limit) => {
        const line = write(make(), limit);
        expect(line.length).toBeLessThanOrEqual(limit);
        expect(line).not.toMatch(/[\n\r\u0085\u2028\u2029]/);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('isTransient', () => {
  test('has an answer for any value that was thrown', () => {
    fc.assert(fc.property(made, (make) => typeof isTransient(make()) === 'boolean'));
  });
});

describe('askedPause', () => {
  test('is a pause, or none, for any value that was thrown', () => {
    fc.assert(
      fc.property(made, (make) => {
        const asked = askedPause(make(), () => 0);
        expect(asked?.milliseconds ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('Timeline', () => {
  test('takes any answers, counts each look, and keeps 30 spans at most', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(made, fc.boolean()), { maxLength: 40 }), (answers) => {
        const timeline = new Timeline();
        for (const [make, isError] of answers) {
          const value = make();
          timeline.add(0, isError ? { kind: 'error', error: value } : { kind: 'value', value, isDone: false });
        }
        const looks = timeline.spans.reduce((sum, span) => sum + span.looks, 0);
        expect(timeline.spans.length).toBeLessThanOrEqual(30);
        if (timeline.omitted === 0) expect(looks).toBe(answers.length);
      }),
      { numRuns: 50 },
    );
  });
});

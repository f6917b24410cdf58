import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { type Answer, Timeline } from '../src/timeline.ts';

const seen = (value: unknown): Answer => ({ kind: 'value', value, isDone: false });
const errorOf = (error: unknown): Answer => ({ kind: 'error', error });

/** A timeline that got one answer each 10 ms. */
function timelineOf(...answers: readonly Answer[]): Timeline {
  const timeline = new Timeline();
  for (const [index, answer] of answers.entries()) timeline.add(index * 10, answer);
  return timeline;
}

describe('Timeline', () => {
  test('starts empty', () => {
    expect(new Timeline()).toMatchObject({ spans: [], omitted: 0 });
  });

  test('keeps what follows one another as it is the same, with when it was first seen and how often', () => {
    const { spans } = timelineOf(...['queued', 'queued', 'running', 'queued', 'queued', 'queued'].map(seen));
    expect(spans).toEqual([
      { at: 0, looks: 2, answer: seen('queued') },
      { at: 20, looks: 1, answer: seen('running') },
      { at: 30, looks: 3, answer: seen('queued') },
    ]);
  });

  test('keeps the newest of answers that are the same', () => {
    const [first, last] = [{ id: 1 }, { id: 1 }];
    const { spans } = timelineOf(seen(first), seen(last));
    expect(spans.map(({ answer }) => answer.kind === 'value' && answer.value === last)).toEqual([true]);
  });

  test('keeps all of 30 changes', () => {
    const timeline = timelineOf(...Array.from({ length: 30 }, (_, index) => seen(index)));
    expect(timeline.spans).toHaveLength(30);
    expect(timeline.omitted).toBe(0);
  });

  test('keeps of more changes the first 5 and the last 25, and counts the others', () => {
    const timeline = timelineOf(...Array.from({ length: 1_000 }, (_, index) => seen(index)));
    const kept = timeline.spans.map(({ at }) => at / 10);
    expect(kept).toEqual([0, 1, 2, 3, 4, ...Array.from({ length: 25 }, (_, index) => 975 + index)]);
    expect(timeline.omitted).toBe(970);
  });

  test.each<[string, unknown, unknown]>([
    ['text', 'a', 'a'],
    ['NaN', Number.NaN, Number.NaN],
    ['undefined', undefined, undefined],
    ['objects of the same members', { status: 'a', progress: 1 }, { status: 'a', progress: 1 }],
    ['objects of the same members in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['arrays of the same items', [1, 'a'], [1, 'a']],
    [
      'objects without a prototype',
      Object.assign(Object.create(null), { a: 1 }),
      Object.assign(Object.create(null), { a: 1 }),
    ],
    ['empty arrays', [], []],
    ['empty objects', {}, {}],
  ])('takes for the same: %s', (_, one, other) => {
    expect(timelineOf(seen(one), seen(other)).spans).toHaveLength(1);
  });

  test('takes one and the same object for the same, however large', () => {
    const list = Array.from({ length: 1_000 }, (_, index) => index);
    expect(timelineOf(seen(list), seen(list)).spans).toHaveLength(1);
  });

  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, 0]));

  test.each<[string, unknown, unknown]>([
    ['0 and -0', 0, -0],
    ['a number and its text', 1, '1'],
    ['null and undefined', null, undefined],
    ['objects of other members', { a: 1 }, { a: 2 }],
    ['objects of other names', { a: 1 }, { b: 1 }],
    ['an object with one member more', { a: 1 }, { a: 1, b: 1 }],
    ['an object with one member less', { a: 1, b: 1 }, { a: 1 }],
    ['a member that is missing and one that is undefined', { a: undefined }, { b: undefined }],
    ['an array and an object of the same members', ['a'], { 0: 'a' }],
    ['an array and a longer one', [1], [1, 2]],
    ['objects of two realms', { a: 1 }, runInNewContext('({ a: 1 })')],
    ['an object and text', { a: 1 }, 'a'],
    ['dates', new Date(1), new Date(2)],
    ['maps', new Map([[1, 2]]), new Map([[1, 3]])],
    ['sets', new Set([1]), new Set([2])],
    ['objects too large to compare', many(21), many(21)],
  ])('tells apart: %s', (_, one, other) => {
    expect(timelineOf(seen(one), seen(other)).spans).toHaveLength(2);
  });

  test('compares up to 20 members', () => {
    expect(timelineOf(seen(many(20)), seen(many(20))).spans).toHaveLength(1);
  });

  test.each([
    ['an array', Array.from({ length: 1_000 }, () => 1)],
    ['bytes', new Uint8Array(1_000)],
  ])('does not list the members of %s too large to compare', (_, value) => {
    const keys = vi.spyOn(Object, 'keys');
    timelineOf(seen(value), seen(value.slice()));
    const longest = Math.max(0, ...keys.mock.results.map(({ value }) => (value as unknown[]).length));
    keys.mockRestore();
    expect(longest).toBeLessThanOrEqual(20);
  });

  test('tells done from not done', () => {
    expect(timelineOf(seen(1), { kind: 'value', value: 1, isDone: true }).spans).toHaveLength(2);
  });

  test('tells answers with a word apart by that word alone', () => {
    const wordOf = (word: string, value: unknown): Answer => ({ kind: 'value', value, isDone: false, word });
    const { spans } = timelineOf(
      wordOf('running', { progress: 1 }),
      wordOf('running', { progress: 2 }),
      wordOf('done', 1),
      seen(1),
    );
    expect(spans.map(({ looks }) => looks)).toEqual([2, 1, 1]);
  });

  test('tells errors apart by name and message', () => {
    const { spans } = timelineOf(
      errorOf(new Error('a')),
      errorOf(new Error('a')),
      errorOf(new RangeError('a')),
      errorOf(new RangeError('b')),
      errorOf('b'),
      errorOf('b'),
    );
    expect(spans.map(({ looks }) => looks)).toEqual([2, 1, 1, 2]);
  });

  test('takes errors of two realms for the same', () => {
    expect(timelineOf(errorOf(new Error('a')), errorOf(runInNewContext('new Error("a")'))).spans).toHaveLength(1);
  });

  test('takes two thrown objects of the same members for the same', () => {
    expect(timelineOf(errorOf({ status: 503 }), errorOf({ status: 503 })).spans).toHaveLength(1);
  });

  test('tells an error from a value, and no answer from any', () => {
    const { spans } = timelineOf(seen('a'), errorOf('a'), { kind: 'unanswered' }, seen('a'));
    expect(spans).toHaveLength(4);
  });

  test('tells apart what throws when it is compared', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(timelineOf(seen(proxy), seen({ a: 1 }), seen(proxy)).spans).toHaveLength(3);
    const throwing = () => ({
      get a() {
        throw new Error('a');
      },
    });
    expect(timelineOf(seen(throwing()), seen(throwing())).spans).toHaveLength(2);
  });
});

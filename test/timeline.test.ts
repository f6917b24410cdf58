import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { type Answer, Timeline, WORD } from '../src/timeline.ts';

const seen = (value: unknown): Answer => ({ kind: 'value', value, isDone: false });
const errorOf = (error: unknown): Answer => ({ kind: 'error', error });

/** A timeline that got one answer each 10 ms. */
function timelineOf(...answers: readonly Answer[]): Timeline {
  const timeline = new Timeline();
  for (const [index, answer] of answers.entries()) timeline.add(index * 10, answer);
  return timeline;
}

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, 0]));

describe('Timeline', () => {
  test('starts empty', () => {
    expect(new Timeline()).toMatchObject({ spans: [], omitted: 0 });
  });

  test('keeps what follows one another as it is the same, with when it was first seen and how often', () => {
    const { spans } = timelineOf(...['queued', 'queued', 'running', 'queued', 'queued', 'queued'].map(seen));
    expect(spans).toEqual([
      { at: 0, looks: 2, answer: seen('queued'), text: "'queued'" },
      { at: 20, looks: 1, answer: seen('running'), text: "'running'" },
      { at: 30, looks: 3, answer: seen('queued'), text: "'queued'" },
    ]);
  });

  test('knows a value by the word that it carries, whatever else it holds', () => {
    const worded = (word: unknown, progress: number) => Object.defineProperty({ progress }, WORD, { value: word });
    const { spans } = timelineOf(seen(worded('running', 1)), seen(worded('running', 2)), seen(worded(41, 3)));
    expect(spans.map(({ text, looks }) => [text, looks])).toEqual([
      ['running, 2 %', 2],
      ['{ progress: 3 }', 1],
    ]);
  });

  test('keeps the newest of answers that are the same', () => {
    const [first, last] = [{ id: 1 }, { id: 1 }];
    const { spans } = timelineOf(seen(first), seen(last));
    expect(spans.map(({ answer }) => answer.kind === 'value' && answer.value === last)).toEqual([true]);
  });

  test('keeps all of 15 changes', () => {
    const timeline = timelineOf(...Array.from({ length: 15 }, (_, index) => seen(index)));
    expect(timeline.spans).toHaveLength(15);
    expect(timeline.omitted).toBe(0);
  });

  test('keeps of more changes the first 5 and the last 10, and counts the others', () => {
    const timeline = timelineOf(...Array.from({ length: 1_000 }, (_, index) => seen(index)));
    const kept = timeline.spans.map(({ at }) => at / 10);
    expect(kept).toEqual([0, 1, 2, 3, 4, ...Array.from({ length: 10 }, (_, index) => 990 + index)]);
    expect(timeline.omitted).toBe(985);
  });

  test.each<[string, unknown, unknown]>([
    ['text', 'a', 'a'],
    ['NaN', Number.NaN, Number.NaN],
    ['undefined', undefined, undefined],
    ['objects of the same members', { status: 'a', progress: 1 }, { status: 'a', progress: 1 }],
    [
      'objects with objects of the same members in them',
      { rows: [{ at: new Date(0) }] },
      { rows: [{ at: new Date(0) }] },
    ],
    ['objects of two realms', { a: 1 }, runInNewContext('({ a: 1 })')],
    ['what differs only where a row has no room for it', many(100), { ...many(100), key99: 1 }],
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
    ['an object and text', { a: 1 }, 'a'],
    ['dates', new Date(1), new Date(2)],
    ['maps', new Map([[1, 2]]), new Map([[1, 3]])],
    ['sets', new Set([1]), new Set([2])],
  ])('tells apart: %s', (_, one, other) => {
    expect(timelineOf(seen(one), seen(other)).spans).toHaveLength(2);
  });

  test.each<[string, unknown]>([
    ['an array', Array.from({ length: 1_000_000 }, () => 1)],
    ['bytes', new Uint8Array(1_000_000)],
    ['text', 'x'.repeat(1_000_000)],
    ['an object with an array in it', { list: Array.from({ length: 1_000_000 }, () => ({ id: 1 })) }],
  ])('does not list the members of %s beyond what a row has room for', (_, value) => {
    const keys = vi.spyOn(Object, 'keys');
    timelineOf(seen(value), seen(value));
    const listed = keys.mock.results.reduce((sum, { value }) => sum + (value as unknown[]).length, 0);
    keys.mockRestore();
    expect(listed).toBeLessThanOrEqual(60);
  });

  test('keeps what an object was when it was seen, though the same object changes', () => {
    const server = { status: 'BUILD' };
    const timeline = timelineOf(seen(server));
    server.status = 'ACTIVE';
    timeline.add(10, seen(server));
    expect(timeline.spans.map(({ text }) => text)).toEqual(["{ status: 'BUILD' }", "{ status: 'ACTIVE' }"]);
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

  test('takes what throws when it is read for unreadable, and goes on', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const spans = timelineOf(seen(proxy), seen(proxy), seen({ a: 1 })).spans;
    expect(spans.map(({ text, looks }) => [text, looks])).toEqual([
      ['[unreadable]', 2],
      ['{ a: 1 }', 1],
    ]);
  });
});

describe('flapping', () => {
  /** What a timeline of so many answers, one letter each, comes to. */
  const spansOf = (letters: string) =>
    timelineOf(...Array.from(letters, seen)).spans.map(({ at, looks, text, alternation }) =>
      alternation ? [at, looks, `${alternation.other} ${text}`, alternation.changes] : [at, looks, text],
    );

  test('is one span from the seventh run of two answers in turn on, and the last run is one of its own', () => {
    expect(spansOf('ababab')).toHaveLength(6);
    expect(spansOf('abababa')).toEqual([
      [0, 6, "'a' 'b'", 6],
      [60, 1, "'a'"],
    ]);
    expect(spansOf('ab'.repeat(100))).toEqual([
      [0, 199, "'b' 'a'", 199],
      [1_990, 1, "'b'"],
    ]);
  });

  test('counts looks and changes, however long the runs are', () => {
    expect(spansOf('aabaaabbabbbaab')).toEqual([
      [0, 14, "'b' 'a'", 7],
      [140, 1, "'b'"],
    ]);
  });

  test('ends with the first other answer, and shows since when the last run lasts', () => {
    expect(spansOf('abababaaac')).toEqual([
      [0, 6, "'a' 'b'", 6],
      [60, 3, "'a'"],
      [90, 1, "'c'"],
    ]);
    expect(spansOf('abababac')).toHaveLength(3);
    expect(spansOf('abababcb')).toHaveLength(8);
  });

  test('may come twice', () => {
    expect(spansOf('xabababacdcdcdcd').map((span) => span.length)).toEqual([3, 4, 3, 4, 3]);
    expect(spansOf('abababacbcbcbcb').map((span) => span[2])).toEqual(["'a' 'b'", "'a'", "'b' 'c'", "'b'"]);
  });

  test('of three answers in turn is none', () => {
    expect(spansOf('abcabcabcabc')).toHaveLength(12);
  });

  test('of words is told by the words, and shows the newest progress', () => {
    const wordOf = (word: string, progress: number): Answer => ({
      kind: 'value',
      value: { progress },
      isDone: false,
      word,
    });
    const { spans } = timelineOf(...Array.from({ length: 8 }, (_, index) => wordOf(index % 2 ? 'up' : 'down', index)));
    expect(spans.map(({ text, alternation }) => [alternation?.other, text])).toEqual([
      ['up, 5 %', 'down, 6 %'],
      [undefined, 'up, 7 %'],
    ]);
  });
});

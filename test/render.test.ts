import { runInNewContext } from 'node:vm';
import { JSDOM } from 'jsdom';
import { describe, expect, test } from 'vitest';
import { cut, isErrorLike, render, renderError } from '../src/render.ts';

class Server {
  readonly id = 41;
}

describe('render', () => {
  test.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'true'],
    [5, '5'],
    [-0, '-0'],
    [Number.NaN, 'NaN'],
    [5n, '5n'],
    [Symbol('mark'), 'Symbol(mark)'],
    ['running', "'running'"],
    ['', "''"],
    ["it's", "'it\\'s'"],
    ['say "so"', `'say "so"'`],
    ['a\nb\tc', "'a\\nb\\tc'"],
    ['back\\slash', "'back\\\\slash'"],
    [[], '[]'],
    [[1, 'a', [2]], "[1, 'a', [2]]"],
    [{}, '{}'],
    [{ status: 'running', progress: 62 }, "{ status: 'running', progress: 62 }"],
    [{ 'retry-after': 1, $ok: 2, größe: 3 }, "{ 'retry-after': 1, $ok: 2, größe: 3 }"],
    [Object.assign(Object.create(null), { a: 1 }), '{ a: 1 }'],
    [new Server(), 'Server { id: 41 }'],
    [new (class {})(), '{}'],
    [new Map<unknown, unknown>([['a', 1]]), "Map(1) { 'a' => 1 }"],
    [new Set([1, 2]), 'Set(2) { 1, 2 }'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [/a"b/gi, '/a"b/gi'],
    [function look() {}, '[function look]'],
    [() => {}, '[function anonymous]'],
    [new Error('no disk'), '[no disk]'],
    [new RangeError('too far'), '[RangeError: too far]'],
    [{ error: new Error('no disk') }, '{ error: [no disk] }'],
    [{ a: { b: { c: { d: { e: 1 } } } } }, '{ a: { b: { c: { d: {…} } } } }'],
    [[[[[['deep']]]]], '[[[[[…]]]]]'],
    [Promise.resolve(1), 'Promise {}'],
  ])('writes %o as %s', (value, text) => {
    expect(render(value)).toBe(text);
  });

  test('says where a value contains itself', () => {
    const value: Record<string, unknown> = { id: 1 };
    value['self'] = value;
    value['list'] = [value];
    expect(render(value)).toBe('{ id: 1, self: [circular], list: [[circular]] }');
  });

  test('writes a value twice that is there twice without containing itself', () => {
    const shared = { id: 1 };
    expect(render([shared, shared])).toBe('[{ id: 1 }, { id: 1 }]');
  });

  test('says how many items it left out', () => {
    const numbers = Array.from({ length: 1_000_000 }, (_, index) => index);
    expect(render(numbers, 60)).toMatch(/^\[0, 1, 2, .*, … 9999\d\d more\]$/);
    expect(render(new Set(numbers), 60)).toMatch(/^Set\(1000000\) \{ 0, 1, .*, … 9999\d\d more \}$/);
    expect(render({ list: numbers, id: 1 }, 80)).toMatch(/^\{ list: \[0, 1, .*, … 9999\d\d more\], .* \}$/);
  });

  test('cuts a text before it is written', () => {
    expect(render('x'.repeat(2_000_000), 10)).toMatch(/^'x{7,8}…'?$/);
    expect(render({ log: 'x'.repeat(2_000_000), id: 1 }, 40)).toMatch(/^\{ log: 'x+….{0,20}$/);
  });

  test('leaves room for what comes after a long text', () => {
    expect(render({ log: 'x'.repeat(2_000_000), exitCode: 1 }, 500)).toMatch(/^\{ log: 'x{190,}…', exitCode: 1 \}$/);
  });

  test.each([
    ['<p>hello</p>', '<p>hello</p>'],
    ['<p> a text\n of lines </p>', '<p>a text  of lines</p>'],
    ['<ul id="rows" class="long"><li>first</li></ul>', '<ul id="rows" class="long">…</ul>'],
    ['<svg></svg>', '<svg></svg>'],
    ['<p a b c d e f g></p>', '<p a="" b="" c="" d="" e=""></p>'],
    [`<p title="${'x'.repeat(1_000)}"></p>`, `<p title="${'x'.repeat(29)}…"></p>`],
  ])('writes the element %s by its tag and its text', (html, text) => {
    const { body } = new JSDOM(html).window.document;
    expect(render(body.firstElementChild)).toBe(text);
    expect(render({ found: body.firstElementChild })).toBe(`{ found: ${text} }`);
  });

  test('shows that it cut a text', () => {
    expect(render('x'.repeat(200), 20)).toMatch(/^'x+…/);
  });

  test('writes a property whose getter throws as unreadable, and goes on', () => {
    const value = {
      get broken() {
        throw new Error('no');
      },
      id: 1,
    };
    expect(render(value)).toBe('{ broken: [unreadable], id: 1 }');
  });

  test('writes what throws at whatever is done with it as unreadable', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(render(proxy)).toBe('[unreadable]');
    expect(render({ inner: proxy, id: 1 })).toBe('{ inner: [unreadable], id: 1 }');
  });

  test('writes a date that is none as such', () => {
    expect(render(new Date(Number.NaN))).toBe('Invalid Date');
  });

  test('writes values of another realm like those of this one', () => {
    const foreign = runInNewContext(
      '({ list: [1], map: new Map([[1, 2]]), set: new Set([1]), date: new Date(0), pattern: /x/, error: new TypeError("no") })',
    );
    expect(render(foreign, 500)).toBe(
      '{ list: [1], map: Map(1) { 1 => 2 }, set: Set(1) { 1 }, date: 1970-01-01T00:00:00.000Z, pattern: /x/, error: [TypeError: no] }',
    );
  });

  test.each<[string, unknown]>([
    ['a function whose name has a line break', Object.defineProperty(() => {}, 'name', { value: 'a\nb' })],
    ['a symbol whose description has one', Symbol('a\nb')],
    ['a class whose name has one', new (Object.defineProperty(class {}, 'name', { value: 'a\nb' }))()],
    ['a class whose name is a function', new (Object.defineProperty(class {}, 'name', { value: () => ({}) }))()],
    ['an error whose name has one', Object.assign(new Error('c'), { name: 'a\nb' })],
    ['an error whose code has one', Object.assign(new Error(''), { code: 'a\nb' })],
    ['an error whose message has a carriage return', new Error('a\rb')],
    ['a text with every kind of line break', 'a\n\r\u2028\u2029\u0085b'],
    ['an error with every kind of line break', new Error('a\r\u2028\u2029\u0085b')],
  ])('writes %s on one line', (_, value) => {
    expect(render(value)).not.toMatch(/[\n\r\u2028\u2029\u0085]/);
  });
});

describe('renderError', () => {
  test.each<[unknown, string]>([
    [new Error('no disk'), 'no disk'],
    [new RangeError('too far'), 'RangeError: too far'],
    [new Error('first line\nsecond line'), 'first line'],
    [new Error('\n\n  expected 1 to be 2 // Object.is equality\n\n- 2'), 'expected 1 to be 2 // Object.is equality'],
    [new Error('\u001b[31mno\u001b[39m disk'), 'no disk'],
    [Object.assign(new Error('rows differ'), { name: 'AssertionError' }), 'rows differ'],
    [
      new Error('expect(received).toBe(expected) // Object.is equality\n\nExpected: 2\nReceived: 1'),
      'expect(received).toBe(expected) Expected: 2 Received: 1',
    ],
    [new Error('not equal:\n+ actual - expected\n\n  [\n    1,\n+   2\n-   3\n  ]'), 'not equal: + 2 - 3'],
    [new Error('not equal:\n\n- Expected  - 1\n+ Received  + 0\n\n- 3'), 'not equal: - 3'],
    [new Error('not so:\n\n  1   == 2\n'), 'not so: 1 == 2'],
    [new Error('no more:'), 'no more:'],
    [new Error(''), 'Error'],
    [new RangeError(''), 'RangeError'],
    [Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), 'AggregateError: ECONNREFUSED'],
    [Object.assign(new Error(''), { code: 5 }), 'Error'],
    [
      new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:8774') }),
      'fetch failed: connect ECONNREFUSED 127.0.0.1:8774',
    ],
    [new TypeError('x is not a function'), 'TypeError: x is not a function'],
    [new Error('a', { cause: 'text' }), 'a'],
    [new Error('a', { cause: new RangeError('b', { cause: new Error('c') }) }), 'a: RangeError: b: c'],
    [new DOMException('too late', 'TimeoutError'), 'TimeoutError: too late'],
    ['gone', "'gone'"],
    [{ status: 503 }, '{ status: 503 }'],
    [undefined, 'undefined'],
  ])('writes error %# as $1', (error, text) => {
    expect(renderError(error)).toBe(text);
  });

  test('follows causes three deep, be they round', () => {
    const error = new Error('round');
    error.cause = error;
    expect(renderError(error)).toBe('round: round: round: round');
  });

  test('is no longer than its limit, and shows that it was', () => {
    const text = renderError(new Error('x'.repeat(2_000_000)), 50);
    expect(text).toBe(`${'x'.repeat(49)}…`);
  });

  test('writes an error that throws when read as unreadable', () => {
    const error = Object.defineProperty(new Error(), 'message', {
      get: () => {
        throw new Error('no');
      },
    });
    expect(renderError(error)).toBe('[unreadable]');
  });

  test('writes an error of another realm like one of this one', () => {
    expect(renderError(runInNewContext('new RangeError("too far")'))).toBe('RangeError: too far');
  });
});

describe('isErrorLike', () => {
  test.each<[string, unknown, boolean]>([
    ['an Error', new Error(), true],
    ['a DOMException', new DOMException(), true],
    ['an Error of another realm', runInNewContext('new Error()'), true],
    ['a message alone', { message: 'no' }, false],
    ['text', 'no', false],
    ['null', null, false],
    ['undefined', undefined, false],
  ])('says of %s: %s', (_, value, isIt) => {
    expect(isErrorLike(value)).toBe(isIt);
  });
});

describe('cut', () => {
  test.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['abcd', 1, '…'],
    ['', 0, ''],
  ])('cuts %j to %d characters: %j', (text, limit, expected) => {
    expect(cut(text, limit)).toBe(expected);
  });
});

import { describe, expect, test } from 'vitest';
import { jmesPath } from '../../../src/operation/dialects/jmes-path.ts';

const body = {
  things: [
    { state: 'UP', id: 1 },
    { state: 'DOWN', id: 2 },
  ],
  'a-b': 1,
  none: null,
};

describe('jmesPath', () => {
  test.each<[string, unknown]>([
    ['things[0].state', 'UP'],
    ['things[].state', ['UP', 'DOWN']],
    ['things[::-1].id', [2, 1]],
    ['things[1:].id', [2]],
    ["things[?state=='DOWN'].id", [2]],
    ['length(things) > `1`', true],
    ['[things[0].id, "a-b"]', [1, 1]],
    ['{first: things[0].id}', { first: 1 }],
    ["contains(things[].state, 'UP')", true],
    ['`{"type":"Function","name":"secret"}`', { type: 'Function', name: 'secret' }],
    ['@', body],
  ])('finds what is at %s', (expression, found) => {
    expect(jmesPath(expression, 'path')(body)).toEqual(found);
  });

  test.each(['nothing', 'none', 'things.state', 'length(none)', 'things[7]'])('finds nothing at %s', (expression) => {
    expect(jmesPath(expression, 'path')(body)).toBeUndefined();
  });

  test.each<[unknown]>([[undefined], [null], [7], ['text'], [[]], [true]])('finds nothing in %j', (other) => {
    expect(jmesPath('things[].state', 'path')(other)).toBeUndefined();
    expect(jmesPath('length(things)', 'path')(other)).toBeUndefined();
  });

  test('finds nothing in what is too deep, and does not throw', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(jmesPath('to_string(@)', 'path')(deep)).toBeUndefined();
  });

  test.each([
    ['', 'Invalid token'],
    ['things[', 'Expected Star'],
    ['things[0', 'Expected Rbracket'],
    ['things..state', 'a step is missing'],
    ['contians(things, `1`)', 'there is no function contians()'],
    ["things[?starts_wiht(state, 'U')]", 'there is no function starts_wiht()'],
    ['a && toString(b)', 'there is no function toString()'],
    ['things #', 'Unknown character'],
  ])('refuses %j at once', (expression, why) => {
    const make = () => jmesPath(expression, 'the path');
    expect(make).toThrow(RangeError);
    expect(make).toThrow(`\`the path\` must be a JMESPath expression; got ${JSON.stringify(expression)}: `);
    expect(make).toThrow(why);
  });

  test.each([undefined, null, 7, {}])('refuses %j, which is no text', (value) => {
    expect(() => jmesPath(value, 'path')).toThrow(TypeError);
  });
});

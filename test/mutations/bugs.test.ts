import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BUGS } from './bugs.ts';

const page = readFileSync(new URL('../../docs/decisions/0008-mutations.md', import.meta.url), 'utf8');

// `npm run mutations` takes too long to be run each time: what changes a line must not leave the bug of that line behind.
describe('the bugs that are put in on purpose', () => {
  test.each(BUGS)('$name: the text that it replaces stands in $file exactly once', ({ file, text, instead }) => {
    const source = readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8');
    expect(source.split(text)).toHaveLength(2);
    expect(instead).not.toBe(text);
  });

  test('have names of their own, and each is on the page with the test that it turned red', () => {
    const names = BUGS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const rows = [...page.matchAll(/^\| (.+?) \| `/gm)].map(([, name]) => name);
    expect([...rows].sort()).toEqual([...names].sort());
    expect(page).not.toContain('**none**');
  });
});

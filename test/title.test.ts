import { describe, expect, test } from 'vitest';
import { titleOf } from '../src/title.ts';

/** The function itself, without the name that a variable would give it. */
const unnamed = <T>(condition: T): T => condition;

describe('titleOf', () => {
  test('is the name of the function', () => {
    function serverIsUp() {}
    const isReady = async () => {};
    expect(titleOf(serverIsUp)).toBe('serverIsUp');
    expect(titleOf(isReady)).toBe('isReady');
    expect(titleOf(serverIsUp.bind(null))).toBe('bound serverIsUp');
  });

  test('is the source text of a function without a name, on one line', () => {
    expect(titleOf(unnamed(() => 1 + 1))).toBe('() => 1 + 1');
    expect(
      titleOf(
        unnamed(() => {
          return 5;
        }),
      ),
    ).toBe('() => { return 5; }');
  });

  test('shows imported names as they were written, whatever vitest made of them', () => {
    expect(titleOf(unnamed(() => titleOf(unnamed)))).toBe('() => titleOf(unnamed)');
    const text = '() => f(__vite_ssr_import_3__.ready) && (0, __vite_ssr_import_0__.isUp)()';
    const condition = new Function(`return ${text}`)();
    expect(titleOf(condition)).toBe('() => f(ready) && isUp()');
  });

  test('is at most 80 characters of it', () => {
    const long = new Function(`return "${'x'.repeat(200)}"`);
    Object.defineProperty(long, 'name', { value: '' });
    expect(titleOf(long)).toHaveLength(80);
    expect(titleOf(long)).toMatch(/x…$/);
  });

  test('is a word for a function without a name that has no source text', () => {
    const native = Object.defineProperty(() => {}, 'name', { value: '' }).bind(null);
    Object.defineProperty(native, 'name', { value: '' });
    expect(titleOf(native)).toBe('condition');
    expect(
      titleOf(
        new Proxy(
          unnamed(() => {}),
          {},
        ),
      ),
    ).toBe('condition');
  });
});

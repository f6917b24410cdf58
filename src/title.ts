import { cut } from './render.ts';
import type { Caller } from './stack.ts';

// What vitest makes of an imported name, as in (0,__vite_ssr_import_0__.expect)(rows).
const IMPORTED = /\(0, ?__vite_ssr_import_\d+__\.(\w+)\)|__vite_ssr_import_\d+__\.(\w+)/g;

/** What is waited for, when nobody gave it a name: that of the function, or its source text. */
export function titleOf(condition: Caller): string {
  if (condition.name) return condition.name;
  const source = Function.prototype.toString.call(condition).replace(/\s+/g, ' ').replace(IMPORTED, '$1$2');
  return source.includes('[native code]') ? 'condition' : cut(source, 80);
}

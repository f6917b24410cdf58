import { cut } from './render.ts';
import type { Caller } from './stack.ts';

/** What is waited for, when nobody gave it a name: that of the function, or its source text. */
export function titleOf(condition: Caller): string {
  const source = Function.prototype.toString.call(condition).replace(/\s+/g, ' ');
  if (condition.name) return condition.name;
  return source.includes('[native code]') ? 'condition' : cut(source, 80);
}

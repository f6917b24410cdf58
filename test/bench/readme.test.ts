import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const BLOCK = /<!-- benchmarks at a glance -->[\s\S]*<!-- \/benchmarks at a glance -->/;

function blockOf(file: string): string | undefined {
  return BLOCK.exec(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'))?.[0];
}

test('the README quotes the benchmarks as they were measured', () => {
  expect(blockOf('README.md')).toMatch(/^\| .* \d/m);
  expect(blockOf('README.md')).toBe(blockOf('docs/benchmarks.md'));
});

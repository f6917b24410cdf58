import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const folder = new URL('../examples/', import.meta.url);
const examples = readdirSync(folder).filter((name) => /^\d\d-.*\.ts$/.test(name));

/** An example ends with what it prints, as comments: the code, and the expected lines. */
function parse(source: string): { readonly code: string; readonly prints: string } {
  const [code = '', comments = ''] = source.split('\n// Prints:\n');
  const lines = comments.trimEnd().split('\n');
  return { code, prints: lines.map((line) => line.replace(/^\/\/ ?/, '')).join('\n') };
}

describe.concurrent('examples', () => {
  test.each(examples)('%s prints what it says', { timeout: 180_000 }, async (name) => {
    const file = fileURLToPath(new URL(name, folder));
    const { prints } = parse(readFileSync(file, 'utf8'));
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file]);
    expect(stdout.trimEnd().replace(/ +$/gm, '')).toBe(prints);
  });

  test.each(examples)('%s has at most 40 lines', (name) => {
    const { code } = parse(readFileSync(new URL(name, folder), 'utf8'));
    expect(code.split('\n').length).toBeLessThanOrEqual(40);
  });
});

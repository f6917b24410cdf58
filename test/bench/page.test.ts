import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { GLANCE_END, GLANCE_START, glance } from './glance.ts';
import { JOBS } from './jobs.ts';
import { pageOf } from './page.ts';
import { draw, PICTURES } from './pictures.ts';
import type { Results } from './results.ts';
import { TARGETS } from './targets.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const results: Results = JSON.parse(read('docs/benchmarks.json'));
const [first] = results.runs;
const page = read('docs/benchmarks.md');

/** What stands between the marks, these included; nothing where they are not. */
function quoted(text: string): string | undefined {
  const [start, end] = [text.indexOf(GLANCE_START), text.indexOf(GLANCE_END)];
  return start < 0 || end < start ? undefined : text.slice(start, end + GLANCE_END.length);
}

describe('docs/benchmarks.md', () => {
  test('is what was measured: if this fails, run `npx tsx test/bench/main.ts --page`', () => {
    expect(page).toBe(pageOf(results));
  });

  test('has every job, with a figure of ours', () => {
    for (const { title } of JOBS) expect(page).toContain(`\n## ${title}\n`);
    for (const run of results.runs) {
      for (const { name } of JOBS) {
        expect(
          run.jobs[name]?.some(({ waiter, figures }) => /^unsleep/.test(waiter) && Object.keys(figures).length > 0),
        ).toBe(true);
      }
    }
  });

  test('says of every target whether it is met', () => {
    for (const { text } of TARGETS)
      expect(page).toMatch(
        new RegExp(`\\| ${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')} \\|.* (met|\\*\\*not met\\*\\*) \\|`),
      );
  });

  test('was written for the versions that are installed: if this fails, run `npm run bench`', () => {
    const manifest = JSON.parse(read('package.json')) as { version: string; devDependencies: Record<string, string> };
    for (const [name, version] of Object.entries(first?.versions ?? {})) {
      expect(version, name).toBe(name === 'unsleep' ? manifest.version : manifest.devDependencies[name]);
    }
  });

  test.each(PICTURES)('shows $file as it was measured', (picture) => {
    expect(page).toContain(`](pictures/${picture.file})`);
    expect(read(`docs/pictures/${picture.file}`)).toBe(first && draw(picture, first));
  });
});

describe('README.md', () => {
  test('quotes the rows at the top of the benchmarks, as they stand there', () => {
    expect(quoted(page)).toBe(first && glance(first));
    expect(quoted(read('README.md'))).toBe(quoted(page));
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { GROUPS } from './jobs.ts';
import { allPeers } from './peers.ts';

type Table = readonly (readonly string[])[];

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const manifest = JSON.parse(read('package.json')) as { version: string; devDependencies: Record<string, string> };
const page = read('docs/comparison.md');
const peers = allPeers('');

/** The first table below a heading. */
function tableBelow(heading: string, text: string): Table {
  const [, below = ''] = text.split(`${heading}\n`);
  const lines = below.split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  const rows = lines.slice(start, start + length).map((line) => line.split('|').slice(1, -1));
  return rows.map((cells) => cells.map((cell) => cell.trim()));
}

/** What the page says in the column of this title about the peer of this name. */
function cell(title: string, name: string): string | undefined {
  const tables = GROUPS.map((group) => tableBelow(`## ${group.title}`, page));
  const [header = [], ...rows] = tables.find(([header]) => header?.includes(title)) ?? [];
  return rows.find(([first]) => first === name)?.[header.indexOf(title)]?.replaceAll('**', '');
}

describe('docs/comparison.md', () => {
  const [, , ...rows] = tableBelow('## At a glance', page);

  test('has every peer that is measured', () => {
    expect(rows.map(([name]) => name?.replace(/, on Node .*/, ''))).toEqual(peers.map(({ name }) => name));
  });

  test('was written for the versions that are installed: if this fails, run `npm run peers`', () => {
    for (const [index, { package: name }] of peers.entries()) {
      if (name === undefined) continue;
      const version = name === 'unsleep' ? manifest.version : manifest.devDependencies[name]?.replace(/^npm:.*@/, '');
      expect(rows[index]?.[1], name).toBe(version);
    }
  });

  test.each(GROUPS)('has every column of "$title": if this fails, run `npm run peers`', ({ title, jobs }) => {
    const [header] = tableBelow(`## ${title}`, page);
    expect(header?.slice(1)).toEqual(jobs.flatMap(({ columns }) => columns.map((column) => column.title)));
  });
});

describe('README.md', () => {
  const readme = read('README.md');
  const [[, ...names] = [], , ...rows] = tableBelow('is not the best. From it:', readme);

  test.each(rows)('quotes the comparison right: %s', (title, ...quotes) => {
    expect(quotes.length).toBe(names.length);
    for (const [index, quote] of quotes.entries()) {
      const name = names[index] ?? '';
      expect(cell(title ?? '', name), `${title}, ${name}`).toBe(quote);
    }
  });

  test('counts the peers and the jobs right', () => {
    const others = peers.filter((peer) => peer.package !== 'unsleep').length;
    const jobs = GROUPS.flatMap((group) => group.jobs).length;
    expect(rows.length).toBeGreaterThan(2);
    expect(readme).toContain(`how ${others} other ways to wait do the same ${jobs} jobs,`);
    expect(read('CHANGELOG.md')).toContain(`${others} other ways to wait`);
  });
});

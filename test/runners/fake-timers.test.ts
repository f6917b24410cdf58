import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Runner, runFixture } from './rig.ts';

/** What fakes time, the fixture that does it there, and what the sentence of a wait must name to move it. */
const FAKES = [
  { fake: 'vitest', runner: 'vitest', file: 'vitest.test.mjs', step: 'vi.advanceTimersByTimeAsync' },
  { fake: 'jest', runner: 'jest', file: 'jest.test.js', step: 'jest.advanceTimersByTimeAsync' },
  { fake: 'sinon', runner: 'node:test', file: 'sinon.test.mjs', step: 'clock.tickAsync' },
  { fake: 'node:test', runner: 'node:test', file: 'node-test.test.mjs', step: '(ms) => mock.timers.tick(ms)' },
  { fake: 'bun', runner: 'bun', file: 'bun.test.mjs', step: 'jest.advanceTimersByTime' },
] as const satisfies readonly { fake: string; runner: Runner; file: string; step: string }[];

const LOADED = ['early', 'late'] as const;

interface Cell {
  readonly waiter: string;
  /** How it ended when it was to come to pass, and when it never was. */
  readonly comes: string;
  readonly never: string;
}

interface Row {
  readonly mode: string;
  /** Nothing where this cannot be faked so. */
  readonly cells: readonly Cell[] | null;
}

type Fake = (typeof FAKES)[number];
type Loaded = (typeof LOADED)[number];

const seen = new Map<string, readonly Row[]>();
const keyOf = ({ fake }: Fake, loaded: Loaded) => `${fake}, ${loaded}`;
const rowsOf = (fake: Fake, loaded: Loaded) => seen.get(keyOf(fake, loaded)) ?? [];

beforeAll(async () => {
  const runs = FAKES.flatMap((fake) => LOADED.map((loaded) => ({ fake, loaded })));
  // All at once: what takes time is that nobody moves a clock.
  await Promise.all(
    runs.map(async ({ fake, loaded }) => {
      const from = ['fake-timers/cells.cjs', `fake-timers/${fake.file}`];
      const { folder, ...run } = await runFixture({ runner: fake.runner, from, env: { UNSLEEP_IS_LOADED: loaded } });
      expect(run, keyOf(fake, loaded)).toMatchObject({ exitCode: 0 });
      seen.set(keyOf(fake, loaded), JSON.parse(readFileSync(join(folder, 'cells.json'), 'utf8')));
    }),
  );
}, 100_000);

describe.each(LOADED)('unsleep loaded %s', (loaded) => {
  test.each(FAKES)('under $fake every wait works, or says what to do', (fake) => {
    const ends = rowsOf(fake, loaded).flatMap(({ mode, cells }) =>
      (cells ?? []).flatMap(({ waiter, comes, never }) => [
        { mode, waiter, end: meaningOf(comes, 'resolves', fake) },
        { mode, waiter, end: meaningOf(never, NEVER[waiter] ?? NOT_WITHIN, fake) },
      ]),
    );
    expect(ends.length).toBeGreaterThan(0);
    expect(ends.filter(({ end }) => !ENDS.includes(end))).toEqual([]);
  });
});

describe('a wait that was loaded late, and has nothing else beside it', () => {
  test('keeps the process alive until it has said what to do', async () => {
    const run = await runFixture({ runner: 'node', from: 'fake-timers/alone.mjs', args: ['alone.mjs'] });
    expect(run).toMatchObject({ exitCode: 0, output: expect.stringContaining('advance it (clock.tickAsync)') });
  });

  test('lets the process end, with `unref`', async () => {
    const run = await runFixture({ runner: 'node', from: 'fake-timers/alone.mjs', args: ['alone.mjs', 'unref'] });
    expect(run).toMatchObject({ exitCode: 0, output: '' });
  });
});

test('the document says what was seen', async () => {
  const path = new URL('../../docs/fake-timers.md', import.meta.url).pathname;
  const parts = readFileSync(path, 'utf8').split(MARK);
  expect(parts).toHaveLength(3);
  // With `npm run fake-timers` it is written, otherwise compared.
  await expect([parts[0], `\n\n${table()}\n\n`, parts[2]].join(MARK)).toMatchFileSnapshot(path);
});

const MARK = '<!-- written by npm run fake-timers -->';
const NOT_WITHIN = /^WaitTimeoutError: [^\n]*: not within 1 s/;
const NEVER: Record<string, RegExp> = { consistently: /^WaitFailedError: [^\n]*: did not hold: answered false/ };
const FAKED_SINCE = 'timers were faked after it began, and it went on in real time';
const ENDS = ['works', 'says so', 'in real time'];

/** What an end means; the end itself if it is none of those that it may be. */
function meaningOf(end: string, expected: string | RegExp, { step }: Fake): string {
  if (end.match(expected)) return 'works';
  if (end.includes(FAKED_SINCE)) return 'in real time';
  const sentence = `timers are faked, and nobody moved the clock for 2 s: advance it (${step}), pass \`advanceTimers: ${step}\``;
  return end.includes(sentence) ? 'says so' : end;
}

/** A row for each mode, a column for each fake. */
function table(): string {
  const lines = LOADED.flatMap((loaded) =>
    rowsOf(FAKES[0], loaded).map(({ mode }) => {
      const name = loaded === 'late' ? `unsleep loaded afterwards; ${mode}` : mode;
      return [
        name,
        ...FAKES.map((fake) =>
          textOf(
            rowsOf(fake, loaded).find((row) => row.mode === mode),
            fake,
          ),
        ),
      ];
    }),
  );
  const all = [['', ...FAKES.map(({ fake }) => fake)], ['---', ...FAKES.map(() => '---')], ...lines];
  return all.map((columns) => `| ${columns.join(' | ')} |`).join('\n');
}

/** What most of the waiters do, and then those that do something else. */
function textOf(row: Row | undefined, fake: Fake): string {
  const waiters = new Map<string, string[]>();
  for (const { waiter, comes, never } of row?.cells ?? []) {
    const meanings = [meaningOf(comes, 'resolves', fake), meaningOf(never, NEVER[waiter] ?? NOT_WITHIN, fake)];
    const text = [...new Set(meanings)].join(' / ');
    waiters.set(text, [...(waiters.get(text) ?? []), `\`${waiter}\``]);
  }
  const [[most] = ['–'], ...others] = [...waiters].sort(([, one], [, other]) => other.length - one.length);
  return [most, ...others.map(([text, names]) => `${names.join(', ')}: ${text}`)].join('; ');
}

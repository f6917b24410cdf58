import { describe, expect, test } from 'vitest';
import { isWhole, NothingToMeasure, planOf, readCommandLine as read } from './command-line.ts';
import { allWaiters } from './waiters/all.ts';

const waiters = allWaiters({ unsleep: '' });
const readCommandLine = (args: readonly string[]) => read(args, ['crowd', 'looks']);
const plan = (...args: string[]) => planOf(readCommandLine(args), waiters);

describe('without arguments', () => {
  test('the whole of a quick run is measured: ours, and what the job names', () => {
    expect(isWhole(readCommandLine([]))).toBe(true);
    expect(plan().waiters([], ['bare loop', 'p-retry'])).toEqual(['unsleep', 'bare loop', 'p-retry']);
    expect(plan().rounds(3, 21)).toBe(3);
    expect(plan().sizes([10_000])).toEqual([10_000]);
  });

  test('nobody is asked for what it cannot do', () => {
    expect(plan().waiters(['signal'], ['p-wait-for', 'wait-for-expect'])).toEqual(['unsleep', 'p-wait-for']);
  });

  test('what runs only inside vitest, runs there, with ours and the bare loop beside it', () => {
    const quick = ['bare loop', 'p-wait-for', 'vi.waitUntil'];
    expect(plan().waiters([], quick)).not.toContain('vi.waitUntil');
    expect(plan().waiters([], quick, 'vitest')).toEqual(['unsleep', 'bare loop', 'vi.waitUntil']);
  });
});

test('--full measures everybody, in more rounds', () => {
  const full = plan('--full');
  expect(isWhole(readCommandLine(['--full']))).toBe(true);
  expect(full.waiters([], [])).toEqual(waiters.filter(({ host }) => host === 'node').map(({ name }) => name));
  expect(full.rounds(3, 21)).toBe(21);
});

test('--only takes parts of names, and leaves what all are compared with', () => {
  expect(plan('--only', 'unsleep,p-re').waiters([], [])).toEqual([
    'unsleep',
    'bare loop',
    'p-retry',
    'p-retry + p-timeout',
  ]);
});

test('--rounds and --sizes win', () => {
  const small = plan('--rounds', '2', '--sizes', '10,20');
  expect(small.rounds(3, 21)).toBe(2);
  expect(small.sizes([10_000])).toEqual([10, 20]);
});

test.each([
  ['--job', 'looks'],
  ['--only', 'unsleep'],
  ['--rounds', '1'],
  ['--sizes', '10'],
  ['--build', 'other.js'],
  ['--against', 'other.js'],
])('with %s it is not the whole, and no page is written', (...args) => {
  expect(isWhole(readCommandLine(args))).toBe(false);
});

test('--help says what can be asked for, and is no failure', () => {
  const help = refusal('--help');
  expect(help.exitCode).toBe(0);
  expect(help.message).toContain('--job <names>      these jobs alone: crowd, looks\n');
});

test.each([
  [['--rouns', '3'], "Unknown option '--rouns'"],
  [['--rounds', 'three'], "--rounds takes whole numbers above 0; got 'three'"],
  [['--sizes', '10,0'], "--sizes takes whole numbers above 0; got '0'"],
  [['--job', 'crowds'], "there is no job 'crowds'; there are crowd, looks"],
])('%j is refused in a sentence', (args, sentence) => {
  const refused = refusal(...args);
  expect(refused.exitCode).toBe(2);
  expect(refused.message).toContain(sentence);
  expect(refused.message).toContain('npm run bench -- --help');
});

function refusal(...args: string[]): NothingToMeasure {
  try {
    readCommandLine(args);
  } catch (error) {
    if (error instanceof NothingToMeasure) return error;
  }
  throw new Error(`${args.join(' ')} was not refused`);
}

import { parseArgs } from 'node:util';
import type { Plan } from './job.ts';
import { RAW } from './waiters/hearers.ts';
import { BARE, ONE_LINE, type Waiter } from './waiters/waiter.ts';

/** What the command line asks for. */
export interface Asked {
  readonly isFull: boolean;
  /** Whether only the page and the pictures are to be written anew, from what was measured before. */
  readonly isPageOnly: boolean;
  /** The jobs and the ways to wait, by parts of their names. Without them, all. */
  readonly jobs: readonly string[];
  readonly only: readonly string[];
  readonly rounds: number | undefined;
  readonly sizes: readonly number[] | undefined;
  /** A version of Node, such as `24`. Without it, this one. */
  readonly node: string | undefined;
  /** A build of this package to be measured instead of one that is made now, and one to be measured beside it: its `index.js`. */
  readonly build: string | undefined;
  readonly against: string | undefined;
}

/** Whether all is measured, so that the page can be written. */
export function isWhole({ jobs, only, ...others }: Omit<Asked, 'isPageOnly'>): boolean {
  const { rounds, sizes, build, against } = others;
  return jobs.length + only.length === 0 && [rounds, sizes, build, against].every((value) => value === undefined);
}

/** What to print instead of measuring: the help, or what is wrong with the command line. */
export class NothingToMeasure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** @throws {NothingToMeasure} */
export function readCommandLine(args: readonly string[], jobs: readonly string[]): Asked {
  const values = parse(args);
  if (values.help) throw new NothingToMeasure(helpOn(jobs), 0);
  const unknown = listOf(values.job).filter((job) => !jobs.includes(job));
  if (unknown.length > 0) throw wrong(`there is no job '${unknown.join("', '")}'; there are ${jobs.join(', ')}`);
  return {
    isFull: values.full ?? false,
    isPageOnly: values.page ?? false,
    jobs: listOf(values.job),
    only: listOf(values.only),
    rounds: values.rounds === undefined ? undefined : countIn('rounds', values.rounds),
    sizes: values.sizes === undefined ? undefined : listOf(values.sizes).map((size) => countIn('sizes', size)),
    node: values.node,
    build: values.build,
    against: values.against,
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const flags = { full: flag, page: flag, help: { ...flag, short: 'h' } } as const;
  const texts = { job: text, only: text, rounds: text, sizes: text, node: text, build: text, against: text } as const;
  try {
    return parseArgs({ args: [...args], options: { ...flags, ...texts } }).values;
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

function listOf(text = ''): string[] {
  return text.split(',').filter((part) => part !== '');
}

function countIn(option: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw wrong(`--${option} takes whole numbers above 0; got '${text}'`);
}

function wrong(message: string): NothingToMeasure {
  return new NothingToMeasure(`${message}\nnpm run bench -- --help says what can be asked for`, 2);
}

function helpOn(jobs: readonly string[]): string {
  return `npm run bench -- [options]

Measures unsleep, its peers and what is written by hand. The whole of it writes docs/benchmarks.md; a part of it is only printed.

--full             everybody, in more rounds, for longer
--node <version>   on another Node, such as 24
--job <names>      these jobs alone: ${jobs.join(', ')}
--only <names>     those whose names contain one of these, and what they are compared with
--rounds <n>       so many rounds
--sizes <n,...>    crowds of so many waits
--build <file>     the dist/index.js of a build, instead of building this one
--against <file>   one to be measured beside it
--page             writes the page anew from what was measured before`;
}

/** What that means for the jobs. */
export function planOf({ isFull, only, rounds, sizes }: Asked, all: readonly Waiter[]): Plan {
  const pick: Plan['pick'] = (candidates, quick) =>
    candidates
      .filter(({ name, kind }) => isFull || only.length > 0 || kind === 'ours' || quick.includes(name))
      .filter(({ name }) => only.length === 0 || BASES.includes(name) || only.some((part) => name.includes(part)))
      .map(({ name }) => name);
  return {
    isFull,
    rounds: (quick, full) => rounds ?? (isFull ? full : quick),
    sizes: (usual) => sizes ?? usual,
    pick,
    waiters: (needs, quick, host = 'node') => {
      const able = all
        // Ours and the limits run inside vitest too, to be compared there.
        .filter((waiter) => waiter.host === host || (host === 'vitest' && waiter.kind !== 'peer'))
        .filter(({ lacks }) => !needs.some((feature) => lacks.includes(feature)));
      return pick(able, quick);
    },
  };
}

// Without these there are no ratios.
const BASES: readonly string[] = [BARE, RAW, ONE_LINE];

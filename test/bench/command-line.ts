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
  /** A build of this package to be measured instead of that in `dist`, and one to be measured beside it: its `index.js`. */
  readonly build: string | undefined;
  readonly against: string | undefined;
}

/** Whether all is measured, so that the page can be written. */
export function isWhole({ jobs, only, ...others }: Omit<Asked, 'isPageOnly'>): boolean {
  const { rounds, sizes, build, against } = others;
  return jobs.length + only.length === 0 && [rounds, sizes, build, against].every((value) => value === undefined);
}

export function readCommandLine(args: readonly string[]): Asked {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      full: { type: 'boolean' },
      page: { type: 'boolean' },
      job: text,
      only: text,
      rounds: text,
      sizes: text,
      node: text,
      build: text,
      against: text,
    },
  });
  return {
    isFull: values.full ?? false,
    isPageOnly: values.page ?? false,
    jobs: listOf(values.job),
    only: listOf(values.only),
    rounds: values.rounds === undefined ? undefined : Number(values.rounds),
    sizes: values.sizes === undefined ? undefined : listOf(values.sizes).map(Number),
    node: values.node,
    build: values.build,
    against: values.against,
  };
}

function listOf(text = ''): string[] {
  return text.split(',').filter((part) => part !== '');
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

import { BARE } from './waiters/waiter.ts';

export type Figures = Readonly<Record<string, number>>;

/** What was measured of one way to wait in one round. */
export interface Sample {
  readonly case: string;
  readonly waiter: string;
  readonly round: number;
  readonly figures: Figures;
  /** What there is to say besides, or why there are no figures. */
  readonly note?: string | undefined;
}

/** The same over all rounds. The ratio of a figure to that of the bare loop has the name of the figure, and ` x`. */
export interface Measured {
  readonly case: string;
  readonly waiter: string;
  readonly figures: Figures;
  readonly note?: string | undefined;
}

/** In the middle: of an even number, halfway between the two. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2;
}

/**
 * Medians over the rounds, of figures and of ratios. A ratio is taken within its round, as what else the machine does
 * changes from round to round, and weighs on all of one round alike.
 */
export function summarise(samples: readonly Sample[], paired: readonly string[], base = BARE): Measured[] {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = JSON.stringify([sample.case, sample.waiter]);
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  const bases = new Map(samples.filter(({ waiter }) => waiter === base).map((sample) => [roundOf(sample), sample]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const figures = { ...medians(group), ...ratios(group, bases, paired) };
    const note = group.find((sample) => sample.note !== undefined)?.note;
    return [{ case: first.case, waiter: first.waiter, figures, ...(note !== undefined && { note }) }];
  });
}

function roundOf({ case: name, round }: Sample): string {
  return JSON.stringify([name, round]);
}

function medians(group: readonly Sample[]): Figures {
  const names = new Set(group.flatMap(({ figures }) => Object.keys(figures)));
  return Object.fromEntries(
    [...names].map((name) => [name, median(group.flatMap(({ figures }) => figures[name] ?? []))]),
  );
}

function ratios(group: readonly Sample[], bases: ReadonlyMap<string, Sample>, paired: readonly string[]): Figures {
  return Object.fromEntries(
    paired.flatMap((name) => {
      const found = group.flatMap((sample) => {
        const [figure, base] = [sample.figures[name], bases.get(roundOf(sample))?.figures[name]];
        return figure === undefined || !base ? [] : [figure / base];
      });
      return found.length === 0 ? [] : [[`${name} x`, median(found)]];
    }),
  );
}

/** In an order of chance. */
export function shuffled<T>(values: readonly T[]): T[] {
  const left = [...values];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(Math.floor(Math.random() * left.length), 1));
  return order;
}

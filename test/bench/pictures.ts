import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import type { Run } from './results.ts';
import { numberText } from './tables.ts';
import { kindOf } from './waiters/kind.ts';

/** A chart of one figure of a job: a bar for each way to wait, on a logarithmic scale where they are far apart. */
interface Picture {
  readonly file: string;
  readonly title: string;
  readonly label: string;
  readonly job: string;
  readonly name: string;
  readonly figure: string;
  readonly isLinear?: boolean;
}

export const PICTURES: readonly Picture[] = [
  {
    file: 'bench-first-look.svg',
    title: 'A wait whose condition is already true, with a timeout',
    label: 'nanoseconds, logarithmic →',
    job: 'first-look',
    name: 'sync, timeout',
    figure: 'ns',
  },
  {
    file: 'bench-crowd-10k.svg',
    title: '10,000 waits, each looking every 100 ms',
    label: 'CPU µs per look, logarithmic →',
    job: 'crowd',
    name: '10,000 waits, together',
    figure: 'cpu',
  },
  {
    file: 'bench-crowd-100k.svg',
    title: '100,000 waits, each looking every 100 ms',
    label: 'CPU µs per look, logarithmic →',
    job: 'crowd',
    name: '100,000 waits, together',
    figure: 'cpu',
  },
  {
    file: 'bench-looks-done.svg',
    title: '100,000 waits: looks done of those that were due',
    label: '% →',
    job: 'crowd',
    name: '100,000 waits, together',
    figure: 'done',
    isLinear: true,
  },
];

const COLOURS = { ours: '#c0392b', limit: '#9aa5ad', peer: '#1f6fb4' } as const;

/** The chart as SVG text; nothing if it was not measured. */
export function draw(picture: Picture, run: Run): string | undefined {
  const bars = (run.jobs[picture.job] ?? []).flatMap(({ case: name, waiter, figures }) => {
    const figure = figures[picture.figure];
    if (name !== picture.name || figure === undefined) return [];
    return [
      {
        waiter: waiter.replaceAll('`', ''),
        value: picture.isLinear ? figure * 100 : figure,
        fill: COLOURS[kindOf(waiter)],
      },
    ];
  });
  if (bars.length === 0) return undefined;
  const least = Math.min(...bars.map(({ value }) => value));
  // A bar needs somewhere to begin, and on a logarithmic scale that is not 0.
  const start = picture.isLinear ? 0 : 10 ** Math.floor(Math.log10(least));
  const { document } = new JSDOM('').window;
  const plot = Plot.plot({
    document,
    width: 760,
    height: 60 + 22 * bars.length,
    marginLeft: 150,
    marginRight: 80,
    marginBottom: 40,
    // White, as a page may be dark, and the letters are too.
    style: { background: 'white', color: '#222', fontSize: '12px' },
    x: {
      type: picture.isLinear ? 'linear' : 'log',
      label: picture.label,
      grid: true,
      ticks: 5,
      tickFormat: shortNumber,
    },
    y: { label: null },
    marks: [
      Plot.barX(bars, {
        x1: start,
        x2: 'value',
        y: 'waiter',
        fill: 'fill',
        sort: { y: 'x2', reverse: picture.isLinear === true },
      }),
      Plot.text(bars, {
        x: 'value',
        y: 'waiter',
        text: ({ value }: { value: number }) => numberText(value),
        textAnchor: 'start',
        dx: 4,
      }),
    ],
  });
  return `${plot.outerHTML.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')}\n`;
}

function shortNumber(value: number): string {
  return value >= 1e6 ? `${value / 1e6}M` : value >= 1e3 ? `${value / 1e3}k` : String(value);
}

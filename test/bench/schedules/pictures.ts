// Draws the two pictures of docs/pace.md anew: `npx tsx test/bench/schedules/pictures.ts`.
import { mkdirSync, writeFileSync } from 'node:fs';
import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import { type Backoff, constant, learned, proportional } from 'unsleep';
import { estimateHazard } from '../../../src/hazard.ts';
import { curves } from './curves.ts';
import { DISTRIBUTIONS, type Distribution, drawHistory } from './distributions.ts';
import { MEDIAN } from './equal-looks.ts';
import { looksOf, play } from './play.ts';
import { seededRandom } from './random.ts';
import { tune } from './tune.ts';

const FOLDER = new URL('../../../docs/pictures/', import.meta.url);
const { document } = new JSDOM('').window;
// White, as a page may be dark, and the lines are not.
const COMMON = { document, width: 760, style: { background: 'white', color: '#222', fontSize: '12px' } } as const;
const [INK, BLUE, RED] = ['#444', '#1f6fb4', '#c0392b'];

/** Durations that were seen, the hazard that they give, and where looks then fall. */
function whereLooksFall(): string {
  const seen = drawHistory(DISTRIBUTIONS[0] as Distribution, 20, seededRandom(21)).map((duration) => duration * MEDIAN);
  const sorted = seen.toSorted((a, b) => a - b);
  const end = 1.15 * (sorted.at(-1) ?? 0);
  const asOften = (bounds: [number, number], make: (setting: number) => Backoff) =>
    make(tune(9, bounds, (setting) => play(make(setting), sorted, 24)).setting);
  const schedules: readonly (readonly [name: string, backoff: Backoff])[] = [
    ['learned', learned(seen)],
    ['expected', asOften([0.01, 5], (ratio) => proportional({ ratio, expected: MEDIAN }))],
    ['constant', asOften([100, 1e6], (pause) => constant(pause))],
    ['proportional', asOften([0.05, 10], (ratio) => proportional({ ratio, min: 100, max: Number.POSITIVE_INFINITY }))],
  ];
  const looks = schedules.flatMap(([row, backoff]) => {
    const times = looksOf(backoff, end, () => 0.5).filter((time) => time <= end);
    return times.map((time) => ({ row, seconds: time / 1_000 }));
  });
  const { times, effort } = estimateHazard(seen);
  const hazard = [...times.keys()].slice(1).map((cell) => {
    const at = (values: Float64Array, index: number) => values[index] as number;
    const span = at(times, cell) - at(times, cell - 1);
    return {
      row: 'hazard',
      seconds: at(times, cell) / 1_000,
      h: ((at(effort, cell) - at(effort, cell - 1)) / span) ** 2,
    };
  });
  const highest = Math.max(...hazard.filter(({ seconds }) => seconds * 1_000 < end).map(({ h }) => h));
  const shown = hazard.filter(({ seconds }) => seconds * 1_000 <= end);
  return svgOf(
    'Twenty durations, the hazard that they give, and where the looks of four schedules fall',
    Plot.plot({
      ...COMMON,
      height: 345,
      marginBottom: 45,
      marginLeft: 90,
      x: { label: 'seconds since the job began →', labelOffset: 38, domain: [0, end / 1_000] },
      y: { axis: null, domain: [0, 1] },
      fy: { label: null, domain: ['seen', 'hazard', ...schedules.map(([name]) => name)], padding: 0.25 },
      marks: [
        Plot.ruleY([0], { stroke: '#ccc' }),
        Plot.dot(
          sorted.map((duration) => ({ row: 'seen', seconds: duration / 1_000 })),
          { fy: 'row', x: 'seconds', y: 0.5, r: 4, fill: INK, fillOpacity: 0.6 },
        ),
        Plot.areaY(shown, {
          fy: 'row',
          x: 'seconds',
          y: (cell: { h: number }) => cell.h / highest,
          fill: RED,
          fillOpacity: 0.35,
        }),
        Plot.tickX(looks, { fy: 'row', x: 'seconds', stroke: BLUE, strokeWidth: 2 }),
      ],
    }),
  );
}

/** What each look more gains. */
function latenessByLooks(): string {
  const points = curves(2_000);
  const last = new Map(points.map((point) => [point.schedule, point]));
  return svgOf(
    'Mean lateness against looks, of six schedules',
    Plot.plot({
      ...COMMON,
      height: 420,
      marginRight: 190,
      marginLeft: 60,
      x: { type: 'log', label: 'looks of a job, on average →', ticks: [5, 7, 10, 15, 20, 30, 40], tickFormat: 'd' },
      y: {
        type: 'log',
        label: '↑ mean lateness, as a share of the median duration',
        grid: true,
        tickFormat: (share: number) => `${+(share * 100).toPrecision(2)} %`,
      },
      color: { domain: [...last.keys()], range: ['#999', BLUE, '#2e8b57', '#d68910', RED, '#8e44ad'] },
      marks: [
        Plot.line(points, { x: 'looks', y: 'lateness', stroke: 'schedule', strokeWidth: 2 }),
        Plot.dot(points, { x: 'looks', y: 'lateness', fill: 'schedule', r: 3 }),
        Plot.text([...last.values()], {
          x: 'looks',
          y: 'lateness',
          text: 'schedule',
          fill: 'schedule',
          textAnchor: 'start',
          dx: 8,
        }),
      ],
    }),
  );
}

/** A picture of its own, which says what it shows to who cannot see it. */
function svgOf(title: string, plot: { readonly outerHTML: string }): string {
  const head = '<svg xmlns="http://www.w3.org/2000/svg" role="img" ';
  const svg = plot.outerHTML.replace('<svg ', head).replace('>', `><title>${title}</title>`);
  // What no browser but an old one reads, and a linter takes for a mistake.
  return `${svg.replace('  height: intrinsic;\n', '')}\n`;
}

mkdirSync(FOLDER, { recursive: true });
writeFileSync(new URL('where-looks-fall.svg', FOLDER), whereLooksFall());
writeFileSync(new URL('lateness-by-looks.svg', FOLDER), latenessByLooks());

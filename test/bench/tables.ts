import type { Job } from './job.ts';
import type { Measured } from './statistics.ts';

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A table for each case of the job, the best of each above the others. */
export function tablesOf(job: Job, measured: readonly Measured[]): Table[] {
  const cases = [...new Set(measured.map((one) => one.case))];
  return cases.map((title) => {
    const ours = measured.filter((one) => one.case === title);
    const columns = job.columns.filter(({ figure }) => ours.some(({ figures }) => figure in figures));
    const [first] = columns;
    const rank = ({ figures }: Measured) => (first && figures[first.figure]) ?? Number.POSITIVE_INFINITY;
    const rows = ours
      .toSorted((a, b) => rank(a) - rank(b))
      .map(({ waiter, figures, note }) => [
        waiter,
        ...columns.map(({ figure }, index) => cellOf(figures[figure], index === 0 ? note : undefined)),
      ]);
    return { title, head: ['', ...columns.map((column) => column.title)], rows };
  });
}

function cellOf(figure: number | undefined, note: string | undefined): string {
  const number = figure === undefined ? '' : numberText(figure);
  return note === undefined ? number : `${number} ${note}`.trim();
}

/** With about three digits that count. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return '–';
  if (size >= 100) return Math.round(value).toLocaleString('en');
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(size >= 10 ? 1 : 2);
}

/** As Markdown, numbers to the right. */
export function markdown({ head, rows }: Omit<Table, 'title'>): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => (typeof cell === 'number' ? numberText(cell) : cell)).join(' | ')} |`;
  const rule = `|${head.map((_, index) => (index === 0 ? '---|' : '---:|')).join('')}`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

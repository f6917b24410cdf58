/** A table of a bench, to be printed. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A table as markdown: text to the left, numbers to the right. */
export function toMarkdown({ title, head, rows }: Table): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (typeof rows[0]?.[column] === 'number' ? '---:' : '---'));
  return [`**${title}**`, '', line(head), `|${rule.join('|')}|`, ...rows.map(line)].join('\n');
}

/** A number as precise as one simulation is. */
export function rounded(value: number): number {
  return Number(value.toFixed(value < 0.1 ? 3 : value < 100 ? 2 : 0));
}

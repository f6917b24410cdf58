import type { Cost } from './cost.ts';
import type { Cell, Column, Job } from './job.ts';
import { GROUPS } from './jobs.ts';
import type { Row } from './measure.ts';

/** Everything that is told of a peer. */
export interface Measured extends Row {
  readonly cost: Cost;
}

/** Where and when it was measured. */
export interface Setting {
  readonly node: string;
  readonly cores: number;
  readonly date: string;
}

/** The comparison as a page. Every cell is from what was measured. */
export function pageOf(rows: readonly Measured[], { node, cores, date }: Setting): string {
  return `# Compared with others

The same jobs, done by every way to wait that we know of and that installs: unsleep as it is built and published, and its peers through the thinnest
adapter that their options allow (\`test/peers/\`). This page is written by \`npm run peers\`, which measured every cell: on ${date}, with Node ${node} on
${cores} cores, each job of each peer in a process of its own, two at a time. Where nothing else is said, the timeout is 150 ms and the pause 10 ms.
Times, and cells that hang on a few milliseconds, vary from run to run with what else the machine does.

**Bold** is what is not the best possible answer to a job, ours like others'. "No such option", "no timeout" and "looks once" mean that the peer does not claim
to do such a thing, so it was not asked. What is compared are programs with different aims: p-timeout does not look again, p-retry repeats what failed and
takes \`false\` for a success, wait-on waits for addresses. Speed is not compared here.

Peers that need a throw for "not yet" get a condition that throws. exponential-backoff has no timeout, and gets as many attempts as the pauses of the
timeout. \`vi.waitFor\`, \`vi.waitUntil\` and \`expect.poll\` run inside vitest; under fake timers, Testing Library runs without Jest, whose clock it would know.

## At a glance

"Best answers" counts the cells that are not bold, of those that the peer was asked for. Sizes are what one import brings into a bundle, minified and compressed with brotli;
"other packages" are installed along with it. Some ask for a newer Node and load on this one all the same. \`require\` is that of a Node without \`require(esm)\`, as inside Jest.

${table(
  ['', 'version', 'asks for Node', 'best answers', 'size', 'other packages', '`require` works'],
  rows.map((row) => [nameOf(row), row.cost.version, engineOf(row.cost), scoreOf(row), ...costCells(row.cost)]),
)}

${GROUPS.map(({ title, jobs }) => group(title, jobs, rows)).join('\n\n')}

## Where unsleep is not the best

${shortcomings(rows).join('\n')}
`;
}

function group(title: string, jobs: readonly Job[], rows: readonly Measured[]): string {
  const columns = jobs.flatMap((job) => job.columns.map((column) => ({ job, column })));
  const asked = jobs.map(
    (job) => `- **${job.columns.map((column) => column.title).join('; ')}**: ${job.how} ${bestOf(job)}`,
  );
  const header = ['', ...columns.map(({ column }) => column.title)];
  const lines = rows.map((row) => [nameOf(row), ...columns.map(({ job, column }) => cellText(row, job, column))]);
  return `## ${title}\n\n${asked.join('\n')}\n\n${table(header, lines)}`;
}

function bestOf({ columns }: Job): string {
  return `Best: ${columns.map(({ best }) => best).join('; ')}.`;
}

function table(header: readonly string[], lines: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function nameOf({ peer, node }: Measured): string {
  return node === undefined ? peer.name : `${peer.name}, on Node ${node}`;
}

function cellOf({ outcomes }: Measured, job: Job, column: Column): Cell | undefined {
  const outcome = outcomes[job.name];
  return outcome && 'found' in outcome ? column.cell(outcome.found) : undefined;
}

function cellText(row: Measured, job: Job, column: Column): string {
  const outcome = row.outcomes[job.name];
  if (outcome && 'none' in outcome) return outcome.none;
  const cell = cellOf(row, job, column);
  if (!cell) throw new Error(`${row.peer.name} was not asked for ${job.name}`);
  return cell.isBest === false ? `**${cell.text}**` : cell.text;
}

function scoreOf(row: Measured): string {
  const answers = COLUMNS.flatMap(({ job, column }) => cellOf(row, job, column)?.isBest ?? []);
  return `${answers.filter(Boolean).length} of ${answers.length}`;
}

function engineOf({ engine = '' }: Cost): string {
  // The bars of a range would end the cell.
  return engine.replaceAll('||', 'or');
}

function costCells({ bytes, packages, isRequirable }: Cost): string[] {
  if (bytes === undefined) return ['with its runner', '', ''];
  return [kilobytes(bytes), String(packages), isRequirable ? 'yes' : '**no**'];
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}

/** What can be said against us, found in the same cells. */
function shortcomings(rows: readonly Measured[]): string[] {
  const ours = rows.filter(({ peer }) => peer.package === 'unsleep');
  const others = rows.filter((row) => !ours.includes(row));
  return ours.flatMap((row) => [
    ...COLUMNS.flatMap(({ job, column }) => {
      const cell = cellOf(row, job, column);
      if (cell?.isBest === false) return [`- ${row.peer.name}, ${column.title}: ${cell.text}. Best: ${column.best}.`];
      if (cell?.cost === undefined) return [];
      const { cost } = cell;
      const better = others.filter((other) => (cellOf(other, job, column)?.cost ?? cost) < cost);
      if (better.length === 0) return [];
      return [`- ${row.peer.name}, ${column.title}: ${cell.text}. Less than that: ${namesOf(better)}.`];
    }),
    ...sizeShortcoming(row, others),
  ]);
}

function sizeShortcoming({ peer, cost: { bytes = 0 } }: Measured, others: readonly Measured[]): string[] {
  const smaller = others.filter(({ cost }) => (cost.bytes ?? bytes) < bytes);
  return smaller.length === 0 ? [] : [`- ${peer.name}, size: ${kilobytes(bytes)}. Smaller: ${namesOf(smaller)}.`];
}

function namesOf(rows: readonly Measured[]): string {
  return rows.map(({ peer }) => peer.name).join(', ');
}

const COLUMNS = GROUPS.flatMap(({ jobs }) => jobs.flatMap((job) => job.columns.map((column) => ({ job, column }))));

import { glance } from './glance.ts';
import type { Job } from './job.ts';
import { JOBS } from './jobs.ts';
import { PICTURES } from './pictures.ts';
import type { Results, Run } from './results.ts';
import { lineOf } from './results.ts';
import { toMarkdown } from './schedules/table.ts';
import { markdown, numberText, tablesOf } from './tables.ts';
import { TARGETS, type Target } from './targets.ts';
import { judge, score, type Verdict } from './verdicts.ts';

/** The benchmarks as a page, all of it from what was measured. */
export function pageOf({ runs, schedules }: Results): string {
  const [first] = runs;
  if (!first) throw new Error('nothing was measured');
  return `# Benchmarks

unsleep as it is built and published, its peers through the thinnest adapters that their options allow, and what is written by hand: a loop of callbacks over \`setTimeout\`
(the bare loop), with which all are compared, and what marks the limits. This page and its pictures are written by \`npm run bench\`, which measured every figure:

${runs.map(ofRun).join('\n')}

${glance(first)}

That is ${nodeOf(first)}. Absolute times hold for that machine alone; what to read are the ratios.

## Targets

× B is against the bare loop in the same round. Two runs of the same code differ by up to 15 %, so "faster" is claimed from 1.2 × on. ${runs
    .map((run) => `On ${nodeOf(run)} ${score(run, schedules).join(' of ')} are met.`)
    .join(' ')}

${targetsTable({ runs, schedules })}

## How it is measured

In rounds: in each, everyone once, in an order of chance. A figure is the median of the rounds, a ratio the median of the ratios within each round, as what else the machine does weighs on all of one round alike.
Between two measurements only young garbage is collected, and V8 is told not to forget what it compiled (\`--no-flush-bytecode\`): it would drop functions that were hot, and peers then look several times slower than they are.
What takes nanoseconds is measured in three processes, as V8 makes something else of the same code now and then; what cannot share a process, as a crowd or a heap, has one for itself. Conditions are empty: a request of a millisecond outweighs all of this, and what is left are the number of looks, what stays behind, and what goes wrong.

Peers that need a throw for "not yet" throw the same error each time, made once: their cheapest case. \`vi.waitUntil\` and \`vi.waitFor\` run inside vitest, beside the bare loop there.
*ticker* is one interval that looks for all waits in step, *bucket* one timer for all that pause equally long, with a queue: they know nothing but that, and are no libraries.

${JOBS.map((job) => sectionOf(job, runs)).join('\n\n')}

## Looks against lateness

In virtual time, with durations drawn from known distributions: the same at every run, on every machine. What the schedules are, and why, is in [the guide to the pace](pace.md).

${schedules.tables.map(toMarkdown).join('\n\n')}

## Versions

${Object.entries(first.versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(', ')}.
`;
}

function ofRun({ node, date, isFull, machine }: Run): string {
  const { processor, cores, gigabytes } = machine;
  const kind = isFull ? 'a full run' : 'a quick run, with few rounds and the nearest peers';
  return `- Node ${node}, ${date}: ${kind}, on ${cores} cores of ${processor} with ${gigabytes} GiB.`;
}

function nodeOf({ node }: Run): string {
  return `Node ${lineOf(node)}`;
}

function targetsTable({ runs, schedules }: Results): string {
  const head = ['', 'target', ...runs.map(nodeOf), 'best peer there'];
  const last = runs.at(-1);
  const rows = TARGETS.map((target) => {
    const { bestPeer } = judge(target, last as Run, schedules);
    const peer = bestPeer ? `${numberText(bestPeer.figure)}, ${bestPeer.name}` : '';
    return [target.text, limitOf(target), ...runs.map((run) => verdictText(judge(target, run, schedules))), peer];
  });
  return markdown({ head, rows });
}

function limitOf({ limit, isFloor, unit }: Target): string {
  return `${isFloor ? '≥' : limit === 0 ? '' : '≤'} ${limit.toLocaleString('en')} ${unit}`.trim();
}

function verdictText({ figure, isMet }: Verdict): string {
  if (figure === undefined) return 'not measured';
  return `${numberText(figure)} ${isMet ? 'met' : '**not met**'}`;
}

function sectionOf(job: Job, runs: readonly Run[]): string {
  const [first, ...others] = runs.map((run) => {
    const tables = tablesOf(job, run.jobs[job.name] ?? []);
    return { run, text: tables.map(({ title, ...table }) => `**${title}**\n\n${markdown(table)}`).join('\n\n') };
  });
  const pictures = PICTURES.filter((picture) => picture.job === job.name);
  return [
    `## ${job.title}`,
    job.how,
    ...pictures.map(({ title, file }) => `${title}:\n\n![${title}](pictures/${file})`),
    first?.text,
    ...others.map(({ run, text }) => `<details><summary>${nodeOf(run)}</summary>\n\n${text}\n\n</details>`),
  ].join('\n\n');
}

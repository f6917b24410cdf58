// Measures unsleep, its peers and what is written by hand, and writes docs/benchmarks.md. Run it with `npm run bench`.
import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Asked, isWhole, NothingToMeasure, planOf, readCommandLine } from './command-line.ts';
import type { Job, Plan } from './job.ts';
import { JOBS } from './jobs.ts';
import { findNode } from './node.ts';
import { pageOf } from './page.ts';
import { draw, PICTURES } from './pictures.ts';
import { asKept, type Results, type Run, withRun } from './results.ts';
import { buildPackage, bundleChild, ROOT, runTask, WORKSHOP } from './run-task.ts';
import { simulateSchedules } from './schedules/index.ts';
import { type Measured, type Sample, summarise } from './statistics.ts';
import { markdown, tablesOf } from './tables.ts';
import { allWaiters, type Builds } from './waiters/all.ts';
import { OURS } from './waiters/waiter.ts';

const KEPT = join(ROOT, 'docs/benchmarks.json');
const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Builds the package, or copies what is given, so that building meanwhile does not disturb. */
async function buildsFor({ build, against }: Asked): Promise<Builds> {
  const copy = async (file: string, name: string) => {
    if (!(await stat(file)).isFile()) throw new Error(`${file} is no file: name the dist/index.js of a build`);
    await copyFile(file, join(WORKSHOP, name));
    return pathToFileURL(join(WORKSHOP, name)).href;
  };
  return {
    [OURS]: await copy(build ?? (await buildPackage()), 'unsleep.mjs'),
    ...(against !== undefined && { 'unsleep (other)': await copy(against, 'unsleep-other.mjs') }),
  };
}

async function measure(job: Job, plan: Plan, builds: Builds, node: string): Promise<Measured[]> {
  const samples: Sample[] = [];
  for (const task of job.tasks(plan)) samples.push(...(await runTask(node, { ...task, job: job.name, builds })));
  const measured = asKept(summarise(samples, job.paired, job.base));
  for (const { title, ...table } of tablesOf(job, measured)) {
    say(`\n**${job.title}: ${title}**\n\n${markdown(table)}`);
  }
  return measured;
}

/** Of everything that is measured, as it is installed here. */
async function versions(): Promise<Record<string, string>> {
  const names = new Set(allWaiters({ [OURS]: '' }).flatMap((waiter) => waiter.package ?? []));
  const manifest = async (folder: string): Promise<{ version: string }> =>
    JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8'));
  const found = [...names, 'p-event', 'wait-on', 'eventemitter3', 'mitt', 'jsdom'].map(async (name) => {
    const { version } = await manifest(name === OURS ? '' : `node_modules/${name}`);
    return [name, version] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

try {
  const jobs = JOBS.map(({ name }) => name);
  const asked = readCommandLine(process.argv.slice(2), jobs);
  if (asked.isPageOnly) await writePage(await readResults());
  else await measureAll(asked);
} catch (error) {
  if (!(error instanceof NothingToMeasure)) throw error;
  const stream = error.exitCode === 0 ? process.stdout : process.stderr;
  stream.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}

async function measureAll(asked: Asked): Promise<void> {
  const { path: node, version } = await findNode(asked.node);
  await mkdir(WORKSHOP, { recursive: true });
  const jobs: Record<string, Measured[]> = {};
  try {
    const builds = await buildsFor(asked);
    const plan = planOf(asked, allWaiters(builds));
    await bundleChild();
    for (const job of JOBS.filter(({ name }) => asked.jobs.length === 0 || asked.jobs.includes(name))) {
      const start = performance.now();
      jobs[job.name] = await measure(job, plan, builds, node);
      say(`\n${job.name} took ${Math.round((performance.now() - start) / 1_000)} s`);
    }
  } finally {
    await rm(WORKSHOP, { recursive: true });
  }
  if (isWhole(asked)) await keep({ node: version, isFull: asked.isFull, versions: await versions(), jobs });
}

async function keep(found: Pick<Run, 'node' | 'isFull' | 'versions' | 'jobs'>): Promise<void> {
  const [processor] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const machine = { processor: processor?.model.trim() ?? 'unknown', cores: cpus().length, gigabytes };
  const run: Run = { ...found, machine, date: new Date().toISOString().slice(0, 10) };
  const earlier = await readResults().catch(() => undefined);
  const results: Results = { runs: withRun(earlier?.runs ?? [], run), schedules: simulateSchedules() };
  await writeFile(KEPT, `${JSON.stringify(results)}\n`);
  await writePage(results);
}

async function readResults(): Promise<Results> {
  return JSON.parse(await readFile(KEPT, 'utf8'));
}

async function writePage(results: Results): Promise<void> {
  await writeFile(join(ROOT, 'docs/benchmarks.md'), pageOf(results));
  const [first] = results.runs;
  for (const picture of PICTURES) {
    const svg = first && draw(picture, first);
    if (svg !== undefined) await writeFile(join(ROOT, 'docs/pictures', picture.file), svg);
  }
  say('\ndocs/benchmarks.md is written');
}

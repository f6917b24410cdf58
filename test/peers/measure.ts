import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Found, Job } from './job.ts';
import { GROUPS } from './jobs.ts';
import type { Feature, Peer } from './peer.ts';
import { ROOT, runTasks } from './run-tasks.ts';

/** What a peer did in a job, or why it did nothing. */
type Outcome = { readonly found: Found } | { readonly none: string };

/** The outcomes of one peer, by the names of the jobs. */
export interface Row {
  readonly peer: Peer;
  /** Another Node than the one that measured the others. */
  readonly node?: string;
  readonly outcomes: Readonly<Record<string, Outcome>>;
}

const JOBS = GROUPS.flatMap(({ jobs }) => jobs);

/** Runs every job of every peer; those that do not load on this Node, on a newer one. */
export async function measure(peers: readonly Peer[], say: (line: string) => void): Promise<Row[]> {
  const rows = await measureOn(process.execPath, peers, say);
  const left = rows.filter(({ outcomes }) => Object.values(outcomes).some(isNotLoaded)).map(({ peer }) => peer);
  if (left.length === 0) return rows;
  const newer = await newerNode();
  if (!newer) return rows;
  say(`on Node ${newer.version}: ${left.map(({ name }) => name).join(', ')}`);
  const filled = await measureOn(newer.path, left, say);
  return rows.map((row) => {
    const found = filled.find(({ peer }) => peer === row.peer);
    return found ? { ...found, node: newer.version } : row;
  });
}

async function measureOn(node: string, peers: readonly Peer[], say: (line: string) => void): Promise<Row[]> {
  const rows = peers.map((peer) => ({ peer, outcomes: {} as Record<string, Outcome> }));
  const tasks = rows.flatMap(({ peer, outcomes }) =>
    JOBS.flatMap((job) => {
      const none = reasonNotToRun(peer, job);
      if (none !== undefined) {
        outcomes[job.name] = { none };
        return [];
      }
      return [{ peer, job, outcomes }];
    }),
  );
  const isLoaded = ({ outcomes }: { outcomes: Row['outcomes'] }) => !Object.values(outcomes).some(isNotLoaded);
  await runTasks(tasks, node, isLoaded, ({ peer, job, outcomes }, found) => {
    outcomes[job.name] = 'notLoaded' in found ? NOT_LOADED : { found };
    say(`${peer.name}, ${job.name}: ${JSON.stringify(found)}`);
  });
  // What is not loaded for one job, is not for another.
  for (const { outcomes } of tasks.filter((task) => !isLoaded(task))) {
    for (const { name } of JOBS) outcomes[name] ??= NOT_LOADED;
  }
  return rows;
}

function reasonNotToRun(peer: Peer, job: Job): string | undefined {
  const lacking = job.needs.find((feature) => peer.lacks.includes(feature));
  if (lacking) return LACKING[lacking];
  if (job.needsOwnProcess && peer.host === 'vitest') return 'held by its runner';
  if (job.read && peer.host === 'node:test') return 'has a runner of its own';
  return undefined;
}

const LACKING: Readonly<Record<Feature, string>> = {
  timeout: 'no timeout',
  interval: 'no such option',
  pace: 'no pace of its own',
  signal: 'no such option',
  stop: 'no such option',
  repeat: 'looks once',
  throw: 'its looks are requests',
};

const NOT_LOADED: Outcome = { none: `does not load on Node ${process.versions.node.split('.')[0]}` };

function isNotLoaded(outcome: Outcome): boolean {
  return outcome === NOT_LOADED;
}

/** The newest Node with long support, as npm has it, when the registry can be asked. */
async function newerNode(): Promise<{ path: string; version: string } | undefined> {
  const print = 'process.stdout.write(JSON.stringify({ path: process.execPath, version: process.versions.node }))';
  try {
    const { stdout } = await promisify(execFile)('npx', ['--yes', 'node@24', '--eval', print], {
      cwd: ROOT,
      timeout: 120_000,
    });
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}

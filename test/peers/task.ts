import type { TestContext } from 'node:test';
import { type FakeTimers, type Found, firstLine, type Job, type Subject } from './job.ts';
import { GROUPS } from './jobs.ts';
import { type Peer, type Poll, throwing } from './peer.ts';
import { allPeers } from './peers.ts';

/** What vitest fakes when nothing else is said. */
export const FAKED = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'Date',
  'performance',
] as const;

/** What one process has to do, as text for its command line. */
export interface TaskText {
  readonly peer: string;
  readonly job: string;
  /** The file that gets what was found. */
  readonly output: string;
  /** Where this package was built. */
  readonly built: string;
}

/** The same, with the peer and the job themselves. */
export interface Task {
  readonly peer: Peer;
  readonly job: Job;
  readonly output: string;
  readonly run: (fakeTimers: FakeTimers, test: TestContext | undefined) => Promise<Found>;
}

export function taskOf(text: string | undefined): Task {
  const { peer: peerName, job: jobName, output, built } = JSON.parse(String(text)) as TaskText;
  const peer = allPeers(built).find(({ name }) => name === peerName);
  const job = GROUPS.flatMap(({ jobs }) => jobs).find(({ name }) => name === jobName);
  if (!peer || !job) throw new Error(`there is no such task: ${text}`);
  return { peer, job, output, run: (fakeTimers, test) => run(peer, job, fakeTimers, test) };
}

async function run(peer: Peer, job: Job, fakeTimers: FakeTimers, test: TestContext | undefined): Promise<Found> {
  let loaded: Poll;
  try {
    loaded = await peer.load(test);
  } catch (error) {
    return { notLoaded: firstLine(error) };
  }
  return job.measure(subjectOf(peer, loaded, fakeTimers));
}

/** The peer as the jobs see it. */
export function subjectOf({ notYet, lacks }: Peer, loaded: Poll, fakeTimers: FakeTimers): Subject {
  // What is refused with a throw counts like a rejection.
  const pollAsIs: Poll = (options) => {
    try {
      return loaded(options);
    } catch (error) {
      return Promise.reject(error);
    }
  };
  const poll: Poll =
    notYet === 'falsy' ? pollAsIs : (options) => pollAsIs({ ...options, condition: throwing(options.condition) });
  return { poll, pollAsIs, fakeTimers, looksNeeded: lacks.includes('repeat') ? 1 : 13 };
}

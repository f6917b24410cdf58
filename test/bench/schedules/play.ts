import type { Backoff } from 'unsleep';
import type { Outcome } from './optimum.ts';
import { seededRandom } from './random.ts';

/** What a schedule did for many jobs. */
export interface Played extends Outcome {
  /** The lateness that all but a hundredth of the jobs stay below. Sorts them all. */
  readonly worst: () => number;
}

/** How late a look is for a job. */
type Measure = (late: number, job: number) => number;

/** Where the looks of one wait fall, after the one at its start, until one is at `end` or later. */
export function looksOf(backoff: Backoff, end: number, random: () => number): number[] {
  const times: number[] = [];
  let [elapsed, previousPause] = [0, 0];
  while (elapsed < end) {
    previousPause = backoff({ attempt: times.length + 1, elapsed, previousPause, random });
    elapsed += previousPause;
    times.push(elapsed);
  }
  return times;
}

/**
 * What a schedule does for jobs that are sorted by their length, each waited for as often as there are `runs`.
 *
 * Where looks fall does not depend on when the job ends, so each run serves all jobs.
 */
export function play(
  backoff: Backoff,
  jobs: readonly number[],
  runs: number,
  measure: Measure = (late) => late,
): Played {
  const random = seededRandom(1);
  const lates = new Float64Array(jobs.length * runs);
  let [looks, lateness, count] = [0, 0, 0];
  for (let run = 0; run < runs; run++) {
    const times = looksOf(backoff, jobs.at(-1) ?? 0, spreadEvenly(run, runs, random));
    let index = 0;
    for (const job of jobs) {
      while ((times[index] as number) < job) index++;
      looks += index + 1;
      const late = measure((times[index] as number) - job, job);
      lateness += late;
      lates[count++] = late;
    }
  }
  const worst = () => lates.sort()[Math.floor(count * 0.99)] ?? 0;
  return { looks: looks / count, lateness: lateness / count, worst };
}

/** Chance whose first throw is spread evenly over the runs: few of them then show what many would. */
function spreadEvenly(run: number, runs: number, random: () => number): () => number {
  let isFirst = true;
  return () => {
    const chance = isFirst ? (run + random()) / runs : random();
    isFirst = false;
    return chance;
  };
}

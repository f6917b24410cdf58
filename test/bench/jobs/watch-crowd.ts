import { monitorEventLoopDelay } from 'node:perf_hooks';
import { timed } from '../rounds.ts';
import type { Figures } from '../statistics.ts';

export const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What so many waits do to this process for so long, and how many of the looks that are due they get. */
export async function watchCrowd(
  size: number,
  interval: number,
  window: number,
  looks: () => number,
): Promise<Figures & Record<'percent' | 'cpu' | 'done', number>> {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const before = looks();
  const { wall, cpu } = await timed(() => sleep(window));
  const done = looks() - before;
  delay.disable();
  return {
    percent: (100 * cpu) / wall,
    cpu: cpu / 1e3 / done,
    done: done / ((size * wall) / 1e6 / interval),
    p50: delay.percentile(50) / 1e6,
    p99: delay.percentile(99) / 1e6,
  };
}

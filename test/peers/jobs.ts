import type { Job } from './job.ts';
import { clockBack, clockForward, exit, hang, lastLook, overflow } from './jobs/ends.ts';
import { advanced, bystander, frozen } from './jobs/faked-time.ts';
import { afterwards, lateRejection, listeners, timers } from './jobs/leftovers.ts';
import { firstLook, overlap, ownPace, starving } from './jobs/pace.ts';
import { abortLook, abortPause, stop } from './jobs/stopping.ts';
import { falsy, printed, says, throws, typo } from './jobs/words.ts';

/** Jobs whose cells stand in one table. */
export interface Group {
  readonly title: string;
  readonly jobs: readonly Job[];
}

/** Everything that is asked of every peer. */
export const GROUPS: readonly Group[] = [
  { title: 'Does it end?', jobs: [hang, exit, clockForward, clockBack] },
  { title: 'Does it look when it matters?', jobs: [firstLook, lastLook, overflow] },
  { title: 'What does the error say?', jobs: [says, throws, printed] },
  { title: 'Does it pass, or wait, by mistake?', jobs: [falsy, typo, overlap, starving] },
  { title: 'What is left behind?', jobs: [afterwards, timers, listeners, lateRejection] },
  { title: 'Can it be stopped?', jobs: [abortPause, abortLook, stop] },
  { title: 'Under fake timers', jobs: [frozen, advanced, bystander] },
  { title: 'At its own pace', jobs: [ownPace] },
];

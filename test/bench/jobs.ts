import type { Job } from './job.ts';
import { BUILT } from './jobs/built.ts';
import { CROWD } from './jobs/crowd.ts';
import { ENDINGS } from './jobs/endings.ts';
import { EVENTS } from './jobs/events.ts';
import { FIRST_LOOK } from './jobs/first-look.ts';
import { IMPORT } from './jobs/import.ts';
import { LOOKS_AND_PAUSES } from './jobs/looks.ts';
import { MEMORY } from './jobs/memory.ts';
import { NO_PAUSE } from './jobs/no-pause.ts';
import { ONE_READ } from './jobs/poller.ts';
import { SHARED_SIGNAL } from './jobs/shared-signal.ts';
import { SIZE } from './jobs/size.ts';

/** All that is measured, in the order of the page. */
export const JOBS: readonly Job[] = [
  IMPORT,
  SIZE,
  FIRST_LOOK,
  BUILT,
  LOOKS_AND_PAUSES,
  NO_PAUSE,
  CROWD,
  MEMORY,
  EVENTS,
  SHARED_SIGNAL,
  ONE_READ,
  ENDINGS,
];

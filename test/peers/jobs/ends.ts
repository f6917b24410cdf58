import { countOf, type Found, firstLine, type Job, quoted, SHORT, told, watch } from '../job.ts';

const HANG = () => new Promise(() => {});

/** A look that never answers. */
export const hang: Job = {
  name: 'hang',
  how: 'The condition is a promise that never settles. Watched for 0.8 s.',
  needs: ['timeout'],
  measure: async ({ poll }) => told(await watch(() => poll({ ...SHORT, condition: HANG }), 800)),
  columns: [{ title: 'a look hangs', best: 'rejects when the 150 ms are over', cell: endCell }],
};

/** The same, as the last line of a script. */
export const exit: Job = {
  name: 'exit',
  how: 'The same as the only line of a script, with a timeout of 0.5 s. When nothing holds the process, Node ends it with code 13, and the lines after the wait never run.',
  needs: ['timeout'],
  needsOwnProcess: true,
  measure: async ({ poll }) => {
    const error = await poll({ timeout: 500, interval: 10, condition: HANG }).catch((error) => error);
    return { message: firstLine(error) };
  },
  columns: [
    {
      title: 'a look hangs, in a script',
      best: 'the script goes on when the time is up',
      cell: (found) =>
        'exit' in found
          ? { text: `ends the process with code ${found['exit']}`, isBest: false }
          : { text: 'goes on', isBest: true },
    },
  ],
};

/** The wall clock is set forward in the middle of a wait. */
export const clockForward: Job = {
  name: 'clock-forward',
  how: '`Date` jumps one hour forward after 60 ms of a timeout of 1 s; the condition is true from 200 ms on.',
  needs: ['timeout', 'repeat'],
  measure: async ({ poll }) => {
    const isOver = after(200);
    jumpAfter(60, 3_600_000);
    return told(await watch(() => poll({ timeout: 1_000, interval: 10, condition: isOver }), 2_000));
  },
  columns: [
    {
      title: 'clock jumps + 1 h',
      best: 'succeeds',
      cell: (found) =>
        found['status'] === 'fulfilled'
          ? { text: 'succeeds', isBest: true }
          : { text: `${found['status']} at ${found['at']} ms: ${quoted(found['message'])}`, isBest: false },
    },
  ],
};

/** The wall clock is set back in the middle of a wait. */
export const clockBack: Job = {
  name: 'clock-back',
  how: '`Date` jumps one hour back after 60 ms of the 150 ms; the condition stays false. Watched for 0.8 s.',
  needs: ['timeout', 'repeat'],
  measure: async ({ poll }) => {
    jumpAfter(60, -3_600_000);
    return told(await watch(() => poll({ ...SHORT, condition: () => false }), 800));
  },
  columns: [{ title: 'clock jumps − 1 h', best: 'rejects when the 150 ms are over', cell: endCell }],
};

/** A timeout and a pause that no timer can hold. */
export const overflow: Job = {
  name: 'overflow',
  how: 'A timeout of 2^31 ms, one more than a timer can hold, with a condition that is true after 100 ms. And a pause of 2^31 ms in a timeout of 2^32 ms: looks in the first 200 ms.',
  needs: ['timeout', 'interval', 'repeat'],
  measure: async ({ poll }) => {
    const end = await watch(() => poll({ timeout: 2 ** 31, interval: 10, condition: after(100) }), 1_000);
    let looks = 0;
    const count = () => {
      looks++;
      return false;
    };
    const paused = await watch(() => poll({ timeout: 2 ** 32, interval: 2 ** 31, condition: count }), 200);
    const isRefused = paused.status === 'rejected' && looks === 0 && paused.error instanceof RangeError;
    return { ...told(end), looks, isRefused };
  },
  columns: [
    {
      title: 'timeout of 2^31 ms',
      best: 'succeeds, or is refused',
      cell: ({ status, at, message }) => {
        if (status === 'fulfilled') return { text: 'succeeds', isBest: true };
        if (/^RangeError/.test(String(message))) return { text: 'is refused', isBest: true };
        return { text: `${status} at ${at} ms`, isBest: false };
      },
    },
    {
      title: 'pause of 2^31 ms',
      best: 'one look, or is refused',
      cell: ({ looks, isRefused }) =>
        isRefused
          ? { text: 'is refused', isBest: true }
          : { text: countOf(Number(looks), 'look'), isBest: looks === 1 },
    },
  ],
};

/** What becomes true in the last pause, and while the event loop is blocked. */
export const lastLook: Job = {
  name: 'last-look',
  how: 'A timeout of 150 ms and a pause of 100 ms; the condition is true from 120 ms on. And with a pause of 20 ms, the event loop blocked from 100 to 250 ms, the condition true from 130 ms on.',
  needs: ['timeout', 'interval', 'repeat'],
  measure: async ({ poll }) => {
    const end = await watch(() => poll({ timeout: 150, interval: 100, condition: after(120) }), 1_000);
    setTimeout(() => block(150), 100);
    const blocked = await watch(() => poll({ timeout: 150, interval: 20, condition: after(130) }), 1_000);
    return { ...told(end), blocked: blocked.status, blockedAt: Math.round(blocked.at) };
  },
  columns: [
    { title: 'true in the last pause', best: 'seen', cell: (found) => seen(found['status'], found['at']) },
    {
      title: 'true while the loop was blocked',
      best: 'seen',
      cell: (found) => seen(found['blocked'], found['blockedAt']),
    },
  ],
};

function seen(status: unknown, at: unknown) {
  const isBest = status === 'fulfilled';
  return { text: isBest ? `seen at ${at} ms` : `${status} at ${at} ms`, isBest };
}

function endCell(found: Found) {
  if (found['status'] === 'rejected') return { text: `rejects at ${found['at']} ms`, isBest: true };
  return { text: `${found['status']} after ${found['at']} ms`, isBest: false };
}

function after(milliseconds: number): () => boolean {
  const start = performance.now();
  return () => performance.now() - start >= milliseconds;
}

function block(milliseconds: number): void {
  const isOver = after(milliseconds);
  while (!isOver());
}

/** Moves what `Date` says, and nothing else. */
function jumpAfter(milliseconds: number, by: number): void {
  const RealDate = Date;
  const jumped = class extends RealDate {
    constructor(...args: [] | [number]) {
      super(...((args.length === 0 ? [RealDate.now() + by] : args) as [number]));
    }
    static override now() {
      return RealDate.now() + by;
    }
  };
  setTimeout(() => {
    globalThis.Date = jumped as DateConstructor;
  }, milliseconds);
}

import { countOf, type End, type Found, type Job, quoted, sleep, watch } from '../job.ts';
import type { PollOptions } from '../peer.ts';

const REASON = new Error('the test is over');

/** Aborted in the middle of a pause. */
export const abortPause: Job = {
  name: 'abort-pause',
  how: 'A pause of 400 ms; the signal aborts after 20 ms of it. When does the wait end, with what, and is there another look in the 0.4 s after?',
  needs: ['signal', 'interval', 'repeat'],
  measure: async ({ poll }) => aborted(poll, { timeout: 5_000, interval: 400, condition: () => false }),
  columns: [{ title: 'abort in a pause', best: 'at once, no look more, with `signal.reason`', cell: abortCell }],
};

/** Aborted in the middle of a look. */
export const abortLook: Job = {
  name: 'abort-look',
  how: 'The look never answers; the signal aborts after 20 ms. Watched for 0.6 s.',
  needs: ['signal'],
  measure: async ({ poll }) => aborted(poll, { timeout: 5_000, interval: 10, condition: () => new Promise(() => {}) }),
  columns: [{ title: 'abort in a look', best: 'at once, with `signal.reason`', cell: abortCell }],
};

/** The condition itself knows that waiting longer cannot help. */
export const stop: Job = {
  name: 'stop',
  how: "The third look says in the peer's own way that waiting longer cannot help (a throw, `AbortError`, `bail`, `giveUp`…): with what the wait ends, and the looks in the 300 ms after.",
  needs: ['stop', 'repeat'],
  measure: async ({ poll }) => {
    let looks = 0;
    const condition: PollOptions['condition'] = (stop) => ++looks >= 3 && stop(REASON);
    const end = await watch(() => poll({ timeout: 2_000, interval: 10, condition }), 3_000);
    await sleep(300);
    return { ...reasonOf(end), more: looks - 3 };
  },
  columns: [
    {
      title: 'stopped from inside',
      best: 'with that very error, no look more',
      cell: (found) => endedBy(found, found['reason'] === 'that error'),
    },
  ],
};

async function aborted(poll: (options: PollOptions) => Promise<unknown>, options: PollOptions): Promise<Found> {
  const controller = new AbortController();
  let looks = 0;
  const condition: PollOptions['condition'] = (stop) => {
    looks++;
    return options.condition(stop);
  };
  const waiting = poll({ ...options, condition, signal: controller.signal });
  waiting.catch(() => {});
  await sleep(20);
  const before = looks;
  const end = await watch(() => {
    controller.abort(REASON);
    return waiting;
  }, 600);
  await sleep(400);
  return { ...reasonOf(end), at: Math.round(end.at), more: looks - before };
}

function reasonOf(end: End): Found {
  if (end.status !== 'rejected') return { status: end.status, reason: end.status };
  if (end.error === REASON) return { status: end.status, reason: 'that error' };
  return { status: end.status, reason: quoted(String(end.error).split('\n')[0]) };
}

function abortCell(found: Found) {
  if (found['status'] === 'pending') return { text: 'does not end', isBest: false };
  const isAtOnce = Number(found['at']) <= 15;
  const { text, isBest } = endedBy(found, found['reason'] === 'that error');
  return { text: `${isAtOnce ? 'at once' : `${found['at']} ms later`}, ${text}`, isBest: isAtOnce && isBest };
}

function endedBy(found: Found, isThatError: boolean) {
  const more = found['more'] === 0 ? '' : `, ${countOf(Number(found['more']), 'look')} more`;
  return { text: `with ${found['reason']}${more}`, isBest: isThatError && found['more'] === 0 };
}

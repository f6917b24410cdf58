import { type Job, SHORT, sleep, watch } from '../job.ts';

/** Looks that begin after the end. */
export const afterwards: Job = {
  name: 'afterwards',
  how: 'Each look takes 40 ms and answers false. Looks that begin in the 400 ms after the wait has failed.',
  needs: ['timeout', 'repeat'],
  measure: async ({ poll }) => {
    let looks = 0;
    const condition = async () => {
      looks++;
      await sleep(40);
      return false;
    };
    const end = await watch(() => poll({ ...SHORT, condition }), 2_000);
    const before = looks;
    await sleep(400);
    return { status: end.status, more: looks - before };
  },
  columns: [{ title: 'looks after the end', best: '0', cell: (found) => countCell(found['more'], found['status']) }],
};

/** Timers that go on after a success. */
export const timers: Job = {
  name: 'timers',
  how: 'The third look succeeds, with a timeout of 10 s: the timers that Node still has in the turn after.',
  needs: ['repeat'],
  measure: async ({ poll }) => {
    const before = timerCount();
    let looks = 0;
    await poll({ timeout: 10_000, interval: 10, condition: () => ++looks === 3 });
    const left = timerCount() - before;
    return { left: Math.max(0, left) };
  },
  columns: [{ title: 'timers left', best: '0', cell: (found) => countCell(found['left'], undefined) }],
};

/** Listeners on signals that live longer than the wait. */
export const listeners: Job = {
  name: 'listeners',
  how: 'Twelve waits of thirteen looks (of one, for a peer that looks once), one after the other, with one signal that is never aborted: abort listeners added and removed, on whatever signal, and whether Node warned of a leak.',
  needs: ['signal'],
  measure: async ({ poll, looksNeeded }) => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error) => warnings.push(name);
    process.on('warning', onWarning);
    const { counts, stopCounting } = countAbortListeners();
    const { signal } = new AbortController();
    for (let wait = 1; wait <= 12; wait++) {
      let looks = 0;
      await poll({ timeout: 10_000, interval: 2, signal, condition: () => ++looks === looksNeeded });
    }
    await sleep(50);
    stopCounting();
    process.off('warning', onWarning);
    return { ...counts, isWarned: warnings.includes('MaxListenersExceededWarning') };
  },
  columns: [
    {
      title: 'abort listeners',
      best: 'as many removed as added, no warning',
      cell: (found) => ({
        text: `${found['added']} added, ${found['removed']} removed${found['isWarned'] ? ', `MaxListenersExceededWarning`' : ''}`,
        isBest: found['added'] === found['removed'] && !found['isWarned'],
      }),
    },
  ],
};

/** A look that fails when nobody listens any more. */
export const lateRejection: Job = {
  name: 'late-rejection',
  how: 'The only look rejects after 300 ms, long after the 150 ms. Does it become an `unhandledRejection`, which ends the process?',
  needs: ['timeout'],
  measure: async ({ poll }) => {
    let isUnhandled = false;
    const onUnhandled = () => {
      isUnhandled = true;
    };
    process.on('unhandledRejection', onUnhandled);
    const condition = async () => {
      await sleep(300);
      throw new Error('late');
    };
    const end = await watch(() => poll({ ...SHORT, condition }), 1_000);
    await sleep(Math.max(0, 400 - end.at));
    process.off('unhandledRejection', onUnhandled);
    return { isUnhandled };
  },
  columns: [
    {
      title: 'a late rejection',
      best: 'is handled',
      cell: (found) => ({ text: found['isUnhandled'] ? 'unhandled' : 'handled', isBest: !found['isUnhandled'] }),
    },
  ],
};

function countCell(count: unknown, status: unknown) {
  if (status === 'pending') return { text: 'does not end', isBest: false };
  return { text: `${count}`, isBest: count === 0 };
}

function timerCount(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

/** Counts from now on. A listener that is added `once` and called is no concern here: nothing aborts. */
function countAbortListeners() {
  const counts = { added: 0, removed: 0 };
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (this: EventTarget, ...args) {
    if (this instanceof AbortSignal && args[0] === 'abort') counts.added++;
    addEventListener.apply(this, args);
  };
  EventTarget.prototype.removeEventListener = function (this: EventTarget, ...args) {
    if (this instanceof AbortSignal && args[0] === 'abort') counts.removed++;
    removeEventListener.apply(this, args);
  };
  const stopCounting = () => Object.assign(EventTarget.prototype, { addEventListener, removeEventListener });
  return { counts, stopCounting };
}

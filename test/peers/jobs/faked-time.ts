import { countOf, type Job, REAL_TIME, SHORT, sleep, told, watch } from '../job.ts';

/** Time is faked, and nobody moves it. */
export const frozen: Job = {
  name: 'frozen',
  how: 'Timers are faked as vitest does it, the condition is false (a peer that looks once gets a look that hangs), and nobody moves the clock. Watched for 2.6 real seconds. Beside it: how often `AbortSignal.timeout` was asked for, which nobody can fake.',
  needs: ['timeout'],
  measure: async ({ poll, fakeTimers, looksNeeded }) => {
    const { timeout } = AbortSignal;
    let unfakeable = 0;
    AbortSignal.timeout = (milliseconds) => {
      unfakeable++;
      return timeout.call(AbortSignal, milliseconds);
    };
    fakeTimers.fake();
    let looks = 0;
    const condition = () => {
      looks++;
      return looksNeeded === 1 ? new Promise(() => {}) : false;
    };
    const end = await watch(() => poll({ ...SHORT, condition }), 2_600, REAL_TIME);
    return { ...told(end), looks, unfakeable };
  },
  columns: [
    {
      title: 'nobody moves the clock',
      best: 'ends, and looked more than once or says why',
      cell: (found) => {
        if (found['status'] === 'pending') return { text: 'hangs', isBest: false };
        const looks = countOf(Number(found['looks']), 'look');
        const saysWhy = /clock|faked|fake timers/i.test(String(found['message']));
        return {
          text: `${found['status']} at ${found['at']} ms, ${looks}${saysWhy ? ', and says why' : ''}`,
          isBest: saysWhy || Number(found['looks']) > 1,
        };
      },
    },
    {
      title: '`AbortSignal.timeout`',
      best: 'not used',
      cell: (found) => ({ text: found['unfakeable'] === 0 ? 'not used' : 'used', isBest: found['unfakeable'] === 0 }),
    },
  ],
};

/** Time is faked, and the test moves it far enough. */
export const advanced: Job = {
  name: 'advanced',
  how: 'Timers are faked, and the test moves the clock by 4 s, with a timeout of 2 s. Is the wait over then, and not only when 2 real seconds are over? Watched for 300 real milliseconds.',
  needs: ['timeout'],
  measure: async ({ poll, fakeTimers, looksNeeded }) => {
    fakeTimers.fake();
    let looks = 0;
    const condition = () => {
      looks++;
      return looksNeeded === 1 ? new Promise(() => {}) : false;
    };
    const watched = watch(() => poll({ timeout: 2_000, interval: 100, condition }), 2_000, REAL_TIME);
    // A peer that starts a server of its own needs a moment before it looks at the time at all.
    await sleep(50, REAL_TIME);
    await fakeTimers.advance(4_000);
    const end = await Promise.race([watched, sleep(300, REAL_TIME)]);
    return { status: end?.status ?? 'pending', looks };
  },
  columns: [
    {
      title: 'the test moves it',
      best: 'rejects',
      cell: (found) =>
        found['status'] === 'rejected'
          ? { text: `rejects, ${countOf(Number(found['looks']), 'look')}`, isBest: true }
          : { text: `does not settle, ${countOf(Number(found['looks']), 'look')}`, isBest: false },
    },
  ],
};

/** Time is faked, and there is nothing to wait for. */
export const bystander: Job = {
  name: 'bystander',
  how: 'Timers are faked, the application has one due in 40 ms, and the condition is true at the first look, with a pause of 50 ms. Is the timer of the application left alone, and does the wait end?',
  needs: [],
  measure: async ({ poll, fakeTimers }) => {
    fakeTimers.fake();
    let fired = false;
    setTimeout(() => {
      fired = true;
    }, 40);
    const end = await watch(() => poll({ timeout: 150, interval: 50, condition: () => true }), 400, REAL_TIME);
    return { status: end.status, fired };
  },
  columns: [
    {
      title: 'true at once, timers faked',
      best: 'ends, and moves nothing',
      cell: (found) => {
        const end = found['status'] === 'fulfilled' ? 'ends' : 'does not end';
        const text = found['fired'] ? `${end}, and fires the timer of the application` : end;
        return { text, isBest: found['status'] === 'fulfilled' && !found['fired'] };
      },
    },
  ],
};

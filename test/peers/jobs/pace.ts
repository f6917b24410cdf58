import { type Job, numberOf, sleep, watch } from '../job.ts';

/** Looks that take longer than the pause. */
export const overlap: Job = {
  name: 'overlap',
  how: 'Each look takes 60 ms, with a pause of 10 ms; the eighth succeeds. The most looks under way at once.',
  needs: ['interval', 'repeat'],
  measure: async ({ poll }) => {
    let looks = 0;
    let underWay = 0;
    let most = 0;
    const condition = async () => {
      const look = ++looks;
      most = Math.max(most, ++underWay);
      await sleep(60);
      underWay--;
      return look >= 8;
    };
    await watch(() => poll({ timeout: 3_000, interval: 10, condition }), 4_000);
    return { most };
  },
  columns: [{ title: 'looks at once', best: '1', cell: ({ most }) => ({ text: `${most}`, isBest: most === 1 }) }],
};

/** A pause of 0 between looks that answer at once. */
export const starving: Job = {
  name: 'starving',
  how: 'A pause of 0, an `async` condition that is false at once, for 200 ms: is a timer of 1 ms served meanwhile?',
  needs: ['interval', 'repeat'],
  measure: async ({ poll }) => {
    const start = performance.now();
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 1);
    const end = await watch(
      () => poll({ timeout: 5_000, interval: 0, condition: async () => performance.now() - start >= 200 }),
      1_500,
    );
    clearInterval(ticking);
    return { status: end.status, ticks, refused: end.status === 'rejected' ? String(end.error).slice(0, 60) : '' };
  },
  columns: [
    {
      title: 'a pause of 0',
      best: 'timers are served',
      cell: (found) => {
        if (found['refused'] !== '') return { text: 'is refused', isBest: true };
        const isServed = numberOf(found, 'ticks') >= 5;
        return { text: isServed ? 'timers are served' : `${found['ticks']} ticks in 200 ms`, isBest: isServed };
      },
    },
  ],
};

/** When the first look is made. */
export const firstLook: Job = {
  name: 'first-look',
  how: 'The condition is true. Was it asked before the call returned, or before the event loop turned, and if not, how much later?',
  needs: [],
  measure: async ({ poll }) => {
    const start = performance.now();
    let at = -1;
    const condition = () => {
      if (at < 0) at = performance.now() - start;
      return true;
    };
    const waiting = poll({ timeout: 10_000, condition });
    const isInCall = at >= 0;
    const isInTurn = await new Promise<boolean>((resolve) => void setImmediate(() => resolve(at >= 0)));
    await watch(() => waiting, 3_000);
    return { isInCall, isInTurn, at: Math.round(at) };
  },
  columns: [
    {
      title: 'first look',
      best: 'before the event loop turns',
      cell: ({ isInCall, isInTurn, at }) =>
        isInTurn
          ? { text: isInCall ? 'in the call' : 'in the same turn', isBest: true }
          : { text: `after ${at} ms`, isBest: false },
    },
  ],
};

// Spread over what takes a moment in a test, and on no multiple of anybody's pause.
const INSTANTS = [37, 130, 215, 310, 480, 770, 1_130];

/** Nobody tells the peer how often to look. */
export const ownPace: Job = {
  name: 'own-pace',
  how: `Seven waits at the peer's own default pace, for something that is so after ${INSTANTS.join(', ')} ms: the mean lateness, and the looks of all seven. Few looks and little lateness are a trade: both columns belong together.`,
  needs: ['pace', 'repeat'],
  measure: async ({ poll }) => {
    let looks = 0;
    const lateness = await Promise.all(
      INSTANTS.map(async (instant) => {
        const start = performance.now();
        const condition = () => {
          looks++;
          return performance.now() - start >= instant;
        };
        const { at } = await watch(() => poll({ timeout: 8_000, condition }), 5_000);
        return at - instant;
      }),
    );
    const mean = lateness.reduce((sum, late) => sum + late, 0) / lateness.length;
    return { mean: Math.round(mean), looks };
  },
  columns: [
    {
      title: 'mean lateness',
      best: 'less is better',
      cell: (found) => ({ text: `${found['mean']} ms`, cost: numberOf(found, 'mean') }),
    },
    {
      title: 'looks',
      best: 'fewer is better',
      cell: (found) => ({ text: `${found['looks']}`, cost: numberOf(found, 'looks') }),
    },
  ],
};

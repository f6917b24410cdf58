import { type End, type Found, firstLine, type Job, quoted, SHORT, watch } from '../job.ts';
import type { Poll } from '../peer.ts';

/** What a wait that found nothing says. */
export const says: Job = {
  name: 'says',
  how: 'The condition is false for ever. The first line of the error, and whether its text (or its cause) names the time, the number of looks and what was seen last, and its stack the function that waited. Where a peer needs a throw for "not yet", it is `Error: not yet`. `seen`: the last answer, or that error.',
  needs: ['timeout', 'repeat'],
  measure: async ({ poll }) => {
    let looks = 0;
    const condition = () => {
      looks++;
      return false;
    };
    const end = await theFunctionThatWaits(poll, condition);
    const text = textOf(end);
    return {
      status: end.status,
      message: end.status === 'rejected' ? firstLine(end.error) : '',
      time: TIME.test(text),
      // A number that stands alone: no part of an address.
      looks: new RegExp(`(?<![.\\d])${looks}(?![.\\d])`).test(text),
      seen: /\bfalse\b|not yet/.test(text),
      line: stackOf(end).includes('theFunctionThatWaits'),
    };
  },
  columns: [
    {
      title: 'the error says',
      best: 'what, how long, what was seen',
      cell: (found) => ({ text: quoted(found['message']) }),
    },
    {
      title: 'the error names',
      best: 'time, looks, seen, line',
      cell: (found) => named(found, ['time', 'looks', 'seen', 'line']),
    },
  ],
};

/** What becomes of the errors of the looks. */
export const throws: Job = {
  name: 'throws',
  how: 'The condition throws `connect ECONNREFUSED`, another Error each time. Where is the last one when the wait has failed? "At once" is a decision, and no fault: a peer that ends with the first throw hides nothing.',
  needs: ['throw'],
  measure: async ({ pollAsIs }) => {
    let looks = 0;
    let last: Error | undefined;
    const condition = () => {
      last = new Error(`connect ECONNREFUSED 127.0.0.1:${++looks}`);
      throw last;
    };
    const end = await watch(() => pollAsIs({ ...SHORT, condition }), 1_500);
    const error = end.status === 'rejected' ? end.error : undefined;
    const where =
      error === last
        ? 'is the error'
        : (error as Error | undefined)?.cause === last
          ? 'is its cause'
          : String(error).includes('ECONNREFUSED')
            ? 'in its text'
            : 'lost';
    const isRewritten = last?.message !== `connect ECONNREFUSED 127.0.0.1:${looks}`;
    return { status: end.status, looks, where, isRewritten };
  },
  columns: [
    {
      title: 'the last error of a look',
      best: 'kept, and as it was thrown',
      cell: (found) => {
        if (found['status'] !== 'rejected') return { text: `${found['status']}`, isBest: false };
        const rewritten = found['isRewritten'] ? ', its message rewritten' : '';
        const at = found['looks'] === 1 ? 'at once: ' : '';
        return {
          text: `${at}${found['where']}${rewritten}`,
          isBest: found['where'] !== 'lost' && !found['isRewritten'],
        };
      },
    },
  ],
};

/** A condition with a misspelt name. */
export const typo: Job = {
  name: 'typo',
  how: 'The condition throws a `ReferenceError`, with a timeout of 300 ms and a pause of 50 ms: looks made.',
  needs: ['throw'],
  measure: async ({ pollAsIs }) => {
    let looks = 0;
    const condition = () => {
      looks++;
      throw new ReferenceError('sevrer is not defined');
    };
    const end = await watch(() => pollAsIs({ timeout: 300, interval: 50, condition }), 3_000);
    return { status: end.status, at: Math.round(end.at), looks };
  },
  columns: [
    {
      title: 'a typo',
      best: 'fails at the first look',
      cell: (found) => {
        if (found['looks'] === 1 && found['status'] === 'rejected') return { text: 'fails at once', isBest: true };
        return { text: `${found['looks']} looks, ${found['status']} at ${found['at']} ms`, isBest: false };
      },
    },
  ],
};

/** `waitFor(() => false)` */
export const falsy: Job = {
  name: 'falsy',
  how: 'The condition answers a plain `false` for ever, whatever the peer takes for "not yet".',
  needs: [],
  measure: async ({ pollAsIs }) => {
    const end = await watch(() => pollAsIs({ ...SHORT, condition: () => false }), 1_500);
    return { status: end.status };
  },
  columns: [
    {
      title: '`() => false`',
      best: 'does not pass',
      cell: (found) =>
        found['status'] === 'fulfilled' ? { text: 'passes', isBest: false } : { text: 'does not pass', isBest: true },
    },
  ],
};

/** What vitest makes of it: it prints the message and the cause of an error, and no more. */
export const printed: Job = {
  name: 'printed',
  how: 'The same condition that throws `connect ECONNREFUSED`, waited for in a test of vitest: what the terminal names when the test fails. A peer that ends with the first throw has waited for nothing, and has no time to name.',
  needs: ['timeout', 'repeat', 'throw'],
  measure: async ({ pollAsIs }) => {
    let looks = 0;
    const condition = () => {
      looks++;
      throw new Error('connect ECONNREFUSED');
    };
    try {
      await pollAsIs({ ...SHORT, condition });
    } finally {
      process.stdout.write(`<${looks} looks>\n`);
    }
    return {};
  },
  read: (terminal) => {
    const looks = /<(\d+) looks>/.exec(terminal)?.[1];
    // Below it vitest names its own durations.
    const text = /FAIL .*?(?=Test Files)/s.exec(terminal)?.[0] ?? '';
    return {
      looks: new RegExp(`\\b${looks} (looks|attempts|calls|tries)\\b`).test(text),
      time: TIME.test(text),
      error: text.includes('connect ECONNREFUSED'),
      line: /measure .*jobs\/words\.ts:\d+/.test(text),
      isAtOnce: looks === '1',
    };
  },
  columns: [
    {
      title: 'vitest prints',
      best: 'time, looks, error, line',
      cell: (found) => {
        const { text, isBest } = named(found, ['time', 'looks', 'error', 'line']);
        return found['isAtOnce'] ? { text: `at once: ${text}`, isBest: true } : { text, isBest };
      },
    },
  ],
};

// The budget, or what it really took.
const TIME = /\b(1[5-9]\d|2\d\d)\s?(ms|milliseconds)\b/;

async function theFunctionThatWaits(poll: Poll, condition: () => boolean): Promise<End> {
  try {
    return { status: 'fulfilled', at: 0, value: await within(1_500, poll({ ...SHORT, condition })) };
  } catch (error) {
    return error === PENDING ? { status: 'pending', at: 1_500 } : { status: 'rejected', at: 0, error };
  }
}

const PENDING = {};

/** Without a promise of its own around it: that would hide the line that waits. */
async function within(milliseconds: number, promise: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(reject, milliseconds, PENDING);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function textOf(end: End): string {
  if (end.status !== 'rejected') return '';
  const { message, cause } = (end.error ?? {}) as { message?: unknown; cause?: unknown };
  return `${message ?? end.error}\n${cause === undefined ? '' : cause}`;
}

function stackOf(end: End): string {
  return end.status === 'rejected' ? String((end.error as Error | undefined)?.stack) : '';
}

function named(found: Found, keys: readonly string[]) {
  const names = keys.filter((key) => found[key] === true);
  return { text: names.length === 0 ? 'nothing' : names.join(', '), isBest: names.length === keys.length };
}

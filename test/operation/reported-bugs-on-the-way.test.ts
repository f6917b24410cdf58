import { getEventListeners } from 'node:events';
import { pendingWaits, type WakeSource } from 'unsleep';
import { type Dialect, type OperationOptions, plain, settleOperation, waitForOperation } from 'unsleep/operation';
import { describe, expect, test, vi } from 'vitest';
import { azure } from '../../src/operation/dialects/azure.ts';
import { google } from '../../src/operation/dialects/google.ts';
import { isPending, rejection, settle, useVirtualTime } from '../virtual-time.ts';
import {
  accepted,
  at,
  bell,
  failure,
  HOME,
  hangs,
  json,
  networkError,
  STATUS,
  scripted,
  state,
  status,
  token,
  value,
} from './rig.ts';

// What went wrong in other libraries on the way to the end, one test for each, by where it was reported.

useVirtualTime();

const random = () => 0;
const running = state('Running');
const done = state('Succeeded');
const DAY = 86_400_000;

// A faked clock rings what is due at once a millisecond later, when it was set while the clock moved.
const soonAfter = (instant: number) => instant + 1;

/** A signal that aborts at this virtual instant. */
function abortAt(instant: number, reason: unknown = new Error('the user left')): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), instant);
  return controller.signal;
}

describe('pace', () => {
  test('each Retry-After counts, not the first alone (azure-sdk-for-java#11814)', async () => {
    const comeBackIn = (seconds: number) => state('Running', { 'retry-after': String(seconds) });
    const { fetch, instants } = scripted(comeBackIn(5), comeBackIn(2), comeBackIn(9), done);
    await value(waitForOperation(accepted({ 'retry-after': '3' }), { fetch, random }), 60_000);
    expect(instants()).toEqual([3_000, 8_000, 10_000, 19_000]);
  });

  test('a Retry-After goes before the interval of the caller (autorest.typescript#1034)', async () => {
    const { fetch, instants } = scripted(state('Running', { 'retry-after': '7' }), done);
    await value(waitForOperation(accepted(), { fetch, random, interval: () => 2_000 }), 60_000);
    expect(instants()).toEqual([2_000, 9_000]);
  });

  test('a Retry-After of the start answer delays the first poll (autorest.csharp#4722)', async () => {
    const { fetch, instants } = scripted(done);
    await value(waitForOperation(accepted({ 'retry-after': '30' }), { fetch, random }), 60_000);
    expect(instants()).toEqual([30_000]);
  });

  test('a Retry-After of the start answer alone counts once, and then the backoff (go-autorest#625)', async () => {
    const { fetch, instants } = scripted(running, running, done);
    await value(waitForOperation(accepted({ 'retry-after': '30' }), { fetch, random }), 60_000);
    expect(instants()).toEqual([30_000, 31_000, 33_000]);
  });

  test.each(['core-lro 3.3.1', 'node#3512', 'timeago.js#104'])(
    'a pause beyond 2^31-1 ms is slept to its end, and is no pause of 1 ms (%s)',
    async () => {
      const { fetch, instants } = scripted(state('Running', { 'retry-after': String((30 * DAY) / 1_000) }), done);
      await value(waitForOperation(accepted(), { fetch, random, timeout: 60 * DAY }), 60 * DAY);
      expect(instants()).toEqual([1_000, 1_000 + 30 * DAY]);
      const slow = scripted(running, done);
      await value(
        waitForOperation(token(), { fetch: slow.fetch, random, timeout: 90 * DAY, interval: 40 * DAY }),
        60 * DAY,
      );
      expect(slow.asked).toHaveLength(2);
    },
  );

  test.each(['aws-sdk-js-v3#5602', 'amazon-ecs-deploy-task-definition#839'])(
    'no pause is longer than 30 s, unless the server says so (%s)',
    async () => {
      const { fetch, instants } = scripted(running);
      await failure(settleOperation(accepted(), { fetch, random, timeout: '1h' }), 3_600_000);
      const pauses = instants().map((instant, index) => instant - (instants()[index - 1] ?? 0));
      expect(Math.max(...pauses)).toBe(30_000);
    },
  );

  test('the first look is at once where there is something to look at (aws-sdk-js-v3#1909)', async () => {
    const { fetch, instants } = scripted(done);
    await value(waitForOperation(token(), { fetch, random, interval: '15s' }), 0);
    expect(instants()).toEqual([0]);
  });

  test('polls back off by default (botocore#1563)', async () => {
    const { fetch, instants } = scripted(running);
    await failure(settleOperation(token(), { fetch, random, timeout: '1m' }), 60_000);
    expect(instants()).toEqual([0, 1_000, 3_000, 7_000, 15_000, 31_000, 59_500]);
  });

  test('pauses may be shorter than a second (aws-sdk-js-v3#6767)', async () => {
    const { fetch, instants } = scripted(running, running, done);
    await value(waitForOperation(token(), { fetch, random, interval: () => 50 }), 60_000);
    expect(instants()).toEqual([0, 50, 100]);
  });

  test.each(['aws-ebs-csi-driver#1947', 'terraform#12469'])(
    'a hundred waits for one thing are one poll at a time (%s)',
    async () => {
      const { fetch, instants } = scripted(running, running, done);
      const start = token();
      const waits = Array.from({ length: 100 }, () => waitForOperation(start, { fetch, random }));
      await value(Promise.all(waits), 60_000);
      expect(instants()).toEqual([0, 1_000, 3_000]);
    },
  );
});

describe('the last attempt', () => {
  test('is not skipped when the pause does not fit (smithy-typescript: TIMEOUT at 2.06 s of 2.5 s)', async () => {
    const { fetch, instants } = scripted(running, running, done);
    const options = { fetch, random, timeout: 2_500, interval: () => 1_000 };
    await value(waitForOperation(token(), options), 2_500);
    expect(instants()).toEqual([0, 1_000, 2_000]);
    const late = scripted(running, running, running, running);
    const error = await failure(settleOperation(token(), { ...options, fetch: late.fetch, timeout: 2_900 }), 2_900);
    expect(late.instants()).toEqual([0, 1_000, 2_400]);
    expect(error.elapsed).toBe(2_400);
  });

  test('is one, and no hot loop before the deadline (smithy-typescript: polls at 3.501, 3.502, 3.504 …)', async () => {
    const { fetch, instants } = scripted(running);
    await failure(settleOperation(token(), { fetch, random: () => 0.97, timeout: '4s' }), 4_000);
    const last = instants().filter((instant) => instant >= 3_000);
    expect(last).toEqual([3_500]);
  });

  test('is not followed by another after an abort (smithy-typescript: one more request)', async () => {
    const { fetch, instants } = scripted(running);
    const waiting = waitForOperation(token(), { fetch, random, interval: () => 1_000, signal: abortAt(2_500) });
    await rejection(waiting, 60_000);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(instants()).toEqual([0, 1_000, 2_000]);
  });

  test('is none at all for a signal that was aborted before (smithy-typescript: sends one)', async () => {
    const { fetch, asked } = scripted(done);
    const start = vi.fn(() => accepted());
    const signal = AbortSignal.abort(new Error('never mind'));
    for (const from of [start, token(), accepted()]) {
      await rejection(waitForOperation(from, { fetch, random, signal }), 60_000);
    }
    expect([asked, start.mock.calls]).toEqual([[], []]);
  });

  test('does not outlast the deadline, and nothing is granted on top (terraform: 30 s of grace)', async () => {
    const { fetch } = scripted(running, hangs);
    const error = await failure(settleOperation(token(), { fetch, random, timeout: '10s', interval: '8s' }), 10_000);
    expect(error).toMatchObject({ outcome: 'timeout', elapsed: 10_000 });
  });

  test('that sees the end counts, though time is up after it (tempest: Timeout, current status ACTIVE)', async () => {
    const slow = () => new Promise<Response>((resolve) => setTimeout(() => resolve(done.clone()), 499));
    const { fetch } = scripted(running, slow);
    const waiting = waitForOperation(token(), { fetch, random, timeout: '10s', interval: '9s' });
    await expect(value(waiting, 10_000)).resolves.toEqual({ status: 'Succeeded' });
  });

  test('comes after the last pause, which is no sleep for nothing (openstacksdk: sleeps, then times out)', async () => {
    const { fetch, instants } = scripted(running, done);
    await value(waitForOperation(token(), { fetch, random, timeout: '10s', interval: '1m' }), 10_000);
    expect(instants()).toEqual([0, 9_500]);
  });
});

describe('errors', () => {
  test.each(['aws-sdk-java-v2#5230', 'aws-sdk-java-v2#2262'])(
    'a message says what ended it and what was seen last, and the error has it (%s)',
    async () => {
      const body = { status: 'Failed', error: { code: 'QuotaExceeded', message: 'no room' }, id: 41 };
      const { fetch } = scripted(running, json(body));
      const error = await failure(settleOperation(accepted(), { fetch, random }), 60_000);
      expect(error.message).toContain('failed: QuotaExceeded: no room (after 3 s');
      expect(error.message).toContain('Running');
      expect(error).toMatchObject({
        last: { kind: 'failed', state: 'Failed' },
        failure: { code: 'QuotaExceeded' },
        polls: 2,
      });
    },
  );

  test('a value that is circular breaks no message (aws-sdk-js-v3#7459)', async () => {
    const details: Record<string, unknown> = {};
    details['self'] = details;
    const body = { status: 'Failed', error: { message: 'no room', details } };
    const poll = () => ({ status: 200, url: STATUS, body });
    const error = await failure(settleOperation(token(), { poll, random }), 0);
    expect(error.message).toContain('no room');
    expect(() => JSON.stringify([error, error.report])).not.toThrow();
  });

  test('a wait that stops is never called cancelled: that is what a server says (google-cloud-java#9720, google-cloud-cpp#8695)', async () => {
    const { fetch } = scripted(running);
    const waits: OperationOptions[] = [{ timeout: '5s' }, { signal: abortAt(5_000) }, { maxRetryAfter: 1 }];
    for (const options of waits) {
      const { outcome, known } = await failure(
        settleOperation(accepted({ 'retry-after': '1' }), { fetch, random, ...options }),
        60_000,
      );
      expect([outcome, known]).toEqual([expect.stringMatching(/^(timeout|aborted)$/), false]);
    }
  });

  test('the error that a read ended with is not hidden behind the deadline (terraform#5537)', async () => {
    const { fetch } = scripted(running, json({ error: { message: 'the backend is on fire' } }, {}, 500));
    const error = await failure(settleOperation(accepted(), { fetch, random, timeout: '20s' }), 20_000);
    expect(error.outcome).toBe('timeout');
    expect(error.message).toContain('answered 500: the backend is on fire');
    expect(error.cause).toMatchObject({ status: 500 });
  });

  test('a timeout leaves what goes on with it (terraform-provider-awscc#251)', async () => {
    const { fetch } = scripted(running);
    const error = await failure(settleOperation(accepted(), { fetch, random, timeout: '5s' }), 5_000);
    expect(await value(waitForOperation(error.token, { fetch: scripted(done).fetch, random }), 60_000)).toBeDefined();
  });

  test('an abort while the result is read does not say that it may still be running', async () => {
    const over = new Response(null, { status: 303, headers: { location: '/results/41' } });
    const { fetch } = scripted(over, status(500));
    const options = { fetch, random, signal: abortAt(5_000) };
    const error = await failure(settleOperation(accepted(), options), 60_000);
    expect(error.outcome).toBe('aborted');
    expect(error.message).toContain('it succeeded');
    expect(error.message).not.toContain('it may still be running');
  });
});

describe('aborts', () => {
  const reason = new Error('the user left');

  test('one does not make every later wait reject (core-lro 3.3.1)', async () => {
    const { fetch } = scripted(running, running, done);
    const answer = accepted();
    expect(await rejection(waitForOperation(answer, { fetch, random, signal: abortAt(1_500, reason) }), 2_000)).toBe(
      reason,
    );
    expect(await value(waitForOperation(answer, { fetch, random }), 60_000)).toEqual({ status: 'Succeeded' });
  });

  test('one does not end the other waits (core-lro 3.3.1)', async () => {
    const { fetch } = scripted(running, running, done);
    const answer = accepted();
    const left = waitForOperation(answer, { fetch, random, signal: abortAt(1_500, reason) }).catch((error) => error);
    const stayed = waitForOperation(answer, { fetch, random });
    expect(await value(Promise.all([left, stayed]), 60_000)).toEqual([reason, { status: 'Succeeded' }]);
  });

  test.each([
    ['unavailable', status(500), { maxUnreadable: 0 }],
    ['rejected', status(401), {}],
  ] as const)(
    'and an end of which nothing is known is no end for a later wait of the same answer: %s',
    async (outcome, step, more) => {
      const { fetch } = scripted(step, done);
      const answer = accepted();
      const error = await failure(settleOperation(answer, { fetch, random, ...more }), 60_000);
      expect(error).toMatchObject({ outcome, known: false });
      // Credentials that were renewed, or a server that is well again.
      expect(await value(settleOperation(answer, { fetch, random, ...more }), 60_000)).toMatchObject({
        outcome: 'succeeded',
      });
    },
  );

  const cancellable: Dialect = { ...plain(), cancel: ({ url = '' }, { send }) => send(url, { method: 'DELETE' }) };

  test('a cancel that answers 202 is no end: what became of it is (core-lro#22852)', async () => {
    const { fetch, asked } = scripted(
      running,
      status(202),
      state('Canceling'),
      state('Canceled', {}, { error: { code: 'User', message: 'as asked' } }),
    );
    const options = {
      fetch,
      random,
      dialect: cancellable,
      onAbort: 'cancel-and-wait',
      signal: abortAt(1_500),
    } as const;
    const error = await failure(settleOperation(accepted(), options), 60_000);
    expect(error).toMatchObject({ outcome: 'cancelled', known: true, cancel: 'requested', failure: { code: 'User' } });
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'DELETE', 'GET', 'GET']);
  });

  test('cancelling and waiting take no longer than cancelTimeout together', async () => {
    const slow = () => new Promise<Response>((resolve) => setTimeout(() => resolve(status(202)), 9_000));
    const { fetch } = scripted(running, slow, running);
    const began = performance.now();
    const options = { fetch, random, dialect: cancellable, cancelTimeout: '10s' } as const;
    const waiting = settleOperation(accepted(), { ...options, onAbort: 'cancel-and-wait', signal: abortAt(1_500) });
    const ended = waiting.then(() => performance.now() - began);
    expect(await value(ended, 60_000)).toBeLessThanOrEqual(11_500);
  });

  test('the waiter does not outlive its owner (aws-cdk#31541)', async () => {
    const { fetch, asked } = scripted(running);
    const controller = new AbortController();
    const waiting = waitForOperation(accepted(), {
      fetch,
      random,
      signal: controller.signal,
      timeout: Number.POSITIVE_INFINITY,
    });
    await vi.advanceTimersByTimeAsync(5_000);
    const before = asked.length;
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect([vi.getTimerCount(), pendingWaits()]).toEqual([0, []]);
    await vi.advanceTimersByTimeAsync(DAY);
    expect(asked).toHaveLength(before);
  });

  test('there is no ceiling of an hour (aws-cdk#24974)', async () => {
    const began = performance.now();
    const { fetch } = scripted(() => (performance.now() - began > 10 * 3_600_000 ? done.clone() : running.clone()));
    const options = { fetch, random, timeout: '12h', interval: '10m' } as const;
    await expect(value(waitForOperation(accepted(), options), 12 * 3_600_000)).resolves.toBeDefined();
  });
});

describe('leaks', () => {
  test.each(['honker#67', 'p-retry#71', 'easy-poll#1'])(
    'a signal that outlives hundreds of polls has no listener left (%s)',
    async () => {
      const { signal } = new AbortController();
      const { fetch, asked } = scripted(running);
      let most = 0;
      const options = {
        ...{ fetch, random, signal, interval: () => 10, timeout: 3_000 },
        onLook: () => {
          most = Math.max(most, getEventListeners(signal, 'abort').length);
        },
      } as const;
      await failure(settleOperation(token(), options), 3_000);
      expect(asked.length).toBeGreaterThan(200);
      expect(most).toBeLessThanOrEqual(2);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    },
  );

  test('the signal of a poll that was answered is not aborted afterwards, and has no listeners of ours left (qwen-code#4366)', async () => {
    const signals: AbortSignal[] = [];
    const { fetch } = scripted((init) => {
      if (init.signal) signals.push(init.signal);
      return signals.length < 4 ? running.clone() : done.clone();
    });
    await value(waitForOperation(accepted(), { fetch, random }), 60_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false, false]);
    expect(signals.flatMap((signal) => getEventListeners(signal, 'abort'))).toEqual([]);
  });
});

describe('busy loops', () => {
  // A source, a store or a body that is broken must not make the wait spin.
  const onLook = () => {
    let looks = 0;
    return () => {
      if (++looks > 500) throw new Error('it looks without end');
    };
  };

  test('a source that fails again and again does not spin (hull#273, E11)', async () => {
    const broken: WakeSource = (wake) => {
      const timer = setInterval(() => wake.failed(new Error('connection lost')), 1);
      return () => clearInterval(timer);
    };
    const { fetch, instants } = scripted(running, running, done);
    await value(waitForOperation(token(), { fetch, random, wakeOn: broken, onLook: onLook() }), 60_000);
    expect(instants()).toEqual([0, 1_000, 3_000]);
  });

  test('a token that cannot be stored for a passing reason is offered again at the pace of polls', async () => {
    let calls = 0;
    const onToken = () => {
      calls++;
      throw networkError();
    };
    const { fetch } = scripted(running);
    const options = { fetch, random, onToken, onLook: onLook(), timeout: '20s' } as const;
    const error = await failure(settleOperation(accepted(), options), 20_000);
    expect(error).toMatchObject({ outcome: 'timeout', known: false });
    expect(calls).toBeLessThan(30);
  });

  test('a start answer whose body breaks off does not spin', async () => {
    const broken = () => {
      const stream = new ReadableStream({ start: (controller) => controller.error(new TypeError('terminated')) });
      return at(new Response(stream, { status: 202, headers: { 'operation-location': STATUS } }), HOME);
    };
    const { fetch, instants } = scripted(running, done);
    await value(waitForOperation(broken(), { fetch, random, onLook: onLook() }), 60_000);
    expect(instants()).toEqual([1_000, 3_000]);
  });
});

describe('an answer that does not come to its end', () => {
  test.each([429, 503])(
    'counts though who asked has left: the other waits keep the Retry-After of a %i',
    async (code) => {
      const hanging = () => new Response(new ReadableStream(), { status: code, headers: { 'retry-after': '60' } });
      const { source, ringAt } = bell();
      const { fetch, instants } = scripted(running, hanging, done);
      const start = token();
      ringAt(500);
      const left = waitForOperation(start, { fetch, random, wakeOn: source, signal: abortAt(800) }).catch(() => 'left');
      const stayed = waitForOperation(start, { fetch, random });
      expect(await value(Promise.all([left, stayed]), 120_000)).toEqual(['left', { status: 'Succeeded' }]);
      expect(instants()).toEqual([0, soonAfter(500), expect.toSatisfy((instant: number) => instant >= 60_500)]);
    },
  );

  test.each([429, 503])('still counts by its status and its headers: a %i keeps its Retry-After', async (code) => {
    const broken = () => {
      const stream = new ReadableStream({ start: (controller) => controller.error(new TypeError('terminated')) });
      return new Response(stream, { status: code, headers: { 'retry-after': '60' } });
    };
    const { source, ringAt } = bell();
    ringAt(5_000);
    const { fetch, instants } = scripted(broken, done);
    await value(waitForOperation(token(), { fetch, random, wakeOn: source }), 120_000);
    expect(instants()).toEqual([0, 60_000]);
  });
});

describe('a server that wants not to be asked', () => {
  test('is not asked for what else belongs to the look either', async () => {
    const dialect: Dialect = {
      ...plain(),
      reads: () => ['https://api.example/more/1', 'https://api.example/more/2'],
    };
    const { fetch, asked } = scripted(status(429, { 'retry-after': '60' }), done);
    await value(waitForOperation(token(), { fetch, random, dialect }), 120_000);
    expect(asked.map(({ at }) => at)).toEqual([0, 60_000, 60_000, 60_000]);
  });
});

describe('a result', () => {
  test('needs no confirmation once the end was confirmed', async () => {
    const over = new Response(null, { status: 303, headers: { location: '/results/41' } });
    const { fetch, asked } = scripted(over, over, status(500), json({ size: 41 }));
    const options = { fetch, random, interval: () => 10, confirm: 2 };
    expect(await value(waitForOperation(token(), options), 60_000)).toEqual({ size: 41 });
    expect(asked).toHaveLength(4);
  });
});

describe('security', () => {
  test('credentials do not go to the host that a Location names (azure-sdk-for-python#48804)', async () => {
    const { fetch, asked } = scripted(
      new Response(null, { status: 202, headers: { location: 'https://evil.example/1' } }),
    );
    const options = { fetch, random, headers: { authorization: 'Bearer hush' } };
    const error = await failure(settleOperation(accepted(), options), 60_000);
    expect(error.outcome).toBe('no-monitor');
    expect(asked.map(({ url }) => url)).toEqual([STATUS]);
  });

  test('a service behind a gateway can be followed through it (azure-sdk-for-js#33321)', async () => {
    const start = () => accepted({ 'operation-location': 'https://backend.example/operations/41' });
    const asked: string[] = [];
    const answers = [running, done];
    // A client that knows the way in, and tells of the address that it was asked for.
    const fetch: typeof globalThis.fetch = async (url) => {
      asked.push(String(url).replace('https://backend.example', 'https://api.example/backend'));
      return at(answers.shift()?.clone() ?? status(500), String(url));
    };
    const refused = await failure(settleOperation(start(), { fetch, random }), 0);
    expect(refused).toMatchObject({ outcome: 'no-monitor' });
    expect(refused.message).toContain('`allowOrigin` may allow it');
    const allowOrigin = ({ host }: URL) => host === 'backend.example';
    await value(waitForOperation(start(), { fetch, random, allowOrigin }), 60_000);
    expect(asked).toEqual(Array(2).fill('https://api.example/backend/operations/41'));
  });

  test('headers that a browser hides are named where nothing tells where to look (azure-sdk-for-js#26701)', async () => {
    for (const dialect of [plain(), azure()]) {
      const error = await failure(settleOperation(at(status(202), HOME), { dialect }), 0);
      expect(error.outcome).toBe('no-monitor');
      expect(error.message).toContain('Access-Control-Expose-Headers');
    }
  });

  test('the header that leads to the monitor is polled, and not the one that leads to the result (azure-sdk-for-js#20647)', async () => {
    for (const dialect of [plain(), azure({ method: 'DELETE' })]) {
      const { fetch, asked } = scripted(running, done);
      const start = accepted({ location: 'https://api.example/results/41' });
      await value(waitForOperation(start, { fetch, random, dialect }), 60_000);
      expect(asked.map(({ url }) => url)).toEqual([STATUS, STATUS]);
    }
  });

  test('no result is asked for where there is none (fabric-cli#69)', async () => {
    const { fetch, asked } = scripted(done);
    await value(waitForOperation(accepted(), { fetch, random, dialect: azure({ method: 'DELETE' }) }), 60_000);
    expect(asked).toHaveLength(1);
  });
});

describe('events', () => {
  test.each(['bullmq#383', 'bull#1906', 'pulumi-kubernetes#1596'])(
    'what ends before anybody listens is not missed (%s, E1)',
    async () => {
      // The event comes while the source connects, and is heard by nobody.
      let isDone = false;
      const source: WakeSource = async () => {
        isDone = true;
        await null;
        return () => {};
      };
      const { fetch, instants } = scripted(() => (isDone ? done.clone() : running.clone()));
      await value(waitForOperation(token(), { fetch, random, wakeOn: source, interval: '1h', timeout: '2h' }), 60_000);
      expect(instants().at(-1)).toBeLessThanOrEqual(soonAfter(100));
    },
  );

  test.each(['bullmq#2341', 'bull#1371', 'kubectl#1482'])(
    'what is removed while it is waited for ends the wait at the event (%s, E13)',
    async () => {
      const { source, ringAt } = bell();
      const { fetch, instants } = scripted(running, status(404));
      ringAt(5_000);
      const options = { fetch, random, wakeOn: source, interval: '1h', timeout: '2h' } as const;
      const error = await failure(settleOperation(token(), options), 6_000);
      expect(error.outcome).toBe('gone');
      expect(instants()).toEqual([0, soonAfter(5_000)]);
    },
  );

  test.each(['bullmq#4729', 'pg-boss#850', 'worker#541'])(
    'a source that has gone silent costs no more than the pace of polls (%s, E8)',
    async () => {
      const { source } = bell();
      const { fetch, instants } = scripted(running, running, running, done);
      await value(waitForOperation(token(), { fetch, random, wakeOn: source }), 60_000);
      expect(instants()).toEqual([0, 1_000, 3_000, 7_000]);
    },
  );

  test('a source that connects again is an event (dbos-transact-py#562, E9)', async () => {
    const reconnecting: WakeSource = (wake) => {
      const timer = setTimeout(wake, 4_000);
      return () => clearTimeout(timer);
    };
    const { fetch, instants } = scripted(running, done);
    await value(
      waitForOperation(token(), { fetch, random, wakeOn: reconnecting, interval: '1h', timeout: '2h' }),
      60_000,
    );
    expect(instants()).toEqual([0, soonAfter(4_000)]);
  });

  test('say nothing: one that is false, doubled, early or late changes when it is looked, not what is seen (E3, E4)', async () => {
    const { source, ringAt } = bell();
    const { fetch } = scripted(running, running, running, running, done);
    for (const instant of [10, 10, 500, 500, 500, 2_000]) ringAt(instant);
    const verdict = await value(settleOperation(accepted(), { fetch, random, wakeOn: source }), 60_000);
    expect(verdict).toEqual({ outcome: 'succeeded', value: { status: 'Succeeded' } });
  });

  test('that are too many for minWakeGap do not put off the poll that was due anyway (E6, E8)', async () => {
    const { source, ringAt } = bell();
    const { fetch, instants } = scripted(running, running, running);
    ringAt(1_500);
    const options = { fetch, random, wakeOn: source, minWakeGap: '10s', timeout: '15s' } as const;
    await failure(settleOperation(accepted(), options), 60_000);
    expect(instants().slice(0, 3)).toEqual([1_000, 3_000, 7_000]);
  });

  test('in the millisecond before the last poll do not take its place', async () => {
    const { source, ringAt } = bell();
    const { fetch, instants } = scripted(running, running, running, done);
    ringAt(9_499);
    const options = { fetch, random, wakeOn: source, minWakeGap: '20s', timeout: '10s' } as const;
    await value(settleOperation(accepted(), options), 60_000);
    expect(instants()).toEqual([1_000, 3_000, 7_000, 9_500]);
  });

  test('that end leave the wait, which goes on by polling (E10)', async () => {
    const ending: WakeSource = (wake) => {
      wake.failed(new Error('204: no more events'));
      return () => {};
    };
    const { fetch, instants } = scripted(running, running, done);
    await value(waitForOperation(token(), { fetch, random, wakeOn: ending }), 60_000);
    expect(instants()).toEqual([0, 1_000, 3_000]);
  });

  test('with versions that go backwards are no matter: a version is sent back, and never compared (E12)', async () => {
    const tagged = (etag: string) => state('Running', { etag });
    const { fetch, asked } = scripted(tagged('"9"'), tagged('"1"'), status(304), tagged('W/"x"'), done);
    await value(waitForOperation(token(), { fetch, random }), 60_000);
    expect(asked.map(({ headers }) => headers.get('if-none-match'))).toEqual([null, '"9"', '"1"', '"1"', 'W/"x"']);
  });

  test('are not needed where the server answers slowly: a long poll is a look, and an early answer proves nothing (E14)', async () => {
    // A timer of 0 ms is one of 1 ms.
    const taking = (milliseconds: number, answer: Response) => () =>
      new Promise<Response>((resolve) => setTimeout(() => resolve(answer.clone()), milliseconds));
    const { fetch, instants } = scripted(taking(25_000, running), taking(0, running), taking(25_000, done));
    await value(waitForOperation(token(), { fetch, random, interval: () => 100 }), 60_000);
    expect(instants()).toEqual([0, 25_100, 25_201]);
  });

  test('never make two looks at once, so none is older than the one before (E15)', async () => {
    const { source, ringAt } = bell();
    let [underWay, most] = [0, 0];
    const slow = async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 700));
      underWay--;
      return running.clone();
    };
    for (let instant = 0; instant < 10_000; instant += 50) ringAt(instant);
    const { fetch } = scripted(slow);
    await failure(settleOperation(token(), { fetch, random, wakeOn: source, timeout: '10s' }), 60_000);
    expect(most).toBe(1);
  });

  test('are listened to before the request is sent, and no longer than the wait (E2, E16)', async () => {
    const { source, listeners } = bell();
    const live: number[] = [];
    const start = () => {
      live.push(listeners.size);
      return accepted();
    };
    const ends = [() => ({ timeout: 2_000 }), () => ({ signal: abortAt(1_500) }), () => ({})];
    for (const [index, end] of ends.entries()) {
      const { fetch } = scripted(index === 2 ? done : running);
      await settle(settleOperation(start, { fetch, random, wakeOn: source, ...end() }), 60_000);
      expect([live, listeners.size]).toEqual([Array(index + 1).fill(1), 0]);
    }
  });
});

describe('several waits', () => {
  // Each has its own idea of what counts; what they share is what was read.
  test('for one operation each judge by their own options', async () => {
    const { fetch } = scripted(running, status(500), status(404));
    const start = token();
    const wait = (options: OperationOptions) => settleOperation(start, { fetch, random, ...options });
    const verdicts = await value(
      Promise.all([wait({}), wait({ expect: 'deleted' }), wait({ maxUnreadable: 0 })]),
      60_000,
    );
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['gone', 'succeeded', 'unavailable']);
  });

  test('that are never awaited leave nothing behind when their time is up', async () => {
    const { fetch } = scripted(running);
    const waiting = settleOperation(accepted(), { fetch, random, timeout: '5s' });
    expect(await isPending(waiting)).toBe(true);
    await value(waiting, 5_000);
  });

  test('for operations of one name at two places do not mix', async () => {
    const dialect = google();
    const at1 = at(json({ name: 'operations/1' }), 'https://one.example/v1/things');
    const at2 = at(json({ name: 'operations/1' }), 'https://two.example/v1/things');
    const { fetch } = scripted(
      json({ name: 'operations/1', done: true, response: { from: 1 } }),
      json({ name: 'operations/1', done: true, response: { from: 2 } }),
    );
    const results = await value(
      Promise.all([at1, at2].map((start) => waitForOperation(start, { fetch, random, dialect }))),
      60_000,
    );
    expect(results).toEqual([{ from: 1 }, { from: 2 }]);
  });
});

describe('what a version belongs to', () => {
  test('is one address: it is not sent to another', async () => {
    const moved = new Response(null, { status: 202, headers: { location: '/other/1', etag: '"1"' } });
    const { fetch, asked } = scripted(moved, state('Running', { etag: '"2"' }), done);
    await value(waitForOperation(accepted({ etag: '"0"' }), { fetch, random }), 60_000);
    expect(asked.map(({ headers }) => headers.get('if-none-match'))).toEqual([null, null, '"2"']);
  });
});

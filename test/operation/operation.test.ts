import { pendingWaits, type WakeSource } from 'unsleep';
import { settleOperation, waitForOperation } from 'unsleep/operation';
import { describe, expect, test } from 'vitest';
import { useVirtualTime } from '../virtual-time.ts';
import { accepted, bell, failure, hangs, networkError, scripted, state, status, token, value } from './rig.ts';

useVirtualTime();

/** Every random pause at its longest. */
const random = () => 0;
const running = state('Running');
const done = state('Succeeded');

describe('the polls of an operation', () => {
  test('begin a second after the start, and grow to one in 30 s', async () => {
    const { fetch, instants } = scripted(...Array(7).fill(running), state('Succeeded', {}, { size: 41 }));
    const waiting = waitForOperation(accepted(), { fetch, random });
    expect(await value(waiting, 121_000)).toEqual({ status: 'Succeeded', size: 41 });
    expect(instants()).toEqual([1_000, 3_000, 7_000, 15_000, 31_000, 61_000, 91_000, 121_000]);
  });

  test('are jittered above a second, past the ceiling too', async () => {
    const { fetch, instants } = scripted(...Array(7).fill(running), done);
    await value(waitForOperation(accepted(), { fetch, random: () => 0.5 }), 121_000);
    expect(instants()).toEqual([1_000, 2_500, 5_000, 9_500, 18_000, 33_500, 49_000, 64_500]);
  });

  test('follow the interval of the caller', async () => {
    const { fetch, instants } = scripted(running, running, done);
    await value(waitForOperation(accepted(), { fetch, random, interval: ({ attempt }) => attempt * 10 }), 60);
    expect(instants()).toEqual([10, 30, 60]);
  });

  test('fall at half of the expected duration, and then keep to a share of the time', async () => {
    const { fetch, instants } = scripted(running, running, done);
    await value(waitForOperation(accepted(), { fetch, random, expected: '1m' }), 60_000);
    expect(instants()).toEqual([30_000, 33_000, 36_300]);
  });

  test('fall at half of what is left when the body tells how far it is', async () => {
    const { fetch, instants } = scripted(
      state('Running', {}, { percentComplete: 10 }),
      state('Running', {}, { percentComplete: 50 }),
      done,
    );
    await value(waitForOperation(accepted(), { fetch, random }), 60_000);
    // 90 % are left at 10 % a second; then 50 % at 50 % in 5.5 s.
    expect(instants()).toEqual([1_000, 5_500, 8_250]);
  });

  test('keep to the interval of the caller when the body tells how far it is', async () => {
    const { fetch, instants } = scripted(state('Running', {}, { percentComplete: 10 }), done);
    const interval = () => 20;
    await value(waitForOperation(accepted(), { fetch, random, interval }), 40);
    expect(instants()).toEqual([20, 40]);
  });

  test('wait for the Retry-After of the start answer before the first (azure-sdk-for-net#44147)', async () => {
    const { fetch, instants } = scripted(done);
    await value(waitForOperation(accepted({ 'retry-after': '7' }), { fetch, random }), 7_000);
    expect(instants()).toEqual([7_000]);
  });

  test('follow the Retry-After of each answer, and begin anew after it (azure-sdk-for-java#11814)', async () => {
    const { fetch, instants } = scripted(
      running,
      running,
      state('Running', { 'retry-after': '20' }),
      state('Running', { 'retry-after': '2' }),
      running,
      running,
      done,
    );
    await value(waitForOperation(accepted(), { fetch, random }), 60_000);
    expect(instants()).toEqual([1_000, 3_000, 7_000, 27_000, 29_000, 30_000, 32_000]);
  });

  test('use a Retry-After once only', async () => {
    const { fetch, instants } = scripted(running, done);
    await value(waitForOperation(accepted({ 'retry-after': '10' }), { fetch, random }), 60_000);
    expect(instants()).toEqual([10_000, 11_000]);
  });

  test('come up to a tenth later than asked for, so that not all come at once', async () => {
    const { fetch, instants } = scripted(done);
    const waiting = waitForOperation(accepted({ 'retry-after': '10' }), { fetch, random: () => 0.5 });
    await value(waiting, 60_000);
    expect(instants()).toEqual([10_500]);
  });

  test('begin at once with a token', async () => {
    const { fetch, instants } = scripted(running, done);
    await value(waitForOperation(token(), { fetch, random }), 60_000);
    expect(instants()).toEqual([0, 1_000]);
  });

  test('begin no sooner than the token says', async () => {
    const { fetch, instants } = scripted(done);
    await value(waitForOperation(token({ notBefore: Date.now() + 4_000 }), { fetch, random }), 4_000);
    expect(instants()).toEqual([4_000]);
  });

  test('never come together, however slow one is', async () => {
    let underWay = 0;
    const slow = () =>
      new Promise<Response>((resolve) => {
        expect(++underWay).toBe(1);
        setTimeout(() => {
          underWay--;
          resolve(running.clone());
        }, 5_000);
      });
    const { fetch, instants } = scripted(slow, slow, done);
    await value(waitForOperation(accepted(), { fetch, random }), 60_000);
    expect(instants()).toEqual([1_000, 8_000, 17_000]);
  });
});

describe('the last poll', () => {
  test('begins half a second before the deadline, and nothing comes after it', async () => {
    const { fetch, instants } = scripted(running);
    const error = await failure(settleOperation(accepted(), { fetch, random, timeout: '10s' }), 9_500);
    expect(instants()).toEqual([1_000, 3_000, 7_000, 9_500]);
    expect(error).toMatchObject({ outcome: 'timeout', known: false, polls: 4, elapsed: 9_500 });
  });

  test('replaces one that would leave no room for another', async () => {
    const { fetch, instants } = scripted(running);
    await failure(settleOperation(accepted(), { fetch, random, timeout: '4s' }), 3_500);
    expect(instants()).toEqual([1_000, 3_500]);
  });

  test('begins as long before the deadline as is wanted', async () => {
    const { fetch, instants } = scripted(running);
    await failure(settleOperation(accepted(), { fetch, random, timeout: '10s', lastPollReserve: '2s' }), 8_000);
    expect(instants()).toEqual([1_000, 3_000, 7_000, 8_000]);
  });

  test('begins at half of a budget that is shorter than that', async () => {
    const { fetch, instants } = scripted(running);
    await failure(settleOperation(accepted(), { fetch, random, timeout: 600 }), 300);
    expect(instants()).toEqual([300]);
  });

  test('counts when it sees the end', async () => {
    const { fetch } = scripted(running, running, done);
    await expect(value(waitForOperation(accepted(), { fetch, random, timeout: '10s' }), 9_500)).resolves.toBeDefined();
  });

  test('is cut at the deadline, and its late answer does not count', async () => {
    const { fetch, asked } = scripted(running, running, running, hangs);
    const error = await failure(settleOperation(accepted(), { fetch, random, timeout: '10s' }), 10_000);
    expect(asked.map(({ at }) => at)).toEqual([1_000, 3_000, 7_000, 9_500]);
    expect(error).toMatchObject({ outcome: 'timeout', known: false, elapsed: 10_000 });
  });

  test('is cut at the deadline, however slow those before it were', async () => {
    const slow = () => new Promise<Response>((resolve) => setTimeout(() => resolve(running.clone()), 3_000));
    const { fetch } = scripted(slow, hangs);
    const error = await failure(settleOperation(accepted(), { fetch, random, timeout: '10s' }), 10_000);
    expect(error.elapsed).toBe(10_000);
  });

  test('does not come before the server wants it: the wait ends at once and says when that is', async () => {
    const { fetch, instants } = scripted(state('Running', { 'retry-after': '600' }));
    const error = await failure(settleOperation(accepted(), { fetch, random, timeout: '5m' }), 1_000);
    expect(instants()).toEqual([1_000]);
    expect(error).toMatchObject({ outcome: 'timeout', elapsed: 1_000, notBefore: Date.now() + 600_000 });
    expect(error.message).toContain(
      `not over within 5 min: the server wants to be asked again in 10 min, at ${new Date(error.notBefore ?? 0).toISOString()}`,
    );
  });

  test('may come before a soft Retry-After when an event asks for it, so then the wait goes on', async () => {
    const { source, ringAt, listeners } = bell();
    const { fetch, instants } = scripted(state('Running', { 'retry-after': '600' }), done);
    const waiting = waitForOperation(accepted(), { fetch, random, timeout: '1m', wakeOn: source });
    ringAt(40_000);
    await value(waiting, 41_000);
    expect(instants()).toEqual([1_000, at(40_000)]);
    expect(listeners.size).toBe(0);
  });

  test('does not come at all when the server asked for longer and no event came: the wait ends at the deadline', async () => {
    const { fetch, instants } = scripted(state('Running', { 'retry-after': '600' }));
    const options = { fetch, random, timeout: '1m', wakeOn: bell().source } as const;
    const error = await failure(settleOperation(accepted(), options), 60_000);
    expect(instants()).toEqual([1_000]);
    expect(error).toMatchObject({ outcome: 'timeout', elapsed: 60_000 });
  });

  test('does not come after a hard Retry-After that is too long, whatever events may come', async () => {
    const { fetch, instants } = scripted(status(429, { 'retry-after': '600' }));
    const options = { fetch, random, timeout: '1m', wakeOn: bell().source } as const;
    const error = await failure(settleOperation(accepted(), options), 1_000);
    expect(instants()).toEqual([1_000]);
    expect(error).toMatchObject({ outcome: 'timeout', elapsed: 1_000 });
    expect(error.message).toContain('the server wants to be asked again in 10 min');
  });

  test('comes sooner when the server asks for longer than is allowed: the wait ends', async () => {
    const { fetch } = scripted(state('Running', { 'retry-after': '60' }));
    const error = await failure(settleOperation(accepted(), { fetch, random, maxRetryAfter: '30s' }), 1_000);
    expect(error).toMatchObject({ outcome: 'timeout', elapsed: 1_000 });
    expect(error.message).toContain('and maxRetryAfter is 30 s');
  });
});

// A faked clock rings what is due at once a millisecond later, when it was set while the clock moved.
const at = (instant: number) => instant + 1;

describe('an event', () => {
  test('brings the next poll forward, and does not make the pauses grow (E3)', async () => {
    const { source, ringAt } = bell();
    const { fetch, instants } = scripted(running, running, running, done);
    ringAt(4_000);
    await value(waitForOperation(accepted(), { fetch, random, wakeOn: source }), 60_000);
    // The pause after the third is that which was due anyway: 4 s from then.
    expect(instants()).toEqual([1_000, 3_000, at(4_000), at(8_000)]);
  });

  test('that comes in the middle of a poll causes one more after it (E5)', async () => {
    const { source, ring } = bell();
    const slow = () =>
      new Promise<Response>((resolve) => {
        ring();
        setTimeout(() => resolve(running.clone()), 500);
      });
    const { fetch, instants } = scripted(slow, done);
    await value(waitForOperation(accepted(), { fetch, random, wakeOn: source }), 60_000);
    expect(instants()).toEqual([1_000, at(1_500)]);
  });

  test('storm is a poll each 100 ms at the most (E6)', async () => {
    const { source, ringAt } = bell();
    const { fetch, instants } = scripted(running, running, running, done);
    for (let at = 1_000; at < 1_400; at += 10) ringAt(at);
    await value(waitForOperation(accepted(), { fetch, random, wakeOn: source }), 60_000);
    expect(instants()).toEqual([1_000, 1_100, 1_200, 1_300]);
  });

  test('shortens a soft Retry-After (E7)', async () => {
    const { source, ringAt } = bell();
    const { fetch, instants } = scripted(state('Running', { 'retry-after': '60' }), done);
    ringAt(5_000);
    await value(waitForOperation(accepted(), { fetch, random, wakeOn: source }), 60_000);
    expect(instants()).toEqual([1_000, at(5_000)]);
  });

  test.each([429, 503])('never shortens the Retry-After of a %i (E7)', async (code) => {
    const { source, ringAt } = bell();
    const { fetch, instants } = scripted(status(code, { 'retry-after': '60' }), done);
    for (let at = 2_000; at < 60_000; at += 1_000) ringAt(at);
    await value(waitForOperation(accepted(), { fetch, random, wakeOn: source }), 120_000);
    expect(instants()).toEqual([1_000, 61_000]);
  });

  test('is not needed: the polls go on underneath (E8)', async () => {
    const { fetch, instants } = scripted(running, running, done);
    await value(waitForOperation(accepted(), { fetch, random, wakeOn: bell().source }), 60_000);
    expect(instants()).toEqual([1_000, 3_000, 7_000]);
  });

  test('source that fails degrades to polling, and is named when the wait fails (E11)', async () => {
    function broken(): () => void {
      throw new Error('no such channel');
    }
    const { fetch, instants } = scripted(running);
    const error = await failure(settleOperation(accepted(), { fetch, random, timeout: '4s', wakeOn: broken }), 4_000);
    expect(instants()).toEqual([1_000, 3_500]);
    expect(error.message).toContain('wake source "broken" failed after 0 ms (no such channel)');
  });

  test('source is live before the request is sent, so it can miss nothing (E1, E2)', async () => {
    const steps: string[] = [];
    const source: WakeSource = async (wake) => {
      await null;
      steps.push('live');
      wake();
      return () => steps.push('closed');
    };
    const { fetch } = scripted(done);
    const start = async () => {
      steps.push('sent');
      return accepted();
    };
    await value(waitForOperation(start, { fetch, random, wakeOn: source }), 60_000);
    expect(steps).toEqual(['live', 'sent', 'closed']);
  });

  test('leaves nothing behind when the wait has ended (E16)', async () => {
    const { source, listeners } = bell();
    const { signal } = new AbortController();
    const { fetch } = scripted(done);
    await value(waitForOperation(accepted(), { fetch, random, wakeOn: source, signal }), 60_000);
    expect(listeners.size).toBe(0);
    expect(pendingWaits()).toEqual([]);
  });
});

describe('a poll that cannot be read', () => {
  test.each([
    ['408', status(408)],
    ['425', status(425)],
    ['429', status(429)],
    ['500', status(500)],
    ['502', status(502)],
    ['503', status(503)],
    ['504', status(504)],
    ['a network that failed', networkError()],
    [
      'the page of a proxy',
      new Response('<html><title>Sign in</title></html>', { headers: { 'content-type': 'text/html' } }),
    ],
    ['JSON cut short', new Response('{"status": "Succ', { headers: { 'content-type': 'application/json' } })],
  ])('says nothing of the operation: %s', async (_, step) => {
    const { fetch, instants } = scripted(step, done);
    await value(waitForOperation(accepted(), { fetch, random }), 60_000);
    expect(instants()).toEqual([1_000, 3_000]);
  });

  test('ends the wait when it is the eleventh in a row, and the fate is not known', async () => {
    const { fetch, asked } = scripted(status(500));
    const error = await failure(settleOperation(accepted(), { fetch, random, interval: () => 10 }), 110);
    expect(asked).toHaveLength(11);
    expect(error).toMatchObject({ outcome: 'unavailable', known: false, elapsed: 110 });
    expect(error.message).toContain('its status could not be read 11 times in a row: answered 500');
    expect(error.cause).toMatchObject({ status: 500 });
  });

  test('is forgotten by a good one, a 304 too', async () => {
    const { fetch, asked } = scripted(status(500), status(304), status(500), running, status(500), done);
    await value(waitForOperation(accepted(), { fetch, random, maxUnreadable: 1 }), 121_000);
    expect(asked).toHaveLength(6);
  });

  test('may not come at all when none is allowed', async () => {
    const { fetch } = scripted(status(500));
    const error = await failure(settleOperation(accepted(), { fetch, random, maxUnreadable: 0 }), 1_000);
    expect(error).toMatchObject({ outcome: 'unavailable', polls: 1 });
  });

  test('is put off by the Retry-After of a 500 only if that is longer than the pause', async () => {
    const { fetch, instants } = scripted(
      status(500, { 'retry-after': '1' }),
      status(500, { 'retry-after': '9' }),
      done,
    );
    await value(waitForOperation(accepted(), { fetch, random }), 60_000);
    expect(instants()).toEqual([1_000, 3_000, 12_000]);
  });

  test('is one that had no answer within its limit', async () => {
    const { fetch, instants } = scripted(hangs, done);
    await value(waitForOperation(accepted(), { fetch, random, attemptTimeout: '2s' }), 60_000);
    expect(instants()).toEqual([1_000, 5_000]);
  });

  test('ends the wait when it hangs too often', async () => {
    const { fetch } = scripted(hangs);
    const options = { fetch, random, attemptTimeout: '2s', maxUnreadable: 1 } as const;
    const error = await failure(settleOperation(accepted(), options), 60_000);
    expect(error).toMatchObject({ outcome: 'unavailable', polls: 2, elapsed: 7_000 });
  });

  test('is not one that a bug of the client threw: that error comes back', async () => {
    const bug = new TypeError('token is undefined');
    await expect(value(waitForOperation(accepted(), { fetch: scripted(bug).fetch, random }), 1_000)).rejects.toBe(bug);
  });
});

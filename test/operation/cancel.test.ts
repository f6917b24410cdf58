import {
  type Dialect,
  type OperationError,
  type OperationOptions,
  plain,
  settleOperation,
  waitForOperation,
} from 'unsleep/operation';
import { describe, expect, test } from 'vitest';
import { isPending, rejection, useVirtualTime } from '../virtual-time.ts';
import { accepted, at, bell, failure, HOME, hangs, json, STATUS, scripted, state, status, value } from './rig.ts';

useVirtualTime();

const random = () => 0;
const running = state('Running');
const cancelled = state('Canceled');
const reason = new Error('the user left');

/** The plain dialect, of an API that cancels by DELETE. */
const dialect: Dialect = {
  ...plain(),
  cancel: (token, { send }) => send(token.url ?? '', { method: 'DELETE' }),
};

/** A signal that aborts at this virtual instant. */
function abortAt(instant: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), instant);
  return controller.signal;
}

const methods = (asked: readonly { method: string }[]) => asked.map(({ method }) => method).join(' ');

describe('an aborted wait', () => {
  test('rejects at once with the reason of its signal, as fetch does, and leaves the operation alone', async () => {
    const { fetch, asked } = scripted(running);
    const signal = abortAt(2_000);
    expect(await rejection(waitForOperation(accepted(), { fetch, random, signal, dialect }), 2_000)).toBe(reason);
    expect(methods(asked)).toBe('GET');
  });

  test('is told with its token and what was seen by settleOperation', async () => {
    const { fetch } = scripted(running);
    const error = await failure(settleOperation(accepted(), { fetch, random, signal: abortAt(2_000) }), 2_000);
    expect(error).toMatchObject({
      ...{ outcome: 'aborted', known: false, polls: 1, elapsed: 2_000, cause: reason },
      token: { url: STATUS },
      last: { kind: 'pending', state: 'Running' },
    });
    expect(error.message).toContain('operation /operations/41: 2 s, 1 poll: aborted');
    expect(error.message).toContain('`error.token` goes on with it');
    expect(error.stack).toContain('cancel.test.ts');
    expect(`${error.report}`).toBe('operation /operations/41: 2 s, 1 poll');
    expect(JSON.stringify(error.report)).toContain('"looks":1');
  });

  test('is told by the name that it was given', async () => {
    const { fetch } = scripted(running);
    for (const name of ['the export', () => 'the export']) {
      const options = { fetch, random, name, signal: abortAt(2_000) };
      const error = await failure(settleOperation(accepted(), options), 2_000);
      expect(error.message).toContain('the export: 2 s, ');
    }
  });

  test('cuts the poll that is under way', async () => {
    let cut: unknown;
    const { fetch } = scripted((init) => {
      init.signal?.addEventListener('abort', () => {
        cut = init.signal?.reason;
      });
      return hangs(init);
    });
    await rejection(waitForOperation(accepted(), { fetch, random, signal: abortAt(2_000) }), 2_000);
    expect(cut).toBe(reason);
  });

  test('asks nothing and starts nothing when the signal was aborted before', async () => {
    const { fetch, asked } = scripted(running);
    let starts = 0;
    const start = () => {
      starts++;
      return accepted();
    };
    for (const onAbort of ['detach', 'cancel', 'cancel-and-wait'] as const) {
      const options = { fetch, signal: AbortSignal.abort(reason), dialect, onAbort };
      expect(await rejection(waitForOperation(start, options), 0)).toBe(reason);
    }
    expect([starts, asked]).toEqual([0, []]);
  });

  test('cancels the operation once when that is wanted, and rejects with the reason all the same', async () => {
    const { fetch, asked } = scripted(running, status(204));
    const options = { fetch, random, signal: abortAt(2_000), dialect, onAbort: 'cancel' } as const;
    const error = await failure(settleOperation(accepted(), options), 2_000);
    expect(asked.map(({ method, url, at }) => [method, url, at])).toEqual([
      ['GET', STATUS, 1_000],
      ['DELETE', STATUS, 2_000],
    ]);
    expect(error).toMatchObject({ outcome: 'aborted', cancel: 'requested', cause: reason });
    expect(error.message).toContain('cancelling it was requested');
    const again = scripted(running, status(204));
    const own = { ...options, fetch: again.fetch, signal: abortAt(2_000) };
    expect(await rejection(waitForOperation(accepted(), own), 2_000)).toBe(reason);
  });

  test('cancels with the headers of the caller', async () => {
    const { fetch, asked } = scripted(status(204));
    const headers = { authorization: 'Bearer 1' };
    const options = { fetch, random, headers, signal: abortAt(500), dialect, onAbort: 'cancel' } as const;
    await failure(settleOperation(accepted(), options), 500);
    expect(asked[0]?.headers.get('authorization')).toBe('Bearer 1');
  });

  test('tells that the server refused to cancel, or that there is no way to ask', async () => {
    const { fetch } = scripted(running, status(409));
    const options = { fetch, random, dialect, onAbort: 'cancel' } as const;
    const refused = await failure(settleOperation(accepted(), { ...options, signal: abortAt(2_000) }), 2_000);
    expect(refused.cancel).toBe('refused');
    const none = { ...options, fetch: scripted(running).fetch, dialect: plain(), signal: abortAt(2_000) };
    expect((await failure(settleOperation(accepted(), none), 2_000)).cancel).toBe('unsupported');
  });

  test('gives up a request to cancel that nobody answers', async () => {
    const { fetch } = scripted(running, hangs);
    const options = { fetch, random, dialect, onAbort: 'cancel', cancelTimeout: '5s' } as const;
    const error = await failure(settleOperation(accepted(), { ...options, signal: abortAt(2_000) }), 7_000);
    expect(error).toMatchObject({ outcome: 'aborted', cancel: 'refused' });
  });

  test('waits for what became of it when that is wanted: cancelled', async () => {
    const { fetch, asked } = scripted(running, status(202), running, cancelled);
    const options = { fetch, random, signal: abortAt(2_000), dialect, onAbort: 'cancel-and-wait' } as const;
    const error = await failure(settleOperation(accepted(), options), 60_000);
    expect(methods(asked)).toBe('GET DELETE GET GET');
    expect(error).toMatchObject({ outcome: 'cancelled', known: true, cancel: 'requested' });
  });

  test('waits for what became of it when that is wanted: it succeeded, and its result is not lost (core-lro#22121)', async () => {
    const { fetch } = scripted(running, status(202), state('Succeeded', {}, { partial: 7 }));
    const options = { fetch, random, signal: abortAt(2_000), dialect, onAbort: 'cancel-and-wait' } as const;
    expect(await value(waitForOperation(accepted(), options), 60_000)).toMatchObject({ partial: 7 });
  });

  test('waits no longer than it may for what became of it', async () => {
    const { fetch } = scripted(running, status(202), running);
    const options = { fetch, random, dialect, onAbort: 'cancel-and-wait', cancelTimeout: '10s' } as const;
    const waiting = waitForOperation(accepted(), { ...options, signal: abortAt(2_000) });
    expect(await rejection(waiting, 12_000)).toBe(reason);
  });

  test('cancels what the start answer says was started, though that comes after the abort (google-cloud-cpp#7762)', async () => {
    const { fetch, asked } = scripted(status(202));
    let cut = false;
    const start = (signal: AbortSignal) => {
      return new Promise<Response>((resolve, reject) => {
        signal.addEventListener('abort', () => {
          cut = true;
          reject(signal.reason);
        });
        setTimeout(() => resolve(accepted()), 3_000);
      });
    };
    const options = { fetch, random, signal: abortAt(1_000), dialect, onAbort: 'cancel' } as const;
    const error = await failure(settleOperation(start, options), 3_000);
    expect(asked).toMatchObject([{ method: 'DELETE', at: 3_000 }]);
    expect(error).toMatchObject({ outcome: 'aborted', cancel: 'requested', token: { url: STATUS } });
    expect(cut).toBe(true);
  });

  test('cuts the request that was to start it when nothing is to be cancelled', async () => {
    let signal: AbortSignal | undefined;
    const start = (own: AbortSignal) => {
      signal = own;
      return new Promise<Response>(() => {});
    };
    expect(await rejection(waitForOperation(start, { signal: abortAt(1_000) }), 1_000)).toBe(reason);
    expect(signal?.reason).toBe(reason);
  });
});

describe('a wait that ran out of time', () => {
  test('leaves the operation alone', async () => {
    const { fetch, asked } = scripted(running);
    await failure(settleOperation(accepted(), { fetch, random, dialect, timeout: '2s' }), 2_000);
    expect(methods(asked)).toBe('GET');
  });

  test('cancels it when that is wanted', async () => {
    const { fetch, asked } = scripted(running, status(202));
    const options = { fetch, random, dialect, timeout: '2s', onTimeout: 'cancel' } as const;
    const error = await failure(settleOperation(accepted(), options), 2_000);
    expect(methods(asked)).toBe('GET DELETE');
    expect(error).toMatchObject({ outcome: 'timeout', known: false, cancel: 'requested' });
  });

  test('waits for what became of it when that is wanted', async () => {
    const { fetch, asked } = scripted(running, status(202), running, cancelled);
    const options = { fetch, random, dialect, timeout: '2s', onTimeout: 'cancel-and-wait' } as const;
    const error = await failure(settleOperation(accepted(), options), 60_000);
    expect(methods(asked)).toBe('GET DELETE GET GET');
    expect(error).toMatchObject({ outcome: 'cancelled', known: true });
  });
});

describe('several waits for one operation', () => {
  const settings = { random, headers: { authorization: 'Bearer 1' }, dialect };

  test('with the same answer share its polls, and each gets the result', async () => {
    const { fetch, instants } = scripted(running, running, state('Succeeded', {}, { size: 41 }));
    const answer = accepted();
    const waits = [1, 2, 3].map(() => waitForOperation(answer, { ...settings, fetch }));
    expect(await value(Promise.all(waits), 60_000)).toMatchObject([{ size: 41 }, { size: 41 }, { size: 41 }]);
    expect(instants()).toEqual([1_000, 3_000, 7_000]);
  });

  test('with the same token share its polls', async () => {
    const { fetch, instants } = scripted(running, running, state('Succeeded'));
    const token = { v: 1, dialect: 'plain', url: STATUS, startedAt: Date.now() } as const;
    const waits = [1, 2].map(() => waitForOperation({ ...token }, { ...settings, fetch }));
    await value(Promise.all(waits), 60_000);
    expect(instants()).toEqual([0, 1_000, 3_000]);
  });

  test('join one that is under way, though they know it by its token alone', async () => {
    const { fetch, instants } = scripted(running, running, state('Succeeded'));
    const first = waitForOperation(accepted(), { ...settings, fetch });
    const token = { v: 1, dialect: 'plain', url: STATUS, startedAt: Date.now() } as const;
    const second = new Promise((resolve) => {
      setTimeout(() => resolve(waitForOperation(token, { ...settings, fetch })), 2_000);
    });
    await value(Promise.all([first, second]), 60_000);
    expect(instants()).toEqual([1_000, 3_000, 7_000]);
  });

  test('keep their own time: one that ends leaves the others alone', async () => {
    const { fetch, instants } = scripted(running, running, running, state('Succeeded'));
    const answer = accepted();
    const short = settleOperation(answer, { ...settings, fetch, timeout: '2s' });
    const long = settleOperation(answer, { ...settings, fetch });
    const verdicts = await value(Promise.all([short, long]), 60_000);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['timeout', 'succeeded']);
    // The poll at 1.5 s is the last one of the short wait; the long one goes on from there.
    expect(instants()).toEqual([1_000, 1_500, 5_500, 13_500]);
  });

  test('keep their own signal: one that is aborted never touches another', async () => {
    const slow = () => new Promise<Response>((resolve) => setTimeout(() => resolve(state('Succeeded')), 3_000));
    const { fetch, asked } = scripted(slow);
    const answer = accepted();
    const left = waitForOperation(answer, { ...settings, fetch, signal: abortAt(2_000) }).catch((error) => error);
    const stayed = waitForOperation(answer, { ...settings, fetch });
    expect(await value(Promise.all([left, stayed]), 60_000)).toMatchObject([reason, { status: 'Succeeded' }]);
    expect(asked).toHaveLength(1);
  });

  test('ask again after an event that came while the poll of another was under way (E5)', async () => {
    const [one, other] = [bell(), bell()];
    const slow = () => new Promise<Response>((resolve) => setTimeout(() => resolve(running.clone()), 2_000));
    const { fetch, instants } = scripted(running, slow, state('Succeeded'));
    const answer = accepted();
    const waits = [one, other].map(({ source }) => {
      return waitForOperation(answer, { ...settings, fetch, interval: '1h', timeout: '2h', wakeOn: source });
    });
    one.ringAt(1_000);
    other.ringAt(2_000);
    one.ringAt(3_000);
    await value(Promise.all(waits), 60_000);
    // A faked clock rings what is due at once a millisecond later. The second poll takes from 2 s to 4 s.
    expect(instants()).toEqual([1_001, 2_001, 4_101]);
  });

  test('judge by their own options what they share', async () => {
    const { fetch, asked } = scripted(status(404));
    const token = { v: 1, dialect: 'plain', url: STATUS, startedAt: Date.now() } as const;
    const waits = [{}, { expect: 'deleted' }, { notFoundBudget: 0 }].map((own) =>
      settleOperation(token, { ...settings, fetch, ...(own as OperationOptions) }),
    );
    const verdicts = await value(Promise.all(waits), 60_000);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['gone', 'succeeded', 'gone']);
    expect(verdicts.map((verdict) => (verdict as { error?: OperationError }).error?.elapsed)).toEqual([
      7_000,
      undefined,
      0,
    ]);
    expect(asked).toHaveLength(4);
  });

  test('stop polling when the last of them has left', async () => {
    let cut = 0;
    const { fetch } = scripted((init) => {
      init.signal?.addEventListener('abort', () => cut++);
      return hangs(init);
    });
    const answer = accepted();
    const first = rejection(waitForOperation(answer, { ...settings, fetch, signal: abortAt(2_000) }), 2_500);
    const second = waitForOperation(answer, { ...settings, fetch, signal: abortAt(3_000) });
    await first;
    expect(cut).toBe(0);
    expect(await isPending(second)).toBe(true);
    expect(await rejection(second, 3_000)).toBe(reason);
    expect(cut).toBe(1);
  });

  test.each<[string, object]>([
    ['other credentials', { headers: { authorization: 'Bearer 2' } }],
    ['another dialect', { dialect: plain() }],
    ['other rules of who may be asked', { allowOrigin: () => true }],
  ])('do not share what they would ask or read in another way: %s', async (_, other) => {
    const { fetch, asked } = scripted(state('Succeeded'));
    const token = { v: 1, dialect: 'plain', url: STATUS, startedAt: Date.now() } as const;
    const waits = [{}, other].map((own) => waitForOperation(token, { ...settings, fetch, ...own }));
    await value(Promise.all(waits), 60_000);
    expect(asked).toHaveLength(2);
  });

  test('that were all over before are no reason to trust what was seen then', async () => {
    const { fetch, asked } = scripted(state('Succeeded'));
    const token = { v: 1, dialect: 'plain', url: STATUS, startedAt: Date.now() } as const;
    await value(waitForOperation(token, { ...settings, fetch }), 0);
    await value(waitForOperation(token, { ...settings, fetch }), 0);
    expect(asked).toHaveLength(2);
  });
});

describe('an answer that is over already', () => {
  test('gives its verdict to whoever asks again', async () => {
    const answer = at(json({ status: 'Failed', error: { code: 'No', message: 'no' } }), HOME);
    const errors = await value(Promise.all([1, 2].map(() => settleOperation(answer))), 0);
    expect(errors.map((verdict) => (verdict as { error: OperationError }).error.failure?.code)).toEqual(['No', 'No']);
    expect((await failure(settleOperation(answer), 0)).outcome).toBe('failed');
  });
});

import { plain, settleOperation, waitForOperation } from 'unsleep/operation';
import { describe, expect, test, vi } from 'vitest';
import { acceptors } from '../../src/operation/dialects/acceptors.ts';
import { azure } from '../../src/operation/dialects/azure.ts';
import { botocore } from '../../src/operation/dialects/botocore.ts';
import { google } from '../../src/operation/dialects/google.ts';
import { kubernetes } from '../../src/operation/dialects/kubernetes.ts';
import { rejection, useVirtualTime } from '../virtual-time.ts';
import {
  accepted,
  at,
  failure,
  HOME,
  json,
  networkError,
  STATUS,
  scripted,
  state,
  status,
  token,
  value,
} from './rig.ts';

// What went wrong in other libraries that follow operations, one test for each, by where it was reported.

useVirtualTime();

const random = () => 0;
const running = state('Running');
const done = state('Succeeded');
const quick = { random, interval: () => 10 } as const;

const VERSIONED = 'https://google.example/v1/things';
const OBJECT = 'https://cluster.example/apis/apps/v1/namespaces/shop/deployments/web';
/** A Deployment at a generation, of which its controller has seen another. */
const deployment = (generation: number, observedGeneration: number | undefined, conditions: unknown[], more = {}) =>
  json({
    kind: 'Deployment',
    metadata: { name: 'web', uid: 'u1', generation, ...more },
    status: { observedGeneration, conditions },
  });
const condition = (type: string, status = 'True', more = {}) => ({ type, status, ...more });
const started = (response: Response, url = HOME) => at(response, url);

describe('false success', () => {
  test('a 202 without headers does not resolve (core-lro 3.3.1)', async () => {
    for (const dialect of [plain(), azure(), azure({ method: 'POST' }), azure({ method: 'DELETE' })]) {
      const error = await failure(settleOperation(started(status(202)), { ...quick, dialect }), 60_000);
      expect(error).toMatchObject({ outcome: 'no-monitor', known: false });
    }
  });

  test('a monitor that answers 200 with {} does not resolve (core-lro 3.3.1)', async () => {
    const { fetch } = scripted(json({}), json({}), running, done);
    const verdict = await value(settleOperation(accepted(), { ...quick, fetch, dialect: azure() }), 60_000);
    expect(verdict).toEqual({ outcome: 'succeeded', value: { status: 'Succeeded' } });
  });

  test('a Location that answers 200 with Failed or Canceled does not resolve (core-lro 3.3.1)', async () => {
    const start = () => started(new Response(null, { status: 202, headers: { location: STATUS } }));
    const resource = (provisioningState: string) => json({ properties: { provisioningState } });
    for (const [word, outcome] of [
      ['Failed', 'failed'],
      ['Canceled', 'cancelled'],
    ] as const) {
      const { fetch } = scripted(status(202), resource(word));
      const error = await failure(settleOperation(start(), { ...quick, fetch, dialect: azure() }), 60_000);
      expect(error).toMatchObject({ outcome, known: true });
    }
  });

  test.each(['PartiallySucceeded', 'NotSucceeded'])('%s does not resolve (core-lro 3.3.1)', async (word) => {
    for (const dialect of [plain(), azure()]) {
      const { fetch } = scripted(state(word));
      const error = await failure(settleOperation(accepted(), { random, fetch, dialect }), 300_000);
      expect(error).toMatchObject({ outcome: 'timeout', known: false, last: { state: word } });
    }
  });

  test.each([
    ['Failed', 'failed'],
    ['Canceled', 'cancelled'],
  ])('%s is not taken for done (autorest.powershell#580)', async (word, outcome) => {
    const { fetch } = scripted(running, state(word, {}, { error: { code: 'X', message: 'no room' } }));
    const waiting = waitForOperation(accepted(), { ...quick, fetch, dialect: azure() });
    expect(await rejection(waiting, 60_000)).toMatchObject({ outcome, failure: { code: 'X', message: 'no room' } });
  });

  test('a condition of the generation before is not taken for that of the write (kubernetes#97408)', async () => {
    const old = deployment(1, 1, [condition('Available')]);
    const stale = deployment(2, 1, [condition('Available')]);
    const { fetch, asked } = scripted(
      old,
      stale,
      deployment(2, 2, [condition('Available', 'False')]),
      deployment(2, 2, [condition('Available')]),
    );
    const dialect = kubernetes({ type: 'Available' });
    const start = started(deployment(2, 1, [condition('Available')]), OBJECT);
    await value(waitForOperation(start, { ...quick, fetch, dialect }), 60_000);
    expect(asked).toHaveLength(4);
  });

  test.each(['pulumi-kubernetes#3980', 'pulumi-kubernetes#4094'])(
    'a read that is older than the write is not taken for its end, however often it comes (%s)',
    async () => {
      const old = deployment(1, 1, [condition('Available')]);
      const { fetch, asked } = scripted(old, old, old, deployment(2, 2, [condition('Available')]));
      const dialect = kubernetes({ type: 'Available', generation: 2 });
      await value(
        waitForOperation(token({ dialect: 'kubernetes', url: OBJECT }), { ...quick, fetch, dialect }),
        60_000,
      );
      expect(asked).toHaveLength(4);
    },
  );

  test('replicas that disagree do not end it before they agree (terraform-provider-aws#36244)', async () => {
    const { fetch, asked } = scripted(done, running, done, done, running, done, done, done);
    await value(waitForOperation(token(), { ...quick, fetch, confirm: 3 }), 60_000);
    expect(asked).toHaveLength(8);
  });

  test('a thing that is not there for a moment is not taken for deleted, when that is to be confirmed (pandora#2696)', async () => {
    const { fetch, asked } = scripted(status(404), running, status(404), status(404), status(404));
    const options = { ...quick, fetch, expect: 'deleted', confirm: 3 } as const;
    await value(waitForOperation(token(), options), 60_000);
    expect(asked).toHaveLength(5);
  });

  test('a deletion that goes on behind a 404 is followed by its monitor, which tells (pandora#2696)', async () => {
    const start = started(new Response(null, { status: 202, headers: { 'azure-asyncoperation': STATUS } }));
    const { fetch, asked } = scripted(state('Deleting'), state('Deleting'), done);
    await value(waitForOperation(start, { ...quick, fetch, dialect: azure({ method: 'DELETE' }) }), 60_000);
    expect(asked).toHaveLength(3);
  });

  test('running out of time throws (aws-sdk-js-v3#1917)', async () => {
    const { fetch } = scripted(running);
    const error = await rejection(waitForOperation(accepted(), { fetch, random, timeout: '10s' }), 10_000);
    expect(error).toMatchObject({ name: 'OperationError', outcome: 'timeout' });
  });
});

describe('false failure', () => {
  test('a 204 is no failure (azure-sdk-for-net#52402)', async () => {
    for (const dialect of [plain(), azure({ method: 'DELETE' }), azure({ method: 'POST' })]) {
      const { fetch } = scripted(running, status(204));
      expect(await value(waitForOperation(accepted(), { ...quick, fetch, dialect }), 60_000)).toBeUndefined();
    }
  });

  test.each(['go-autorest#596', 'azure-cli#15884', 'go-azure-sdk#886'])(
    'a 404 after a deletion is no failure (%s)',
    async () => {
      for (const dialect of [plain(), azure({ method: 'DELETE' })]) {
        const { fetch } = scripted(state('Deleting'), status(404));
        const options = { ...quick, fetch, dialect, expect: 'deleted' } as const;
        expect(await value(settleOperation(accepted(), options), 60_000)).toEqual({
          outcome: 'succeeded',
          value: undefined,
        });
      }
    },
  );

  test.each(['azure-sdk-for-net#44147', 'autorest.go#435'])(
    'a poll that comes too early and finds nothing is no failure (%s)',
    async () => {
      for (const dialect of [plain(), azure()]) {
        const { fetch, asked } = scripted(status(404), status(404), running, done);
        await value(waitForOperation(accepted(), { ...quick, fetch, dialect }), 60_000);
        expect(asked).toHaveLength(4);
      }
    },
  );

  const throttled = json({ __type: 'com.amazon#ThrottlingException', message: 'Rate exceeded' }, {}, 400);
  const available = json({ status: 'available' });
  const lists = [
    acceptors([
      { state: 'success', matcher: { output: { path: 'status', expected: 'available', comparator: 'stringEquals' } } },
    ]),
    botocore({
      operation: 'DescribeVolume',
      delay: 15,
      maxAttempts: 40,
      acceptors: [{ state: 'success', matcher: 'path', argument: 'status', expected: 'available' }],
    }),
  ];
  test.each([
    'bosh-aws-cpi-release#75',
    'aws-sdk#714',
    'aws-sdk-js#1018',
    'amazon.aws#101',
    'botocore: Throttling ends the waiter',
  ])('being throttled is no failure (%s)', async () => {
    for (const dialect of lists) {
      const { fetch } = scripted(throttled, status(429), throttled, available);
      const start = token({ dialect: dialect.name });
      expect(await value(waitForOperation(start, { ...quick, fetch, dialect }), 60_000)).toEqual({
        status: 'available',
      });
    }
    const { fetch } = scripted(status(429), status(429), done);
    await value(waitForOperation(accepted(), { ...quick, fetch }), 60_000);
  });

  test('a 503 while polling is no failure (python-api-core#183)', async () => {
    const unavailable = json({ error: { code: 503, status: 'UNAVAILABLE', message: 'try again' } }, {}, 503);
    const { fetch } = scripted(
      unavailable,
      unavailable,
      json({ name: 'operations/1', done: true, response: { size: 41 } }),
    );
    const start = started(json({ name: 'operations/1' }), VERSIONED);
    expect(await value(waitForOperation(start, { ...quick, fetch, dialect: google() }), 60_000)).toEqual({ size: 41 });
  });

  test('a read that failed ends nothing, and is no unhandled rejection (gax-nodejs#1304)', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const { fetch } = scripted(networkError(), networkError(), done);
    await value(waitForOperation(accepted(), { ...quick, fetch }), 60_000);
    const broken = scripted(new Error('no such method'));
    await rejection(waitForOperation(accepted(), { ...quick, fetch: broken.fetch }), 60_000);
    await vi.advanceTimersByTimeAsync(1);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  test('a 500 while polling is no failure (aws-sdk-js#3181)', async () => {
    for (const dialect of lists) {
      const { fetch } = scripted(status(500), json({ message: 'oops' }, {}, 500), available);
      await value(waitForOperation(token({ dialect: dialect.name }), { ...quick, fetch, dialect }), 60_000);
    }
  });

  test('a status that is null is no failure (azure-sdk-for-js#24965)', async () => {
    const { fetch, asked } = scripted(json({ status: null }), running, json({ status: null }), done);
    await value(waitForOperation(accepted(), { ...quick, fetch, dialect: azure() }), 60_000);
    expect(asked).toHaveLength(4);
  });

  test('what is done just before the deadline is seen by a poll that comes there (floci#2202)', async () => {
    const isDone = () => performance.now() - began >= 9_400;
    const began = performance.now();
    const { fetch } = scripted(() => (isDone() ? done.clone() : running.clone()));
    const waiting = waitForOperation(accepted(), { fetch, random, timeout: '10s', interval: '3s' });
    await expect(value(waiting, 10_000)).resolves.toEqual({ status: 'Succeeded' });
  });

  test('an error keeps its own code (google-cloud-swift#725)', async () => {
    const codes: [number, string][] = [
      [2, 'UNKNOWN'],
      [4, 'DEADLINE_EXCEEDED'],
      [5, 'NOT_FOUND'],
      [8, 'RESOURCE_EXHAUSTED'],
      [10, 'ABORTED'],
      [13, 'INTERNAL'],
      [14, 'UNAVAILABLE'],
      [77, '77'],
    ];
    for (const [code, name] of codes) {
      const { fetch } = scripted(json({ name: 'operations/1', done: true, error: { code, message: 'so it is' } }));
      const start = started(json({ name: 'operations/1' }), VERSIONED);
      const error = await failure(settleOperation(start, { ...quick, fetch, dialect: google() }), 60_000);
      expect(error).toMatchObject({ outcome: 'failed', failure: { code: name, message: 'so it is' } });
    }
  });
});

describe('hangs', () => {
  const denied = json({ __type: 'AccessDeniedException', message: 'not authorized' }, {}, 403);
  const invalid = json({ __type: 'ValidationException', message: 'no such state' }, {}, 400);
  const lists = [
    acceptors([{ state: 'success', matcher: { success: true } }]),
    botocore({
      operation: 'Describe',
      delay: 15,
      maxAttempts: 40,
      acceptors: [{ state: 'success', matcher: 'status', expected: 200 }],
    }),
  ];

  test.each([
    'aws-sdk-js-v3#2091',
    'aws-sdk-js-v3#3081',
    'aws-sdk-js-v3#6469',
    'aws-sdk-js-v3#6699',
    'aws-sdk-go#4983',
    'smithy-typescript#1970',
  ])('a 403 or a validation error is not asked for again until the deadline (%s)', async () => {
    for (const dialect of [plain(), azure(), google(), ...lists]) {
      for (const answer of [denied, invalid]) {
        const { fetch, asked } = scripted(answer);
        const error = await failure(settleOperation(token({ dialect: dialect.name }), { ...quick, fetch, dialect }), 0);
        expect(error).toMatchObject({ outcome: 'rejected', known: false });
        expect(error.message).toMatch(/not authorized|no such state/);
        expect(asked).toHaveLength(1);
      }
    }
  });

  test.each([
    ['openai-python#1407', 'incomplete'],
    ['semantic-kernel#9364', 'incomplete'],
    ['azure-sdk-for-go#20342', 'Finished'],
  ])('a word for an end that nobody knows ends with the deadline, and is told (%s)', async (_, word) => {
    const { fetch } = scripted(running, state(word));
    const error = await failure(settleOperation(accepted(), { random, fetch }), 300_000);
    expect(error).toMatchObject({ outcome: 'timeout', last: { kind: 'pending', state: word } });
    expect(error.message).toContain(word);
  });

  test('Completed is an end (azure-sdk-for-go#20342)', async () => {
    const { fetch } = scripted(state('Completed'));
    await value(waitForOperation(accepted(), { ...quick, fetch }), 60_000);
  });

  test('FAILED needs not be listed to end the wait (terraform-provider-vmc#82)', async () => {
    const { fetch, asked } = scripted(state('STARTED'), state('FAILED'));
    const error = await failure(settleOperation(accepted(), { ...quick, fetch, timeout: '5h' }), 20);
    expect(error).toMatchObject({ outcome: 'failed', known: true });
    expect(asked).toHaveLength(2);
  });

  test('done without a result is done (gax-nodejs#465)', async () => {
    const { fetch } = scripted(json({ name: 'operations/1', done: true }));
    const start = started(json({ name: 'operations/1' }), VERSIONED);
    const verdict = await value(settleOperation(start, { ...quick, fetch, dialect: google() }), 60_000);
    expect(verdict).toEqual({ outcome: 'succeeded', value: undefined });
  });

  test('done in the answer that starts it is done, without a poll (nodejs-dialogflow#450)', async () => {
    const { fetch, asked } = scripted(running);
    const start = started(json({ name: 'operations/1', done: true, response: { size: 41 } }), VERSIONED);
    expect(await value(waitForOperation(start, { ...quick, fetch, dialect: google() }), 0)).toEqual({ size: 41 });
    expect(asked).toEqual([]);
  });

  test('limits hold while it runs, not only while reads fail (google-cloud-rust#6710)', async () => {
    const { fetch } = scripted(json({ name: 'operations/1', done: false }));
    const start = started(json({ name: 'operations/1' }), VERSIONED);
    const error = await failure(settleOperation(start, { fetch, random, dialect: google(), timeout: '10s' }), 10_000);
    expect(error).toMatchObject({ outcome: 'timeout', elapsed: 9_500 });
  });

  test('an object that is deleted while a condition is waited for ends the wait (kubernetes#108086)', async () => {
    const { fetch, asked } = scripted(deployment(1, 1, [condition('Available', 'False')]), status(404));
    const start = token({ dialect: 'kubernetes', url: OBJECT });
    const dialect = kubernetes({ type: 'Available' });
    const error = await failure(settleOperation(start, { ...quick, fetch, dialect, timeout: '1h' }), 20);
    expect(error).toMatchObject({ outcome: 'gone', known: false });
    expect(asked).toHaveLength(2);
  });

  test('waiting for Complete ends when the Job has Failed (kubectl#1482)', async () => {
    const { fetch } = scripted(
      deployment(1, undefined, []),
      deployment(1, undefined, [condition('Failed', 'True', { reason: 'BackoffLimitExceeded' })]),
    );
    const start = token({ dialect: 'kubernetes', url: OBJECT });
    const options = { ...quick, fetch, dialect: kubernetes({ type: 'Complete' }), timeout: '1h' } as const;
    expect(await failure(settleOperation(start, options), 20)).toMatchObject({
      outcome: 'failed',
      failure: { code: 'BackoffLimitExceeded' },
    });
  });

  test('the timeout is that of the whole wait, of each of several waits the same (kubernetes#114574)', async () => {
    const { fetch } = scripted(running);
    const tokens = [1, 2, 3].map((id) => token({ url: `${STATUS}/${id}` }));
    const waits = tokens.map((start) => failure(settleOperation(start, { fetch, random, timeout: '10s' }), 10_000));
    const errors = await Promise.all(waits);
    expect(errors.map(({ outcome, elapsed }) => [outcome, elapsed])).toEqual(Array(3).fill(['timeout', 9_500]));
  });

  test('what is not created yet may come, within its budget (kubernetes#83242)', async () => {
    const dialect = kubernetes({ type: 'Available' });
    const start = token({ dialect: 'kubernetes', url: OBJECT });
    const { fetch } = scripted(status(404), status(404), deployment(1, 1, [condition('Available')]));
    await value(waitForOperation(start, { ...quick, fetch, dialect }), 60_000);
    const never = scripted(status(404));
    const error = await failure(
      settleOperation(start, { ...quick, fetch: never.fetch, dialect, notFoundBudget: 5 }),
      60_000,
    );
    expect(error.outcome).toBe('gone');
    expect(never.asked).toHaveLength(6);
  });

  test('a controller that tells of no generation is trusted (kubectl#1414)', async () => {
    const { fetch } = scripted(deployment(7, undefined, [condition('Available')]));
    const options = { ...quick, fetch, dialect: kubernetes({ type: 'Available' }) };
    await value(waitForOperation(token({ dialect: 'kubernetes', url: OBJECT }), options), 0);
  });

  test('a generation that its controller never reaches ends with the deadline, and is told (kubectl#1414)', async () => {
    const { fetch } = scripted(deployment(7, 6, [condition('Available')]));
    const options = { fetch, random, dialect: kubernetes({ type: 'Available' }) } as const;
    const error = await failure(settleOperation(token({ dialect: 'kubernetes', url: OBJECT }), options), 300_000);
    expect(error.outcome).toBe('timeout');
    expect(error.message).toContain('stale: generation 6 of 7');
  });

  test('there is a limit without one being asked for, and the operation may still be expected to last (google-cloud-rust#6710)', async () => {
    const { fetch } = scripted(running);
    const error = await failure(settleOperation(accepted(), { expected: '1h', fetch, random }), 300_000);
    expect(error).toMatchObject({ outcome: 'timeout', elapsed: 299_500 });
  });
});

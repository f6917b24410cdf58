/**
 * The functions of `unsleep`, bound to the running test: a wait is aborted with its test and never runs on into the
 * next; it ends before the test times out, so that its message is the one that is read; it advances the timers that
 * `vi.useFakeTimers()` faked; and when it is still pending at the end of its test, because an `await` was forgotten,
 * the test fails and names the line. Otherwise they do what they do there.
 *
 * Bound are the test itself, its hooks and its fixtures; `beforeAll` and `afterAll` are not.
 *
 * @example
 * ```ts
 * import { expect, test } from 'vitest';
 * import { eventually } from 'unsleep/vitest';
 *
 * test('a row arrives', async () => {
 *   const rows: string[] = [];
 *   setTimeout(() => rows.push('a'), 20);
 *   await eventually(() => expect(rows).toEqual(['a']));
 * });
 * ```
 *
 * @module
 */

import { createWaiter as createUnbound, type Waiter, type WaiterDefaults } from 'unsleep';
import type { RunnerTestCase, TestContext } from 'vitest';
import { followTest, type RunningTest } from './running-test.ts';

// Everything else as it is. What this file exports itself goes before.
export * from 'unsleep';

const vitest = await import('vitest').catch(refuse);
const { beforeEach, vi, TestRunner } = vitest;
// Before vitest 4.1 they had an entry of their own, which vitest 5 lacks.
const { getCurrentTest, getSuiteHooks } = TestRunner ?? (await olderRunner());
// Before vitest 4.1 nothing can be put around a test, and a browser does not tell what code belongs to it.
const { aroundEach } = vitest as Partial<typeof vitest>;
const { AsyncLocalStorage } = globalThis.process?.getBuiltinModule?.('node:async_hooks') ?? {};

const running = new WeakMap<RunnerTestCase, RunningTest>();
const concurrent = new Set<RunnerTestCase>();
const inside = aroundEach && AsyncLocalStorage && new AsyncLocalStorage<RunnerTestCase>();

try {
  // vitest reads the parameters of a hook, and wants to see which parts of the context it takes.
  if (aroundEach) {
    aroundEach(async (runTest, { task }) => {
      const current = begin(task);
      await (inside ? inside.run(task, runTest) : runTest());
      current.end();
    });
  } else {
    beforeEach(beginTest);
  }
} catch (error) {
  refuse(error);
}

/** Follows a try of a test, and learns from the hooks next to it when its function begins and ends. */
function begin(task: RunnerTestCase): RunningTest {
  const current = followTest(task);
  running.set(task, current);
  if (task.concurrent) {
    concurrent.add(task);
    task.context.onTestFinished(() => void concurrent.delete(task));
  }
  const { beforeEach, afterEach } = getSuiteHooks(task.suite ?? task.file);
  if (beforeEach.at(-1) !== startTest) beforeEach.push(startTest);
  // Those that clean up run in reverse.
  if (afterEach.at(-1) !== stopTest) afterEach.push(stopTest);
  return current;
}

function beginTest({ task }: TestContext): void {
  begin(task);
}

function startTest({ task }: TestContext): void {
  (running.get(task) as RunningTest).start();
}

function stopTest({ task }: TestContext): void {
  (running.get(task) as RunningTest).stop();
}

/** The test that the running code belongs to: none in `beforeAll`, in `afterAll`, and while files are collected. */
function currentTest(): RunningTest | undefined {
  const known = inside?.getStore();
  const task = known ?? getCurrentTest();
  // As soon as one concurrent test is over, vitest names none while the others go on.
  if (!known && (task ? task.concurrent : !inside && concurrent.size > 0)) {
    throw new Error('a concurrent test must tell here which one it is: `const { waitFor } = boundTo(context)`');
  }
  if (!task) return undefined;
  return running.get(task) ?? beginLate(task);
}

/** For a file that found this module loaded already, as files do without isolation: its next tests begin in time. */
function beginLate(task: RunnerTestCase): RunningTest {
  getSuiteHooks(task.file).beforeEach.unshift(beginTest);
  const current = begin(task);
  current.start();
  return current;
}

async function olderRunner() {
  const { getCurrentTest, getHooks } = await import(/* @vite-ignore */ 'vitest/suite');
  return { getCurrentTest, getSuiteHooks: getHooks };
}

function refuse(cause: unknown): never {
  const message = "'unsleep/vitest' works only in the tests of a vitest run: everywhere else, import from 'unsleep'";
  throw new Error(message, { cause });
}

/** What the waits of a test have in common, besides what the user says of them. */
function boundDefaults(test: RunningTest | undefined, defaults: WaiterDefaults): WaiterDefaults {
  // Refused where it is checked.
  if (typeof defaults !== 'object' || defaults === null) return defaults;
  const signals = [defaults.signal ?? [], test?.signal ?? []].flat();
  return { advanceTimers, ...defaults, signal: signals };
}

async function advanceTimers(milliseconds: number): Promise<void> {
  // Faked by somebody else, it is theirs to move.
  if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(milliseconds);
}

/**
 * `createWaiter` of `unsleep`, for waits that are bound to the running test.
 *
 * @throws the same as there
 * @example
 * ```ts
 * import { test } from 'vitest';
 * import { createWaiter } from 'unsleep/vitest';
 *
 * const { waitFor } = createWaiter({ interval: 250 });
 * test('the server comes up', async () => {
 *   await waitFor(() => true);
 * });
 * ```
 */
export function createWaiter(defaults: WaiterDefaults | (() => WaiterDefaults)): Waiter {
  const ask = typeof defaults === 'function' ? defaults : () => defaults;
  // Refuses what is wrong with them at once, and not in the first test.
  createUnbound(defaults);
  return createUnbound(() => boundDefaults(currentTest(), ask()));
}

/**
 * The waiting functions, bound to the test with this context. For concurrent tests in a browser, where nothing tells
 * which of them is calling; everywhere else the functions of this module know.
 *
 * @example
 * ```ts
 * import { test } from 'vitest';
 * import { boundTo } from 'unsleep/vitest';
 *
 * test.concurrent('the server comes up', async (context) => {
 *   const { waitFor } = boundTo(context);
 *   await waitFor(() => true);
 * });
 * ```
 */
export function boundTo({ task }: Pick<TestContext, 'task'>): Waiter {
  return createUnbound(() => boundDefaults(running.get(task) ?? beginLate(task), {}));
}

const bound = createWaiter({});

/** `waitFor` of `unsleep`, bound to the running test. */
export const waitFor: Waiter['waitFor'] = bound.waitFor;
/** `eventually` of `unsleep`, bound to the running test. */
export const eventually: Waiter['eventually'] = bound.eventually;
/** `consistently` of `unsleep`, bound to the running test. */
export const consistently: Waiter['consistently'] = bound.consistently;
/** `waitForStatus` of `unsleep`, bound to the running test. */
export const waitForStatus: Waiter['waitForStatus'] = bound.waitForStatus;
/** `waitForEvent` of `unsleep`, bound to the running test. */
export const waitForEvent: Waiter['waitForEvent'] = bound.waitForEvent;
/** `retry` of `unsleep`, bound to the running test. */
export const retry: Waiter['retry'] = bound.retry;

import { EventEmitter } from 'node:events';
import {
  consistently,
  createWaiter,
  eventually,
  retry,
  type WaitOptions,
  type WaitReport,
  waitFor,
  waitForEvent,
  waitForStatus,
} from 'unsleep';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ScaleOption, toSettings } from '../src/options.ts';

const ERRORS = { RangeError, TypeError };
type Wrong = readonly [options: object, error: keyof typeof ERRORS, name: string, shown: string];

const DURATIONS: readonly (readonly [unknown, keyof typeof ERRORS, string])[] = [
  [-1, 'RangeError', '-1'],
  [Number.NaN, 'RangeError', 'NaN'],
  [Number.NEGATIVE_INFINITY, 'RangeError', '-Infinity'],
  ['', 'RangeError', "''"],
  ['5', 'RangeError', "'5'"],
  ['5 s', 'RangeError', "'5 s'"],
  ['5sec', 'RangeError', "'5sec'"],
  ['-5s', 'RangeError', "'-5s'"],
  ['1e3ms', 'RangeError', "'1e3ms'"],
  [null, 'TypeError', 'null'],
  [true, 'TypeError', 'true'],
  [5n, 'TypeError', '5n'],
  [[5], 'TypeError', '[5]'],
  [new Date(0), 'TypeError', '1970-01-01T00:00:00.000Z'],
];

/** Every value that is no duration, as this option. */
function durations(name: string): Wrong[] {
  return DURATIONS.map(([value, error, shown]) => [{ [name]: value }, error, name, shown]);
}

/** Values that are no function, as this option. */
function functions(name: string): Wrong[] {
  return [
    [{ [name]: 5 }, 'TypeError', name, '5'],
    [{ [name]: {} }, 'TypeError', name, '{}'],
    [{ [name]: 'yes' }, 'TypeError', name, "'yes'"],
  ];
}

const ATTEMPT_TIMEOUT: readonly Wrong[] = [
  ...durations('attemptTimeout'),
  [{ attemptTimeout: 0 }, 'RangeError', 'attemptTimeout', '0'],
  [{ attemptTimeout: '0s' }, 'RangeError', 'attemptTimeout', "'0s'"],
];
const HOLD_FOR: readonly Wrong[] = [
  ...durations('holdFor'),
  [{ holdFor: Number.POSITIVE_INFINITY }, 'RangeError', 'holdFor', 'Infinity'],
];
const MAX_ATTEMPTS: readonly Wrong[] = [
  [{ maxAttempts: 0 }, 'RangeError', 'maxAttempts', '0'],
  [{ maxAttempts: -1 }, 'RangeError', 'maxAttempts', '-1'],
  [{ maxAttempts: 1.5 }, 'RangeError', 'maxAttempts', '1.5'],
  [{ maxAttempts: Number.NaN }, 'RangeError', 'maxAttempts', 'NaN'],
  [{ maxAttempts: Number.NEGATIVE_INFINITY }, 'RangeError', 'maxAttempts', '-Infinity'],
  [{ maxAttempts: '3' }, 'RangeError', 'maxAttempts', "'3'"],
  [{ maxAttempts: null }, 'RangeError', 'maxAttempts', 'null'],
];
const SHARED: readonly Wrong[] = [
  [{ signal: {} }, 'TypeError', 'signal', '{}'],
  [{ signal: null }, 'TypeError', 'signal', 'null'],
  [{ signal: 'stop' }, 'TypeError', 'signal', "'stop'"],
  [{ signal: new EventTarget() }, 'TypeError', 'signal', 'EventTarget {}'],
  [{ name: 5 }, 'TypeError', 'name', '5'],
  [{ name: null }, 'TypeError', 'name', 'null'],
  [{ unref: 'yes' }, 'TypeError', 'unref', "'yes'"],
  [{ unref: 1 }, 'TypeError', 'unref', '1'],
  ...functions('advanceTimers'),
  [{ clock: null }, 'TypeError', 'clock', 'null'],
  [{ clock: Date.now }, 'TypeError', 'clock', '[function now]'],
  [{ clock: { setTimeout, clearTimeout } }, 'TypeError', 'clock', '{ setTimeout: [function setTimeout]'],
  [{ clock: { setTimeout, performance } }, 'TypeError', 'clock', '{ setTimeout: [function setTimeout]'],
  [{ clock: { clearTimeout, performance } }, 'TypeError', 'clock', '{ clearTimeout: [function clearTimeout]'],
];
const WATCHED: readonly Wrong[] = [
  [{ failFast: 5 }, 'TypeError', 'failFast', '5'],
  [{ failFast: null }, 'TypeError', 'failFast', 'null'],
  [{ failFast: () => {} }, 'TypeError', 'failFast', '[function failFast]'],
  [{ progress: null }, 'TypeError', 'progress', 'null'],
  [{ progress: 0 }, 'TypeError', 'progress', '0'],
  [{ progress: '5s' }, 'TypeError', 'progress', "'5s'"],
  [{ progress: () => {} }, 'TypeError', 'progress', '[function progress]'],
  [{ progress: { report() {} } }, 'TypeError', 'progress.every', 'undefined'],
  [{ progress: { every: '5 s', report() {} } }, 'RangeError', 'progress.every', "'5 s'"],
  [{ progress: { every: 0, report() {} } }, 'RangeError', 'progress.every', '0'],
  [{ progress: { every: '0ms', report() {} } }, 'RangeError', 'progress.every', "'0ms'"],
  [{ progress: { every: '5s' } }, 'TypeError', 'progress.report', 'undefined'],
  [{ progress: { every: '5s', report: 'log' } }, 'TypeError', 'progress.report', "'log'"],
];
const SOURCES: readonly Wrong[] = [
  [{ wakeOn: null }, 'TypeError', 'wakeOn', 'null'],
  [{ wakeOn: new EventEmitter() }, 'TypeError', 'wakeOn', 'EventEmitter { '],
  [{ wakeOn: ['done'] }, 'TypeError', 'wakeOn', "['done']"],
  [{ wakeOn: [() => () => {}, undefined] }, 'TypeError', 'wakeOn', '[[function anonymous], undefined]'],
];
const OPTIONS: readonly Wrong[] = [undefined, null, 5, 'fast', true]
  .slice(1)
  .map(
    (options): Wrong => [
      options as never,
      'TypeError',
      'options',
      typeof options === 'string' ? "'fast'" : `${options}`,
    ],
  );
const LOOP: readonly Wrong[] = [
  ...OPTIONS,
  ...durations('timeout'),
  ...durations('interval'),
  ...ATTEMPT_TIMEOUT,
  ...MAX_ATTEMPTS,
  ...functions('tolerate'),
  ...functions('onLook'),
  ...functions('random'),
  ...SHARED,
  ...WATCHED,
  ...SOURCES,
];

/** Functions of the user, none of which a wait with wrong options may call. */
function createUser() {
  const user = { condition: vi.fn(() => true), trigger: vi.fn(), subscribe: vi.fn(() => () => {}) };
  const { trigger, subscribe } = user;
  return { ...user, others: { trigger, wakeOn: subscribe } };
}

type User = ReturnType<typeof createUser>;

/** What the wait rejects with; whatever it throws at once is no rejection, and fails the test. */
async function refusal(waiting: Promise<unknown>): Promise<Error> {
  return waiting.then(
    () => expect.fail('the wait was not refused'),
    (error) => error,
  );
}

/** Waits with these options, put over others that are right where the option itself is not the subject. */
function over(right: object, options: object): never {
  return (typeof options === 'object' && options !== null ? { ...right, ...options } : options) as never;
}

function expectRefusal(error: Error, [, type, name, shown]: Wrong, user: User, caller: string): void {
  expect(error).toBeInstanceOf(ERRORS[type]);
  expect(error.message).toMatch(new RegExp(`^\`${name.replace('.', '\\.')}\` must `));
  expect(error.message).toContain(`got ${shown}`);
  expect(error.message.split('\n')).toHaveLength(1);
  const [first = ''] = error.stack?.split('\n').filter((line) => /^ +at /.test(line)) ?? [];
  expect(first).toContain(caller);
  expect(first).toContain('options.test.ts');
  expect(user.condition).not.toHaveBeenCalled();
  expect(user.trigger).not.toHaveBeenCalled();
  expect(user.subscribe).not.toHaveBeenCalled();
}

const named = (rows: readonly Wrong[]) =>
  rows.map((row) => ({ row, name: row[2], shown: row[3].replaceAll('%', '%%') }));

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});

afterEach(() => {
  expect(vi.getTimerCount(), 'timers left behind').toBe(0);
  vi.useRealTimers();
});

describe('waitFor', () => {
  test.each(named([...LOOP, ...HOLD_FOR, ...functions('until'), ...functions('failWhen'), ...functions('trigger')]))(
    'refuses $name $shown before anything is called',
    async ({ row }) => {
      const user = createUser();
      function userCode() {
        return waitFor(user.condition, over(user.others, row[0]));
      }
      expectRefusal(await refusal(userCode()), row, user, 'userCode');
    },
  );

  test.each(
    named([
      [undefined as never, 'TypeError', 'condition', 'undefined'],
      [true as never, 'TypeError', 'condition', 'true'],
      [Promise.resolve(true), 'TypeError', 'condition', 'Promise {}'],
    ]),
  )('refuses the $name $shown', async ({ row }) => {
    const user = createUser();
    function userCode() {
      return waitFor(row[0] as never, user.others);
    }
    expectRefusal(await refusal(userCode()), row, user, 'userCode');
  });

  test('takes an option that is undefined for one that is not there', async () => {
    const nothing = Object.fromEntries(
      LOOP.flatMap(([options]) => Object.keys(Object(options))).map((name) => [name, undefined]),
    );
    await expect(waitFor(() => 5, nothing)).resolves.toBe(5);
  });

  test.each([
    { timeout: 0 },
    { timeout: '0ms' },
    { timeout: Number.POSITIVE_INFINITY },
    { interval: 0 },
    { interval: Number.POSITIVE_INFINITY },
    { attemptTimeout: Number.POSITIVE_INFINITY },
    { maxAttempts: Number.POSITIVE_INFINITY },
    { maxAttempts: 1 },
    { name: '' },
    { wakeOn: [] },
    { progress: { every: Number.POSITIVE_INFINITY, report: (_: WaitReport) => {} } },
    { failFast: new Promise(() => {}) },
  ] as const)('takes %o', async (options) => {
    await expect(waitFor(() => 5, options)).resolves.toBe(5);
  });

  test.each([-1, Number.NaN, '100', undefined, null])(
    'refuses the pause %o of a backoff when it gives it',
    async (pause) => {
      const condition = vi.fn(() => false);
      const waiting = waitFor(condition, { interval: () => pause as never });
      await expect(waiting).rejects.toThrow(RangeError);
      await expect(waiting).rejects.toThrow(/^`interval` must give a number of milliseconds >= 0; it gave /);
      expect(condition).toHaveBeenCalledOnce();
    },
  );
});

describe('eventually', () => {
  test.each(named([...LOOP, ...HOLD_FOR, ...functions('trigger')]))(
    'refuses $name $shown before anything is called',
    async ({ row }) => {
      const user = createUser();
      function userCode() {
        return eventually(user.condition, over(user.others, row[0]));
      }
      expectRefusal(await refusal(userCode()), row, user, 'userCode');
    },
  );

  test('refuses an assertion that is none', async () => {
    const user = createUser();
    function userCode() {
      return eventually('ready' as never, user.others);
    }
    expectRefusal(await refusal(userCode()), [{}, 'TypeError', 'assertion', "'ready'"], user, 'userCode');
  });
});

describe('consistently', () => {
  const rows: Wrong[] = [
    ...LOOP.filter(([, , name]) => name !== 'timeout' && name !== 'tolerate'),
    ...durations('for'),
    [{ for: undefined }, 'TypeError', 'for', 'undefined'],
    [{ for: Number.POSITIVE_INFINITY }, 'RangeError', 'for', 'Infinity'],
  ];

  test.each(named(rows))('refuses $name $shown before anything is called', async ({ row }) => {
    const user = createUser();
    function userCode() {
      return consistently(user.condition, over({ for: '1s', ...user.others }, row[0]));
    }
    expectRefusal(await refusal(userCode()), row, user, 'userCode');
  });

  test('refuses to do without options', async () => {
    const user = createUser();
    function userCode() {
      return consistently(user.condition, undefined as never);
    }
    expectRefusal(await refusal(userCode()), [{}, 'TypeError', 'options', 'undefined'], user, 'userCode');
  });

  test('refuses a condition that is none', async () => {
    const user = createUser();
    function userCode() {
      return consistently(undefined as never, { for: '1s' });
    }
    expectRefusal(await refusal(userCode()), [{}, 'TypeError', 'condition', 'undefined'], user, 'userCode');
  });
});

describe('waitForStatus', () => {
  const rows: Wrong[] = [
    ...LOOP,
    ...functions('trigger'),
    [{ target: undefined }, 'TypeError', 'target', 'undefined'],
    [{ target: null }, 'TypeError', 'target', 'null'],
    [{ target: /done/ }, 'TypeError', 'target', '/done/'],
    [{ target: ['done', undefined] }, 'TypeError', 'target', "['done', undefined]"],
    [{ target: [] }, 'RangeError', 'target', '[]'],
    [{ failure: null }, 'TypeError', 'failure', 'null'],
    [{ failure: [/failed/] }, 'TypeError', 'failure', '[/failed/]'],
    [{ pending: null }, 'TypeError', 'pending', 'null'],
    [{ pending: () => true }, 'TypeError', 'pending', '[function pending]'],
    [{ status: 5 }, 'TypeError', 'status', '5'],
    [{ status: ['state'] }, 'TypeError', 'status', "['state']"],
  ];

  test.each(named(rows))('refuses $name $shown before anything is called', async ({ row }) => {
    const user = createUser();
    function userCode() {
      return waitForStatus(user.condition, over({ target: 'done', ...user.others }, row[0]));
    }
    expectRefusal(await refusal(userCode()), row, user, 'userCode');
  });

  test('refuses to do without options', async () => {
    const user = createUser();
    function userCode() {
      return waitForStatus(user.condition, undefined as never);
    }
    expectRefusal(await refusal(userCode()), [{}, 'TypeError', 'options', 'undefined'], user, 'userCode');
  });

  test('refuses a read that is none', async () => {
    const user = createUser();
    function userCode() {
      return waitForStatus({ status: 'done' } as never, { target: 'done' });
    }
    expectRefusal(await refusal(userCode()), [{}, 'TypeError', 'read', "{ status: 'done' }"], user, 'userCode');
  });

  test.each([
    { target: 'done', failure: 'done' },
    { target: ['a', 'done'], failure: ['b', 'done'] },
    { target: 'a', failure: 'done', pending: ['b', 'done'] },
    { target: 'done', pending: 'done' },
  ])('refuses a status that means two things: %o', async (options) => {
    const read = vi.fn();
    const waiting = waitForStatus(read, options as never);
    await expect(waiting).rejects.toThrow(RangeError);
    await expect(waiting).rejects.toThrow("a status may be in one list only; 'done' is in two");
    expect(read).not.toHaveBeenCalled();
  });
});

describe('waitForEvent', () => {
  const rows: Wrong[] = [
    ...OPTIONS,
    ...durations('timeout'),
    ...SHARED,
    ...WATCHED,
    ...functions('filter'),
    ...functions('trigger'),
    [{ rejectOn: 'error' }, 'TypeError', 'rejectOn', "'error'"],
    [{ rejectOn: null }, 'TypeError', 'rejectOn', 'null'],
    [{ rejectOn: [5] }, 'TypeError', 'rejectOn', '[5]'],
  ];

  test.each(named(rows))('refuses $name $shown before anything is called', async ({ row }) => {
    const user = createUser();
    const emitter = new EventEmitter();
    const { trigger } = user;
    function userCode() {
      return waitForEvent(emitter, 'done', over({ trigger }, row[0]));
    }
    expectRefusal(await refusal(userCode()), row, user, 'userCode');
    expect(emitter.eventNames()).toEqual([]);
  });

  test.each<[unknown, unknown, Wrong]>([
    [undefined, 'done', [{}, 'TypeError', 'source', 'undefined']],
    [{ on() {} }, 'done', [{}, 'TypeError', 'source', '{ on: [function on] }']],
    [new EventEmitter(), undefined, [{}, 'TypeError', 'event', 'undefined']],
    [new EventEmitter(), 5, [{}, 'TypeError', 'event', '5']],
  ])('refuses the source %o with the event %o', async (source, event, row) => {
    const user = createUser();
    function userCode() {
      return waitForEvent(source as never, event as never, { trigger: user.trigger });
    }
    expectRefusal(await refusal(userCode()), row, user, 'userCode');
  });
});

describe('retry', () => {
  const rows: Wrong[] = [
    ...OPTIONS,
    ...durations('timeout'),
    ...durations('interval'),
    ...ATTEMPT_TIMEOUT,
    ...MAX_ATTEMPTS,
    ...functions('tolerate'),
    ...functions('onLook'),
    ...functions('random'),
    ...SHARED,
  ];

  test.each(named(rows))('refuses $name $shown before anything is called', async ({ row }) => {
    const user = createUser();
    function userCode() {
      return retry(user.condition, over({}, row[0]));
    }
    expectRefusal(await refusal(userCode()), row, user, 'userCode');
  });

  test('refuses a task that is none', async () => {
    const user = createUser();
    function userCode() {
      return retry(5 as never);
    }
    expectRefusal(await refusal(userCode()), [{}, 'TypeError', 'task', '5'], user, 'userCode');
  });
});

describe('createWaiter', () => {
  test.each([undefined, null, 5, '30s'])('refuses the defaults %o at once', (defaults) => {
    const make = () => createWaiter(defaults as never);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(/^`defaults` must be an object, or a function that gives one; got /);
  });

  test.each(
    named([
      [{ timeout: '5 s' }, 'RangeError', 'timeout', "'5 s'"],
      [{ maxAttempts: 0 }, 'RangeError', 'maxAttempts', '0'],
    ]),
  )('leaves it to the calls to refuse $name $shown, by default as in an option', async ({ row }) => {
    const user = createUser();
    const [wrong, right] = [createWaiter(row[0]), createWaiter({})];
    function userCode(waiter: typeof wrong, options: object) {
      return waiter.waitFor(user.condition, { ...user.others, ...options });
    }
    expectRefusal(await refusal(userCode(wrong, {})), row, user, 'userCode');
    expectRefusal(await refusal(userCode(right, row[0])), row, user, 'userCode');
  });

  test('gives functions that refuse options that are none', async () => {
    const user = createUser();
    const waiter = createWaiter({});
    function userCode() {
      return waiter.waitFor(user.condition, 5 as never);
    }
    expectRefusal(await refusal(userCode()), [{}, 'TypeError', 'options', '5'], user, 'userCode');
  });
});

describe('UNSLEEP_TIMEOUT_SCALE', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  /** The package, loaded with this scale in the environment. */
  function load(scale: string | undefined): Promise<typeof import('unsleep')> {
    vi.stubEnv('UNSLEEP_TIMEOUT_SCALE', scale);
    vi.resetModules();
    return import('unsleep');
  }

  test.each([
    ['3', 3_000],
    ['0.5', 500],
    ['1', 1_000],
    ['', 1_000],
    [undefined, 1_000],
  ])('of %s makes a timeout of 1 s %d ms', async (scale, milliseconds) => {
    const { waitFor } = await load(scale);
    const waiting = waitFor(() => false, { timeout: '1s' }).catch((error) => [performance.now(), error.report.timeout]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await waiting).toEqual([milliseconds, milliseconds]);
  });

  test('says in the message what it did', async () => {
    const { waitFor } = await load('3');
    const waiting = waitFor(() => false, { timeout: '5s', name: 'door' }).catch((error) => error.message);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await waiting).toMatch(/^door: not within 15 s \(5 s x UNSLEEP_TIMEOUT_SCALE 3\) \(\d+ looks\)/);
  });

  test('is multiplied with that of a waiter, and both are told', async () => {
    const { createWaiter } = await load('3');
    const { waitFor } = createWaiter({ timeoutScale: 2 });
    const waiting = waitFor(() => false, { timeout: '1s', name: 'door' }).catch((error) => error.message);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(await waiting).toMatch(/^door: not within 6 s \(1 s x timeoutScale 2 x UNSLEEP_TIMEOUT_SCALE 3\) /);
  });

  test('stretches attemptTimeout and holdFor as well, and the interval not', async () => {
    const { waitFor } = await load('2');
    const at: number[] = [];
    const cut = waitFor(() => at.push(performance.now()) > 1 || new Promise(() => {}), {
      attemptTimeout: 100,
      until: () => at.length > 1,
      interval: 10,
      random: () => 0,
    });
    await vi.advanceTimersByTimeAsync(210);
    await cut;
    expect(at).toEqual([0, 200 + 10]);
    const held = waitFor(() => performance.now(), { holdFor: 50, interval: 1_000, until: () => true });
    await vi.advanceTimersByTimeAsync(100);
    expect(await held).toBe(310);
  });

  test.each(['0', '-1', 'x3', '3x', 'NaN', 'Infinity', ' '])(
    'of %j is refused by each wait, which names it and calls nothing',
    async (scale) => {
      const { waitFor, retry } = await load(scale);
      const user = createUser();
      const message = `UNSLEEP_TIMEOUT_SCALE must be a number above 0; got '${scale}'`;
      for (const waiting of [waitFor(user.condition, user.others), retry(user.condition)]) {
        const error = await refusal(waiting);
        expect(error).toBeInstanceOf(RangeError);
        expect(error.message).toBe(message);
      }
      expect(user.condition).not.toHaveBeenCalled();
      expect(user.trigger).not.toHaveBeenCalled();
      expect(user.subscribe).not.toHaveBeenCalled();
    },
  );

  test('is none where there is no environment', async () => {
    vi.stubEnv('UNSLEEP_TIMEOUT_SCALE', '0');
    vi.stubGlobal('process', Object.create(process, { env: { value: undefined } }));
    vi.resetModules();
    const { waitFor } = await import('unsleep').finally(() => vi.unstubAllGlobals());
    await expect(waitFor(() => 5)).resolves.toBe(5);
  });
});

describe('options that many waits share', () => {
  // Each of them, as the type demands: one that is added and then not compared would be that of the wait before.
  const others: Required<Omit<WaitOptions & ScaleOption, 'until' | 'failWhen'>> = {
    timeout: 5,
    interval: 7,
    attemptTimeout: 3,
    maxAttempts: 2,
    tolerate: () => true,
    failFast: new Promise(() => {}),
    wakeOn: () => () => {},
    signal: new AbortController().signal,
    name: 'another',
    onLook: () => {},
    progress: { every: 1, report: () => {} },
    unref: true,
    advanceTimers: () => {},
    clock: { ...globalThis },
    random: () => 0,
    trigger: () => {},
    holdFor: 9,
    timeoutScale: 2,
  };

  test.each(Object.entries(others))('are checked once, and anew where %s is another', (name, value) => {
    const usual = toSettings({ timeout: 1_000 });
    expect(toSettings({ timeout: 1_000 })).toBe(usual);
    const other = toSettings({ timeout: 1_000, [name]: value });
    expect(other).not.toBe(usual);
    expect(toSettings({ timeout: 1_000 })).not.toBe(other);
  });
});

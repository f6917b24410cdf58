import { strict as assert } from 'node:assert';
import { EventEmitter } from 'node:events';
import { runInNewContext } from 'node:vm';
import { JSDOM } from 'jsdom';
import {
  consistently,
  constant,
  createWaiter,
  eventually,
  giveUp,
  pendingWaits,
  type Wake,
  waitFor,
  waitForEvent,
  waitForStatus,
} from 'unsleep';
import { describe, expect, test } from 'vitest';
import { rejection, useVirtualTime } from './virtual-time.ts';

// The worst that people meet. Whoever reads such a message at night, and did not write the code, must know within five
// seconds what was waited for, how long, what was seen when, and why it ended.

useVirtualTime();

const HOUR = 3_600_000;
const every = (pause: number) => constant(pause, { jitter: 'none' });
const calm = { interval: every(500) };

/** What a runner prints of a wait that fails: its name and its message. */
async function messageOf(waiting: Promise<unknown>, milliseconds = 10_000): Promise<string> {
  const { name, message } = await rejection(waiting, milliseconds);
  return `${name}: ${message}`;
}

/** Virtual milliseconds since now. */
function stopwatch(): () => number {
  const start = performance.now();
  return () => performance.now() - start;
}

/** An object of two million characters, of which as JSON a whole screen would not show a thousandth. */
function twoMegabytes() {
  const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, text: 'x'.repeat(80) }));
  return { rows, next: null };
}

describe('nothing ever true', () => {
  test('says what was waited for as it was written, and that each look saw the same', async () => {
    const queue = { isEmpty: () => false };
    expect(await messageOf(waitFor(() => queue.isEmpty(), calm))).toMatchInlineSnapshot(`
      "WaitTimeoutError: () => queue.isEmpty(): not within 4 s (9 looks)

             0 ms  false   9 looks   ← until the end"
    `);
  });

  test('counts answers that read the same as the same, though each is another object', async () => {
    const find = async () => ({ rows: [], at: new Date(0) });
    const waiting = waitFor(find, { ...calm, name: 'order 7 listed', until: ({ rows }) => rows.length > 0 });
    expect(await messageOf(waiting)).toMatchInlineSnapshot(`
      "WaitTimeoutError: order 7 listed: not within 4 s (9 looks)

             0 ms  { rows: [], at: 1970-01-01T00:00:00.000Z }   9 looks   ← until the end"
    `);
  });

  test('shows what an object was when it was seen, though each look sees the same object', async () => {
    const server = { status: 'BUILD' };
    const now = stopwatch();
    const look = () => Object.assign(server, { status: now() < 1_000 ? 'BUILD' : 'ERROR' });
    const waiting = waitFor(look, { ...calm, name: 'server 41 active', until: ({ status }) => status === 'ACTIVE' });
    expect(await messageOf(waiting)).toMatchInlineSnapshot(`
      "WaitTimeoutError: server 41 active: not within 4 s (9 looks)

             0 ms  { status: 'BUILD' }   2 looks
              1 s  { status: 'ERROR' }   7 looks   ← until the end"
    `);
  });

  test('names the attempts when they were what ended it', async () => {
    const waiting = waitFor(() => 0, { ...calm, name: 'a row', maxAttempts: 3 });
    expect(await messageOf(waiting)).toMatchInlineSnapshot(`
      "WaitExhaustedError: a row: not done after 3 looks (in 1 s; maxAttempts is 3)

             0 ms  0   3 looks   ← until the end"
    `);
  });

  test('of an event says what came instead', async () => {
    const bus = new EventEmitter();
    const trigger = () => {
      bus.emit('moved', 40);
      bus.emit('moved', 42);
    };
    const waiting = waitForEvent(bus, 'moved', { filter: (server) => server === 41, trigger });
    expect(await messageOf(waiting)).toMatchInlineSnapshot(`
      "WaitTimeoutError: event 'moved': not within 4 s (2 looks)

             0 ms  (no event)   2 looks   ← until the end

        events that came and did not pass the filter: 2, the last with [42]"
    `);
  });
});

describe('a hanging look', () => {
  test('is named with its number, since when it hung, and for how long', async () => {
    const now = stopwatch();
    const look = () => (now() < 1_000 ? false : new Promise<boolean>(() => {}));
    expect(await messageOf(waitFor(look, { ...calm, name: 'page loaded' }))).toMatchInlineSnapshot(`
      "WaitTimeoutError: page loaded: not within 4 s (3 looks)

             0 ms  false         2 looks
              1 s  (no answer)   1 look   ← until the end

        look 3 was still pending after 3 s"
    `);
  });

  test('that is cut each time is one row', async () => {
    const look = () => new Promise<boolean>(() => {});
    const waiting = waitFor(look, { ...calm, name: 'page loaded', attemptTimeout: 500 });
    expect(await messageOf(waiting)).toMatchInlineSnapshot(`
      "WaitTimeoutError: page loaded: not within 4 s (5 looks)

             0 ms  TimeoutError: the look had no answer within 500 ms   5 looks   ← until the end"
    `);
  });
});

describe('flapping', () => {
  test('is one row, and the last run another', async () => {
    let looks = 0;
    const read = (): string => (looks++ % 2 ? 'warming' : 'ready');
    const waiting = waitForStatus(read, { target: 'steady', timeout: '4s', interval: every(100) });
    expect(await messageOf(waiting)).toMatchInlineSnapshot(`
      "WaitTimeoutError: read: not within 4 s (41 looks)

             0 ms  ready / warming alternating, 40 changes   40 looks
              4 s  ready                                      1 look   ← until the end

        waited for status 'steady'
        taken for pending, as no list names them: 'ready', 'warming'"
    `);
  });

  test('between done and not done says how often it was done, when last, and how long it had to stay so', async () => {
    const now = stopwatch();
    const look = () => Math.floor(now() / 500) % 2 === 1;
    const waiting = waitFor(look, { ...calm, name: 'leader elected', holdFor: '1s', timeout: '30s' });
    expect(await messageOf(waiting, 60_000)).toMatchInlineSnapshot(`
      "WaitTimeoutError: leader elected: not within 30 s (61 looks)

             0 ms  false / true (done) alternating, 60 changes   60 looks
             30 s  false                                          1 look   ← until the end

        it was done 30 times, last at 29.5 s, and then no longer (it had to stay so for 1 s)"
    `);
  });

  test('once says when that was', async () => {
    const now = stopwatch();
    const look = () => now() >= 300 && now() < 700;
    const waiting = waitFor(look, { interval: every(310), name: 'leader elected', holdFor: '1s' });
    expect(await messageOf(waiting)).toMatchInlineSnapshot(`
      "WaitTimeoutError: leader elected: not within 4 s (14 looks)

             0 ms  false          1 look
           310 ms  true (done)    2 looks
           930 ms  false         11 looks   ← until the end

        it was done once, at 310 ms, and then no longer (it had to stay so for 1 s)"
    `);
  });

  test('is not said when it is done at the end', async () => {
    let looks = 0;
    const look = () => looks++ !== 1;
    const waiting = waitFor(look, { ...calm, name: 'leader elected', holdFor: '1m', maxAttempts: 4 });
    expect(await messageOf(waiting)).toMatchInlineSnapshot(`
      "WaitExhaustedError: leader elected: not done after 4 looks (in 1.5 s; maxAttempts is 4)

             0 ms  true (done)   1 look
           500 ms  false         1 look
              1 s  true (done)   2 looks   ← until the end

        it was done at the end, but not yet for 60 s"
    `);
  });

  test('of what had to stay says when it did not, and how long it had to', async () => {
    const now = stopwatch();
    const look = () => now() < 1_500;
    expect(await messageOf(consistently(look, { ...calm, for: '4s' }))).toMatchInlineSnapshot(`
      "WaitFailedError: look: did not hold: answered false (after 1.5 s, 4 looks)

             0 ms  held    3 looks
            1.5 s  false   1 look   ← until the end

        it had to hold for 4 s"
    `);
  });
});

test('an error in the middle stands where it was seen', async () => {
  const now = stopwatch();
  const read = async () => {
    if (now() === 1_000) throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.5:8774'), { code: 'ECONNREFUSED' });
    return { id: 41, status: now() < 1_000 ? 'queued' : 'running', progress: Math.round(now() / 100) };
  };
  const waiting = waitForStatus(read, { ...calm, name: 'server 41', target: 'done', timeout: '4s' });
  expect(await messageOf(waiting)).toMatchInlineSnapshot(`
    "WaitTimeoutError: server 41: not within 4 s (9 looks)

           0 ms  queued, 5 %                          2 looks
            1 s  connect ECONNREFUSED 10.0.0.5:8774   1 look
          1.5 s  running, 40 %                        6 looks   ← until the end

      last value: { id: 41, status: 'running', progress: 40 }
      waited for status 'done'
      taken for pending, as no list names them: 'queued', 'running'"
  `);
});

test('a wake source that died is named, with when and why', async () => {
  const notifications = (wake: Wake) => {
    setTimeout(() => wake(), 300);
    setTimeout(() => wake.failed(new Error('socket closed')), 2_100);
    return () => {};
  };
  const waiting = waitFor(() => false, { ...calm, name: 'server 41 moved', wakeOn: notifications });
  expect(await messageOf(waiting)).toMatchInlineSnapshot(`
    "WaitTimeoutError: server 41 moved: not within 4 s (10 looks, 1 of them woken by events)

           0 ms  false   10 looks   ← until the end

      wake source "notifications" failed after 2.1 s (socket closed); polling went on without it"
  `);
});

describe('an assertion with a diff', () => {
  // As the matchers of jest throw it, with the colours that they put into their messages.
  const [green, red, plain, dim] = ['32', '31', '39', '2'].map((code) => `\u001b[${code}m`);
  const jestError = (hint: string, ...lines: string[]) =>
    new Error([`${dim}expect(${plain}${red}received${plain}).${hint}`, '', ...lines].join('\n'));
  const fail = (error: Error) => () => {
    throw error;
  };

  test.each<[string, () => unknown, string]>([
    [
      'vitest',
      () => expect({ id: 1, rows: ['a'] }).toEqual({ id: 1, rows: ['a', 'b'] }),
      "expected { id: 1, rows: [ 'a' ] } to deeply equal { id: 1, rows: [ 'a', 'b' ] }",
    ],
    [
      'jest, on two lines',
      fail(
        jestError(
          'toBe(expected) // Object.is equality',
          `Expected: ${green}"done"${plain}`,
          `Received: ${red}"run"${plain}`,
        ),
      ),
      'expect(received).toBe(expected) Expected: "done" Received: "run"',
    ],
    [
      'jest, as a diff',
      fail(
        jestError(
          'toEqual(expected) // deep equality',
          `${green}- Expected  - 1${plain}`,
          `${red}+ Received  + 1${plain}`,
          '',
          '  Array [',
          '    "a",',
          `${green}-   "b",${plain}`,
          `${red}+   "c",${plain}`,
          '  ]',
        ),
      ),
      'expect(received).toEqual(expected) - "b", + "c"',
    ],
    ['node:assert', () => assert.deepEqual(['a'], ['a', 'b']), "Expected values to be strictly deep-equal: - 'b'"],
    [
      'node:assert, of a truth',
      fail(new Error('The expression evaluated to a falsy value:\n\n  assert.ok(rows.length)\n')),
      'The expression evaluated to a falsy value: assert.ok(rows.length)',
    ],
  ])('of %s keeps what was wrong', async (_, assertion, text) => {
    const error = await rejection(eventually(assertion, { ...calm, name: 'rows' }), 10_000);
    expect(error.message).toBe(`rows: not within 4 s (9 looks)\n\n       0 ms  ${text}   9 looks   ← until the end`);
    expect(error.cause).toBeInstanceOf(Error);
  });

  test('is the cause, the last one, as the very object', async () => {
    const thrown: unknown[] = [];
    const assertion = () => {
      try {
        expect(thrown).toHaveLength(100);
      } catch (error) {
        thrown.push(error);
        throw error;
      }
    };
    const error = await rejection(eventually(assertion, { ...calm, maxAttempts: 3 }), 10_000);
    expect(thrown.indexOf(error.cause)).toBe(2);
    expect(`${error.name}: ${error.message}`).toMatchInlineSnapshot(`
      "WaitExhaustedError: assertion: not done after 3 looks (in 1 s; maxAttempts is 3)

             0 ms  expected [] to have a length of 100 but got +0        1 look
           500 ms  expected [ …(1) ] to have a length of 100 but got 1   1 look
              1 s  expected [ …(2) ] to have a length of 100 but got 2   1 look   ← until the end"
    `);
  });

  test('that had to hold is the headline', async () => {
    const now = stopwatch();
    const assertion = () => expect(now() < 1_000 ? 'up' : 'down').toBe('up');
    expect(
      await messageOf(consistently(assertion, { ...calm, name: 'the service', for: '4s' })),
    ).toMatchInlineSnapshot(`
      "WaitFailedError: the service: did not hold: expected 'down' to be 'up' // Object.is equality (after 1 s, 3 looks)

             0 ms  held                                               2 looks
              1 s  expected 'down' to be 'up' // Object.is equality   1 look   ← until the end

        it had to hold for 4 s"
    `);
  });
});

describe('a status that nobody listed', () => {
  const server = { id: 41, status: 'VERIFY_RESIZE' };

  test('fails at once, beside the lists', async () => {
    const lists = { target: 'ACTIVE', failure: 'ERROR', pending: ['BUILD', 'RESIZE'] } as const;
    const read: () => { id: number; status: string } = () => server;
    expect(await messageOf(waitForStatus(read, { ...lists, name: 'server 41' }))).toMatchInlineSnapshot(`
      "WaitFailedError: server 41: status 'VERIFY_RESIZE' is in none of the lists (after 0 ms, 1 look)

             0 ms  VERIFY_RESIZE   1 look   ← until the end

        last value: { id: 41, status: 'VERIFY_RESIZE' }
        waited for status 'ACTIVE' (failure: 'ERROR'; pending: 'BUILD', 'RESIZE')"
    `);
    const waiting = waitForStatus(read, { ...lists, failure: [], name: 'server 41' });
    expect(await messageOf(waiting)).toContain("(failure: none; pending: 'BUILD', 'RESIZE')");
  });

  test('is taken for pending when there is no such list, and named', async () => {
    const { waitForStatus } = createWaiter({ ...calm, timeout: '4s' });
    const read: () => { id: number; status: string } = () => server;
    expect(await messageOf(waitForStatus(read, { target: 'ACTIVE', name: 'server 41' }))).toMatchInlineSnapshot(`
      "WaitTimeoutError: server 41: not within 4 s (9 looks)

             0 ms  VERIFY_RESIZE   9 looks   ← until the end

        last value: { id: 41, status: 'VERIFY_RESIZE' }
        waited for status 'ACTIVE'
        taken for pending, as no list names them: 'VERIFY_RESIZE'"
    `);
  });
});

test('who is aborted by the runner gets the reason itself; until then the wait is on the list of those alive', async () => {
  const controller = new AbortController();
  const reason = new Error('Test timed out in 5000ms.');
  const alive: string[] = [];
  controller.signal.addEventListener('abort', () => alive.push(...pendingWaits().map(({ name }) => name)));
  const waiting = waitFor(() => false, { ...calm, name: 'server 41 active', signal: controller.signal });
  setTimeout(() => controller.abort(reason), 1_000);
  expect(await rejection(waiting, 10_000)).toBe(reason);
  expect(alive).toEqual(['server 41 active']);
});

describe('another realm', () => {
  const { window } = new JSDOM('<ul id="rows" class="long list"><li>first</li></ul><p></p>');
  const { document } = window;

  test('is where an error of a jsdom window comes from, said by name and message', async () => {
    const find = () => {
      throw new window.DOMException('no button in the document', 'NotFoundError');
    };
    expect(await messageOf(eventually(find, { ...calm, name: 'a button' }))).toMatchInlineSnapshot(`
      "WaitTimeoutError: a button: not within 4 s (9 looks)

             0 ms  NotFoundError: no button in the document   9 looks   ← until the end"
    `);
  });

  test('is where an error of a vm context comes from, said by name and message', async () => {
    const run = () => runInNewContext('throw new TypeError("rows is not iterable")');
    expect(await messageOf(eventually(run, { ...calm, name: 'rows' }))).toMatchInlineSnapshot(`
      "WaitTimeoutError: rows: not within 4 s (9 looks)

             0 ms  TypeError: rows is not iterable   9 looks   ← until the end"
    `);
  });

  test('is where an element comes from, said by its tag and its text', async () => {
    const find = () => document.querySelector('li');
    const waiting = waitFor(find, { ...calm, until: (row) => row?.textContent === 'second' });
    expect(await messageOf(waiting)).toMatchInlineSnapshot(`
      "WaitTimeoutError: find: not within 4 s (9 looks)

             0 ms  <li>first</li>   9 looks   ← until the end"
    `);
  });
});

describe('a value of 2 MB', () => {
  const huge = twoMegabytes();

  test('stays bounded, and readable', async () => {
    const waiting = waitFor(() => huge, { ...calm, name: 'the last page', until: ({ next }) => next !== null });
    expect(await messageOf(waiting)).toMatchInlineSnapshot(`
      "WaitTimeoutError: the last page: not within 4 s (9 looks)

             0 ms  { rows: [{ id: 0, text: 'xxxxxxxxxxxxxxxx…' }, … 19999 more], next: null }   9 looks   ← until the end

        last value: { rows: [{ id: 0, text: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' }, { id: 1, text: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' }, { id: 2, text: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' }, { id: 3, text: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' }, { id: 4, text: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…' }, … 19995 more], next: null }"
    `);
  });

  test('stays bounded as text, as bytes, and in what an assertion says', async () => {
    const text = JSON.stringify(huge);
    const never = { ...calm, name: 'it', until: () => false };
    const contains = (): unknown => assert.match(text, /the end/);
    const messages = [
      await messageOf(waitFor(() => text, never)),
      await messageOf(waitFor(() => Buffer.from(text), never)),
      await messageOf(waitFor(() => ({ log: text, exitCode: 1 }), never)),
      await messageOf(eventually(contains, { ...calm, name: 'it' })),
    ];
    expect(messages.join('\n\n')).toMatchInlineSnapshot(`
      "WaitTimeoutError: it: not within 4 s (9 looks)

             0 ms  '{"rows":[{"id":0,"text":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'   9 looks   ← until the end

      WaitTimeoutError: it: not within 4 s (9 looks)

             0 ms  [Uint8Array of 2048912 bytes]   9 looks   ← until the end

      WaitTimeoutError: it: not within 4 s (9 looks)

             0 ms  { log: '{"rows":[{"id":0,"text":"xxxxxxxxxxxxxxxxxxxxxxxxxxx…', exitCode: 1 }   9 looks   ← until the end

        last value: { log: '{"rows":[{"id":0,"text":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},{"id":1,"text":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…', exitCode: 1 }

      WaitTimeoutError: it: not within 4 s (9 looks)

             0 ms  The input did not match the regular expression /the end/. Input: '{"rows":[{"id":0,"text":"xxxxxxxxxxxxxxxxxxxxxxxxxxxx…   9 looks   ← until the end"
    `);
  });

  test('is rendered only as far as it is shown, however many looks see it', async () => {
    let reads = 0;
    const count = (target: object, key: PropertyKey): unknown => {
      reads++;
      return Reflect.get(target, key);
    };
    const rows = new Proxy(huge.rows, { get: count });
    await rejection(
      waitFor(() => ({ rows }), { interval: every(10), timeout: 990, until: () => false }),
      HOUR,
    );
    expect(reads / 100).toBeLessThan(50);
  });
});

describe('a success', () => {
  test('is not read for a message that nobody needs', async () => {
    let listed = 0;
    const keys = (target: object) => {
      listed++;
      return Reflect.ownKeys(target);
    };
    const found = new Proxy({ id: 41 }, { ownKeys: keys });
    expect(await waitFor(() => found)).toBe(found);
    expect(listed).toBe(0);
    await rejection(
      waitFor(() => found, { ...calm, maxAttempts: 1, until: () => false }),
      0,
    );
    expect(listed).toBeGreaterThan(0);
  });

  test('is shown all the same when a deadline comes with it', async () => {
    const controller = new AbortController();
    const onLook = () => controller.abort(new DOMException('The operation timed out', 'TimeoutError'));
    const waiting = waitFor(() => ({ id: 41 }), { name: 'a server', signal: controller.signal, onLook });
    expect(await messageOf(waiting)).toMatchInlineSnapshot(`
      "WaitTimeoutError: a server: not within the 0 ms of its signal (1 look)

             0 ms  { id: 41 } (done)   1 look   ← until the end"
    `);
  });
});

describe('waiting longer cannot help', () => {
  test('says why, and how it was until then', async () => {
    const now = stopwatch();
    const look = () => {
      if (now() >= 1_000) giveUp('the worker exited with code 3');
      return { jobs: 2 };
    };
    expect(await messageOf(waitFor(look, { ...calm, name: 'queue empty', until: () => false }))).toMatchInlineSnapshot(`
      "WaitFailedError: queue empty: the worker exited with code 3 (after 1 s, 3 looks)

             0 ms  { jobs: 2 }                     2 looks
              1 s  the worker exited with code 3   1 look   ← until the end"
    `);
  });

  test('names the status that means so, and shows what came with it', async () => {
    const read: () => { status: string; fault: string } = () => ({ status: 'ERROR', fault: 'No valid host was found' });
    const waiting = waitForStatus(read, { name: 'server 41', target: 'ACTIVE', failure: 'ERROR' });
    expect(await messageOf(waiting)).toMatchInlineSnapshot(`
      "WaitFailedError: server 41: status 'ERROR' means failure (after 0 ms, 1 look)

             0 ms  ERROR   1 look   ← until the end

        last value: { status: 'ERROR', fault: 'No valid host was found' }
        waited for status 'ACTIVE'"
    `);
  });
});

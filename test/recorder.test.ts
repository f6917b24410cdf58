import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { again, eventually, learned, type WaitOptions, waitFor } from 'unsleep';
import { type Recorder, type RecorderOptions, recorder } from 'unsleep/recorder';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { rejection, settle, useVirtualTime } from './virtual-time.ts';

useVirtualTime();

let folder = '';
let file = '';
let problems: Error[] = [];
const onProblem = (problem: Error) => void problems.push(problem);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unsleep-recorder-'));
  file = join(folder, 'jobs.json');
  problems = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function make(options: RecorderOptions = {}): Recorder {
  return recorder(file, { onProblem, ...options });
}

function written(): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** A wait for a job that ends at that instant, looking each second. */
async function waitOut(seen: Recorder, end: number, options: WaitOptions = {}): Promise<void> {
  const start = performance.now();
  const isDone = () => performance.now() - start >= end;
  const interval = () => 1_000;
  await settle(waitFor(isDone, { timeout: '1m', interval, onLook: seen.record(), ...options }), 60_000);
}

describe('the file', () => {
  test('is not there before there is a duration', () => {
    expect(make().durations).toEqual([]);
    expect(existsSync(file)).toBe(false);
    expect(problems).toEqual([]);
  });

  test('holds what was added, at once, and nothing else is left in its folder', () => {
    const seen = make();
    seen.add(1_500);
    seen.add(0);
    expect(seen.durations).toEqual([1_500, 0]);
    expect(written()).toEqual({ durations: [1_500, 0] });
    expect(readdirSync(folder)).toEqual(['jobs.json']);
  });

  test('is read by the next recorder', () => {
    make().add(7);
    expect(make().durations).toEqual([7]);
  });

  test('may be named by a URL', () => {
    recorder(pathToFileURL(file)).add(7);
    expect(make().durations).toEqual([7]);
  });

  test('stays where it was when the program moves to another folder', () => {
    const [before, resolved] = [process.cwd(), vi.spyOn(process, 'cwd')];
    resolved.mockReturnValue(folder);
    const seen = recorder('jobs.json');
    resolved.mockReturnValue(before);
    seen.add(7);
    resolved.mockRestore();
    expect(written()).toEqual({ durations: [7] });
  });

  test('keeps ten thousand, if one wants, and reads them again', () => {
    const durations = Array.from({ length: 10_000 }, () => Number.MAX_VALUE / 3);
    writeFileSync(file, JSON.stringify({ durations }));
    make({ limit: 10_000 }).add(0.1);
    expect(make({ limit: 10_000 }).durations.length).toBe(10_000);
    expect(problems).toEqual([]);
  });

  test('gets the folders that are missing', () => {
    file = join(folder, 'a', 'b', 'jobs.json');
    make().add(7);
    expect(written()).toEqual({ durations: [7] });
  });

  test('keeps the newest, up to the limit', () => {
    const seen = make({ limit: 3 });
    for (const duration of [1, 2, 3, 4, 5]) seen.add(duration);
    expect(seen.durations).toEqual([3, 4, 5]);
    expect(written()).toEqual({ durations: [3, 4, 5] });
    expect(make({ limit: 2 }).durations).toEqual([4, 5]);
  });

  test('keeps 200 without a limit of its own', () => {
    writeFileSync(file, JSON.stringify({ durations: Array.from({ length: 300 }, (_, index) => index) }));
    const seen = make();
    expect(seen.durations.length).toBe(200);
    seen.add(300);
    expect(seen.durations.slice(-2)).toEqual([299, 300]);
    expect(seen.durations.length).toBe(200);
  });

  test('is shared: each adds to what others have written meanwhile', () => {
    const [some, others] = [make(), make()];
    some.add(1);
    others.add(2);
    some.add(3);
    expect(some.durations).toEqual([1, 2, 3]);
    expect(written()).toEqual({ durations: [1, 2, 3] });
  });

  test('may be taken away, and what was in it is then forgotten', () => {
    const seen = make();
    seen.add(1);
    rmSync(file);
    seen.add(2);
    expect(seen.durations).toEqual([2]);
  });

  test('is never half of a file: who had opened the old one reads it whole', () => {
    const seen = make();
    seen.add(1);
    const opened = openSync(file, 'r');
    seen.add(2);
    expect(readFileSync(opened, 'utf8')).toBe('{"durations":[1]}\n');
    expect(readFileSync(file, 'utf8')).toBe('{"durations":[1,2]}\n');
    closeSync(opened);
  });
});

describe('a damaged file', () => {
  test.each([
    ['is empty', '', 'cannot be read: '],
    ['was cut', '{"durations":[1,2', 'cannot be read: '],
    ['is no JSON', 'durations: 1', 'cannot be read: '],
    ['is of another shape', '[1,2]', 'holds no list of durations'],
    ['is null', 'null', 'holds no list of durations'],
    ['is huge', `{"durations":[${'1,'.repeat(600_000)}1]}`, 'is too large: 1200017 bytes'],
  ])('that %s is ignored, said once, and replaced', (_, content, message) => {
    writeFileSync(file, content);
    const seen = make();
    expect(seen.durations).toEqual([]);
    expect(problems.map((problem) => problem.message)).toEqual([expect.stringContaining(`${file} ${message}`)]);
    seen.add(5);
    expect(written()).toEqual({ durations: [5] });
    expect(problems.length).toBe(1);
  });

  test('that was damaged meanwhile does not take away what is known', () => {
    const seen = make();
    seen.add(1);
    writeFileSync(file, '{');
    seen.add(2);
    writeFileSync(file, '{');
    seen.add(3);
    expect(written()).toEqual({ durations: [1, 2, 3] });
    expect(problems.length).toBe(1);
  });

  test('loses only what is no duration in it', () => {
    writeFileSync(file, '{"durations":[1,"2",-3,null,4,1e999,[5]],"more":true}');
    expect(make().durations).toEqual([1, 4]);
    expect(problems).toEqual([]);
  });

  test('may be a folder', () => {
    mkdirSync(file);
    const seen = make();
    seen.add(1);
    seen.add(2);
    expect(seen.durations).toEqual([1, 2]);
    expect(problems.map(({ message }) => message)).toEqual([
      `${file} is not a file`,
      expect.stringContaining(`${file} cannot be written: `),
    ]);
    expect(readdirSync(folder)).toEqual(['jobs.json']);
  });
});

describe('a folder that cannot be written', () => {
  // Not by its rights: root may write everywhere.
  const block = () => {
    writeFileSync(join(folder, 'blocked'), '');
    file = join(folder, 'blocked', 'jobs.json');
  };

  test('fails no wait, and is said once', async () => {
    block();
    const seen = make();
    await waitOut(seen, 2_500);
    await waitOut(seen, 4_500);
    expect(seen.durations).toEqual([2_500, 4_500]);
    // Newer lines of Node take a file in the way of a folder for no file, which is no problem to read.
    const unwritten = problems.filter(({ message }) => !message.includes('cannot be read: ENOTDIR'));
    expect(unwritten.map(({ message }) => message)).toEqual([expect.stringContaining('cannot be written: ')]);
    expect(unwritten[0]?.cause).toBeInstanceOf(Error);
  });

  test('gets all that was added once it can be', () => {
    block();
    const seen = make({ limit: 2 });
    for (const duration of [1, 2, 3]) seen.add(duration);
    rmSync(join(folder, 'blocked'));
    seen.add(4);
    expect(written()).toEqual({ durations: [3, 4] });
    seen.add(5);
    expect(written()).toEqual({ durations: [4, 5] });
  });

  test('is a warning of the process, when nobody else is told', () => {
    block();
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    recorder(file).add(1);
    expect(warn.mock.calls.at(-1)).toEqual([expect.stringContaining('cannot be written: '), 'RecorderWarning']);
    warn.mockRestore();
  });
});

describe('record()', () => {
  test('adds the middle between the last look that said not yet and the one that said done', async () => {
    const seen = make();
    await waitOut(seen, 3_200);
    expect(seen.durations).toEqual([3_500]);
    expect(written()).toEqual({ durations: [3_500] });
  });

  test('takes a look for what was so in the middle of it', async () => {
    const seen = make();
    let looks = 0;
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return ++looks === 2;
    };
    await settle(waitFor(slow, { interval: () => 1_000, onLook: seen.record() }), 4_000);
    // Looks from 0 to 400 and from 1,400 to 1,800.
    expect(seen.durations).toEqual([900]);
  });

  test('adds the very instant when an event told', async () => {
    const seen = make();
    const wakeOn = (wake: () => void) => {
      const timer = setTimeout(wake, 3_210);
      return () => clearTimeout(timer);
    };
    await waitOut(seen, 3_210, { wakeOn, interval: 3_600_000 });
    // Under faked timers a wake lands 1 ms later than its cause.
    expect(seen.durations).toEqual([3_211]);
  });

  test('adds tenths of milliseconds', async () => {
    const seen = make();
    const onLook = seen.record();
    const look = { took: 0, wokenBy: 'schedule' } as const;
    onLook({ ...look, attempt: 1, at: 0, verdict: 'not yet', value: false });
    onLook({ ...look, attempt: 2, at: 0.3333, verdict: 'done', value: true });
    expect(seen.durations).toEqual([0.2]);
  });

  test('adds nothing when the first look is done already: nobody knows how long it took', async () => {
    const seen = make();
    await waitOut(seen, 0);
    await waitOut(seen, 0, { holdFor: 3_000 });
    expect(seen.durations).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });

  test('adds nothing when the wait fails', async () => {
    const seen = make();
    await rejection(
      waitFor(() => false, { timeout: 5_000, onLook: seen.record() }),
      5_000,
    );
    const never = () => Promise.reject(new Error('never'));
    await rejection(waitFor(never, { onLook: seen.record() }), 5_000);
    expect(seen.durations).toEqual([]);
  });

  test('counts no look that could not ask', async () => {
    const seen = make();
    const unavailable = Object.assign(new Error('HTTP 503'), { status: 503 });
    const answers = [false, unavailable, unavailable, true];
    const read = () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    };
    await settle(waitFor(read, { interval: () => 1_000, onLook: seen.record() }), 4_000);
    // Between 0 and 3 s.
    expect(seen.durations).toEqual([1_500]);
  });

  test('adds nothing when no look before could ask', async () => {
    const seen = make();
    let looks = 0;
    const read = () => {
      if (++looks < 3) throw Object.assign(new Error('HTTP 503'), { status: 503 });
      return true;
    };
    await settle(waitFor(read, { interval: () => 1_000, onLook: seen.record() }), 4_000);
    expect(seen.durations).toEqual([]);
  });

  test('takes an assertion that does not hold for a not yet', async () => {
    const seen = make();
    const start = performance.now();
    const assertion = () => expect(performance.now() - start).toBeGreaterThan(2_500);
    await settle(eventually(assertion, { interval: () => 1_000, onLook: seen.record() }), 4_000);
    expect(seen.durations).toEqual([2_500]);
  });

  test('takes again() for a not yet', async () => {
    const seen = make();
    let looks = 0;
    const condition = () => (++looks === 3 ? true : again());
    await settle(waitFor(condition, { interval: () => 1_000, onLook: seen.record() }), 4_000);
    expect(seen.durations).toEqual([1_500]);
  });

  test('adds when the hold began, however long it holds', async () => {
    const seen = make();
    await waitOut(seen, 2_500, { holdFor: 5_000 });
    expect(seen.durations).toEqual([2_500]);
  });

  test('takes back what did not hold', async () => {
    const seen = make();
    seen.add(7);
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1_000;
    const condition = () => (seconds() >= 2 && seconds() < 4) || seconds() >= 8;
    await settle(
      waitFor(condition, { timeout: '1m', holdFor: 3_000, interval: () => 1_000, onLook: seen.record() }),
      60_000,
    );
    expect(seen.durations).toEqual([7, 7_500]);
    expect(written()).toEqual({ durations: [7, 7_500] });
  });

  test('takes back its own of two that are alike', () => {
    const seen = make();
    const onLook = seen.record();
    const look = { took: 0, wokenBy: 'schedule' } as const;
    onLook({ ...look, attempt: 1, at: 0, verdict: 'not yet', value: false });
    for (const duration of [500, 9]) seen.add(duration);
    onLook({ ...look, attempt: 2, at: 1_000, verdict: 'done', value: true });
    expect(seen.durations).toEqual([500, 9, 500]);
    onLook({ ...look, attempt: 3, at: 2_000, verdict: 'not yet', value: false });
    expect(seen.durations).toEqual([500, 9]);
  });

  test('takes back what did not hold, and then failed', async () => {
    const seen = make();
    seen.add(1_500);
    const answers = [false, false, true];
    const condition = () => answers.shift() ?? Promise.reject(new Error('gone'));
    await rejection(
      waitFor(condition, { timeout: '1m', holdFor: 3_000, interval: () => 1_000, onLook: seen.record() }),
      60_000,
    );
    expect(seen.durations).toEqual([1_500]);
  });

  test('takes nothing back that somebody else has taken away', async () => {
    const seen = make({ limit: 1 });
    const onLook = seen.record();
    const look = { took: 0, wokenBy: 'schedule' } as const;
    onLook({ ...look, attempt: 1, at: 0, verdict: 'not yet', value: false });
    onLook({ ...look, attempt: 2, at: 1_000, verdict: 'done', value: true });
    seen.add(9);
    onLook({ ...look, attempt: 3, at: 2_000, verdict: 'not yet', value: false });
    expect(seen.durations).toEqual([9]);
  });

  test('gives each of two waits at the same time an onLook of its own', async () => {
    const seen = make();
    await Promise.all([waitOut(seen, 2_200), waitOut(seen, 4_200)]);
    expect(seen.durations).toEqual([2_500, 4_500]);
  });

  test('serves waits one after the other', async () => {
    const seen = make();
    const onLook = seen.record();
    for (const end of [2_200, 0, 5_200]) await waitOut(seen, end, { onLook });
    expect(seen.durations).toEqual([2_500, 5_500]);
  });
});

test('a wait that learns needs fewer looks the more it has seen', async () => {
  const seen = make();
  const looks: number[] = [];
  for (let run = 0; run < 20; run++) {
    const start = performance.now();
    let count = 0;
    const record = seen.record();
    const wait = waitFor(() => performance.now() - start >= 20_000 + 10 * run, {
      timeout: '5m',
      interval: learned(seen, { looks: 6 }),
      random: () => 0.5,
      onLook(look) {
        count++;
        record(look);
      },
    });
    await settle(wait, 300_000);
    looks.push(count);
  }
  expect(looks[0]).toBeGreaterThan(60);
  expect(Math.max(...looks.slice(-5))).toBeLessThan(9);
  expect(seen.durations.every((duration) => Math.abs(duration - 20_100) < 2_500)).toBe(true);
});

describe('it refuses', () => {
  test.each([
    ['', {}, TypeError, '`file`', "''"],
    [5, {}, TypeError, '`file`', '5'],
    ['x.json', { limit: 0 }, RangeError, '`limit`', '0'],
    ['x.json', { limit: 10_001 }, RangeError, '`limit`', '10001'],
    ['x.json', { limit: 1.5 }, RangeError, '`limit`', '1.5'],
    ['x.json', { limit: '5' }, RangeError, '`limit`', "'5'"],
    ['x.json', { onProblem: 5 }, TypeError, '`onProblem`', '5'],
    ['x.json', null, TypeError, '`options`', 'null'],
  ])('the file %o with the options %o', (file, options, type, option, value) => {
    const make = () => recorder(file as never, options as never);
    expect(make).toThrow(type);
    expect(make).toThrow(option);
    expect(make).toThrow(`got ${value}`);
  });

  test.each([
    [Number.NaN, RangeError],
    [-1, RangeError],
    [Number.POSITIVE_INFINITY, RangeError],
    ['5', TypeError],
  ])('to add %o', (value, type) => {
    expect(() => make().add(value as never)).toThrow(type);
    expect(() => make().add(value as never)).toThrow('`milliseconds` must be a finite number >= 0; got ');
  });
});

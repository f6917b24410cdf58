import { type Progress, type WaitOptions, waitFor } from 'unsleep';
import { type TerminalProgressOptions, terminalProgress } from 'unsleep/terminal';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeTerminal } from './fake-terminal.ts';
import { rejection, useVirtualTime } from './virtual-time.ts';

useVirtualTime();

beforeEach(() => {
  vi.setSystemTime('2026-05-17T12:00:00.000Z');
});

/** A stream that is no terminal, and what was written to it. */
function createLog() {
  const written: string[] = [];
  return { written, write: (text: string) => written.push(text) };
}

/** A wait that will be out of time after so long, and sees the same all the while. */
function createWait(
  timeout: number,
  options: TerminalProgressOptions,
  more: WaitOptions = {},
  look: () => unknown = () => 'BUILD',
) {
  return waitFor(look, {
    name: 'server 41',
    until: () => false,
    interval: '1s',
    random: () => 0,
    timeout,
    progress: terminalProgress(options),
    ...more,
  });
}

/** Starts such a wait, whose end is not of interest. */
function startWait(...wait: Parameters<typeof createWait>): void {
  createWait(...wait).catch(() => {});
}

/** Lets such a wait run until it is out of time. */
const waitInVain = (timeout: number, ...more: [TerminalProgressOptions, WaitOptions?]) =>
  rejection(createWait(timeout, ...more), timeout);

describe('without a terminal', () => {
  test('writes a dated line every ten seconds', async () => {
    const stream = createLog();
    await waitInVain(25_000, { stream });
    expect(stream.written).toEqual([
      "2026-05-17T12:00:10.000Z still waiting for server 41: 10 s of 25 s, 10 looks, last: 'BUILD'\n",
      "2026-05-17T12:00:20.000Z still waiting for server 41: 20 s of 25 s, 20 looks, last: 'BUILD'\n",
    ]);
  });

  test('writes as often as it is told to', async () => {
    const stream = createLog();
    await waitInVain(25_000, { stream, every: '6s' });
    expect(stream.written.map((line) => line.slice(0, 24))).toEqual([
      '2026-05-17T12:00:06.000Z',
      '2026-05-17T12:00:12.000Z',
      '2026-05-17T12:00:18.000Z',
      '2026-05-17T12:00:24.000Z',
    ]);
  });

  test('writes nothing of a wait that is shorter', async () => {
    const stream = createLog();
    await waitInVain(9_999, { stream });
    expect(stream.written).toEqual([]);
  });

  test('writes to stderr when it is not told where to', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await waitInVain(15_000, {});
    expect(write.mock.calls.map(([text]) => text)).toEqual([
      "2026-05-17T12:00:10.000Z still waiting for server 41: 10 s of 15 s, 10 looks, last: 'BUILD'\n",
    ]);
    write.mockRestore();
  });

  test('stays on its line, whatever is in a name', async () => {
    const stream = createLog();
    const name = '\u001B[31mred\u001B[0m\r\nserver\t\u001B]0;title\u0007\b41\u202E';
    await waitInVain(15_000, { stream }, { name });
    expect(stream.written).toEqual([
      "2026-05-17T12:00:10.000Z still waiting for red server 41 : 10 s of 15 s, 10 looks, last: 'BUILD'\n",
    ]);
  });
});

describe('in a terminal', () => {
  beforeEach(() => {
    vi.stubEnv('CI', undefined);
    vi.stubEnv('TERM', 'xterm');
  });

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const listenerCounts = () => ['exit', 'SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => process.listenerCount(name));

  /** What stands on the terminal, whichever picture the spinner shows just now. */
  const linesOf = ({ lines }: FakeTerminal) => lines.map((line) => line.replace(/^[\u2800-\u28FF]/, '*'));

  test('draws no line for a wait that has ended before it is told of', async () => {
    const stream = new FakeTerminal();
    const { every, report } = terminalProgress({ stream });
    let last: Parameters<typeof report> | undefined;
    const progress: Progress = {
      every,
      report: (...said) => {
        last = said;
      },
    };
    await rejection(createWait(1_000, {}, { progress }), 1_000);
    report(...(last as Parameters<typeof report>));
    expect(linesOf(stream)).toEqual(linesOf(new FakeTerminal()));
  });

  test('shows a live line while the wait goes on, and nothing after it', async () => {
    const stream = new FakeTerminal();
    stream.write('$ node program.js\n');
    const before = listenerCounts();
    startWait(2_500, { stream });
    await vi.advanceTimersByTimeAsync(249);
    expect(linesOf(stream)).toEqual(['$ node program.js']);
    await vi.advanceTimersByTimeAsync(1);
    expect(linesOf(stream)).toEqual(['$ node program.js', "* server 41: 250 ms of 2.5 s, 1 look, last: 'BUILD'"]);
    expect(stream.isCursorVisible).toBe(false);
    await vi.advanceTimersByTimeAsync(1_650);
    expect(linesOf(stream)).toEqual(['$ node program.js', "* server 41: 1 s of 2.5 s, 2 looks, last: 'BUILD'"]);
    await vi.advanceTimersByTimeAsync(600);
    expect(linesOf(stream)).toEqual(['$ node program.js']);
    expect(stream.isCursorVisible).toBe(true);
    expect(listenerCounts()).toEqual(before);
  });

  test('draws as often as it is told to', async () => {
    const stream = new FakeTerminal();
    startWait(2_000, { stream, every: '1s' });
    await vi.advanceTimersByTimeAsync(999);
    expect(linesOf(stream)).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(linesOf(stream)).toEqual(["* server 41: 1 s of 2 s, 1 look, last: 'BUILD'"]);
    await vi.advanceTimersByTimeAsync(2_000);
  });

  test.each([
    [-1, '░░░░░░░░░░'],
    [0, '░░░░░░░░░░'],
    [62, '██████░░░░'],
    [99.9, '█████████░'],
    [100, '██████████'],
    [250, '██████████'],
  ])('shows %d percent as %s', async (progress, bar) => {
    const stream = new FakeTerminal();
    startWait(400, { stream }, {}, () => ({ progress }));
    await vi.advanceTimersByTimeAsync(250);
    expect(linesOf(stream)).toEqual([`* ${bar} server 41: 250 ms of 400 ms, 1 look, last: { progress: ${progress} }`]);
    await vi.advanceTimersByTimeAsync(2_000);
  });

  test('has one line for each of several waits, until each of them ends', async () => {
    const stream = new FakeTerminal();
    for (const timeout of [900, 600, 1_200]) startWait(timeout, { stream }, { name: `${timeout}` });
    await vi.advanceTimersByTimeAsync(500);
    expect(linesOf(stream)).toEqual([
      "* 900: 500 ms of 900 ms, 1 look, last: 'BUILD'",
      "  600: 500 ms of 600 ms, 1 look, last: 'BUILD'",
      "  1200: 500 ms of 1.2 s, 1 look, last: 'BUILD'",
    ]);
    await vi.advanceTimersByTimeAsync(100);
    expect(linesOf(stream)).toEqual([
      "* 900: 500 ms of 900 ms, 1 look, last: 'BUILD'",
      "  1200: 500 ms of 1.2 s, 1 look, last: 'BUILD'",
    ]);
    await vi.advanceTimersByTimeAsync(300);
    expect(linesOf(stream)).toEqual(["* 1200: 750 ms of 1.2 s, 1 look, last: 'BUILD'"]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(linesOf(stream)).toEqual([]);
  });

  test.each([
    [24, 8, ['* 1:', '  2:', '  3:', '  4:', '  5:', '  … and 3 more']],
    [24, 5, ['* 1:', '  2:', '  3:', '  4:', '  5:']],
    [4, 5, ['* 1:', '  2:', '  … and 3 more']],
    [2, 5, ['* 1:', '  … and 4 more']],
    [0, 6, ['* 1:', '  2:', '  3:', '  4:', '  5:', '  … and 1 more']],
  ])('on %d rows shows of %d waits: %j', async (rows, count, expected) => {
    const stream = new FakeTerminal({ rows });
    for (let id = 1; id <= count; id++) startWait(400, { stream }, { name: `${id}` });
    await vi.advanceTimersByTimeAsync(250);
    expect(linesOf(stream).map((line) => line.replace(/:.*/, ':'))).toEqual(expected);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(linesOf(stream)).toEqual([]);
  });

  test.each([
    [60, 'a name far too long for a line', "* a name far too lon…: 250 ms of 400 ms, 1 look, last: 'BU…"],
    [40, 'a name far too long for a line', '* a name far …: 250 ms of 400 ms, 1 lo…'],
    [40, '漢字漢字漢字漢字', '* 漢字漢字漢…: 250 ms of 400 ms, 1 loo…'],
    [40, '👨‍👩‍👧‍👦 family', '* 👨‍👩‍👧…: 250 ms of 400 ms, 1 loo…'],
    [10, 'server', '* s…: 25…'],
    [0, 'two\r\nlines\u001B[31m', "* two lines: 250 ms of 400 ms, 1 look, last: 'BUILD'"],
  ])('on %d columns stays on its line when the name is %j', async (columns, name, expected) => {
    const stream = new FakeTerminal({ columns });
    stream.write('before\n');
    startWait(400, { stream }, { name });
    await vi.advanceTimersByTimeAsync(250);
    expect(linesOf(stream)).toEqual(['before', expected]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(linesOf(stream)).toEqual(['before']);
  });

  test('leaves whole what else is written meanwhile', async () => {
    const stream = new FakeTerminal({ columns: 40 });
    for (const name of ['first', 'second']) startWait(1_000, { stream }, { name });
    await vi.advanceTimersByTimeAsync(300);
    stream.write('a log\n');
    await vi.advanceTimersByTimeAsync(300);
    stream.write('another\n');
    expect(linesOf(stream).map((line) => line.slice(0, 8))).toEqual(['a log', 'another', '* first:', '  second']);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(linesOf(stream)).toEqual(['a log', 'another']);
  });

  test.each([
    ['a CI', { CI: 'true' }, {}],
    ['a dumb terminal', { TERM: 'dumb' }, {}],
    ['what cannot move its cursor', {}, { cursorTo: undefined }],
    ['no terminal', {}, { isTTY: false }],
  ])('takes %s for a log', async (_, environment, missing) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const stream = Object.assign(createLog(), { isTTY: true, cursorTo() {}, moveCursor() {}, clearLine() {} }, missing);
    await waitInVain(12_000, { stream });
    expect(stream.written).toEqual([
      "2026-05-17T12:00:10.000Z still waiting for server 41: 10 s of 12 s, 10 looks, last: 'BUILD'\n",
    ]);
  });

  test('makes way for whoever handles a signal, and comes back when the wait goes on', async () => {
    const stream = new FakeTerminal();
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    const seen: unknown[] = [];
    const handler = () => seen.push(linesOf(stream), stream.isCursorVisible);
    startWait(1_000, { stream });
    await vi.advanceTimersByTimeAsync(300);
    process.once('SIGHUP', handler);
    process.emit('SIGHUP', 'SIGHUP');
    expect(seen).toEqual([[], true]);
    expect(kill).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(linesOf(stream)).toEqual(["* server 41: 500 ms of 1 s, 1 look, last: 'BUILD'"]);
    process.emit('SIGHUP', 'SIGHUP');
    expect(linesOf(stream)).toEqual([]);
    expect(kill.mock.calls).toEqual([[process.pid, 'SIGHUP']]);
    kill.mockRestore();
    await vi.advanceTimersByTimeAsync(2_000);
  });

  test('draws no more for waits that go on after a signal, and then end', async () => {
    const stream = new FakeTerminal();
    const handler = () => {};
    process.on('SIGHUP', handler);
    for (const timeout of [400, 450]) startWait(timeout, { stream });
    await vi.advanceTimersByTimeAsync(300);
    process.emit('SIGHUP', 'SIGHUP');
    await vi.advanceTimersByTimeAsync(120);
    expect(linesOf(stream)).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(linesOf(stream)).toEqual([]);
    process.off('SIGHUP', handler);
  });
});

test.each([null, {}, 'stderr'])('refuses the stream %j', (stream) => {
  expect(() => terminalProgress({ stream: stream as never })).toThrow(
    '`stream` must be a stream that can be written to',
  );
});

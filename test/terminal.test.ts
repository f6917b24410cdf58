import { type WaitOptions, waitFor } from 'unsleep';
import { type TerminalProgressOptions, terminalProgress } from 'unsleep/terminal';
import { beforeEach, describe, expect, test, vi } from 'vitest';
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

/** A wait that is out of time after so long, and has seen this. */
function waitInVain(timeout: number, options: TerminalProgressOptions, more: WaitOptions<string> = {}) {
  const waiting = waitFor(() => 'BUILD', {
    name: 'server 41',
    until: () => false,
    interval: '1s',
    random: () => 0,
    timeout,
    progress: terminalProgress(options),
    ...more,
  });
  return rejection(waiting, timeout);
}

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

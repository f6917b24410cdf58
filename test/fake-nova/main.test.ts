import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFakeNova } from '../../examples/fake-nova/fake-nova.ts';
import { run } from '../../examples/fake-nova/main.ts';
import { serveFakeNova } from '../../examples/fake-nova/serve.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fake-nova-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function runWith(argv: readonly string[], onLine: (line: string, stop: () => void) => void = () => {}) {
  const controller = new AbortController();
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(argv, {
    out(line) {
      out.push(line);
      onLine(line, () => controller.abort());
    },
    err: (line) => void err.push(line),
    signal: controller.signal,
  });
  return { code, out, err };
}

describe('run', () => {
  test.each([
    [['--port', 'x'], "--port must be a whole number from 0 to 65535; got 'x'"],
    [['--port', '65536'], '--port must be a whole number from 0 to 65535'],
    [['--seed', '-1'], '--seed'],
    [['--odd'], "Unknown option '--odd'"],
    [['stray'], 'Unexpected argument'],
    [['--faults', '/nowhere.json'], 'ENOENT'],
  ])('refuses %j with a line of usage', async (argv, text) => {
    const { code, out, err } = await runWith(argv);
    expect([code, out]).toEqual([2, []]);
    expect(err[0]).toContain(text);
    expect(err[1]).toMatch(/^Usage: fake-nova /);
  });

  test.each(['{', '{}', '[{ "id": "F99" }]'])('refuses faults of %s', async (text) => {
    const file = join(directory, 'faults.json');
    await writeFile(file, text);
    expect((await runWith(['--faults', file])).code).toBe(2);
  });

  test('ends with 1 when the port is taken', async () => {
    const other = await serveFakeNova(createFakeNova());
    const { code, err } = await runWith(['--port', new URL(other.url).port]);
    await other.close();
    expect([code, err]).toEqual([1, [expect.stringContaining('EADDRINUSE')]]);
  });

  test('writes its address first, serves the faults it was given, and ends when told to', async () => {
    const file = join(directory, 'faults.json');
    await writeFile(file, '[{ "id": "unavailable503" }]');
    let status = 0;
    const { code, out } = await runWith(['--seed', '7', '--faults', file], (url, stop) => {
      void fetch(`${url}/v2.1/servers`).then((response) => {
        status = response.status;
        stop();
      });
    });
    expect([code, status]).toEqual([0, 503]);
    expect(out).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)]);
  });
});

describe('the command', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with 0 on %s',
    async (signal) => {
      const child = spawn(process.execPath, ['--import', 'tsx', 'examples/fake-nova/main.ts', '--port', '0']);
      const exited = once(child, 'exit');
      const [line] = await once(createInterface(child.stdout), 'line');
      expect(line).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      child.kill(signal);
      expect(await exited).toEqual([0, null]);
    },
    20_000,
  );
});

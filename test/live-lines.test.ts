import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FakeTerminal } from './fake-terminal.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

// The stderr of a child is a pipe: it is told that it is a terminal, and what it writes is shown on one afterwards.
const PROGRAM = `
import { WriteStream } from 'node:tty';
import { waitFor } from 'unsleep';
import { terminalProgress } from 'unsleep/terminal';

const { cursorTo, moveCursor, clearLine } = WriteStream.prototype;
Object.assign(process.stderr, { isTTY: true, columns: 80, rows: 24, cursorTo, moveCursor, clearLine });
const { every, report } = terminalProgress();
const progress = { every, report: (...seen) => { report(...seen); drawn(); } };
const controller = new AbortController();
const start = () => waitFor(() => false, { name: 'server 41', timeout: '10m', signal: controller.signal, progress });
`;

interface Ran {
  readonly code: unknown;
  readonly signal: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string): Promise<Ran> {
  const { CI: _, ...env } = { ...process.env, TERM: 'xterm' } as NodeJS.ProcessEnv;
  return new Promise((resolve) => {
    const args = ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM + program];
    const child = execFile(process.execPath, args, { cwd: ROOT, env, timeout: 50_000 }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr }),
    );
  });
}

test.concurrent.each([
  [
    'ends with the signal when nobody handles it',
    "const drawn = () => process.kill(process.pid, 'SIGINT'); await start();",
    { code: null, signal: 'SIGINT', stdout: '' },
  ],
  [
    'leaves a signal to who handles it, and ends in order',
    `const drawn = () => process.kill(process.pid, 'SIGTERM');
     process.once('SIGTERM', () => controller.abort('stopped'));
     await start().catch(console.log);`,
    { code: 0, signal: null, stdout: 'stopped\n' },
  ],
  [
    'ends when somebody exits in the middle of it',
    'const drawn = () => process.exit(3); await start();',
    { code: 3, signal: null, stdout: '' },
  ],
  [
    'ends with an error that nobody caught',
    "const drawn = () => queueMicrotask(() => { throw 'uncaught'; }); await start();",
    { code: 1, signal: null, stdout: '' },
  ],
])('a process with a live line %s, and the cursor is back', { timeout: 60_000 }, async (_, program, end) => {
  const { stderr, ...ended } = await run(program);
  const terminal = new FakeTerminal();
  terminal.write(stderr);
  expect(ended).toEqual(end);
  expect(stderr).toContain('server 41: ');
  expect(terminal.lines.join('\n')).not.toContain('server 41: ');
  expect(terminal.isCursorVisible).toBe(true);
});

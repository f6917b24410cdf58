import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly exit: number | string | null;
  /** The last of what it printed. */
  readonly words: string;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** How the process ended; one that does not within so many milliseconds is ended, with all that it started. */
export function runProcess(
  program: string,
  args: readonly string[],
  { env, patience }: { readonly env: NodeJS.ProcessEnv; readonly patience: number },
): Promise<Ended> {
  return new Promise((resolve) => {
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const options = { cwd: ROOT, stdio: [...stdio], detached: true, env: { ...process.env, ...env } };
    const child = spawn(program, args, options);
    let words = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        words = `${words}${chunk}`.slice(-20_000);
      });
    }
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, patience);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ exit: code ?? signal, words });
    });
  });
}

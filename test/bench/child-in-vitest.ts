// The same as `child.ts`, for what runs only inside vitest. It is imported as it was bundled, so that the same code is measured.
import { test } from 'vitest';

test('task', { timeout: 600_000 }, async () => {
  const { UNSLEEP_BENCH_CHILD: child = '', UNSLEEP_BENCH_TASK: text = '' } = process.env;
  const { runTask }: typeof import('./child.ts') = await import(/* @vite-ignore */ child);
  await runTask(text);
});

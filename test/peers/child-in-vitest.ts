// The same as `child.ts`, for what runs only inside vitest.
import { writeFileSync } from 'node:fs';
import { test, vi } from 'vitest';
import { FAKED, taskOf } from './task.ts';

const fakeTimers = {
  fake: () => void vi.useFakeTimers({ toFake: [...FAKED] }),
  advance: async (milliseconds: number) => void (await vi.advanceTimersByTimeAsync(milliseconds)),
};

test('job', { timeout: 30_000 }, async () => {
  const task = taskOf(process.env['UNSLEEP_PEERS_TASK']);
  writeFileSync(task.output, JSON.stringify(await task.run(fakeTimers, undefined)));
});

// One job, in a process of its own, where it may hang, jump clocks and end with any exit code.
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import FakeTimers from '@sinonjs/fake-timers';
import { FAKED, type Task, taskOf } from './task.ts';

const task = taskOf(process.argv[2]);
const fakeTimers = () => {
  let clock: FakeTimers.Clock | undefined;
  return {
    fake: () => {
      clock = FakeTimers.install({ toFake: [...FAKED] });
    },
    advance: async (milliseconds: number) => void (await clock?.tickAsync(milliseconds)),
  };
};

if (task.peer.host === 'node:test') {
  await test('job', async (context) => finish(task, await task.run(fakeTimers(), context)));
} else {
  finish(task, await task.run(fakeTimers(), undefined));
}

function finish({ output }: Task, found: unknown): void {
  writeFileSync(output, JSON.stringify(found));
  // Whatever the peer has left running.
  process.exit(0);
}

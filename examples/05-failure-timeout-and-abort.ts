// The ends of a wait that was not met: waiting cannot help, time ran out, attempts ran out, the caller stopped it.
import { giveUp, WaitExhaustedError, WaitFailedError, WaitTimeoutError, waitFor } from 'unsleep';

const job = { state: 'crashed', log: 'out of memory' };

const ends = [
  // Waiting longer cannot help: it fails at once, not after the timeout.
  waitFor(() => job.state === 'done', { failWhen: () => job.state === 'crashed' && job.log, name: 'job done' }),
  waitFor(() => (job.state === 'crashed' ? giveUp('nobody restarts it') : job.state === 'done'), { name: 'job done' }),
  waitFor(() => job.state === 'done', { failFast: Promise.resolve('the worker left'), name: 'job done' }),
  // Time or attempts ran out.
  waitFor(() => job.state === 'done', { timeout: 50, interval: 50, random: () => 0, name: 'job done' }),
  waitFor(() => job.state === 'done', { maxAttempts: 3, interval: 0, name: 'job done' }),
  // A look that hangs is cut: no wait outlives its timeout.
  waitFor(() => new Promise<boolean>(() => {}), { timeout: 50, name: 'answer' }),
  // The caller stopped it: the reason comes back as it is, as fetch does.
  waitFor(() => job.state === 'done', { signal: AbortSignal.abort(new Error('not needed any more')) }),
];

for (const result of await Promise.allSettled(ends)) {
  const error: Error = result.status === 'rejected' ? result.reason : new Error('unexpected');
  const isOurs = [WaitFailedError, WaitTimeoutError, WaitExhaustedError].some((Type) => error instanceof Type);
  console.log(`${isOurs ? error.name : 'the reason'}: ${error.message.split('\n')[0]?.replace(/ \(.*/, '')}`);
}

// Prints:
// WaitFailedError: job done: out of memory
// WaitFailedError: job done: nobody restarts it
// WaitFailedError: job done: the worker left
// WaitTimeoutError: job done: not within 50 ms
// WaitExhaustedError: job done: not done after 3 looks
// WaitTimeoutError: answer: not within 50 ms
// the reason: not needed any more

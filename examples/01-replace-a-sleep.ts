// Waits for the thing itself, instead of sleeping for as long as it usually takes.
import { waitFor } from 'unsleep';

const jobs = new Map([[7, 'running']]);
setTimeout(() => jobs.set(7, 'done'), 80); // somebody else's work, which takes as long as it takes

// Before: `await sleep(500)`, and then a look. Too short, and it is flaky; too long, and it is slow.
const state = await waitFor(() => jobs.get(7) !== 'running' && jobs.get(7), { timeout: '2s' });
console.log(`job 7 is ${state}`);

// Before: `expected 'running' to be 'done'`. Now the message says what was waited for, how long, and what was seen.
jobs.set(8, 'running');
const error = await waitFor(() => jobs.get(8), {
  name: 'job 8 done',
  timeout: 100,
  until: (state) => state === 'done',
  interval: '1h', // only so that the looks can be counted here: one at the start, one at the deadline
}).catch((error: Error) => error);
// The instants are measured: they are left out here, as each run has its own.
console.log(error instanceof Error && error.message.replace(/^ +\d+ ms /m, '   … ms '));

// Prints:
// job 7 is done
// job 8 done: not within 100 ms (2 looks)
//
//    … ms  'running'   2 looks   ← until the end

// A 202 is not a success: it says that a request was accepted. What comes of it, only a later look can tell.
import { OperationError, waitForOperation } from 'unsleep/operation';
import { serveExports } from './operations/server.ts';

const { url, close } = await serveExports();

for (const table of ['orders', 'secrets', 'archive']) {
  const accepted = await fetch(`${url}/exports/${table}`, { method: 'POST' });
  console.log(`${table}: the answer is ${accepted.status}`);
  try {
    const { file } = await waitForOperation<{ file: string }>(accepted, { interval: 10, timeout: '3s' });
    console.log(`  it is in ${file}`);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const { outcome, known, failure } = error;
    // Not known: it may still be running, or have succeeded. `error.token` goes on with it.
    console.log(`  ${outcome}: ${known ? failure?.message : 'nobody knows how it ends'}`);
  }
}
await close();

// Prints:
// orders: the answer is 202
//   it is in orders.csv
// secrets: the answer is 202
//   failed: the table is not yours
// archive: the answer is 202
//   timeout: nobody knows how it ends

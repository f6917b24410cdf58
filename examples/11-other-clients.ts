// Any client will do: an answer of fetch, undici, ky, got or axios starts a wait, and `poll` reads the status with it.
import { OperationError } from 'unsleep/operation';
import { clients } from './operations/clients.ts';
import { serveExports } from './operations/server.ts';

const { url, close } = await serveExports();

// Each is told 404 first, then 429, then Running. Their clients throw for some of that: a poll that fails is counted,
// and no failure of what is followed.
for (const [name, follow] of clients) {
  const orders = await follow(`${url}/exports/orders`, { interval: 10 });
  const error = await follow(`${url}/exports/secrets`, { interval: 10 }).catch((error: unknown) => error);
  const because = error instanceof OperationError && error.failure?.message;
  console.log(`${name}: ${JSON.stringify(orders)}, and ${because}`);
}
await close();

// Prints:
// fetch: {"status":"Succeeded","file":"orders.csv"}, and the table is not yours
// undici: {"status":"Succeeded","file":"orders.csv"}, and the table is not yours
// ky: {"status":"Succeeded","file":"orders.csv"}, and the table is not yours
// got: {"status":"Succeeded","file":"orders.csv"}, and the table is not yours
// axios: {"status":"Succeeded","file":"orders.csv"}, and the table is not yours

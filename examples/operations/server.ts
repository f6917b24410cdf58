import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';

// What the reads of a status say, one after the other: a replica that lags, a limit of requests, and then the work.
const READS = ['unknown', 'throttled', 'Running'] as const;

/** A service that exports tables: 202, and then a status to look at. `secrets` fails, and `archive` takes for ever. */
export async function serveExports(): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const jobs: { readonly table: string; reads: number }[] = [];
  const app = new Hono();
  app.post('/exports/:table', (context) => {
    jobs.push({ table: context.req.param('table'), reads: 0 });
    return context.body(null, 202, { 'operation-location': `/operations/${jobs.length}` });
  });
  app.get('/operations/:id', (context) => {
    const job = jobs[Number(context.req.param('id')) - 1];
    const said = job && READS[job.reads++];
    if (!job || said === 'unknown') return context.json({ message: 'no such operation' }, 404);
    if (said === 'throttled') return context.json({ message: 'too many requests' }, 429, { 'retry-after': '0' });
    if (said !== undefined || job.table === 'archive') return context.json({ status: 'Running' });
    if (job.table !== 'secrets') return context.json({ status: 'Succeeded', file: `${job.table}.csv` });
    return context.json({ status: 'Failed', error: { code: 'Forbidden', message: 'the table is not yours' } });
  });
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

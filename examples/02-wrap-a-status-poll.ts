// Wraps the status poll of an API. A 202 is not a success, and a read that fails is not a failed operation.
import { waitForStatus } from 'unsleep';
import { createFakeNova } from './fake-nova/fake-nova.ts';
import { serveFakeNova } from './fake-nova/serve.ts';

const nova = createFakeNova({ faults: [{ id: 'unavailable503', match: { route: 'GET /servers/{id}' }, times: 2 }] });
const { url, close } = await serveFakeNova(nova);
const headers = { 'X-Auth-Token': 'admin-token', 'OpenStack-API-Version': 'compute 2.95' };

const [imageRef, flavorRef] = [nova.scenario.images[0]?.id, nova.scenario.flavors[0]?.id];
const body = JSON.stringify({ server: { name: 'web', imageRef, flavorRef, networks: 'none' } });
const accepted = await fetch(`${url}/v2.1/servers`, {
  method: 'POST',
  headers: { ...headers, 'Content-Type': 'application/json' },
  body,
});
const { server } = (await accepted.json()) as { server: { id: string } };
console.log(`the answer to the request: ${accepted.status}`);

type Server = { readonly name: string; readonly status: 'BUILD' | 'ACTIVE' | 'ERROR' };

let failedReads = 0;
const ready = await waitForStatus(
  async ({ signal }): Promise<Server> => {
    const response = await fetch(`${url}/v2.1/servers/${server.id}`, { headers, signal });
    // A 503 says nothing about the server: thrown with its response, it is asked again, no sooner than its Retry-After.
    if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { response });
    return ((await response.json()) as { server: Server }).server;
  },
  { target: 'ACTIVE', failure: 'ERROR', name: 'server web', onLook: ({ error }) => void (error && failedReads++) },
);
const status: 'ACTIVE' = ready.status; // narrowed by the type
console.log(`${ready.name} is ${status}, after ${failedReads} reads that failed`);
await close();

// Prints:
// the answer to the request: 202
// web is ACTIVE, after 2 reads that failed

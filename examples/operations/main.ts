// Live-migrates a server of a Nova, and says how that ended. Killed in the middle and started again, it goes on with it:
//   tsx examples/operations/main.ts <address of the service> <id of the server> <file for the token>
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import {
  type OpenstackMigrationOptions,
  type OperationToken,
  openstackMigration,
  waitForOperation,
} from 'unsleep/operation';

/** What was there before the request: afterwards nothing tells an earlier move from this one. */
type Before = Pick<OpenstackMigrationOptions, 'before' | 'known'>;
/** What the next process needs to know: the token, and what the dialect was told. No credentials are in it. */
type Stored = Before & { readonly token: OperationToken };

const [service = '', id = '', file = ''] = process.argv.slice(2);
const api = `${service}/v2.1`;
const headers = { 'X-Auth-Token': 'admin-token', 'OpenStack-API-Version': 'compute 2.95' };
const read = async (path: string) => (await fetch(`${api}${path}`, { headers })).json();

const stored: Stored | undefined = existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : undefined;
const { before, known } = stored ?? (await lookAround());

const { server } = await waitForOperation(stored?.token ?? migrate, {
  dialect: openstackMigration({ kind: 'live-migration', before, known }),
  headers,
  interval: 20,
  async onToken(token) {
    // In one go: a file that is half written is worse than none.
    await writeFile(`${file}.new`, JSON.stringify({ token, before, known } satisfies Stored));
    await rename(`${file}.new`, file);
    console.log('the token is stored');
  },
});
console.log(`it is ${server['status']} on ${server['OS-EXT-SRV-ATTR:host']}`);

async function lookAround(): Promise<Before> {
  const { server } = await read(`/servers/${id}`);
  const { migrations } = await read(`/os-migrations?instance_uuid=${id}`);
  return {
    before: { status: server.status, host: server['OS-EXT-SRV-ATTR:host'] },
    known: migrations.map((migration: { id: number }) => migration.id),
  };
}

function migrate(signal: AbortSignal): Promise<Response> {
  const body = JSON.stringify({ 'os-migrateLive': { host: null, block_migration: 'auto' } });
  const json = { ...headers, 'Content-Type': 'application/json' };
  return fetch(`${api}/servers/${id}/action`, { method: 'POST', headers: json, body, signal });
}

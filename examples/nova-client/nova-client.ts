import { type InstanceAction, readAction } from './instance-action.ts';
import {
  type LiveMigration,
  type Migration,
  type MigrationType,
  readLiveMigration,
  readMigration,
} from './migration.ts';
import { readPages } from './pages.ts';
import { type CallOptions, type Connection, createSend } from './send.ts';
import { readServer, type Server } from './server.ts';
import { readService, type Service } from './service.ts';
import { objectIn, textIn } from './shape.ts';

/** How to reach the service; the newest microversion this client knows, and the global `fetch`, unless told otherwise. */
export type ClientOptions = Pick<Connection, 'url' | 'token'> & Partial<Pick<Connection, 'microversion' | 'fetch'>>;

/** The service has taken the request. What becomes of it is another matter. */
export interface Accepted {
  readonly requestId: string;
}

/** What to boot. */
export interface Order {
  readonly name: string;
  readonly image: string;
  readonly flavor: string;
  readonly count?: number;
  readonly host?: string;
}

/** A client of Nova's compute API: answers become values, everything else a `NovaError`. */
export type NovaClient = ReturnType<typeof createNovaClient>;

/** Makes a client. */
export function createNovaClient(options: ClientOptions) {
  const { microversion = '2.95', fetch = globalThis.fetch } = options;
  const url = options.url.replace(/\/+$/, '');
  const send = createSend({ url, token: options.token, microversion, fetch });

  const act = async (id: string, body: object, { signal }: CallOptions = {}): Promise<Accepted> => {
    const { requestId } = await send({ method: 'POST', path: `${pathOf(id)}/action`, body, signal });
    return { requestId };
  };
  const changeService = async (id: string, body: object, { signal }: CallOptions): Promise<Service> => {
    const read = (answer: unknown) => readService(objectIn(answer, 'body')['service']);
    return (await send({ method: 'PUT', path: `/os-services/${encodeURIComponent(id)}`, body, read, signal })).value;
  };

  return {
    microversion,

    /** Boots all servers of the order with one request; they are known by their reservation. */
    async bootServers(order: Order, { signal }: CallOptions = {}): Promise<Accepted & { reservationId: string }> {
      const { name, image: imageRef, flavor: flavorRef, count = 1, host } = order;
      const wanted = { name, imageRef, flavorRef, networks: 'none', min_count: count, return_reservation_id: true };
      const body = { server: { ...wanted, ...(host !== undefined && { host }) } };
      const read = (answer: unknown) => textIn(objectIn(answer, 'body'), 'reservation_id');
      const { value, requestId } = await send({ method: 'POST', path: '/servers', body, read, signal });
      return { requestId, reservationId: value };
    },
    async showServer(id: string, { signal }: CallOptions = {}): Promise<Server> {
      const read = (body: unknown) => readServer(objectIn(body, 'body')['server']);
      return (await send({ method: 'GET', path: pathOf(id), read, signal })).value;
    },
    listServers({ reservationId }: { reservationId?: string }, options: CallOptions = {}): Promise<Server[]> {
      const path = `/servers/detail${queryOf({ reservation_id: reservationId })}`;
      return readPages(send, path, { key: 'servers', links: 'servers_links', item: readServer }, options);
    },
    async deleteServer(id: string, { signal }: CallOptions = {}): Promise<Accepted> {
      const { requestId } = await send({ method: 'DELETE', path: pathOf(id), signal });
      return { requestId };
    },

    liveMigrate: (id: string, host: string | null = null, options: CallOptions = {}) =>
      act(id, { 'os-migrateLive': { host, block_migration: 'auto' } }, options),
    migrate: (id: string, host: string | null = null, options: CallOptions = {}) =>
      act(id, { migrate: host === null ? null : { host } }, options),
    resize: (id: string, flavor: string, options: CallOptions = {}) =>
      act(id, { resize: { flavorRef: flavor } }, options),
    confirmResize: (id: string, options: CallOptions = {}) => act(id, { confirmResize: null }, options),
    revertResize: (id: string, options: CallOptions = {}) => act(id, { revertResize: null }, options),
    evacuate: (id: string, host: string | null = null, options: CallOptions = {}) =>
      act(id, { evacuate: host === null ? {} : { host } }, options),
    stop: (id: string, options: CallOptions = {}) => act(id, { 'os-stop': null }, options),
    start: (id: string, options: CallOptions = {}) => act(id, { 'os-start': null }, options),
    resetState: (id: string, state: 'active' | 'error', options: CallOptions = {}) =>
      act(id, { 'os-resetState': { state } }, options),

    /** All records that match, however many pages they fill. */
    listMigrations(
      filter: { serverId?: string; type?: MigrationType },
      options: CallOptions = {},
    ): Promise<Migration[]> {
      const path = `/os-migrations${queryOf({ instance_uuid: filter.serverId, migration_type: filter.type })}`;
      return readPages(send, path, { key: 'migrations', links: 'migrations_links', item: readMigration }, options);
    },
    /** A live migration in progress. One that has ended is a 404, and so is one that has not begun. */
    async showMigration(serverId: string, id: number, { signal }: CallOptions = {}): Promise<LiveMigration> {
      const read = (body: unknown) => readLiveMigration(objectIn(body, 'body')['migration']);
      return (await send({ method: 'GET', path: `${pathOf(serverId)}/migrations/${id}`, read, signal })).value;
    },
    async abortMigration(serverId: string, id: number, { signal }: CallOptions = {}): Promise<Accepted> {
      const { requestId } = await send({ method: 'DELETE', path: `${pathOf(serverId)}/migrations/${id}`, signal });
      return { requestId };
    },
    async forceComplete(serverId: string, id: number, { signal }: CallOptions = {}): Promise<Accepted> {
      const path = `${pathOf(serverId)}/migrations/${id}/action`;
      const { requestId } = await send({ method: 'POST', path, body: { force_complete: null }, signal });
      return { requestId };
    },

    listActions(serverId: string, options: CallOptions = {}): Promise<InstanceAction[]> {
      const path = `${pathOf(serverId)}/os-instance-actions`;
      return readPages(send, path, { key: 'instanceActions', links: 'links', item: readAction }, options);
    },
    async showAction(serverId: string, requestId: string, { signal }: CallOptions = {}): Promise<InstanceAction> {
      const path = `${pathOf(serverId)}/os-instance-actions/${encodeURIComponent(requestId)}`;
      const read = (body: unknown) => readAction(objectIn(body, 'body')['instanceAction']);
      return (await send({ method: 'GET', path, read, signal })).value;
    },

    listServices({ host }: { host?: string }, options: CallOptions = {}): Promise<Service[]> {
      const shape = { key: 'services', links: 'services_links', item: readService };
      return readPages(send, `/os-services${queryOf({ host, binary: 'nova-compute' })}`, shape, options);
    },
    forceService: (id: string, state: 'up' | 'down', options: CallOptions = {}) =>
      changeService(id, { forced_down: state === 'down' }, options),
  };
}

function pathOf(serverId: string): string {
  return `/servers/${encodeURIComponent(serverId)}`;
}

function queryOf(filters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(filters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

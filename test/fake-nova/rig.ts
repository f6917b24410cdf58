import { createClock } from '@sinonjs/fake-timers';
import { createFakeNova, type FakeNova } from '../../examples/fake-nova/fake-nova.ts';
import type { ScenarioOverrides } from '../../examples/fake-nova/scenario.ts';

const EPOCH = Date.UTC(2026, 0, 1);

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly body: any;
}

export interface CallOptions {
  readonly version?: string | null;
  readonly token?: string | null;
  readonly headers?: Record<string, string>;
}

/** The service in virtual time, and a caller that speaks to it in memory. */
export function createRig(overrides: ScenarioOverrides = {}) {
  const virtual = createClock(EPOCH);
  const clock = {
    now: () => virtual.now,
    setTimeout: (callback: () => void, milliseconds: number) => virtual.setTimeout(callback, milliseconds),
    clearTimeout: (handle: unknown) => virtual.clearTimeout(handle as number),
  };
  const nova = createFakeNova({ clock, ...overrides });
  const call = createCaller((path, init) => Promise.resolve(nova.app.request(path, init)));
  const rig = {
    nova,
    virtual,
    call,
    act: (id: string, body: unknown, options?: CallOptions) => call('POST', `/servers/${id}/action`, body, options),
    /** Lets everything that is under way come to its end. */
    settle: () => virtual.runAllAsync(),
    async boot(extra: Record<string, unknown> = {}): Promise<string> {
      const id: string = (await call('POST', '/servers', { server: order(nova, extra) })).body.server.id;
      await virtual.runAllAsync();
      return id;
    },
    async resized(): Promise<string> {
      const id = await rig.boot();
      await rig.act(id, { migrate: null });
      await virtual.runAllAsync();
      return id;
    },
    server: async (id: string) => (await call('GET', `/servers/${id}`)).body.server,
    migration: async (id: string) => (await call('GET', `/os-migrations?instance_uuid=${id}`)).body.migrations[0],
    /** What was written and emitted since a line of the journal, events of actions apart. */
    written: (from = 0) =>
      nova.journal
        .slice(from)
        .map(({ text }) => text)
        .filter((text) => !text.startsWith('event ')),
    statuses: (id: string) =>
      nova.journal
        .filter(({ serverId, text }) => serverId === id && /^M (?!memory)/.test(text))
        .map(({ text }) => text),
  };
  return rig;
}

export type Rig = ReturnType<typeof createRig>;

export const LIVE = { 'os-migrateLive': { host: null, block_migration: 'auto' } };

export function order(nova: FakeNova, extra: Record<string, unknown> = {}) {
  const { images, flavors } = nova.scenario;
  return { name: 'subject', imageRef: images[0]?.id, flavorRef: flavors[0]?.id, networks: 'none', ...extra };
}

export function createCaller(request: (path: string, init: RequestInit) => Promise<Response>) {
  return async (method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<Answer> => {
    const { version = '2.95', token = 'admin-token', headers = {} } = options;
    const response = await request(path.startsWith('/_fake') || path === '/' ? path : `/v2.1${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(version !== null && { 'OpenStack-API-Version': `compute ${version}` }),
        ...(token !== null && { 'X-Auth-Token': token }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

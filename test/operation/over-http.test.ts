import { azure, google, kubernetes, plain, settleOperation, waitForOperation } from 'unsleep/operation';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PAGE, RESET, type ScriptedOperation, type Service, startService, TRUNCATED } from './service.ts';

let service: Service;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service.close());

const QUICK = { interval: 1, timeout: '1m' } as const;
const FAULTS = [RESET, PAGE, TRUNCATED, { status: 503, headers: { 'retry-after': '0' } }, { status: 429 }];

/** How it ended, in a word, and by how many reads of the status. */
async function ended(job: ScriptedOperation, method: string, options: object): Promise<string> {
  const verdict = await settleOperation(() => job.begin(method), { ...QUICK, ...options });
  const told = verdict.outcome === 'succeeded' ? JSON.stringify(verdict.value) : verdict.error.failure?.message;
  return `${verdict.outcome} after ${job.reads}: ${told}`;
}

describe('an operation over HTTP', () => {
  test.each(['location', 'operation-location', 'azure-asyncoperation'] as const)(
    'of the plain dialect is followed by %s, absolute, relative and changing',
    async (by) => {
      for (const options of [{ by }, { by, isRelative: true }, { by, moves: true }]) {
        const job = service.plain(['running', 'running', 'done'], options);
        expect(await ended(job, 'POST', {})).toBe('succeeded after 3: {"status":"done"}');
      }
    },
  );

  test('of the plain dialect ends where a 303 leads', async () => {
    const job = service.plain(['running', { status: 303 }]);
    expect(await ended(job, 'POST', {})).toBe('succeeded after 2: {"made":1}');
    expect(service.requests.map(({ path }) => path)).toEqual(
      [job.start, job.status, job.status, job.result].map(pathOf),
    );
  });

  test('of the plain dialect is told once what has not changed', async () => {
    const job = service.plain(['running', 'running', 'done'], { hasEtag: true });
    expect(await ended(job, 'POST', {})).toBe('succeeded after 3: {"status":"done"}');
    expect(service.requests.map(({ headers }) => headers.has('if-none-match'))).toEqual([false, false, true, true]);
  });

  test('of the plain dialect fails with what the server says', async () => {
    const job = service.plain(['running', { body: { status: 'failed', error: { code: 'E', message: 'no room' } } }]);
    expect(await ended(job, 'POST', { dialect: plain() })).toBe('failed after 2: no room');
  });

  test.each(['operation-location', 'azure-asyncoperation', 'location'] as const)(
    'of Azure is followed by %s',
    async (by) => {
      const job = service.azure(['Running', 'Succeeded'], { by });
      expect(await ended(job, 'DELETE', { dialect: azure({ method: 'DELETE' }) })).toMatch(/^succeeded after 2/);
      const other = service.azure(['Running', 'Failed'], { by });
      expect(await ended(other, 'POST', { dialect: azure({ method: 'POST' }) })).toMatch(/^failed after 2/);
    },
  );

  test('of Azure is read at its own address when no header tells of another', async () => {
    const job = service.azure(['Running', 'Canceled'], { by: 'resource' });
    expect(await ended(job, 'PUT', { dialect: azure({ method: 'PUT' }) })).toMatch(/^cancelled after/);
  });

  test('of Google is followed by its name', async () => {
    expect(await ended(service.google(['running', 'done']), 'POST', { dialect: google() })).toMatch(
      /^succeeded after 2/,
    );
    expect(await ended(service.google(['running', 'failed']), 'POST', { dialect: google() })).toMatch(
      /^failed after 2/,
    );
    expect(await ended(service.google(['running', 'cancelled']), 'POST', { dialect: google() })).toMatch(
      /^cancelled after 2/,
    );
  });

  test('of Kubernetes is over when the condition holds of the generation that was written', async () => {
    const dialect = kubernetes({ type: 'Ready' });
    expect(await ended(service.kubernetes(['stale', 'False', 'True']), 'PUT', { dialect })).toMatch(
      /^succeeded after 3/,
    );
    expect(await ended(service.kubernetes(['False', 'gone']), 'PUT', { dialect })).toMatch(/^gone after 2/);
    const deleting = kubernetes({ expect: 'deleted' });
    expect(await ended(service.kubernetes(['True', 'gone']), 'DELETE', { dialect: deleting })).toMatch(
      /^succeeded after/,
    );
  });

  test.each([
    ['plain', () => service.plain([...FAULTS, 'done']), plain()],
    ['Azure', () => service.azure([...FAULTS, 'Succeeded']), azure({ finalState: 'none' })],
    ['Google', () => service.google([...FAULTS, 'done']), google()],
    ['Kubernetes', () => service.kubernetes([...FAULTS, 'True']), kubernetes({ type: 'Ready' })],
  ])('of the dialect %s survives resets, pages of proxies, truncated JSON, 503 and 429', async (_, script, dialect) => {
    const job = script();
    expect(await ended(job, 'PUT', { dialect, maxUnreadable: FAULTS.length })).toMatch(/^succeeded after 6/);
  });

  test.each([
    ['Azure', () => service.azure(['Running']), azure()],
    ['Google', () => service.google(['running']), google()],
  ])(
    'of the dialect %s is cancelled by its own request, and followed to what came of it',
    async (_, script, dialect) => {
      const [job, controller] = [script(), new AbortController()];
      const onLook = ({ attempt }: { attempt: number }) => attempt === 3 && controller.abort();
      const options = { dialect, signal: controller.signal, onAbort: 'cancel-and-wait', onLook } as const;
      expect(await ended(job, 'POST', options)).toMatch(/^cancelled after 3/);
      expect(service.requests.map(({ method, path }) => `${method} ${path}`)).toContain(
        `POST ${pathOf(job.status)}:cancel`,
      );
    },
  );

  test('leaves no connection waiting when it is aborted in the middle of a poll', async () => {
    const job = service.plain(['running']);
    const reason = new Error('enough');
    const controller = new AbortController();
    const fetchOnce: typeof fetch = (url, init) => {
      const sent = fetch(url, init);
      controller.abort(reason);
      return sent;
    };
    const options = { ...QUICK, fetch: fetchOnce, signal: controller.signal };
    await expect(waitForOperation(() => job.begin(), options)).rejects.toBe(reason);
  });
});

function pathOf(address: string): string {
  return new URL(address).pathname;
}

import { describe, expect, test } from 'vitest';
import { type KubernetesOptions, kubernetes } from '../../../src/operation/dialects/kubernetes.ts';
import type { Observation } from '../../../src/operation/observation.ts';

const API = 'https://cluster.example/apis/apps/v1/namespaces/shop';
const WEB = `${API}/deployments/web`;

interface Looked {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly url?: string;
  readonly unreadable?: string;
  readonly memo?: string;
}

function classify(options: KubernetesOptions, body: unknown, looked: Looked, initial: boolean): Observation {
  const { status = 200, headers = {}, url = WEB, unreadable, memo } = looked;
  const response = { status, headers: new Headers(headers), url, body, unreadable };
  const token = { v: 1, dialect: 'kubernetes', url: WEB, startedAt: 0, memo } as const;
  return kubernetes(options).classify(response, { token, initial, now: 0, more: [] });
}

/** What a later look sees. */
const look = (options: KubernetesOptions, body: unknown, looked: Looked = {}) => classify(options, body, looked, false);

/** What the answer to the write, or to the first GET, says. */
const start = (options: KubernetesOptions, body: unknown, looked: Looked = {}) => classify(options, body, looked, true);

interface Made {
  readonly metadata?: object;
  readonly observedGeneration?: unknown;
}

function deployment(conditions: unknown, { metadata, observedGeneration }: Made = {}) {
  const status = { conditions, ...(observedGeneration !== undefined && { observedGeneration }) };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', uid: 'u1', ...metadata },
    spec: {},
    status,
  };
}

const ready = { type: 'Ready', status: 'True' };
const notFound = {
  kind: 'Status',
  status: 'Failure',
  reason: 'NotFound',
  code: 404,
  details: { name: 'web', kind: 'deployments' },
};
const FOR_READY: KubernetesOptions = { type: 'Ready' };
const FOR_DELETION: KubernetesOptions = { expect: 'deleted' };

describe('waiting for a condition', () => {
  test('another uid is gone: it was replaced', () => {
    const other = deployment([ready], { metadata: { uid: 'u2' } });
    const seen = look(FOR_READY, other, { memo: '{"uid":"u1"}' });
    expect(seen).toEqual({ kind: 'gone', cause: new Error('replaced: u1 is now u2') });
    expect(look({ ...FOR_READY, uid: 'u1' }, other).kind).toBe('gone');
    expect(look({ ...FOR_READY, uid: 'u2' }, other, { memo: '{"uid":"u1"}' }).kind).toBe('succeeded');
  });

  test('a 404 is no success: the object is not there', () => {
    expect(look(FOR_READY, notFound, { status: 404 }).kind).toBe('notfound');
    expect(look(FOR_READY, notFound, { status: 410 }).kind).toBe('gone');
  });

  test('an object that was deleted while waiting ends the wait, and does not go on (kubectl#1482)', () => {
    expect(start(FOR_READY, deployment([])).kind).toBe('pending');
    expect(look(FOR_READY, notFound, { status: 404 }).kind).not.toBe('pending');
    expect(look(FOR_READY, deployment([], { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })).kind).toBe(
      'gone',
    );
  });

  test('a condition that is about an older generation is stale, whatever it says (kubectl#962)', () => {
    for (const status of ['True', 'False', 'Unknown']) {
      const old = { type: 'Ready', status, observedGeneration: 3 };
      const seen = look(FOR_READY, deployment([old], { metadata: { generation: 4 } }));
      expect(seen).toEqual({ kind: 'pending', state: 'stale: generation 3 of 4', notBefore: undefined });
    }
  });

  test('what the condition says of its generation goes before what the status says', () => {
    const metadata = { generation: 4 };
    const own = (observedGeneration: number) => [{ ...ready, observedGeneration }];
    expect(look(FOR_READY, deployment(own(4), { metadata, observedGeneration: 3 })).kind).toBe('succeeded');
    expect(look(FOR_READY, deployment(own(3), { metadata, observedGeneration: 4 })).kind).toBe('pending');
    expect(look(FOR_READY, deployment([ready], { metadata, observedGeneration: 4 })).kind).toBe('succeeded');
    expect(look(FOR_READY, deployment([ready], { metadata, observedGeneration: 3 }))).toMatchObject({
      kind: 'pending',
      state: 'stale: generation 3 of 4',
    });
  });

  test('the generation that counts is that of your write, not the one in the object (pulumi-kubernetes#2943)', () => {
    const answer = start(FOR_READY, deployment([ready], { metadata: { generation: 4 }, observedGeneration: 3 }));
    expect(answer).toMatchObject({ kind: 'pending', memo: '{"uid":"u1","generation":4}' });
    const memo = answer.kind === 'pending' ? answer.memo : undefined;
    const looked = memo === undefined ? {} : { memo };
    // Read from a cache, as it was before the write.
    const old = deployment([ready], { metadata: { generation: 3 }, observedGeneration: 3 });
    expect(look(FOR_READY, old, looked)).toMatchObject({ kind: 'pending', state: 'stale: generation 3 of 4' });
    expect(look(FOR_READY, deployment([ready], { metadata: { generation: 3 } }), looked).kind).toBe('pending');
    // Somebody else has written since.
    const later = deployment([ready], { metadata: { generation: 6 }, observedGeneration: 5 });
    expect(look(FOR_READY, later, looked).kind).toBe('succeeded');
  });

  test('the option names a generation, in place of the remembered one', () => {
    const seen = deployment([ready], { metadata: { generation: 4 }, observedGeneration: 4 });
    const memo = '{"generation":4}';
    expect(look({ ...FOR_READY, generation: 5 }, seen, { memo })).toMatchObject({ state: 'stale: generation 4 of 5' });
    expect(start({ ...FOR_READY, generation: 5 }, seen)).toMatchObject({ memo: '{"uid":"u1","generation":5}' });
    expect(look({ ...FOR_READY, generation: 4 }, seen, { memo: '{"generation":9}' }).kind).toBe('succeeded');
  });

  test('where nothing tells of an observed generation, the condition is trusted', () => {
    expect(look(FOR_READY, deployment([ready], { metadata: { generation: 4 } })).kind).toBe('succeeded');
    expect(look(FOR_READY, deployment([ready])).kind).toBe('succeeded');
  });

  test('what the answer to a write shows is from before it, unless it tells of an observed generation', () => {
    expect(start(FOR_READY, deployment([ready]))).toMatchObject({ kind: 'pending', state: 'Ready=True, from before' });
    expect(start(FOR_READY, deployment([{ type: 'Stalled', status: 'True' }])).kind).toBe('pending');
    const metadata = { generation: 4 };
    expect(start(FOR_READY, deployment([ready], { metadata, observedGeneration: 3 })).kind).toBe('pending');
    const seen = deployment([ready], { metadata, observedGeneration: 4 });
    expect(start(FOR_READY, seen)).toEqual({ kind: 'succeeded', state: 'Ready=True', value: seen });
  });

  test.each([
    ['Stalled=True', { type: 'Stalled', status: 'True' }],
    ['Failed=True', { type: 'Failed', status: 'True' }],
    [
      'Progressing=False (ProgressDeadlineExceeded)',
      { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' },
    ],
    ['stalled=true', { type: 'stalled', status: 'true' }],
  ])('%s is a failure, also when the condition is True', (state, condition) => {
    const seen = look(FOR_READY, deployment([ready, condition]));
    expect(seen).toMatchObject({ kind: 'failed', state, error: { message: state, details: condition } });
  });

  test.each([
    ['Stalled=False', { type: 'Stalled', status: 'False' }],
    ['Failed=Unknown', { type: 'Failed', status: 'Unknown' }],
    ['Progressing=False for another reason', { type: 'Progressing', status: 'False', reason: 'NewReplicaSetCreated' }],
    ['Progressing=True', { type: 'Progressing', status: 'True', reason: 'ProgressDeadlineExceeded' }],
  ])('%s is no failure', (_, condition) => {
    expect(look(FOR_READY, deployment([condition])).kind).toBe('pending');
  });

  test('a failure that is about an older generation is stale', () => {
    const failed = { type: 'Stalled', status: 'True', observedGeneration: 3 };
    expect(look(FOR_READY, deployment([failed], { metadata: { generation: 4 } })).kind).toBe('pending');
  });

  test('waiting for Complete fails when the Job has failed (kubectl#1482)', () => {
    const message = 'Job has reached the specified backoff limit';
    const conditions = [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message }];
    const job = {
      kind: 'Job',
      metadata: { name: 'mail', uid: 'u9', generation: 1 },
      status: { failed: 4, conditions },
    };
    expect(look({ type: 'Complete' }, job)).toEqual({
      kind: 'failed',
      state: 'Failed=True (BackoffLimitExceeded)',
      error: { code: 'BackoffLimitExceeded', message, details: conditions[0] },
    });
  });

  test('what is waited for is no failure: a test may want to see a Job fail', () => {
    expect(look({ type: 'failed' }, deployment([{ type: 'Failed', status: 'True' }])).kind).toBe('succeeded');
  });

  test('the option names other failures, in place of the default ones', () => {
    const failed = [{ type: 'Degraded' }, { type: 'ReplicasReady', status: 'False', reason: 'Quota' }];
    const options = { ...FOR_READY, failed };
    const of = (condition: object) => look(options, deployment([condition])).kind;
    expect(of({ type: 'Degraded', status: 'True' })).toBe('failed');
    expect(of({ type: 'ReplicasReady', status: 'False', reason: 'Quota' })).toBe('failed');
    expect(of({ type: 'ReplicasReady', status: 'False', reason: 'Starting' })).toBe('pending');
    expect(of({ type: 'Stalled', status: 'True' })).toBe('pending');
    expect(look({ ...FOR_READY, failed: [] }, deployment([{ type: 'Failed', status: 'True' }])).kind).toBe('pending');
  });

  test.each(['True', 'true', 'TRUE'])('the status %s is a success, and the object its value', (status) => {
    const seen = deployment([{ type: 'Ready', status }]);
    expect(look(FOR_READY, seen)).toEqual({ kind: 'succeeded', state: `Ready=${status}`, value: seen });
    expect(look({ type: 'ready' }, seen).kind).toBe('succeeded');
  });

  test.each([
    ['False', { type: 'Ready', status: 'False', reason: 'ContainersNotReady' }, 'Ready=False (ContainersNotReady)'],
    ['Unknown', { type: 'Ready', status: 'Unknown' }, 'Ready=Unknown'],
    ['absent', { type: 'PodScheduled', status: 'True' }, 'no Ready yet'],
    ['of a type that only begins like it', { type: 'ReadyForTraffic', status: 'True' }, 'no Ready yet'],
  ])('a condition that is %s is pending', (_, condition, state) => {
    expect(look(FOR_READY, deployment([condition]))).toEqual({ kind: 'pending', state, notBefore: undefined });
  });

  test('an object without conditions, or without a status, is pending: its controller has not come to it', () => {
    const metadata = { name: 'web' };
    expect(look(FOR_READY, { metadata }).kind).toBe('pending');
    expect(look(FOR_READY, { metadata, status: null }).kind).toBe('pending');
    expect(look(FOR_READY, { metadata, status: { conditions: null } }).kind).toBe('pending');
  });

  test.each([
    ['gone', 'gone'],
    ['failed', 'failed'],
    ['pending', 'succeeded'],
  ] as const)(
    'with `terminating: %j` an object that is being deleted is %s, though the condition is True',
    (terminating, kind) => {
      const metadata = {
        deletionTimestamp: '2026-01-01T00:00:00Z',
        finalizers: ['foregroundDeletion', 'example.com/backup'],
      };
      const seen = look({ ...FOR_READY, terminating }, deployment([ready], { metadata }));
      expect(seen.kind).toBe(kind);
      if (terminating === 'failed') expect(seen).toMatchObject({ error: { message: 'it is being deleted' } });
      if (terminating === 'gone') {
        const cause = new Error('it is being deleted: terminating (foregroundDeletion, example.com/backup)');
        expect(seen).toEqual({ kind, cause });
      }
    },
  );

  test('a failure is told, also when the object is being deleted', () => {
    const metadata = { deletionTimestamp: '2026-01-01T00:00:00Z' };
    expect(look(FOR_READY, deployment([{ type: 'Failed', status: 'True' }], { metadata })).kind).toBe('failed');
  });
});

describe('waiting for deletion', () => {
  test('another uid is a success: the one that was meant is gone', () => {
    const other = deployment([], { metadata: { uid: 'u2' } });
    expect(look(FOR_DELETION, other, { memo: '{"uid":"u1"}' })).toEqual({ kind: 'succeeded' });
    expect(look({ ...FOR_DELETION, uid: 'u1' }, other)).toEqual({ kind: 'succeeded' });
  });

  test.each([404, 410])('a %i is a success', (status) => {
    expect(look(FOR_DELETION, notFound, { status })).toEqual({ kind: 'succeeded' });
  });

  test('a DELETE of what is not there is a success, and one to an address that the API does not know is rejected', () => {
    expect(start(FOR_DELETION, notFound, { status: 404 })).toEqual({ kind: 'succeeded' });
    const unknown = { kind: 'Status', status: 'Failure', reason: 'NotFound', details: {} };
    expect(start(FOR_DELETION, unknown, { status: 404 }).kind).toBe('rejected');
    expect(start(FOR_READY, notFound, { status: 404 }).kind).toBe('rejected');
    expect(start(FOR_DELETION, notFound, { status: 403 }).kind).toBe('rejected');
  });

  test('an object that is being deleted is pending, and what it waits for is told', () => {
    const metadata = { deletionTimestamp: '2026-01-01T00:00:00Z' };
    expect(look(FOR_DELETION, deployment([], { metadata }))).toMatchObject({ kind: 'pending', state: 'terminating' });
    const held = deployment([], { metadata: { ...metadata, finalizers: ['kubernetes.io/pvc-protection'] } });
    expect(look(FOR_DELETION, held)).toMatchObject({ state: 'terminating (kubernetes.io/pvc-protection)' });
    expect(look(FOR_DELETION, deployment([ready]))).toMatchObject({ kind: 'pending', state: 'there' });
  });

  test('the uid is that in the Status which a DELETE answers', () => {
    const status = { kind: 'Status', status: 'Success', details: { name: 'web', kind: 'deployments', uid: 'u1' } };
    expect(start(FOR_DELETION, status)).toEqual({ kind: 'pending', state: 'accepted', url: WEB, memo: '{"uid":"u1"}' });
  });
});

describe('the address of the object', () => {
  test.each([
    ['a PUT, a PATCH, a GET or a DELETE of it', WEB, WEB],
    ['a POST to its collection', `${API}/deployments`, WEB],
    ['a POST to its collection, with a slash at the end', `${API}/deployments/`, WEB],
    ['a write with a query', `${WEB}?fieldManager=ci&force=true#top`, WEB],
    ['a write of a part of it', `${WEB}/scale`, WEB],
    [
      'an address with credentials',
      'https://me:secret@cluster.example/api/v1/nodes/web',
      'https://cluster.example/api/v1/nodes/web',
    ],
    ['a collection of the cluster', 'https://cluster.example/api/v1/nodes', 'https://cluster.example/api/v1/nodes/web'],
    ['a namespace', 'https://cluster.example/api/v1/namespaces/web', 'https://cluster.example/api/v1/namespaces/web'],
    [
      'the collection of namespaces',
      'https://cluster.example/api/v1/namespaces',
      'https://cluster.example/api/v1/namespaces/web',
    ],
    [
      'a part of a namespace',
      'https://cluster.example/api/v1/namespaces/web/finalize',
      'https://cluster.example/api/v1/namespaces/web',
    ],
    [
      'a collection that is called as the object',
      'https://cluster.example/apis/x.io/v1beta1/web',
      'https://cluster.example/apis/x.io/v1beta1/web/web',
    ],
    [
      'a proxy with an api of its own',
      'https://proxy.example/api/clusters/c-1/api/v1/namespaces/api/pods',
      'https://proxy.example/api/clusters/c-1/api/v1/namespaces/api/pods/web',
    ],
    [
      'an API of another shape, at the object',
      'https://other.example/objects/web',
      'https://other.example/objects/web',
    ],
    [
      'an API of another shape, at the collection',
      'https://other.example/objects',
      'https://other.example/objects/web',
    ],
  ])('is found from %s', (_, asked, url) => {
    expect(start(FOR_READY, deployment([]), { url: asked, status: 201 })).toMatchObject({ kind: 'pending', url });
  });

  test('a name is one segment of it, whatever it holds', () => {
    const url = 'https://cluster.example/apis/rbac.authorization.k8s.io/v1/clusterroles';
    const role = deployment([], { metadata: { name: 'system:node?x' } });
    expect(start(FOR_READY, role, { url })).toMatchObject({ url: `${url}/system%3Anode%3Fx` });
    const other = { url: 'https://other.example/roles/system:node' };
    expect(start(FOR_READY, deployment([], { metadata: { name: 'system:node' } }), other)).toMatchObject(other);
  });

  test.each(['..', '.', 'a/../../b', '%2e%2e', '\ud800'])('the name %j names none', (name) => {
    const seen = start(FOR_READY, deployment([], { metadata: { name } }), { url: `${API}/deployments` });
    expect(seen).toMatchObject({ kind: 'no-monitor' });
  });

  test('an answer that shows no object is accepted where the address names one', () => {
    const evicted = { kind: 'Status', status: 'Success' };
    const url = 'https://cluster.example/api/v1/namespaces/shop/pods/web-1/eviction';
    const accepted = { kind: 'pending', state: 'accepted', url: url.replace('/eviction', ''), memo: '{}' };
    expect(start(FOR_DELETION, evicted, { url, status: 201 })).toEqual(accepted);
    expect(start(FOR_DELETION, undefined, { url, unreadable: 'cut short' })).toEqual(accepted);
    expect(start(FOR_READY, undefined, { url: 'https://other.example/objects/web' })).toMatchObject({
      url: 'https://other.example/objects/web',
    });
  });

  test('an answer that shows no object, to an address that names none, is no monitor', () => {
    const list = { kind: 'PodList', metadata: { resourceVersion: '7' }, items: [] };
    const because = 'neither the address that was asked nor the answer names an object';
    expect(start(FOR_READY, list, { url: `${API}/deployments` })).toEqual({ kind: 'no-monitor', because });
  });

  test('a client of your own needs none', () => {
    const seen = start(FOR_READY, deployment([]), { url: '' });
    expect(seen).toEqual({ kind: 'pending', state: 'no Ready yet', memo: '{"uid":"u1"}' });
  });
});

describe('what cannot be read', () => {
  test.each<[string, unknown]>([
    ['no body', undefined],
    ['null', null],
    ['a text', 'ok'],
    ['an array', [deployment([ready])]],
    ['no metadata', { status: { conditions: [ready] } }],
    ['metadata that are a list', { metadata: [], status: { conditions: [ready] } }],
    ['no name', { metadata: { uid: 'u1' }, status: { conditions: [ready] } }],
    ['a name that is a number', deployment([ready], { metadata: { name: 7 } })],
    ['a Status', { kind: 'Status', metadata: { name: 'web' }, status: 'Success' }],
    ['a list', { kind: 'PodList', metadata: {}, items: [] }],
    ['an event of a watch', { type: 'DELETED', object: deployment([ready]) }],
    ['a status that is a word', { metadata: { name: 'web' }, status: 'Ready' }],
    ['a status that is a list', { metadata: { name: 'web' }, status: [ready] }],
    ['conditions that are no list', deployment({ Ready: 'True' })],
    ['conditions that are a word', deployment('Ready')],
    ['a generation that is a text', deployment([ready], { metadata: { generation: '4' } })],
    ['a generation that is half', deployment([ready], { metadata: { generation: 4.5 } })],
    ['an observed generation that is a text', deployment([ready], { observedGeneration: '4' })],
    ['a uid that is a number', deployment([ready], { metadata: { uid: 1 } })],
    ['members that only every object has', JSON.parse('{"__proto__":{"metadata":{"name":"web"}},"constructor":1}')],
  ])('%s is unreadable', (_, body) => {
    expect(look(FOR_READY, body).kind).toBe('unreadable');
    expect(look(FOR_DELETION, body).kind).toBe('unreadable');
  });

  test('its kind is told', () => {
    const seen = look(FOR_READY, { kind: 'PodList', items: [] });
    expect(seen.kind === 'unreadable' && String(seen.cause)).toContain("no Kubernetes object but 'PodList'");
    const status = look(FOR_READY, { kind: 'Status', metadata: { name: 'web' }, status: {} });
    expect(status.kind === 'unreadable' && String(status.cause)).toContain("no Kubernetes object but 'Status'");
  });

  test('an object without a uid is unreadable where a uid is known', () => {
    const without = { metadata: { name: 'web' }, status: { conditions: [ready] } };
    expect(look(FOR_READY, without, { memo: '{"uid":"u1"}' }).kind).toBe('unreadable');
    expect(look(FOR_READY, without).kind).toBe('succeeded');
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['a word', 'Ready'],
    ['a list', [ready]],
    ['a status that is a boolean', { type: 'Ready', status: true }],
    ['no status', { type: 'Ready' }],
    ['no type', { status: 'True' }],
    ['an observed generation that is a text', { ...ready, observedGeneration: '4' }],
  ])('a condition that is none (%s) is as if it were not there', (_, condition) => {
    expect(look(FOR_READY, deployment([condition]))).toMatchObject({ kind: 'pending', state: 'no Ready yet' });
    expect(look(FOR_READY, deployment([condition, ready])).kind).toBe('succeeded');
  });

  test.each([401, 403, 409, 422])('a %i is rejected', (status) => {
    expect(look(FOR_READY, { kind: 'Status', message: 'no' }, { status }).kind).toBe('rejected');
  });

  test.each([429, 500, 503, 504])('a %i is unreadable, and says nothing of the object', (status) => {
    expect(look(FOR_READY, {}, { status }).kind).toBe('unreadable');
    expect(look(FOR_DELETION, {}, { status }).kind).toBe('unreadable');
  });

  test.each(['', 'no JSON', 'null', '[]', '"u1"', '{"uid":1,"generation":"4"}', '{"__proto__":{"uid":"u0"}}'])(
    'the memo %j is as if there were none',
    (memo) => {
      const seen = deployment([ready], { metadata: { generation: 4 }, observedGeneration: 4 });
      expect(look(FOR_READY, seen, { memo }).kind).toBe('succeeded');
    },
  );

  test('Retry-After is honoured', () => {
    const headers = { 'retry-after': '7' };
    expect(look(FOR_READY, deployment([]), { headers })).toMatchObject({ kind: 'pending', notBefore: 7_000 });
    expect(start(FOR_READY, deployment([]), { headers })).toMatchObject({ kind: 'pending', notBefore: 7_000 });
  });
});

test.each<[string, unknown, string]>([
  ['no options', undefined, '`options` must be an object; got undefined'],
  [
    'no type',
    {},
    "`type` must be the type of a condition, such as 'Ready', unless `expect` is 'deleted'; got undefined",
  ],
  ['an empty type', { type: ' ' }, '`type` must be the type of a condition'],
  ['a type that is a number', { type: 1 }, '`type` must be the type of a condition'],
  [
    'a type, and the deletion',
    { type: 'Ready', expect: 'deleted' },
    "`type` must be left out, as `expect` is 'deleted'; got 'Ready'",
  ],
  ['another end', { type: 'Ready', expect: 'done' }, "`expect` must be 'condition' or 'deleted'; got 'done'"],
  [
    'a generation that is a text',
    { type: 'Ready', generation: '4' },
    "`generation` must be a whole number from 0; got '4'",
  ],
  ['a generation below 0', { type: 'Ready', generation: -1 }, '`generation` must be a whole number from 0; got -1'],
  ['an empty uid', { type: 'Ready', uid: '' }, "`uid` must be the uid of an object; got ''"],
  ['failures that are no list', { type: 'Ready', failed: 'Failed' }, '`failed` must be a list of conditions'],
  ['a failure that is a word', { type: 'Ready', failed: ['Failed'] }, '`failed` must be a list of conditions'],
  [
    'a failure without a type',
    { type: 'Ready', failed: [{ status: 'True' }] },
    '`failed` must be a list of conditions',
  ],
  [
    'a failure with a status that is no text',
    { type: 'Ready', failed: [{ type: 'A', status: true }] },
    '`failed` must be',
  ],
  [
    'another meaning',
    { type: 'Ready', terminating: 'ok' },
    "`terminating` must be 'gone', 'failed' or 'pending'; got 'ok'",
  ],
])('%s is refused at once', (_, options, message) => {
  const make = () => kubernetes(options as KubernetesOptions);
  expect(make).toThrow(TypeError);
  expect(make).toThrow(message);
});

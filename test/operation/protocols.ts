// What the operations of the test service say, protocol by protocol.

/** What is answered: 200 unless `status` says otherwise; JSON of `body`, or `text` as it is. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
  /** Resets the connection instead. */
  readonly isReset?: boolean;
}

/** What a read of the status gets. */
export type Step = string | Answer;

/** The page of a proxy, which says 200. */
export const PAGE: Answer = { text: '<html><title>Sign in</title></html>', headers: { 'content-type': 'text/html' } };
/** JSON that is cut short. */
export const TRUNCATED: Answer = { text: '{"status": "runn', headers: { 'content-type': 'application/json' } };
/** A connection that is reset. */
export const RESET: Answer = { isReset: true };

export interface ScriptOptions {
  /** The answer to the request that starts it, in place of the usual one; its headers come on top of the usual ones. */
  readonly start?: Answer;
  /** Headers of the start answer and of every read. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether addresses in headers are paths, and not whole. */
  readonly isRelative?: boolean;
  /** Whether every read names another address for the next one. */
  readonly moves?: boolean;
  /** Whether reads have an ETag, and answer 304 to whoever has it already. */
  readonly hasEtag?: boolean;
  /** What is read at the result, or at the thing itself where that is not the status. */
  readonly result?: Answer;
  /** The answer to a cancel request; a 2xx has the steps of `afterCancel` follow. */
  readonly cancel?: Answer;
  readonly afterCancel?: readonly Step[];
}

export interface PlainScript extends ScriptOptions {
  /** The header that leads to the status. */
  readonly by?: 'location' | 'operation-location' | 'azure-asyncoperation';
}

export interface AzureScript extends ScriptOptions {
  /** What tells: a monitor, a Location that answers 202 until Succeeded, or the resource. */
  readonly by?: 'operation-location' | 'azure-asyncoperation' | 'location' | 'resource';
  /** Whether the start answer names the result by its Location too. */
  readonly hasLocation?: boolean;
}

export interface Protocol {
  readonly paths: { readonly start: string; readonly status: string; readonly result: string };
  /** The header that names the status, if one does. */
  readonly header?: string | undefined;
  readonly start: Answer;
  /** Whether the start answer names the result by its Location. */
  readonly hasLocation?: boolean | undefined;
  readonly result: Answer;
  readonly cancelled: string;
  toAnswer(step: Step): Answer;
}

export function plainProtocol(id: number, { by = 'location' }: PlainScript): Protocol {
  const start = `/plain/${id}`;
  return {
    paths: { start, status: `${start}/status`, result: `${start}/result` },
    header: by,
    start: { status: 202 },
    result: { body: { made: id } },
    cancelled: 'cancelled',
    toAnswer: (step) => (typeof step === 'string' ? { body: { status: step } } : step),
  };
}

export function azureProtocol(id: number, { by = 'operation-location', hasLocation }: AzureScript): Protocol {
  const start = `/azure/things/${id}`;
  const paths = {
    start,
    status: by === 'resource' ? start : `/azure/operations/${id}`,
    result: `/azure/results/${id}`,
  };
  const resource = (provisioningState: string) => ({ body: { id: start, properties: { provisioningState } } });
  const words = {
    monitor: (word: string) => ({ body: { status: word } }),
    location: (word: string) => (/^(succeeded|failed|canceled)$/i.test(word) ? resource(word) : { status: 202 }),
    resource,
  };
  const toAnswer = words[by === 'location' || by === 'resource' ? by : 'monitor'];
  return {
    paths,
    header: by === 'resource' ? undefined : by,
    start: by === 'resource' ? { status: 201, ...resource('Creating') } : { status: 202 },
    hasLocation,
    result: resource('Succeeded'),
    cancelled: 'Canceled',
    toAnswer: (step) => (typeof step === 'string' ? toAnswer(step) : step),
  };
}

export function googleProtocol(id: number): Protocol {
  const name = `operations/${id}`;
  const words: Record<string, object> = {
    running: {},
    done: { done: true, response: { made: id } },
    failed: { done: true, error: { code: 9, message: 'it is not empty' } },
    cancelled: { done: true, error: { code: 1, message: 'cancelled' } },
  };
  return {
    paths: { start: `/v1/things/${id}`, status: `/v1/${name}`, result: `/v1/things/${id}` },
    start: { body: { name } },
    result: { body: { made: id } },
    cancelled: 'cancelled',
    toAnswer(step) {
      if (typeof step === 'string') return { body: { name, ...words[step] } };
      const isOperation = (step.status ?? 200) === 200 && typeof step.body === 'object';
      return isOperation ? { ...step, body: { name, ...step.body } } : step;
    },
  };
}

export function kubernetesProtocol(id: number): Protocol {
  const path = `/apis/example.org/v1/things/thing-${id}`;
  const metadata = { name: `thing-${id}`, uid: `uid-${id}`, generation: 2 };
  const object = (status: object) => ({ apiVersion: 'example.org/v1', kind: 'Thing', metadata, status });
  const gone = { kind: 'Status', status: 'Failure', reason: 'NotFound', message: 'not found', code: 404 };
  const ready = (status: string, observedGeneration = 2) => ({
    body: object({ observedGeneration, conditions: [{ type: 'Ready', status }] }),
  });
  return {
    paths: { start: path, status: path, result: path },
    start: { body: object({}) },
    result: ready('True'),
    cancelled: 'False',
    toAnswer(step) {
      if (typeof step !== 'string') return step;
      if (step === 'gone') return { status: 404, body: gone };
      return step === 'stale' ? ready('True', 1) : ready(step);
    },
  };
}

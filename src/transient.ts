import isNetworkError from 'is-network-error';

const STATUSES: ReadonlySet<unknown> = new Set([408, 425, 429]);

// What Node, undici, axios and the Postgres, Redis and NATS clients put into `code` when the connection is at fault.
const CODES: ReadonlySet<unknown> = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ERR_NETWORK',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ESOCKETTIMEDOUT',
  'ETIMEDOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/**
 * Whether an error says nothing about the thing waited for: the network failed, the server answered 408, 425, 429 or
 * 5xx, or the look was cut because it took too long.
 *
 * Understands the errors of `fetch`, undici, axios, got and Node's sockets, also as the `cause` of another error. The
 * default of `tolerate`: such an error means "not yet". It is not meant for the answers of your own code.
 *
 * @example
 * ```ts
 * import { isTransient } from 'unsleep';
 *
 * isTransient({ status: 503 }); // => true
 * isTransient({ status: 404 }); // => false
 * isTransient({ code: 'ECONNREFUSED' }); // => true
 * ```
 */
export function isTransient(error: unknown): boolean {
  let link = error;
  for (let depth = 0; depth < 4 && isObject(link); depth++) {
    const status = statusOf(link);
    if (status !== undefined) return STATUSES.has(status) || (status >= 500 && status <= 599);
    if (isTimeout(link) || CODES.has(read(link, 'code')) || attempt(() => isNetworkError(link))) return true;
    link = read(link, 'cause');
  }
  return false;
}

/** Whether this is a limit that ran out: of p-timeout, of `AbortSignal.timeout`, of a look. */
export function isTimeout(error: unknown): boolean {
  return isNamed(error, 'TimeoutError');
}

/** Whether an error has this name. By name, as an error of a jsdom window or a vm context is no instance of ours. */
export function isNamed(error: unknown, name: string): boolean {
  return read(error, 'name') === name;
}

/** A pause that is asked for. A firm one stands whatever events say. */
export interface AskedPause {
  readonly milliseconds: number;
  readonly isFirm: boolean;
  /** Whether it takes the place of the backoff's pause, or is only the least. */
  readonly isInstead: boolean;
}

/**
 * The `Retry-After` that an error carries: in `retryAfter` (seconds, or the text of the header), or in the headers of
 * the error or of its response. Firm for 429 and 503, where the server refuses to be asked before.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function askedPause(error: unknown, now: () => number = Date.now): AskedPause | undefined {
  const asked =
    read(error, 'retryAfter') ?? header(read(error, 'headers')) ?? header(read(read(error, 'response'), 'headers'));
  const milliseconds = parseRetryAfter(asked, now);
  if (milliseconds === undefined) return undefined;
  const status = statusOf(error);
  return { milliseconds, isFirm: status === 429 || status === 503, isInstead: false };
}

// Date.parse is bound by ECMAScript to read exactly this form, and reads almost anything else as some date: '5, 10' too.
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

function parseRetryAfter(value: unknown, now: () => number): number | undefined {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  if (!HTTP_DATE.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now());
}

function header(headers: unknown): unknown {
  const get = read(headers, 'get');
  if (typeof get === 'function') return attempt(() => get.call(headers, 'retry-after')) ?? undefined;
  return read(headers, 'retry-after') ?? read(headers, 'Retry-After');
}

function statusOf(error: unknown): number | undefined {
  const response = read(error, 'response');
  const statuses = [read(error, 'status'), read(error, 'statusCode'), read(response, 'status')];
  return statuses.find((status) => typeof status === 'number');
}

function read(value: unknown, key: string): unknown {
  return attempt(() => (isObject(value) ? value[key] : undefined));
}

/** Asks anything: a foreign error may be a proxy, or have getters that throw. */
function attempt<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

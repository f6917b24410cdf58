const NAMES: Readonly<Record<number, string>> = {
  400: 'badRequest',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'itemNotFound',
  405: 'badMethod',
  409: 'conflictingRequest',
  413: 'overLimit',
  415: 'badMediaType',
  429: 'overLimit',
  501: 'notImplemented',
  503: 'serviceUnavailable',
};

/** Answers the request with Nova's error body instead of a result. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** The connection breaks off without an answer; whoever serves the app must cut it. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';

  constructor() {
    super('The connection was lost before an answer');
  }
}

/** Nova's error body: one key that names the kind, with code and message below it. */
export function errorBody(status: number, message: string, retryAfter?: string): Record<string, unknown> {
  const over = status === 413 || status === 429;
  const extra = over && retryAfter !== undefined ? { retryAfter } : {};
  return { [NAMES[status] ?? 'computeFault']: { code: status, message, ...extra } };
}

/** Builds the answer of an error. */
export function errorResponse({
  status,
  message,
  headers,
}: Pick<ApiError, 'status' | 'message' | 'headers'>): Response {
  const body = JSON.stringify(errorBody(status, message, headers['Retry-After']));
  return new Response(body, { status, headers: { 'Content-Type': 'application/json', ...headers } });
}

/** What Nova answers to an exception class that the handler does not expect. */
export function unexpectedError(exception: string): ApiError {
  const text =
    'Unexpected API Error. Please report this at http://bugs.launchpad.net/nova/ and attach the Nova API log if possible.';
  return new ApiError(500, `${text}\n<class '${exception}'>`);
}

export const badRequest = (message: string) => new ApiError(400, message);
export const forbidden = (rule: string) => new ApiError(403, `Policy doesn't allow ${rule} to be performed.`);
export const notFound = (message: string) => new ApiError(404, message);
export const conflict = (message: string) => new ApiError(409, message);

import type { Dialect } from '../../../../src/operation/dialect.ts';
import type { Observation } from '../../../../src/operation/observation.ts';

interface Looked {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly url?: string;
  readonly unreadable?: string;
  readonly initial?: boolean;
}

/** What a dialect says of an answer. */
export function look<T>(dialect: Dialect<T>, body: unknown, looked: Looked = {}): Observation<T> {
  const { status = 200, headers = {}, url = 'https://api.example/thing', unreadable, initial = false } = looked;
  const response = { status, headers: new Headers(headers), url, body, unreadable };
  const token = { v: 1, dialect: dialect.name, startedAt: 0 } as const;
  return dialect.classify(response, { token, initial, now: 0, more: [] });
}

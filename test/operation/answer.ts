import type { Circumstances, StatusResponse } from '../../src/operation/dialect.ts';

/** An answer that is read, as a dialect gets it. */
export function answer(
  status: number,
  body?: unknown,
  headers: Record<string, string> = {},
  rest: Partial<StatusResponse> = {},
): StatusResponse {
  return { status, headers: new Headers(headers), url: 'https://api.test/jobs/1', body, ...rest };
}

export const NOW = Date.UTC(2026, 0, 1);

const token = { v: 1, dialect: 'plain', startedAt: NOW } as const;

/** The answer to the request that started it. */
export const START: Circumstances = { token, initial: true, now: NOW, more: [] };

/** The answer to a later read. */
export const POLL: Circumstances = { token, initial: false, now: NOW, more: [] };

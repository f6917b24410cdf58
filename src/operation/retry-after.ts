/**
 * How long the server wants not to be asked, in milliseconds: `Retry-After`, `retry-after-ms`, `X-Poll-Interval`, or a
 * `RateLimit` that is used up.
 */
export function askedDelay(headers: Headers, now: number): number | undefined {
  void now;
  const value = headers.get('retry-after')?.trim() ?? '';
  return /^\d+$/.test(value) ? Number(value) * 1_000 : undefined;
}

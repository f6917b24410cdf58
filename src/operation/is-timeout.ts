/** Whether this is a limit that ran out, as the limit of a poll. By name, as it may come from another entry or realm. */
export function isTimeout(error: unknown): boolean {
  return (Object(error) as { name?: unknown }).name === 'TimeoutError';
}

/** `2013-09-03T04:01:32Z`, as servers and services show an instant. */
export function secondsTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** `2016-06-23T14:42:02.000000`, as migrations and actions show it: microseconds, and no zone. */
export function microsTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 23)}000`;
}

/** Reads an ISO 8601 instant; without a zone it is UTC, as Nova takes it. NaN if it is none. */
export function parseTime(text: string): number {
  if (!/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?$/i.test(text)) return Number.NaN;
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/i.test(text.slice(10)) ? text : `${text}${text.length > 10 ? 'Z' : ''}`;
  return Date.parse(zoned.replace(/\.(\d{3})\d+/, '.$1').replace(' ', 'T'));
}

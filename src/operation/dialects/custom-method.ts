/**
 * Where to send `:cancel` and the like. The method belongs to the last segment of the path: behind a query string it would
 * be part of the query.
 *
 * @see https://google.aip.dev/136
 */
export function customMethod(url: string, method: string): string {
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/\/$/, '')}:${method}`;
  address.hash = '';
  return address.href;
}

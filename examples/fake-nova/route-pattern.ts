/**
 * Says whether a request is one of the pattern's: `GET /servers/{id}`, or `/servers/{id}` for any method.
 * `{…}`, `:…` and `*` stand for one segment. The `/v2.1` in front may be left out.
 */
export function matchesRoute(pattern: string, method: string, path: string): boolean {
  const [first = '', second] = pattern.trim().split(/\s+/);
  const [wantedMethod, wantedPath] = second === undefined ? [undefined, first] : [first, second];
  if (wantedMethod !== undefined && wantedMethod.toUpperCase() !== method) return false;
  const wanted = segments(wantedPath);
  const given = segments(path);
  return wanted.length === given.length && wanted.every((part, index) => isWild(part) || part === given[index]);
}

function segments(path: string): string[] {
  return path
    .replace(/^\/v2\.1(?=\/|$)/, '')
    .split('/')
    .filter(Boolean);
}

function isWild(part: string): boolean {
  return part === '*' || part.startsWith(':') || (part.startsWith('{') && part.endsWith('}'));
}

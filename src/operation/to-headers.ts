/**
 * Headers of whatever kind clients give them in: `Headers` of any origin, pairs, or an object whose values are strings,
 * numbers or lists of strings. What is there without a value is left out.
 *
 * @throws TypeError for anything else; the text does not hold the headers, which may hold credentials
 */
export function toHeaders(source: unknown): Headers {
  if (source instanceof Headers) return source;
  const headers = new Headers();
  for (const [name, value] of pairsOf(source)) {
    for (const single of [value].flat()) append(headers, name, single);
  }
  return headers;
}

function pairsOf(source: unknown): (readonly [string, unknown])[] {
  if (source === undefined || source === null) return [];
  if (typeof source !== 'object') throw refusal(`a ${typeof source}`);
  return isIterable(source) ? Array.from(source, toPair) : Object.entries(source);
}

function toPair(pair: unknown): readonly [string, unknown] {
  const [name, value]: readonly unknown[] = Array.isArray(pair) ? pair : [];
  if (typeof name !== 'string') throw refusal('a list of something else');
  return [name, value];
}

function append(headers: Headers, name: string, value: unknown): void {
  if (value === undefined || value === null) return;
  try {
    headers.append(name, String(value));
  } catch {
    // Such as `:status`, as which some clients give what HTTP/2 says beside the headers.
  }
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value;
}

function refusal(got: string): TypeError {
  return new TypeError(`the headers of an answer must be Headers, pairs, or an object of strings; got ${got}`);
}

const MAX_DEPTH = 4;
const MOST_ATTRIBUTES = 5;
const NESTED_TEXT = 200;
// Room for `, … 999999 more`.
const MORE = 16;
// Names, messages and symbols may contain any of them.
const LINE_BREAKS = /[\n\v\f\r\u0085\u2028\u2029]+/g;
const COLOURS = /\p{Cc}\[[\d;]*m/gu;
// How the assertions of jest, node:assert and Playwright begin: what was wrong follows, often as a diff with a legend.
const PREAMBLE = /^expect\(|:$/;
const DIFFERENCE = /^[-+] +(?!(?:Expected|Received|actual|expected)\b)/;
// An assertion may print whole documents; what it has to say comes first.
const MESSAGE = 4_000;
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * Writes any value as one line of bounded text, for a message that a person reads.
 *
 * Never throws, and never loops: circular, huge, cross-realm, proxied and throwing values all come out as something.
 */
export function render(value: unknown, limit = 120): string {
  return cut(
    attempt(() => write(value, limit, [])),
    limit,
  );
}

/** One line that tells an error apart from others: its name, the gist of its message, and what caused it. */
export function renderError(error: unknown, limit = 120): string {
  return cut(
    attempt(() => (isErrorLike(error) ? causes(error).join(': ') : render(error, limit))),
    limit,
  );
}

/** Whether this is an error of any realm: `instanceof` would miss those of a jsdom window or a vm context. */
export function isErrorLike(value: unknown): value is Error {
  try {
    return typeof value === 'object' && value !== null && 'message' in value && 'name' in value && 'stack' in value;
  } catch {
    return false; // A proxy may refuse to tell what it has.
  }
}

/** Shortens text to `limit` characters, and shows that it did. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}

/** Puts text on one line, without colours. */
export function oneLine(text: string): string {
  return text.replace(COLOURS, '').replace(LINE_BREAKS, ' ');
}

function attempt(write: () => string): string {
  try {
    return oneLine(write());
  } catch {
    return '[unreadable]';
  }
}

function write(value: unknown, budget: number, ancestors: readonly object[]): string {
  // A long text in an object must leave room for what comes after it.
  if (typeof value === 'string') return quote(value, ancestors.length > 0 ? Math.min(budget, NESTED_TEXT) : budget);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `[function ${value.name || 'anonymous'}]`;
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  if (ancestors.includes(value)) return '[circular]';
  if (isErrorLike(value)) return `[${causes(value).join(': ')}]`;
  if (ancestors.length === MAX_DEPTH) return Array.isArray(value) ? '[…]' : '{…}';
  return writeObject(value, budget, [...ancestors, value]);
}

function writeObject(value: object, budget: number, ancestors: readonly object[]): string {
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  const nested = (item: unknown, budget: number) => write(item, budget, ancestors);
  if (tag === 'Date') return Number.isNaN(Number(value)) ? String(value) : (value as Date).toISOString();
  if (tag === 'RegExp') return String(value);
  if (Array.isArray(value)) return list('[', value, ']', budget, nested);
  if (tag === 'Set')
    return list(`Set(${(value as Set<unknown>).size}) { `, value as Set<unknown>, ' }', budget, nested);
  if (tag === 'Map') {
    const pair = ([key, item]: [unknown, unknown], budget: number) =>
      `${nested(key, budget)} => ${nested(item, budget)}`;
    const map = value as Map<unknown, unknown>;
    return list(`Map(${map.size}) { `, map, ' }', budget, pair);
  }
  if (ArrayBuffer.isView(value)) return `[${tag} of ${value.byteLength} bytes]`;
  if (tag.endsWith('Element')) return writeElement(value as Element, budget);
  const keys = Object.keys(value);
  const name = className(value);
  const property = (key: string, budget: number) => {
    const shown = IDENTIFIER.test(key) ? key : quote(key, budget);
    return `${shown}: ${attempt(() => nested(read(value, key), budget - shown.length - 2))}`;
  };
  return keys.length === 0 ? `${name}{}` : list(`${name}{ `, keys, ' }', budget, property);
}

/** An element of a document keeps nothing in properties of its own: its tag, and its text when it is a leaf. */
function writeElement(element: Element, budget: number): string {
  const { localName, attributes, childElementCount } = element;
  const shown = Array.from({ length: Math.min(attributes.length, MOST_ATTRIBUTES) }, (_, index) => {
    const { name, value } = attributes[index] as Attr;
    return ` ${name}=${JSON.stringify(cut(value, 30))}`;
  });
  const content = childElementCount > 0 ? '…' : cut(String(element.textContent).trim(), budget);
  return `<${localName}${shown.join('')}>${content}</${localName}>`;
}

/** Writes items until the text is long enough, then says how many it left out. */
function list<T>(
  open: string,
  items: Iterable<T> & ({ length: number } | { size: number }),
  close: string,
  budget: number,
  text: (item: T, budget: number) => string,
): string {
  const total = 'length' in items ? items.length : items.size;
  const written: string[] = [];
  let length = open.length + close.length;
  for (const item of items) {
    const isLast = written.length + 1 === total;
    const left = budget - length - (isLast ? 0 : MORE);
    const next = attempt(() => text(item, left));
    if (written.length > 0 && next.length > left) {
      written.push(`… ${total - written.length} more`);
      break;
    }
    written.push(next);
    length += next.length + 2;
  }
  return open + written.join(', ') + close;
}

function className(value: object): string {
  const name = attempt(() => Object.getPrototypeOf(value)?.constructor?.name ?? '');
  return name === 'Object' || name === '' ? '' : `${name} `;
}

function read(value: object, key: string): unknown {
  return (value as Record<string, unknown>)[key];
}

function quote(text: string, budget: number): string {
  const escaped = JSON.stringify(cut(text, Math.max(1, budget - 2))).slice(1, -1);
  return `'${escaped.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** What an error and its causes say, outermost first. `fetch failed` alone says nothing; its cause does. */
function causes(error: Error, depth = 0): string[] {
  const { name, message } = error;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  const line = gistOf(String(message));
  // An AggregateError of a refused connection has no message of its own, only a code.
  const said = line || (typeof code === 'string' ? code : String(name));
  const plain =
    name === 'Error' || name === 'AssertionError' || (name === 'TypeError' && isErrorLike(cause)) || said === name;
  const own = plain ? said : `${String(name)}: ${said}`;
  return isErrorLike(cause) && depth < 3 ? [own, ...causes(cause, depth + 1)] : [own];
}

/** The first line of a message; and when that is only the beginning of what an assertion says, what was wrong. */
function gistOf(message: string): string {
  const lines = cut(message, MESSAGE).replace(COLOURS, '').split('\n');
  const [head = '', ...rest] = lines.map((line) => line.trim().replace(/\s+/g, ' ')).filter((line) => line !== '');
  if (!PREAMBLE.test(head)) return head;
  const differences = rest.filter((line) => DIFFERENCE.test(line));
  return [head.replace(/ \/\/ .*$/, ''), ...(differences.length > 0 ? differences : rest)].join(' ').replace(/,$/, '');
}

import { render } from '../render.ts';
import { isObject, own } from './failure.ts';

/**
 * What an operation is known by: plain JSON, to be stored, and given to `waitForOperation` again, in another process too.
 * It holds no credentials and no result.
 */
export interface OperationToken {
  /** The version of this format. */
  readonly v: 1;
  /** The name of the dialect. */
  readonly dialect: string;
  /** Where to look. */
  readonly url?: string | undefined;
  /** The method of the request that started it, where the dialect needs to know. */
  readonly method?: string | undefined;
  /** Where the result will be. */
  readonly resourceUrl?: string | undefined;
  /** By what the server knows it. */
  readonly name?: string | undefined;
  /** The ETag or version of what was read last. */
  readonly version?: string | undefined;
  /** What the dialect remembers. */
  readonly memo?: string | undefined;
  /** When it began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** When the server wants to be asked again, in milliseconds since 1970. */
  readonly notBefore?: number | undefined;
}

/** Whether this is meant as a token, of whatever version. Whether it is a good one, {@link toToken} tells. */
export function isToken(value: unknown): value is Readonly<{ v: number; dialect: string }> {
  return typeof own(value, 'v') === 'number' && typeof own(value, 'dialect') === 'string';
}

/**
 * A token from outside, checked: it may have been stored by another version, or by somebody else. What a token does not
 * have is left out.
 *
 * @throws TypeError that says what is wrong with it. The text never holds an address: that may be signed
 */
export function toToken(value: unknown, dialectName: string): OperationToken {
  if (!isObject(value))
    throw new TypeError(`the token must be an object, as parsed from its JSON; got ${render(value)}`);
  const v = own(value, 'v');
  if (v !== 1) throw new TypeError(`\`v\` of the token must be 1, the version of its format; got ${render(v)}`);
  const dialect = own(value, 'dialect');
  if (dialect !== dialectName) {
    const names = `${render(dialect)}, not of ${render(dialectName)}`;
    throw new TypeError(`\`dialect\` of the token must be that of the wait: the token is of ${names}`);
  }
  return {
    v,
    dialect: dialectName,
    ...present(value, 'url', toAddress),
    ...present(value, 'method', toText),
    ...present(value, 'resourceUrl', toAddress),
    ...present(value, 'name', toText),
    ...present(value, 'version', toText),
    ...present(value, 'memo', toText),
    startedAt: toInstant('startedAt', own(value, 'startedAt')),
    ...present(value, 'notBefore', toInstant),
  };
}

function present<K extends string, T>(
  token: object,
  name: K,
  convert: (name: string, value: unknown) => T,
): { [Name in K]?: T } {
  const value = own(token, name);
  const member: { [Name in K]?: T } = {};
  if (value !== undefined) member[name] = convert(name, value);
  return member;
}

function toText(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`\`${name}\` of the token must be a string; got ${render(value)}`);
}

function toInstant(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new TypeError(`\`${name}\` of the token must be milliseconds since 1970; got ${render(value)}`);
}

function toAddress(name: string, value: unknown): string {
  const fault = faultOf(value);
  if (typeof value === 'string' && fault === undefined) return value;
  throw new TypeError(`\`${name}\` of the token must be an http or https address without credentials; got ${fault}`);
}

function faultOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return render(value);
  try {
    const { protocol, username, password } = new URL(value);
    if (protocol !== 'http:' && protocol !== 'https:') return `one that begins with ${render(protocol)}`;
    return username === '' && password === '' ? undefined : 'one with credentials';
  } catch {
    return 'a text that is none';
  }
}

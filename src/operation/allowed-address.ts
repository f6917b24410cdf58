import { reachOf } from './host-reach.ts';
import { quoted } from './quoted.ts';

/** By which rules to judge an address. */
export interface AddressRules {
  /** Whether a status is read there, with the credentials of the operation, or a result, without them. */
  readonly kind: 'status' | 'result';
  /** Whether an address is allowed that is refused otherwise, but for those that never are. @defaultValue none is */
  readonly allowOrigin?: ((url: URL, from: URL) => boolean) | undefined;
}

// What is near may lead to what is not nearer.
const NEARNESS = { public: 0, private: 1, 'link-local': 1, loopback: 2 };

/**
 * Why an address that a server gave must not be asked; undefined when it may be. `from` is where the request went that
 * started the operation, and what has its origin may always be asked.
 *
 * A status may not be on another origin unless `allowOrigin` says so. A result may, but not in a network nearer than
 * `from`, private or loopback, unless `allowOrigin` says so. Never: another scheme than http and https, http after https,
 * and link-local addresses, where clouds keep the credentials of a machine.
 *
 * Names are not resolved: a name that leads to a private address passes. Where that matters, connections need a check of
 * their own.
 *
 * @throws what `allowOrigin` throws; TypeError when it answers with something else than true or false
 */
export function refusalOf(target: string, from: string, { kind, allowOrigin }: AddressRules): string | undefined {
  const url = parsed(target);
  const home = parsed(from);
  if (!url) return 'it is no address';
  if (!isHttp(url)) return `it begins with ${quoted(url.protocol, 20)}, and only http: and https: are followed`;
  if (!home || !isHttp(home)) return 'it is unknown where the request went that started it: the answer has no `url`';
  if (url.origin === home.origin) return undefined;
  const [there, here] = [quoted(url.origin, 100), quoted(home.origin, 100)];
  if (home.protocol === 'https:' && url.protocol === 'http:') return `${there} is not encrypted, and ${here} is`;
  const reach = reachOf(url);
  if (reach === 'link-local') return `${there} is link-local, where clouds keep credentials`;
  if (kind === 'result' && NEARNESS[reach] <= NEARNESS[reachOf(home)]) return undefined;
  if (allowOrigin && answerOf(allowOrigin, url, home)) return undefined;
  const why = kind === 'result' ? `is ${reach}, and ${here} is not` : `is another origin than ${here}`;
  return `${there} ${why}: \`allowOrigin\` may allow it`;
}

/** Whether both are http or https addresses of the same origin. */
export function isSameOrigin(a: string, b: string): boolean {
  const [one, other] = [parsed(a), parsed(b)];
  return one !== undefined && other !== undefined && isHttp(one) && isHttp(other) && one.origin === other.origin;
}

/** A promise is truthy: whoever answers with one would allow everything. */
function answerOf(allowOrigin: (url: URL, from: URL) => unknown, url: URL, from: URL): boolean {
  const answer = allowOrigin(url, from);
  if (typeof answer === 'boolean') return answer;
  throw new TypeError(`\`allowOrigin\` must answer true or false at once; got ${typeof answer}`);
}

function isHttp({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:';
}

function parsed(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

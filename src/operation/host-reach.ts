import ipaddr from 'ipaddr.js';

/** From where an address can be reached, as far as the address itself tells. */
export type Reach = 'public' | 'private' | 'loopback' | 'link-local';

const LOOPBACK_NAMES = ['localhost', 'localhost.localdomain', 'ip6-localhost', 'ip6-loopback'];
const METADATA_NAMES = [
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
];
const PRIVATE_SUFFIXES = ['.internal', '.local', '.home.arpa'];

// Where clouds tell a machine its credentials (Alibaba, Azure, Oracle, AWS, Google, Scaleway), outside of the link-local
// ranges; and the addresses that each network translates to IPv4 in its own way.
const METADATA = [
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  'fd00:42::42/128',
  '64:ff9b:1::/48',
];
/** IPv6 addresses that lead to an IPv4 address, and the byte at which that begins. */
const EMBEDDED: readonly (readonly [cidr: string, at: number])[] = [
  ['::ffff:0:0/96', 12],
  ['::ffff:0:0:0/96', 12],
  ['64:ff9b::/96', 12],
  ['::/96', 12],
  ['2002::/16', 2],
];

/**
 * From where the host of a URL can be reached. The link-local ones are those where clouds keep credentials.
 *
 * Names are not resolved: one that leads to a private address counts as public.
 */
export function reachOf({ hostname }: URL): Reach {
  // With a dot at its end a name is the same name.
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '');
  if (ipaddr.isValid(host)) return reachOfIp(ipaddr.parse(host));
  if (METADATA_NAMES.includes(host)) return 'link-local';
  if (LOOPBACK_NAMES.includes(host) || host.endsWith('.localhost')) return 'loopback';
  // A name without a dot is known to one network alone.
  const isPrivate = !host.includes('.') || PRIVATE_SUFFIXES.some((suffix) => host.endsWith(suffix));
  return isPrivate ? 'private' : 'public';
}

type Ip = ReturnType<typeof ipaddr.parse>;

function reachOfIp(ip: Ip): Reach {
  const [, at] = EMBEDDED.find(([cidr]) => isWithin(ip, cidr)) ?? [];
  if (at !== undefined) return reachOfIp(ipaddr.fromByteArray(ip.toByteArray().slice(at, at + 4)));
  const range = ip.range();
  if (range === 'linkLocal' || METADATA.some((cidr) => isWithin(ip, cidr))) return 'link-local';
  // The unspecified address leads to the machine itself.
  if (range === 'loopback' || range === 'unspecified') return 'loopback';
  return range === 'unicast' ? 'public' : 'private';
}

function isWithin(ip: Ip, cidr: string): boolean {
  const [base, bits] = ipaddr.parseCIDR(cidr);
  return ip.kind() === base.kind() && ip.match(base, bits);
}

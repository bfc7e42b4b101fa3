import { isIPv4, isIPv6 } from 'node:net';

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** How many of the eight groups of an IPv6 address one subscriber has: a /64, in which every address is theirs. */
const SUBSCRIBER_GROUPS = 4;

/** Makes one key of all the addresses that one client can call from. */
export function toClientKey(address: string): string {
  const mapped = MAPPED_IPV4.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (isIPv4(address)) return address;
  return isIPv6(address) ? `${expand(address).slice(0, SUBSCRIBER_GROUPS).join(':')}::/64` : 'unknown';
}

/** The eight groups of an IPv6 address, without leading zeros. */
function expand(address: string): string[] {
  // A URL writes the address in one form (RFC 5952), without a zone and without dotted numbers at the end.
  const { hostname } = new URL(`http://[${address.split('%', 1)[0] ?? ''}]`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const groupsOf = (text = '') => (text === '' ? [] : text.split(':'));
  const missing = 8 - groupsOf(head).length - groupsOf(tail).length;
  return [...groupsOf(head), ...Array.from({ length: missing }, () => '0'), ...groupsOf(tail)];
}

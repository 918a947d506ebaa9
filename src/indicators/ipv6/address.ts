import ipaddr from "ipaddr.js";

type Address = ReturnType<typeof ipaddr.parse>;

/** An address as its number of bits and octets, or undefined for a text that is none. */
function parse(text: string): Address | undefined {
  // A zone (`fe80::1%3`) is no part of the address.
  const plain = text.split("%", 1)[0]!;
  return ipaddr.isValid(plain) ? ipaddr.parse(plain) : undefined;
}

/** Which family the text is an address of. */
export function familyOf(text: string): "ipv4" | "ipv6" | undefined {
  return parse(text)?.kind();
}

/** Whether it is a global unicast address, 2000::/3 (RFC 4291 2.4); ULA, link-local and mapped ones are not. */
export function isGlobalIpv6(text: string): boolean {
  const address = parse(text);
  return address?.kind() === "ipv6" && (address.toByteArray()[0]! & 0xe0) === 0x20;
}

/** Whether an IPv4 address can be a user's: not loopback, link-local, multicast, broadcast or 0.0.0.0. */
export function isUnicastIpv4(text: string): boolean {
  const address = parse(text);
  if (address?.kind() !== "ipv4") return false;
  return !["unspecified", "broadcast", "multicast", "linkLocal", "loopback"].includes(address.range());
}

/** `2001:db8:0:1::/64`, `10.1.2.0/24`: the network an address lies in; undefined for a text that is none. */
export function networkOf(text: string, length: number): string | undefined {
  const address = parse(text);
  if (!address) return undefined;
  const octets = address.toByteArray();
  if (!(length >= 0 && length <= octets.length * 8)) return undefined;
  for (let bit = length; bit < octets.length * 8; bit++) octets[bit >> 3]! &= ~(0x80 >> (bit & 7));
  return `${ipaddr.fromByteArray(octets).toString()}/${length}`;
}

import type { Seed } from "./seed.ts";

/** Schools a second octet holds: 127.A.b.c with b from 1. */
const SCHOOLS_PER_OCTET = 250;

/** Places of a school's devices in the last octet. */
export const LAST_OCTET = { core: 1, access: 11, controller: 31, ups: 41, server: 51, gateway: 61 } as const;

/** The loopback address a simulated device listens on. */
export function loopbackAddress(baseOctet: number, school: number, last: number): string {
  const a = baseOctet + Math.floor(school / SCHOOLS_PER_OCTET);
  return `127.${a}.${(school % SCHOOLS_PER_OCTET) + 1}.${last}`;
}

/** The device's address within the story: 10.x.b.c and 2001:db8:x:b::c (the documentation prefix, RFC 3849). */
export function storyAddress(school: number, net: number, last: number): Uint8Array {
  return Uint8Array.of(10, 60 + Math.floor(school / 250) * 8 + net, (school % 250) + 1, last);
}

export function storyAddress6(school: number, net: number, last: number): Uint8Array {
  const out = new Uint8Array(16);
  out.set([0x20, 0x01, 0x0d, 0xb8, 0, net, (school >> 8) & 0xff, school & 0xff]);
  out[14] = (last >> 8) & 0xff;
  out[15] = last & 0xff;
  return out;
}

export function text4(octets: Uint8Array): string {
  return octets.join(".");
}

/** Full form without compression: `2001:db8:0:1:0:0:0:5`. */
export function text6(octets: Uint8Array): string {
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((octets[i]! * 256 + octets[i + 1]!).toString(16));
  return groups.join(":");
}

/** A locally administered address, so that it is never a real maker's. */
export function macOf(seed: Seed, name: string): Uint8Array {
  const h = seed.hash(`mac/${name}`);
  return Uint8Array.of(0x02, 0x51, (h >>> 24) & 0xff, (h >>> 16) & 0xff, (h >>> 8) & 0xff, h & 0xff);
}

export function macText(mac: Uint8Array): string {
  return [...mac].map((octet) => octet.toString(16).padStart(2, "0")).join(":");
}

/** The loopback address of a router of the county's node: no school has a third octet of 0. */
export function countyAddress(baseOctet: number, router: 0 | 1): string {
  return `127.${baseOctet}.0.${router + 1}`;
}

/** The addresses at one end of a school's line: 1 is the county's, 2 the school's. `card` is 1 for the main line. */
export function uplinkAddresses(
  school: number,
  card: 1 | 2,
  end: 1 | 2,
  overIpv6: boolean,
): { octets: Uint8Array; prefixLength: number }[] {
  const v4 = Uint8Array.of(10, 240 + card, (school >> 6) & 0xff, (school & 63) * 4 + end);
  if (!overIpv6) return [{ octets: v4, prefixLength: 30 }];
  const v6 = new Uint8Array(16);
  v6.set([0x20, 0x01, 0x0d, 0xb8, 0xff, card, (school >> 8) & 0xff, school & 0xff]);
  v6[15] = end;
  return [
    { octets: v4, prefixLength: 30 },
    { octets: v6, prefixLength: 64 },
  ];
}

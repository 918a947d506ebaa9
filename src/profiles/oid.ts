/** In an OID of a profile: the arc that the device's own sysObjectID has at that place. */
export const OWN_ARC = -1;

/** An OID of a profile to arcs, `*` to OWN_ARC; undefined when it is none. */
export function parseOwnOid(text: string): readonly number[] | undefined {
  const own = text.split(".").map((arc) => arc === "*");
  const arcs = parseOid(text.replaceAll("*", "0"));
  return arcs && Object.freeze(arcs.map((arc, i) => (own[i] ? OWN_ARC : arc)));
}

/** `1.3.6.1` to arcs; undefined when the text is not an OID or an arc is over 2^32-1 (RFC 2578 section 3.5). */
export function parseOid(text: string): readonly number[] | undefined {
  if (!/^\d+(\.\d+)*$/.test(text)) return undefined;
  const arcs = text.split(".").map(Number);
  return arcs.length <= 128 && arcs.every((arc) => arc <= 0xffff_ffff) ? Object.freeze(arcs) : undefined;
}

/** Whether `prefix` is `oid` or stands above it. */
export function isOidPrefix(prefix: readonly number[], oid: readonly number[]): boolean {
  if (prefix.length > oid.length) return false;
  for (let i = 0; i < prefix.length; i++) if (prefix[i] !== oid[i]) return false;
  return true;
}

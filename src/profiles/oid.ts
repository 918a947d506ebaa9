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

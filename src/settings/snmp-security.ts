/** How SNMPv3 messages are authenticated: RFC 3414 (md5, sha1) and RFC 7860. Strength grows downwards. */
export const SNMP_AUTH_PROTOCOLS = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"] as const;
export type SnmpAuthProtocol = (typeof SNMP_AUTH_PROTOCOLS)[number];

/**
 * How SNMPv3 messages are encrypted: RFC 3414 (des), RFC 3826 (aes128), draft-blumenthal-aes-usm-04 (aes192,
 * aes256), and the same ciphers with keys lengthened as in draft-reeder-snmpv3-usm-3desede-00, which is what
 * Cisco and many others do (aes192-cisco, aes256-cisco).
 */
export const SNMP_PRIV_PROTOCOLS = [
  "des",
  "aes128",
  "aes192",
  "aes256",
  "aes192-cisco",
  "aes256-cisco",
] as const;
export type SnmpPrivProtocol = (typeof SNMP_PRIV_PROTOCOLS)[number];

export const SNMP_SECURITY_LEVELS = ["authPriv", "authNoPriv", "noAuthNoPriv"] as const;
export type SnmpSecurityLevel = (typeof SNMP_SECURITY_LEVELS)[number];

/** Broken or short by today's measure; for devices that have nothing better. */
export const WEAK_SNMP_PROTOCOLS: readonly string[] = ["md5", "sha1", "des"];

/** The weak ones of a credential's protocols. */
export function weakSnmpProtocols(credential: {
  readonly auth?: { readonly protocol: SnmpAuthProtocol };
  readonly priv?: { readonly protocol: SnmpPrivProtocol };
}): string[] {
  return [credential.auth?.protocol, credential.priv?.protocol].filter(
    (protocol) => protocol !== undefined && WEAK_SNMP_PROTOCOLS.includes(protocol),
  ) as string[];
}

/** RFC 3414 section 11.2: a shorter passphrase is refused by agents. */
export const MIN_SNMP_PASSPHRASE = 8;

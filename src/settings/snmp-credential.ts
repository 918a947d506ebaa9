import { z } from "zod";
import { type SecretReader, secret } from "./fields.ts";
import type { Secret } from "./secret.ts";
import {
  MIN_SNMP_PASSPHRASE,
  SNMP_AUTH_PROTOCOLS,
  SNMP_PRIV_PROTOCOLS,
  SNMP_SECURITY_LEVELS,
} from "./snmp-security.ts";

const MAX_USER_OCTETS = 32;

/**
 * A credential to ask devices with over SNMP. v1 and v2c take a community; v3 a user and, unless `level` says
 * otherwise, how its messages are signed and encrypted: less security than that is chosen, never fallen into.
 */
export function snmpCredential(read: SecretReader) {
  const text = z.string().refine((value) => Buffer.byteLength(value) <= MAX_USER_OCTETS, {
    error: `is longer than ${MAX_USER_OCTETS} octets; write what the device has`,
  });
  const passphrase = () =>
    secret(read).superRefine((value, issues) => {
      const octets = Buffer.byteLength(value.reveal());
      // A secret that was not asked for stands empty.
      if (octets > 0 && octets < MIN_SNMP_PASSPHRASE)
        issues.addIssue({
          code: "custom",
          message: `is shorter than ${MIN_SNMP_PASSPHRASE} characters, which SNMPv3 does not allow; write the device's passphrase`,
        });
    });
  const auth = z.strictObject({
    protocol: z
      .enum(SNMP_AUTH_PROTOCOLS)
      .describe("Hash that signs; md5 and sha1 are weak, for devices that have nothing better."),
    password: passphrase().describe("Authentication passphrase, at least 8 characters."),
  });
  const privacy = z.strictObject({
    protocol: z
      .enum(SNMP_PRIV_PROTOCOLS)
      .describe(
        "Cipher; des is weak, for devices that have nothing better. aes192 and aes256 lengthen keys as draft-blumenthal-aes-usm-04, the -cisco ones as Cisco and many others do.",
      ),
    password: passphrase().describe("Privacy passphrase, at least 8 characters."),
  });
  return z
    .strictObject({
      protocol: z.literal("snmp").describe("SNMP: by community (v1, v2c), or as a user (v3)."),
      version: z.enum(["v1", "v2c", "v3"]).default("v2c").describe("SNMP version."),
      community: secret(read).optional().describe("Community to read with (v1, v2c)."),
      user: text.min(1).optional().describe("User to read as (v3)."),
      level: z
        .enum(SNMP_SECURITY_LEVELS)
        .optional()
        .describe("Security of messages (v3), authPriv unless another one is written here."),
      auth: auth.optional().describe("How messages are signed (v3)."),
      privacy: privacy.optional().describe("How messages are encrypted (v3)."),
      context: text.optional().describe("Context to read (v3), for devices that have several."),
    })
    .superRefine((value, issues) => {
      const v3 = value.version === "v3";
      const level = value.level ?? "authPriv";
      const needs = (key: "community" | "user" | "auth" | "privacy", needed: boolean, why: string) => {
        const given = value[key] !== undefined;
        if (given === needed) return;
        const write =
          key === "community"
            ? "the text in quotes, {env: NAME} or {file: path}"
            : key === "user"
              ? "the user's name"
              : "protocol and password";
        const message = needed ? `is missing; write ${write}` : `has no meaning with ${why}; remove it`;
        issues.addIssue({ code: "custom", path: [key], message });
      };
      needs("community", !v3, "SNMPv3");
      needs("user", v3, value.version);
      needs("auth", v3 && level !== "noAuthNoPriv", v3 ? level : value.version);
      needs("privacy", v3 && level === "authPriv", v3 ? level : value.version);
      if (!v3)
        for (const key of ["level", "context"] as const)
          if (value[key] !== undefined)
            issues.addIssue({
              code: "custom",
              path: [key],
              message: `has no meaning with ${value.version}; remove it`,
            });
    })
    .transform(({ protocol, version, community, user, auth, privacy, context }) => {
      if (version !== "v3") return { protocol, version, community: community as Secret };
      return {
        protocol,
        version,
        user: user as string,
        context: context ?? "",
        ...(auth && { auth }),
        ...(privacy && { priv: privacy }),
      };
    });
}

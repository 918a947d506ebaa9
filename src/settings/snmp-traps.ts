import { z } from "zod";
import { shortName, whole } from "./fields.ts";
import { isHost } from "./loopback.ts";

/** Where SNMP notifications are heard, and how many are let in. */
export function trapSection() {
  const host = z.string().refine((text) => isHost(text) && text !== "localhost", {
    error: "is not an address; write a literal IPv4 or IPv6 address of this machine, 0.0.0.0 or ::",
  });
  return z
    .strictObject({
      enabled: z.boolean().default(false).describe("Whether campusd hears traps and informs."),
      hosts: z
        .array(host)
        .min(1)
        .max(8)
        .default(["127.0.0.1", "::1"])
        .describe(
          "Addresses to listen at, of IPv4 and IPv6 apart; `0.0.0.0` and `::` are all there are. One of a family that this machine lacks is left out.",
        ),
      port: whole(0, 65_535)
        .default(10_162)
        .describe("UDP port; 0 takes free ones. 162, where devices send to, needs rights: docs/traps.md."),
      credentials: z
        .array(shortName())
        .default([])
        .describe(
          "Names of SNMP credentials that every device may send with; besides them a device sends with the one it is polled with.",
        ),
      perSecond: whole(1, 10_000)
        .default(20)
        .describe("Notifications a second of one device; five times as many may come at once."),
      totalPerSecond: whole(1, 10_000)
        .default(500)
        .describe("Notifications a second of all devices; as many again are kept free for quiet ones."),
    })
    .prefault({})
    .describe("SNMP traps and informs.");
}

/** Refuses names under `snmp.traps.credentials` that are not those of SNMP credentials. */
export function checkTrapCredentials(
  settings: {
    readonly snmp: { readonly traps: { readonly credentials: readonly string[] } };
    readonly credentials: Readonly<Record<string, { readonly protocol: string }>>;
  },
  issues: z.core.$RefinementCtx,
): void {
  for (const [index, name] of settings.snmp.traps.credentials.entries()) {
    const found = Object.hasOwn(settings.credentials, name) ? settings.credentials[name] : undefined;
    if (found?.protocol === "snmp") continue;
    const message = found ? "is not an SNMP credential" : "is not the name of a credential";
    issues.addIssue({
      code: "custom",
      path: ["snmp", "traps", "credentials", index],
      message: `${message}; write a name that stands under credentials, with protocol snmp`,
    });
  }
}

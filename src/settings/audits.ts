import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";
import { duration, whole } from "./fields.ts";

const DAY_MS = 86_400_000;
const DOMAIN = /^(https?:\/\/)?[A-Za-z0-9.-]+\.[A-Za-z0-9-]+(:\d+)?(\/\S*)?$/;
const PATH = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*){0,3}$/;

/** The section `audits`: web sites whose IPv6 is looked at on a schedule. */
export function auditsSection() {
  const site = z.strictObject({
    domain: z
      .string()
      .max(300)
      .regex(DOMAIN, "is no site; write a name such as school.edu.cn, or a web address")
      .describe("Name of the site, or the address of its home page."),
    owner: z
      .string()
      .regex(PATH, "is no path; write province[/city[/county[/school]]]")
      .optional()
      .describe(
        "Path of the region or school whose site it is: who may see it. Without one only who sees all.",
      ),
  });
  return z
    .strictObject({
      sites: z
        .array(site)
        .max(5000)
        .superRefine((list, issues) => {
          const seen = new Set<string>();
          for (const [index, { domain }] of list.entries()) {
            if (seen.has(domain))
              issues.addIssue({ code: "custom", path: [index, "domain"], message: "is there twice" });
            seen.add(domain);
          }
        })
        .default([])
        .describe("Web sites of schools and authorities."),
      every: duration(3_600_000, 90 * DAY_MS)
        .prefault("1d")
        .describe("How often each site is audited."),
      tries: whole(1, 100).default(20).describe("Tries of the home page over IPv6."),
      dns: z
        .string()
        .refine(isServer, { error: "is no DNS server; write ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT" })
        .optional()
        .describe("Resolver that is asked, by its literal address; without it the system's."),
      nat64: z
        .cidrv6({ error: "is no prefix; write an IPv6 prefix of 96 bits, 64:ff9b::/96" })
        .refine((text) => text.endsWith("/96"), { error: "is no NAT64 prefix: it has 96 bits" })
        .optional()
        .describe("Prefix of the NAT64 of your networks with IPv6 alone; without it they reach no IPv4."),
      allow: z
        .array(z.union([z.cidrv4(), z.cidrv6()], { error: "is no prefix; write 10.20.0.0/16" }))
        .default([])
        .describe(
          "Prefixes that audits may connect to besides public addresses: sites of the education network with private addresses.",
        ),
    })
    .transform(({ every, ...rest }) => ({ ...rest, everyMs: every }))
    .prefault({})
    .describe("Audits of web sites over IPv6.");
}

function isServer(text: string): boolean {
  const [, bracketed, plain] = /^(?:\[(.+)\]|([\d.]+))(?::\d{1,5})?$/.exec(text) ?? [];
  return isIPv6(bracketed ?? text) || isIPv4(plain ?? "");
}

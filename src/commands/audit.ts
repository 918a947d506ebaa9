import { styleText } from "node:util";
import { Command } from "commander";
import {
  type AuditOptions,
  auditSite,
  type SiteAudit,
  type SiteCheck,
} from "../../collectors/probe/sites/audit.ts";
import { siteUrl } from "../../collectors/probe/sites/site-url.ts";
import { systemClock } from "../collection/clock.ts";
import { EXIT, interruption, wholeNumber } from "./exit.ts";
import { type Cell, clean, textTable } from "./inspect/table.ts";
import { settingsFrom } from "./settings-file.ts";

interface SiteOptions {
  readonly json?: boolean;
  readonly config?: string;
  readonly tries: string;
  readonly dns?: string;
  readonly nat64?: string;
  readonly allow: readonly string[];
}

export function auditCommand(): Command {
  return new Command("audit").description("look at what others offer").addCommand(siteCommand());
}

function siteCommand(): Command {
  return new Command("site")
    .description("audit the IPv6 of web sites: over IPv6 alone, and over IPv4 alone to compare")
    .argument("<domain...>", "names (school.edu.cn) or web addresses")
    .option("--json", "print one audit a line, each as it is ready")
    .option("--tries <n>", "tries of the home page over IPv6", "20")
    .option("--dns <server>", "resolver that is asked: ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT")
    .option("--nat64 <prefix>", "NAT64 of a network with IPv6 alone, 64:ff9b::/96")
    .option(
      "--allow <prefix>",
      "a prefix that may be connected to besides public addresses; may be repeated",
      (prefix: string, all: readonly string[]) => [...all, prefix],
      [],
    )
    .option("-c, --config <file>", "take dns, nat64 and allow of the section audits of this file")
    .addHelpText(
      "after",
      "\nA site is asked for at most some 100 pages, ten a second, and for no longer than three minutes.\nExit code 1 when a site is not ready.",
    )
    .action(async (domains: string[], options: SiteOptions) => {
      for (const domain of domains) siteUrl(domain);
      const auditing = optionsOf(options);
      const signal = interruption();
      for (const domain of domains) {
        if (signal.aborted) break;
        const audit = await auditSite(domain, auditing, signal);
        if (signal.aborted) break;
        console.log(options.json ? JSON.stringify(audit) : auditText(audit));
        if (audit.verdict !== "ready") process.exitCode = EXIT.failed;
      }
    });
}

function optionsOf({ tries, dns, nat64, allow, config }: SiteOptions): AuditOptions {
  const settings =
    config === undefined ? undefined : settingsFrom(config, { onUnreadSecret: () => {} }).audits;
  const server = dns ?? settings?.dns;
  const prefix = nat64 ?? settings?.nat64;
  return {
    clock: systemClock(),
    limits: { tries: wholeNumber("--tries", tries, 1, 100) },
    allow: [...allow, ...(settings?.allow ?? [])],
    ...(server === undefined ? {} : { dnsServer: server }),
    ...(prefix === undefined ? {} : { nat64: prefix }),
  };
}

const VERDICTS: Readonly<Record<SiteAudit["verdict"], string>> = {
  ready: "ready for IPv6",
  partly: "partly ready for IPv6",
  "not-ready": "not ready for IPv6",
  unknown: "cannot be judged: it answers over neither family",
};

/** An audit for people. What the site says of itself is cleaned. */
export function auditText({ domain, verdict, checks, latency }: SiteAudit): string {
  const color = verdict === "ready" ? "green" : verdict === "not-ready" ? "red" : "yellow";
  const rows = checks.map((check): Cell[] => [
    markOf(check),
    check.check,
    figureOf(check),
    clean(check.detail ?? ""),
  ]);
  const ms = (seconds: number | null) => (seconds === null ? "-" : `${(seconds * 1000).toFixed(1)} ms`);
  const times = (["ipv4", "ipv6"] as const).map((family): Cell[] => [
    family === "ipv4" ? "IPv4" : "IPv6",
    ms(latency[family].dns),
    ms(latency[family].tcp),
    ms(latency[family].firstByte),
  ]);
  return [
    `${styleText("bold", clean(domain))} ${styleText(color, VERDICTS[verdict])}`,
    "",
    ...textTable(
      [{ title: "met" }, { title: "check" }, { title: "value", right: true }, { title: "what is missing" }],
      rows,
      "  ",
    ),
    "",
    ...textTable(
      [{ title: "family" }, { title: "DNS" }, { title: "TCP" }, { title: "first byte" }],
      times,
      "  ",
    ),
    "",
  ].join("\n");
}

function markOf({ met }: SiteCheck): string {
  return met === null ? "?" : met ? "yes" : "NO";
}

function figureOf({ check, value, limit }: SiteCheck): string {
  if (value === null) return "";
  if (check === "aaaa") return String(value);
  const percent = (share: number) => `${Math.round(share * 1000) / 10} %`;
  if (limit === null) return percent(value);
  return `${percent(value)} (${check === "degradation" ? "at most" : "at least"} ${percent(limit)})`;
}

import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../../../src/collection/contract.ts";
import { medianOf } from "../../../src/measurements/percentile.ts";
import { AddressGuard } from "./address-guard.ts";
import { SITE_LIMITS, type SiteLimits } from "./limits.ts";
import { Names } from "./names.ts";
import { isInternal, likeness, type Page, readPage } from "./page.ts";
import { siteUrl } from "./site-url.ts";
import { type Latency, latencyOf } from "./timing.ts";
import { type Visit, Visitor } from "./visit.ts";

export const SITE_CHECKS = [
  "aaaa",
  "home-page",
  "success-rate",
  "delegation",
  "same-content",
  "second-level",
  "third-level",
  "degradation",
  "single-stack",
] as const;
export type SiteCheckName = (typeof SITE_CHECKS)[number];

export interface SiteCheck {
  readonly check: SiteCheckName;
  /** null: it cannot be judged, and `detail` says why. */
  readonly met: boolean | null;
  /** A share 0..1; for `degradation` (v6 - v4) / v4; null where a check has no number. */
  readonly value: number | null;
  readonly limit: number | null;
  /** What broke: names and addresses, for people. */
  readonly detail: string | null;
}

export interface SiteAudit {
  /** As it was given. */
  readonly domain: string;
  /** UTC ms of the begin. */
  readonly at: number;
  /** `ready`: all is met that can be judged; `not-ready`: no AAAA, or no home page over IPv6. */
  readonly verdict: "ready" | "partly" | "not-ready" | "unknown";
  /** In the order of SITE_CHECKS. */
  readonly checks: readonly SiteCheck[];
  readonly latency: { readonly ipv4: Latency; readonly ipv6: Latency };
}

export interface AuditOptions {
  readonly clock: Clock;
  /** `address[:port]` of the resolver; without it the system's. */
  readonly dnsServer?: string;
  /** Prefix of the NAT64 through which a single-stack network would reach IPv4. */
  readonly nat64?: string;
  /** Prefixes that may be connected to besides public addresses. */
  readonly allow?: readonly string[];
  readonly limits?: Partial<SiteLimits>;
  /** For one request, ms. Default 10,000. */
  readonly timeoutMs?: number;
  /** For the whole site, ms. Default 180,000. */
  readonly mostMs?: number;
  /** Between two requests to a site, ms. Default 100. */
  readonly paceMs?: number;
  /** PEM of an authority that is trusted besides the system's. */
  readonly ca?: string;
  /** Port of authoritative DNS servers; 53 but in tests. */
  readonly authorityPort?: number;
}

const NO_PAGE = "no page over IPv6";
const PAGE_OCTETS = 2_000_000;
const LINK_OCTETS = 256_000;

/**
 * Audits the IPv6 of one web site: the home page and its links are fetched over IPv6 alone, and over IPv4 alone to
 * compare, never over whichever answers first. Bounded in time, requests, octets and redirects; addresses outside
 * the public internet are refused unless they are allowed. Rejects with E_USAGE when `domain` is no name or web
 * address; whatever the site does wrong is a check that is not met.
 */
export async function auditSite(
  domain: string,
  options: AuditOptions,
  signal: AbortSignal,
): Promise<SiteAudit> {
  const audit = new Audit(siteUrl(domain), domain, options, signal);
  try {
    return await audit.run();
  } finally {
    audit.close();
  }
}

class Audit {
  readonly #domain: string;
  readonly #options: AuditOptions;
  readonly #limits: SiteLimits;
  readonly #names: Names;
  readonly #guard: AddressGuard;
  readonly #visitor: Visitor;
  readonly #signal: AbortSignal;
  readonly #checks = new Map<SiteCheckName, SiteCheck>();
  #url: URL;

  constructor(url: URL, domain: string, options: AuditOptions, signal: AbortSignal) {
    const { clock, timeoutMs = 10_000, mostMs = 180_000 } = options;
    this.#url = url;
    this.#domain = domain;
    this.#options = options;
    this.#limits = { ...SITE_LIMITS, ...options.limits };
    this.#signal = AbortSignal.any([signal, AbortSignal.timeout(mostMs)]);
    this.#guard = new AddressGuard(options.allow, options.nat64);
    this.#names = new Names({
      clock,
      guard: this.#guard,
      timeoutMs: Math.min(timeoutMs, 3000),
      ...(options.dnsServer === undefined ? {} : { server: options.dnsServer }),
      ...(options.authorityPort === undefined ? {} : { authorityPort: options.authorityPort }),
    });
    this.#visitor = new Visitor({
      clock,
      names: this.#names,
      guard: this.#guard,
      timeoutMs,
      mostOctets: PAGE_OCTETS,
      ports: new Set(url.port === "" ? [] : [Number(url.port)]),
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    });
  }

  async run(): Promise<SiteAudit> {
    const at = this.#options.clock.now();
    await this.#aaaa();
    const [six, four] = await this.#visitHome();
    const { v6, v4 } = await this.#tries(six, four);
    this.#degradation(v6, v4);
    await this.#delegation();
    const page = six.ok ? readPage(six.body, six.finalUrl) : undefined;
    this.#sameContent(page, four);
    const third = await this.#links("second-level", page ? this.#internal(page.links) : undefined);
    await this.#links("third-level", third);
    await this.#singleStack(page);
    const checks = SITE_CHECKS.map(
      (check) => this.#checks.get(check) ?? unjudged(check, "not reached in time"),
    );
    return {
      domain: this.#domain,
      at,
      verdict: verdictOf(checks, four),
      checks,
      latency: { ipv4: latencyOf(v4), ipv6: latencyOf(v6) },
    };
  }

  close(): void {
    this.#names.close();
  }

  #set(
    check: SiteCheckName,
    met: boolean | null,
    value: number | null,
    limit: number | null,
    detail?: string,
  ): void {
    this.#checks.set(check, { check, met, value, limit, detail: detail || null });
  }

  async #aaaa(): Promise<void> {
    const { addresses, failure } = await this.#names.addresses(this.#url.hostname, "ipv6");
    if (failure !== undefined) this.#set("aaaa", null, null, null, `DNS: ${failure}`);
    else this.#set("aaaa", addresses.length > 0, addresses.length, 1, addresses.join(" "));
  }

  /** Over https, or http where https does not answer: the scheme is the one that answers over either family. */
  async #visitHome(): Promise<[Visit, Visit]> {
    const both = () =>
      Promise.all([
        this.#visitor.visit(this.#url.href, "ipv6", this.#signal),
        this.#visitor.visit(this.#url.href, "ipv4", this.#signal),
      ]);
    let [six, four] = await both();
    if (!six.ok && !four.ok && this.#url.protocol === "https:" && !/^https?:/i.test(this.#domain)) {
      this.#url = new URL(this.#url.href.replace(/^https/, "http"));
      [six, four] = await both();
    }
    // A DNS that fails says nothing about the page.
    this.#set(
      "home-page",
      six.failure === "dns" ? null : six.ok,
      null,
      null,
      six.ok ? six.finalUrl : whyNot(six),
    );
    return [six, four];
  }

  /** Tries in turn over both families, so that a site's better and worse moments fall on both. */
  async #tries(six: Visit, four: Visit): Promise<{ v6: Visit[]; v4: Visit[] }> {
    const { tries, success } = this.#limits;
    const v6 = [six];
    const v4 = [four];
    const none = six.failure === "no-address";
    while (v6.length < tries && !none && !this.#signal.aborted) {
      await this.#pace();
      v6.push(await this.#visitor.visit(this.#url.href, "ipv6", this.#signal, LINK_OCTETS));
      if (v4.length >= tries / 2 || four.failure === "no-address") continue;
      await this.#pace();
      v4.push(await this.#visitor.visit(this.#url.href, "ipv4", this.#signal, LINK_OCTETS));
    }
    const good = v6.filter((visit) => visit.ok).length;
    const share = good / v6.length;
    if (none) this.#set("success-rate", false, 0, success, "no-address");
    else if (v6.every((visit) => visit.failure === "dns"))
      this.#set("success-rate", null, null, success, failuresOf(v6));
    else if (v6.length < tries)
      this.#set("success-rate", null, share, success, `${v6.length} of ${tries} tries in time`);
    else this.#set("success-rate", share >= success, share, success, failuresOf(v6));
    return { v6, v4 };
  }

  #degradation(v6: readonly Visit[], v4: readonly Visit[]): void {
    const { degradation: limit, equalBelowS } = this.#limits;
    const six = medianOf(v6.flatMap(answerTime));
    const four = medianOf(v4.flatMap(answerTime));
    if (six === null || four === null) {
      const family = six === null ? "IPv6" : "IPv4";
      this.#set("degradation", null, null, limit, `no answer over ${family}`);
      return;
    }
    const difference = six - four;
    const ratio = four > 0 ? difference / four : 0;
    this.#set("degradation", difference < equalBelowS || ratio <= limit, ratio, limit);
  }

  async #delegation(): Promise<void> {
    const found = await this.#names.delegation(this.#url.hostname);
    if (!found) {
      this.#set("delegation", null, null, 1, "no name servers are found");
      return;
    }
    const bad = found.servers.filter((server) => !server.answers);
    const share = 1 - bad.length / found.servers.length;
    const detail = bad.map(
      ({ name, addresses }) => `${name}: ${addresses.length > 0 ? "silent over IPv6" : "no AAAA"}`,
    );
    this.#set("delegation", bad.length === 0, share, 1, detail.join("; "));
  }

  #sameContent(page: Page | undefined, four: Visit): void {
    const { content } = this.#limits;
    if (!page || !four.ok) {
      const detail = page ? `over IPv4: ${whyNot(four)}` : NO_PAGE;
      this.#set("same-content", null, null, content, detail);
      return;
    }
    const value = likeness(page.text, readPage(four.body, four.finalUrl).text);
    this.#set("same-content", value >= content, value, content);
  }

  /** Visits links of one level over IPv6; answers the links of the next. Undefined where there was no page above. */
  async #links(
    check: "second-level" | "third-level",
    links: readonly string[] | undefined,
  ): Promise<string[] | undefined> {
    const limit = check === "second-level" ? this.#limits.secondLevel : this.#limits.thirdLevel;
    if (links === undefined) {
      this.#set(check, null, null, limit, NO_PAGE);
      return undefined;
    }
    const most = check === "second-level" ? this.#limits.mostSecond : this.#limits.mostThird;
    const known = new Set(links);
    const next = new Set<string>();
    const bad: string[] = [];
    const tried = spread(links, most);
    let visited = 0;
    for (const link of tried) {
      if (this.#signal.aborted) break;
      await this.#pace();
      const visit = await this.#visitor.visit(link, "ipv6", this.#signal, LINK_OCTETS);
      visited++;
      if (!visit.ok) bad.push(`${link}: ${whyNot(visit)}`);
      else if (/html/i.test(visit.contentType ?? "html"))
        for (const one of this.#internal(readPage(visit.body, visit.finalUrl).links))
          if (!known.has(one)) next.add(one);
    }
    if (visited < tried.length)
      this.#set(check, null, null, limit, `${visited} of ${tried.length} links in time`);
    else if (visited === 0) this.#set(check, null, null, limit, "there are no links");
    else {
      const share = 1 - bad.length / visited;
      this.#set(check, share >= limit, share, limit, listed(bad));
    }
    return [...next];
  }

  #internal(links: readonly string[]): string[] {
    return links.filter((link) => isInternal(link, this.#url.href) && link !== this.#url.href);
  }

  /** What a computer with IPv6 alone, behind DNS64 and NAT64 where there is one, cannot load of the home page. */
  async #singleStack(page: Page | undefined): Promise<void> {
    if (!page) {
      this.#set("single-stack", null, null, 1, NO_PAGE);
      return;
    }
    const origins = [...new Set([this.#url.origin, ...page.origins])];
    const broken: string[] = [];
    for (const origin of origins) {
      if (this.#signal.aborted) return;
      const reason = await this.#breaks(new URL(origin));
      if (reason !== undefined) broken.push(`${origin}: ${reason}`);
    }
    const share = 1 - broken.length / origins.length;
    this.#set("single-stack", broken.length === 0, share, 1, listed(broken));
  }

  async #breaks({ protocol, hostname, port }: URL): Promise<string | undefined> {
    const six = await this.#visitor.addressOf(hostname, "ipv6");
    if ("address" in six) return undefined;
    if (six.failure !== "no-address") return six.detail ?? six.failure;
    if (/^[\d.]+$/.test(hostname)) return "an IPv4 address in the page: DNS64 cannot help";
    const { addresses } = await this.#names.addresses(hostname, "ipv4");
    const [four] = addresses;
    if (four === undefined) return "no address";
    const made = this.#guard.synthesize(four);
    if (made === undefined) return "no AAAA";
    const url = `${protocol}//[${made}]${port === "" ? "" : `:${port}`}/`;
    const visit = await this.#visitor.visit(url, "ipv6", this.#signal, 1);
    // Any answer will do: a bare address has another page and no certificate.
    return visit.status === undefined && visit.failure !== "tls"
      ? `no AAAA, and ${whyNot(visit)} through NAT64`
      : undefined;
  }

  async #pace(): Promise<void> {
    await pause(this.#options.paceMs ?? 100, undefined, { signal: this.#signal }).catch(() => {});
  }
}

function verdictOf(checks: readonly SiteCheck[], four: Visit): SiteAudit["verdict"] {
  const home = checks.find(({ check }) => check === "home-page")!;
  // A site that answers over neither family is down: that says nothing about its IPv6.
  if (!home.met && !four.ok) return "unknown";
  if (!home.met) return "not-ready";
  return checks.every(({ met }) => met !== false) ? "ready" : "partly";
}

function unjudged(check: SiteCheckName, detail: string): SiteCheck {
  return { check, met: null, value: null, limit: null, detail };
}

function answerTime({ ok, tcp, firstByte }: Visit): number[] {
  return ok && tcp !== null && firstByte !== null ? [tcp + firstByte] : [];
}

function whyNot({ failure, detail }: Visit): string {
  return detail === undefined ? (failure ?? "") : `${failure} ${detail}`;
}

function failuresOf(visits: readonly Visit[]): string {
  return listed([...new Set(visits.filter((visit) => !visit.ok).map(whyNot))]);
}

const MOST_LISTED = 10;

function listed(things: readonly string[]): string {
  const more = things.length - MOST_LISTED;
  return [...things.slice(0, MOST_LISTED), ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

/** At most so many, spread evenly over the list, the same ones each time. */
function spread<T>(things: readonly T[], most: number): T[] {
  if (things.length <= most) return [...things];
  return Array.from({ length: most }, (_, i) => things[Math.floor((i * things.length) / most)]!);
}

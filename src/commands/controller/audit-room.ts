import { type AuditOptions, auditSite, type SiteAudit } from "../../../collectors/probe/sites/audit.ts";
import type { SiteAuditRecord } from "../../api/live.ts";
import { siteAuditSchema } from "../../api/schemas/site-audits.ts";
import type { Clock } from "../../collection/contract.ts";
import type { StateDatabase } from "../../inventory/state-database.ts";
import type { Settings } from "../../settings/schema.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";

/** How often is looked whether a site is due, ms. */
const LOOK_MS = 60_000;

/** Audits the sites of the settings one after the other, each once in its interval, also over restarts. */
export class AuditRoom {
  readonly #settings: Settings["audits"];
  readonly #state: StateDatabase;
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  readonly #records = new Map<string, SiteAuditRecord>();
  readonly #abort = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(options: {
    readonly settings: Settings["audits"];
    readonly state: StateDatabase;
    readonly telemetry: Telemetry;
    readonly clock: Clock;
  }) {
    this.#settings = options.settings;
    this.#state = options.state;
    this.#telemetry = options.telemetry;
    this.#clock = options.clock;
  }

  /** The sites of the settings with the newest audit of each, in the settings' order. */
  records(): readonly SiteAuditRecord[] {
    return this.#settings.sites.map(
      ({ domain, owner }) => this.#records.get(domain) ?? { domain, owner: owner ?? null, audit: null },
    );
  }

  history(domain: string): Promise<{ readonly at: number; readonly verdict: string }[]> {
    return this.#state.siteAudits.history(domain);
  }

  async open(): Promise<void> {
    const { sites } = this.#settings;
    if (sites.length === 0) return;
    const owners = new Map(sites.map(({ domain, owner }) => [domain, owner ?? null]));
    for (const { domain, audit } of await this.#state.siteAudits.newest()) {
      const owner = owners.get(domain);
      const read = siteAuditSchema.safeParse(JSON.parse(audit));
      if (owner !== undefined && read.success) this.#records.set(domain, { domain, owner, audit: read.data });
    }
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#abort.abort();
    await this.#running;
  }

  #look(): void {
    this.#running ??= this.#auditDue().finally(() => {
      this.#running = undefined;
    });
  }

  async #auditDue(): Promise<void> {
    const { sites, everyMs } = this.#settings;
    for (const { domain, owner } of sites) {
      if (this.#abort.signal.aborted) return;
      const last = this.#records.get(domain)?.audit?.at;
      if (last !== undefined && this.#clock.now() - last < everyMs) continue;
      try {
        const audit = await auditSite(domain, this.#options(), this.#abort.signal);
        // One that was cut short says nothing.
        if (this.#abort.signal.aborted) return;
        await this.#keep(audit, owner ?? null);
      } catch (error) {
        this.#telemetry.log.error({ err: error, domain }, "the audit of a site failed by a fault of our own");
      }
    }
  }

  #options(): AuditOptions {
    const { dns, nat64, allow, tries } = this.#settings;
    return {
      clock: this.#clock,
      allow,
      limits: { tries },
      ...(dns === undefined ? {} : { dnsServer: dns }),
      ...(nat64 === undefined ? {} : { nat64 }),
    };
  }

  async #keep(audit: SiteAudit, owner: string | null): Promise<void> {
    const { domain, at, verdict } = audit;
    const before = this.#records.get(domain)?.audit?.verdict;
    this.#records.set(domain, { domain, owner, audit: siteAuditSchema.parse(audit) });
    this.#telemetry.count("site.audits");
    if (before !== verdict) this.#telemetry.log.info({ domain, verdict, before }, "a site was audited");
    await this.#state.siteAudits.save({ domain, at, verdict, audit: JSON.stringify(audit) });
  }
}

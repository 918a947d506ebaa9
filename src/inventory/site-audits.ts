import type { Kysely } from "kysely";
import type { StateTables } from "./state-tables.ts";

/** What an audit found of a web site, as it was found: JSON that its reader checks. */
export interface StoredAudit {
  readonly domain: string;
  /** UTC ms. */
  readonly at: number;
  readonly verdict: string;
  readonly audit: string;
}

/** Audits that are kept of each site: over a year of daily ones. */
export const AUDITS_KEPT = 400;

/** Audits of web sites in state.db. */
export class SiteAuditTable {
  readonly #db: Kysely<StateTables>;

  constructor(db: Kysely<StateTables>) {
    this.#db = db;
  }

  /** Keeps an audit, and of its site the newest AUDITS_KEPT. */
  async save(audit: StoredAudit): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto("site_audits")
        .values(audit)
        .onConflict((conflict) => conflict.columns(["domain", "at"]).doUpdateSet(audit))
        .execute();
      const oldest = await transaction
        .selectFrom("site_audits")
        .select("at")
        .where("domain", "=", audit.domain)
        .orderBy("at", "desc")
        .offset(AUDITS_KEPT - 1)
        .limit(1)
        .executeTakeFirst();
      if (oldest)
        await transaction
          .deleteFrom("site_audits")
          .where("domain", "=", audit.domain)
          .where("at", "<", oldest.at)
          .execute();
    });
  }

  /** The newest of each site. */
  async newest(): Promise<StoredAudit[]> {
    return this.#db
      .selectFrom("site_audits as one")
      .selectAll()
      .where("at", "=", (select) =>
        select
          .selectFrom("site_audits as other")
          .select((max) => max.fn.max("other.at").as("at"))
          .whereRef("other.domain", "=", "one.domain"),
      )
      .orderBy("domain")
      .execute();
  }

  /** When a site was audited and what was found, newest first. */
  async history(domain: string): Promise<{ readonly at: number; readonly verdict: string }[]> {
    return this.#db
      .selectFrom("site_audits")
      .select(["at", "verdict"])
      .where("domain", "=", domain)
      .orderBy("at", "desc")
      .limit(AUDITS_KEPT)
      .execute();
  }
}

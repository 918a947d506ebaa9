import type { School } from "../../inventory/model.ts";
import type { Calendar } from "../calendar.ts";
import type { IndicatorMaker, IndicatorValue, Window } from "../contract.ts";
import type { Evidence } from "../evidence.ts";
import type { IndicatorId } from "../list.ts";
import { indicatorValue, type Share, shareOf, unknownShare } from "../share.ts";

/** What the newest audit of a web site found. */
export interface SiteVerdict {
  readonly domain: string;
  /** Path of the school, `province/city/county/school`, or of a region; null: nobody's. */
  readonly owner: string | null;
  readonly audit: { readonly at: number; readonly verdict: string } | null;
}

export interface SitesMakerOptions {
  readonly calendar: Calendar;
  /** The registered sites with the newest audit of each. */
  sites(): readonly SiteVerdict[];
  /** What was declared of a school that has no registered site. */
  declared(
    school: string,
    date: string,
  ): { readonly value: number; readonly source: string; readonly date: string } | undefined;
}

const INDICATOR: IndicatorId & "sites.ipv6" = "sites.ipv6";
/** An audit that is older says nothing of today, ms. */
const FRESH_MS = 7 * 86_400_000;

/**
 * The share of a school's web sites that are ready for IPv6: measured by the audits of its registered sites; of a
 * school without one it is what somebody declared, and never both in one number.
 */
export class SitesMaker implements IndicatorMaker {
  readonly makes: readonly IndicatorId[] = [INDICATOR];
  readonly #options: SitesMakerOptions;

  constructor(options: SitesMakerOptions) {
    this.#options = options;
  }

  async evaluate(school: School, window: Window): Promise<readonly IndicatorValue[]> {
    const sites = this.#of(school);
    const share = sites.length > 0 ? measured(sites, window) : this.#declared(school, window);
    return [indicatorValue(INDICATOR, school.id, window, share)];
  }

  async evidence(school: School, indicator: IndicatorId, window: Window): Promise<readonly Evidence[]> {
    if (indicator !== INDICATOR) return [];
    const sites = this.#of(school);
    if (sites.length > 0)
      return sites.map(
        ({ domain, audit }): Evidence => ({
          kind: "fact",
          subject: domain,
          label: domain,
          object: "site-audit",
          value: isKnown(audit, window) ? audit!.verdict : null,
          at: audit?.at ?? window.to,
        }),
      );
    const held = this.#held(school, window);
    return held
      ? [{ kind: "declaration", subject: school.id, label: school.name, ...held }]
      : [
          {
            kind: "register",
            subject: school.id,
            label: school.name,
            object: "audits.sites",
            value: 0,
            at: window.to,
          },
        ];
  }

  #of(school: School): SiteVerdict[] {
    return this.#options.sites().filter(({ owner }) => owner === school.path);
  }

  #held(school: School, window: Window) {
    const { calendar, declared } = this.#options;
    return declared(school.id, calendar.dateOf(window.to - 1));
  }

  #declared(school: School, window: Window): Share {
    const held = this.#held(school, window);
    if (!held) return unknownShare("not-registered", 1);
    const at = this.#options.calendar.startOf(held.date);
    return { value: held.value, numerator: held.value, denominator: 1, unknown: 0, evidence: "declared", at };
  }
}

function measured(sites: readonly SiteVerdict[], window: Window): Share {
  const judged = sites.filter(({ audit }) => isKnown(audit, window));
  const ready = judged.filter(({ audit }) => audit!.verdict === "ready").length;
  const at = judged.length === 0 ? null : Math.max(...judged.map(({ audit }) => audit!.at));
  return shareOf(ready, judged.length, { unknown: sites.length - judged.length, at, why: "no-data" });
}

/** A site that answered over neither family was down: that says nothing about its IPv6. */
function isKnown(audit: SiteVerdict["audit"], window: Window): boolean {
  return (
    audit !== null && audit.verdict !== "unknown" && audit.at < window.to && window.to - audit.at <= FRESH_MS
  );
}

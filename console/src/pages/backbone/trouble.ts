import type { BackboneLinkView } from "../../views.ts";

/** What a link can be filtered by; a link can have several. */
export const TROUBLES = ["saturated", "single", "failing", "ipv4-only"] as const;
export type Trouble = (typeof TROUBLES)[number];
export const isTrouble = (text: string | null): text is Trouble => TROUBLES.includes(text as Trouble);

/** As the server counts them for the totals of a region. */
const FAILING: ReadonlySet<string> = new Set(["uplink-down", "optic-low", "port-errors"]);
/** Percent of capacity. */
const SATURATED = 90;

export function has(link: BackboneLinkView, trouble: Trouble): boolean {
  switch (trouble) {
    case "saturated":
      return link.use !== null && link.use >= SATURATED;
    case "single":
      return link.resilience === "single";
    case "failing":
      return link.reasons.some((reason) => FAILING.has(reason.code));
    case "ipv4-only":
      return link.families === "ipv4-only";
  }
}

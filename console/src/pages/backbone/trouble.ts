import type { BackboneLinkView } from "../../views.ts";

/** What a link can be filtered by; a link can have several. */
export const TROUBLES = ["saturated", "single", "failing", "ipv4-only"] as const;
export type Trouble = (typeof TROUBLES)[number];
export const isTrouble = (text: string | null): text is Trouble => TROUBLES.includes(text as Trouble);

const FAILING: ReadonlySet<string> = new Set(["uplink-down", "device-down", "port-errors"]);

export function has(link: BackboneLinkView, trouble: Trouble): boolean {
  switch (trouble) {
    case "saturated":
      return link.reasons.some((reason) => reason.code === "uplink-saturated") || (link.use ?? 0) >= 90;
    case "single":
      return link.resilience === "single";
    case "failing":
      return link.reasons.some((reason) => FAILING.has(reason.code)) || link.optic?.state === "bad";
    case "ipv4-only":
      return link.families === "ipv4-only";
  }
}

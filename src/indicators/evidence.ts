import type { Tags } from "../measurements/series.ts";

/**
 * Where a number comes from. Classes never mix in one percentage:
 * - measured: device data;
 * - inferred: counted from the register or from other measurements (an access point stands in a room);
 * - declared: typed in or imported with a source and a date;
 * - unknown: there is nothing to judge by. Unknown is neither met nor failed, and never hidden in a denominator.
 */
export const EVIDENCE_CLASSES = ["measured", "inferred", "declared", "unknown"] as const;
export type EvidenceClass = (typeof EVIDENCE_CLASSES)[number];

/**
 * One thing that a number was made of: what the drawer of a page shows when the number is opened, down to the
 * raw reading. `label` is a device's, room's or link's name, never a text of ours.
 */
export type Evidence =
  | {
      readonly kind: "series";
      readonly subject: string;
      readonly label: string;
      readonly quantity: string;
      /** Enough tags to ask `GET /api/v1/series` for the raw samples. */
      readonly tags: Tags;
      /** UTC ms, [from, to). */
      readonly from: number;
      readonly to: number;
      /** What was made of it, in the quantity's unit; null when there was nothing. */
      readonly value: number | null;
      readonly samples: number;
    }
  | {
      /** A fact that a device told (its address, its neighbours) or that the register holds (a room, a link). */
      readonly kind: "fact" | "register";
      readonly subject: string;
      readonly label: string;
      /** Name of what was looked at: `ipAddressTable`, `rooms`, `contractedMbps`. */
      readonly object: string;
      readonly value: string | number | null;
      /** UTC ms. */
      readonly at: number;
    }
  | {
      readonly kind: "declaration";
      readonly subject: string;
      readonly label: string;
      readonly value: string | number | boolean;
      /** Who says so: a document, a list, a person's office. */
      readonly source: string;
      /** `2026-11-22`. */
      readonly date: string;
    };

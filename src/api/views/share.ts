import type { Share } from "../../indicators/share.ts";
import type { ShareView } from "../schemas/evidence.ts";

export function shareView(share: Share): ShareView {
  const { value, numerator, denominator, unknown, evidence, confidence = null, why = null, at } = share;
  return { value, numerator, denominator, unknown, evidence, confidence, why, at };
}

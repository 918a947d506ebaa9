import type { ComponentChildren } from "preact";
import { useConsole } from "../state/context.ts";
import { count, NOTHING, ratio } from "../text/format.ts";
import type { ShareView, State } from "../views.ts";
import { term } from "../words/term.ts";
import { type Segment, SegmentsBar } from "./segments-bar.tsx";
import { AsOf } from "./value.tsx";

/** What is there, what is missing and what nobody knows; the unknown is hatched and never part of the share. */
export function ShareLine({
  label,
  share,
  format,
  tone = "plain",
}: {
  label: string;
  share: ShareView;
  /** Numerator and denominator as they are read; without it they count members. */
  format?: ((value: number) => string) | undefined;
  /** What the rest of the denominator looks like: a shortfall that is trouble, or simply the rest. */
  tone?: "plain" | State;
}) {
  const { words } = useConsole();
  const { value, numerator, denominator, unknown, why } = share;
  const counted = numerator !== null && denominator !== null;
  // Members that are unknown can only be drawn beside the denominator when both count the same things.
  const whole = counted ? denominator + (format ? 0 : unknown) : 1;
  const say = format ?? ((n: number) => count(n).text);
  const segments: Segment[] =
    value === null || !counted
      ? [{ key: "none", tone: "none", size: 1 }]
      : [
          { key: "part", tone: tone === "plain" ? "plain" : "good", size: numerator },
          { key: "rest", tone, size: tone === "plain" ? 0 : denominator - numerator },
          { key: "unknown", tone: "none", size: whole - denominator },
        ];
  return (
    <div class="share-line">
      <span class="share-label">{label}</span>
      <SegmentsBar segments={segments} of={whole} />
      <span class="share-value">
        <b>{value === null ? (why === null ? NOTHING : term(words.value.why, why)) : ratio(value).text}</b>
        {counted && (
          <span class="quiet">
            {say(numerator)} / {say(denominator)}
            {unknown > 0 && words.value.comma + words.value.evidence.unknownMembers(count(unknown).text)}
          </span>
        )}
      </span>
    </div>
  );
}

/** Class of evidence, letter of confidence, freshness, and what else belongs to a number. */
export function ShareFacts({ share, children }: { share: ShareView; children?: ComponentChildren }) {
  const { words } = useConsole();
  const { evidence: own } = words.value;
  return (
    <ul class="share-facts quiet">
      <li>{term(own.classes, share.evidence)}</li>
      {share.confidence !== null && (
        <li title={own.confidenceOf[share.confidence]}>
          {own.confidence} <Letter of={share.confidence} />
        </li>
      )}
      {children}
      {share.at !== null && (
        <li>
          <AsOf at={share.at} kind="reading" long />
        </li>
      )}
    </ul>
  );
}

export function Letter({ of }: { of: string }) {
  return <b class={`letter letter-${of.toLowerCase()}`}>{of}</b>;
}

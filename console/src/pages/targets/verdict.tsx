// biome-ignore-all lint/a11y/noSvgWithoutTitle: a title would pop up over the link a mark stands in
import { Mark } from "../../parts/mark.tsx";
import type { Segment } from "../../parts/segments-bar.tsx";
import { useWords } from "../../state/context.ts";
import type { State, TallyView, VerdictView } from "../../views.ts";

/** The state a verdict looks like; declared is met by somebody's word, so it keeps a shape of its own. */
export const verdictState = (verdict: VerdictView): State =>
  verdict === "met" || verdict === "declared" ? "good" : verdict === "not-met" ? "bad" : "unknown";

/** A verdict as shape and colour: declared is a sheet of paper, not applicable a stroke. */
export function VerdictMark({ verdict, label }: { verdict: VerdictView; label?: boolean }) {
  const { targets } = useWords();
  if (verdict !== "declared" && verdict !== "not-applicable") {
    return label ? (
      <span class="verdict">
        <Mark state={verdictState(verdict)} />
        <span class="hidden">{targets.verdicts[verdict]}</span>
      </span>
    ) : (
      <Mark state={verdictState(verdict)} />
    );
  }
  return (
    <svg
      class={verdict === "declared" ? "mark is-good" : "mark is-unknown"}
      width="10"
      height="10"
      viewBox="0 0 10 10"
      role={label ? "img" : undefined}
      aria-label={label ? targets.verdicts[verdict] : undefined}
      aria-hidden={label ? undefined : true}
    >
      {verdict === "declared" ? (
        <path class="ring" d="M1.8.9h4.400l2 2v6.200H1.800z" />
      ) : (
        <path class="ring" d="M1 5h8" />
      )}
    </svg>
  );
}

/** A tally as parts of a bar, always in this order. */
export const segmentsOf = (tally: TallyView): Segment[] => [
  { key: "met", tone: "good", size: tally.met + tally.declared },
  { key: "not-met", tone: "bad", size: tally.notMet },
  { key: "unknown", tone: "none", size: tally.unknown },
];

export const countedOf = (tally: TallyView): number => tally.total - tally.notApplicable;

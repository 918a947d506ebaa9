import type { State } from "../views.ts";

export interface Segment {
  readonly key: string;
  /** Colour and hatching; `plain` is no state: a count by itself. */
  readonly tone: State | "plain" | "none";
  readonly size: number;
}

/**
 * A whole and its parts. Unknown is hatched. The numbers stand in words beside it, so the bar itself is not read
 * out. `of` is the length that the full width stands for.
 */
export function SegmentsBar({ segments, of }: { segments: readonly Segment[]; of: number }) {
  return (
    <span class="segments-bar" aria-hidden="true">
      {of > 0 &&
        segments
          .filter((segment) => segment.size > 0)
          .map((segment) => (
            <span
              key={segment.key}
              class={`fill-${segment.tone}`}
              style={{ width: `${Math.min(100, (segment.size / of) * 100)}%` }}
            />
          ))}
    </span>
  );
}

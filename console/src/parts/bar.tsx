import { percent } from "../text/format.ts";
import type { State } from "../views.ts";
import { Value } from "./value.tsx";

/** Share of a capacity as a bar and a number. Unknown is hatched, never empty: empty would read as idle. */
export function UseBar({
  use,
  state,
  title,
}: {
  use: number | null;
  state: State;
  title?: string | undefined;
}) {
  const width = use === null ? 100 : Math.max(0, Math.min(100, use));
  const tone = use === null ? "none" : state === "watch" || state === "bad" ? state : "plain";
  return (
    <span class="use" title={title}>
      <span class={`use-track tone-${tone}`} aria-hidden="true">
        <span class="use-fill" style={{ width: `${width}%` }} />
      </span>
      <Value shown={percent(use)} />
    </span>
  );
}

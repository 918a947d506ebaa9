// biome-ignore-all lint/a11y/noSvgWithoutTitle: a title would pop up over the link a mark stands in
import { useWords } from "../state/context.ts";
import type { State } from "../views.ts";

/**
 * A state as shape and colour: good is a dot, watch a triangle, bad a square, unknown a hollow ring. With
 * `label` it is read out, else it stands beside words that say the same.
 */
export function Mark({ state, label, small }: { state: State; label?: boolean; small?: boolean }) {
  const words = useWords();
  const size = small ? 8 : 10;
  return (
    <svg
      class={`mark is-${state}`}
      width={size}
      height={size}
      viewBox="0 0 10 10"
      role={label ? "img" : undefined}
      aria-label={label ? words.state[state] : undefined}
      aria-hidden={label ? undefined : true}
    >
      {state === "good" && <circle cx="5" cy="5" r="4" />}
      {state === "watch" && <path d="M5 .4 9.8 9.2H.2z" />}
      {state === "bad" && <rect x=".7" y=".7" width="8.6" height="8.6" rx="1" />}
      {state === "unknown" && <circle class="ring" cx="5" cy="5" r="3.6" />}
    </svg>
  );
}

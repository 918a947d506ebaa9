import { useConsole } from "../state/context.ts";
import { reasonText } from "../text/sentence.ts";
import type { Reason, State } from "../views.ts";
import { Mark } from "./mark.tsx";

/** What needs somebody, in words; says so too when nothing does. */
export function Reasons({
  reasons,
  state,
  known,
}: {
  reasons: readonly Reason[];
  state: State;
  known: string;
}) {
  const { words, minute: minutes } = useConsole();
  const minute = minutes.value;
  if (reasons.length === 0) {
    return (
      <p class="reasons-none">
        <Mark state={state} />
        {state === "good" ? words.value.school.noReasons : words.value.state[state]}
      </p>
    );
  }
  return (
    <ul class="reasons">
      {reasons.map((reason, n) => (
        <li key={`${reason.code} ${reason.subject ?? n}`}>
          <bdi>{reasonText(reason, words.value, minute, known)}</bdi>
        </li>
      ))}
    </ul>
  );
}

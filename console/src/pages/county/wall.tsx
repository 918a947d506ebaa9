import { UseBar } from "../../parts/bar.tsx";
import { Mark } from "../../parts/mark.tsx";
import { Name } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { toSchool } from "../../state/router.ts";
import { nameIn } from "../../text/name.ts";
import { compareNames } from "../../text/order.ts";
import type { SchoolRow, State } from "../../views.ts";

const STATES: readonly State[] = ["bad", "watch", "unknown", "good"];

/** How many there are of each state; what there is none of is left out. */
export function Legend({ rows }: { rows: readonly { state: State }[] }) {
  const { words } = useConsole();
  return (
    <ul class="legend">
      {STATES.map((state) => {
        const n = rows.filter((row) => row.state === state).length;
        if (n === 0) return null;
        return (
          <li key={state}>
            <Mark state={state} />
            {words.value.stateCount(words.value.state[state], n)}
          </li>
        );
      })}
    </ul>
  );
}

/**
 * Every school at its own place, always in the order of names: the eye learns where a school is. A shape for its
 * state, a bar for its uplink.
 */
export function Wall({ schools, chosen }: { schools: readonly SchoolRow[]; chosen: string | undefined }) {
  const { words, router, preferences } = useConsole();
  const language = preferences.language.value;
  const { county } = words.value;
  // A school's own people come for the school, not for what stands beside it.
  const straight = preferences.role.value === "school";
  const ordered = [...schools].sort((a, b) => compareNames(nameIn(language, a), nameIn(language, b)));
  return (
    <section class="card">
      <header>
        <h2>{county.wall}</h2>
        <p class="quiet">{county.wallHint}</p>
        <Legend rows={schools} />
      </header>
      <ul class={schools.length > 60 ? "wall dense" : "wall"}>
        {ordered.map((school) => (
          <li key={school.id}>
            <a
              class={`tile is-${school.state}`}
              title={nameIn(language, school)}
              href={straight ? toSchool(school.id) : router.with({ school: school.id })}
              aria-current={school.id === chosen ? "true" : undefined}
            >
              <span class="tile-head">
                <Mark state={school.state} label />
                <Name text={nameIn(language, school)} />
              </span>
              <UseBar use={school.uplink?.use ?? null} state={school.uplink?.state ?? "unknown"} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

import { monthText } from "../../charts/ticks.ts";
import { Exports } from "../../parts/exports.tsx";
import { Mark } from "../../parts/mark.tsx";
import { SegmentsBar } from "../../parts/segments-bar.tsx";
import { useConsole } from "../../state/context.ts";
import { courseState, courseText, rateText, targetName } from "../../text/answers.ts";
import { count, ratio } from "../../text/format.ts";
import { nameIn } from "../../text/name.ts";
import type { TargetRow } from "../../views.ts";
import { countedOf, segmentsOf } from "./verdict.tsx";

const setNameOf = (target: TargetRow, language: "zh" | "en"): string =>
  nameIn(language, { name: target.setName, nameEn: target.setNameEn });

/** Every target with how far it is and whether it will be reached in time; choosing one fills the page below. */
export function TargetsList({
  targets,
  chosen,
  region,
  date,
  today,
}: {
  targets: readonly TargetRow[];
  chosen: string;
  region: string;
  date: string | null;
  /** The day that is answered. */
  today: string;
}) {
  const { router, words, preferences } = useConsole();
  const { targets: own } = words.value;
  const language = preferences.language.value;
  const sets = [...new Map(targets.map((target) => [target.set, setNameOf(target, language)])).entries()];
  return (
    <section class="card">
      <header>
        <h2>{own.list}</h2>
        <p class="quiet">{own.listHint}</p>
        <ul class="legend">
          {(["reached", "on-track", "late", "unknown", "no-number"] as const).map((course) => {
            const n = targets.filter((target) => target.course === course).length;
            if (n === 0) return null;
            return (
              <li key={course}>
                <Mark state={courseState(course)} />
                {words.value.stateCount(course === "late" ? own.lateOrOverdue : own.courses[course], n)}
              </li>
            );
          })}
        </ul>
        <Exports
          files={(["csv", "xlsx"] as const).map((format) => [
            format.toUpperCase(),
            `/api/v1/targets?${new URLSearchParams({ region, format, lang: language, ...(date === null ? {} : { date }) })}`,
          ])}
        />
      </header>
      {sets.map(([set, name]) => (
        <div key={set} class="target-set">
          {sets.length > 1 && <h3 class="sub">{name}</h3>}
          <ul class="target-list">
            {targets
              .filter((target) => target.set === set)
              .map((target) => (
                <li key={target.id}>
                  <a
                    href={router.with({ target: target.id, school: null })}
                    aria-current={target.id === chosen ? "true" : undefined}
                  >
                    <span class="target-head">
                      <Mark state={courseState(target.course)} />
                      <b>{targetName(target, language)}</b>
                    </span>
                    <span class="target-rate">
                      {rateText(target.tally, words.value)}
                      {target.amount !== null && (
                        <span class="quiet">
                          {" "}
                          {own.amount(count(target.amount.have).text, count(target.amount.wanted).text)}
                        </span>
                      )}
                      {target.amount === null && target.wanted !== null && (
                        <span class="quiet"> / {ratio(target.wanted).text}</span>
                      )}
                    </span>
                    <SegmentsBar segments={segmentsOf(target.tally)} of={countedOf(target.tally)} />
                    <span class="quiet target-foot">
                      <span>
                        {courseText(target, words.value, today)}
                        {target.by !== null && ` · ${own.due(monthText(target.by.slice(0, 7), language))}`}
                      </span>
                      <span>
                        {target.tally.unknown > 0 && own.unknownSchools(count(target.tally.unknown).text)}
                      </span>
                    </span>
                    {(target.changed || target.revised) && (
                      <span class="target-tags">
                        {target.changed && <i>{own.changed}</i>}
                        {target.revised && <i>{own.revised}</i>}
                      </span>
                    )}
                  </a>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

import { Exports } from "../../parts/exports.tsx";
import { Failed, Quiet } from "../../parts/notice.tsx";
import { useConsole, useDocument } from "../../state/context.ts";
import { targetName } from "../../text/answers.ts";
import { nameIn } from "../../text/name.ts";
import type { RegionView, TargetPageView, TargetRow } from "../../views.ts";
import { Conditions } from "./conditions.tsx";
import { EvidenceDrawer } from "./evidence-drawer.tsx";
import { Progress } from "./progress.tsx";
import { RegionsTable, Treemap } from "./regions.tsx";
import { SchoolsTable, SchoolTiles } from "./schools.tsx";
import { Sites } from "./sites.tsx";
import { segmentsOf } from "./verdict.tsx";

const documentOf = (target: string): string =>
  `/targets/${target.split("/").map(encodeURIComponent).join("/")}`;

/** One target: where it is met and where not, how it went, what it takes, and for each school why. */
export function Target({
  target,
  region,
  date,
}: {
  target: TargetRow;
  region: RegionView;
  date: string | null;
}) {
  const { router, words, preferences } = useConsole();
  const { targets: own } = words.value;
  const language = preferences.language.value;
  const base = documentOf(target.id);
  const search = (more: Readonly<Record<string, string>>): string =>
    String(new URLSearchParams(date === null ? more : { ...more, date }));
  const answer = useDocument<TargetPageView>(`${base}?${search({ region: region.path })}`);
  // Where a region holds but one other, that one is what is worth seeing.
  const alone = answer.value?.regions.length === 1 ? answer.value.regions[0]!.region.path : null;
  const below = useDocument<TargetPageView>(alone === null ? null : `${base}?${search({ region: alone })}`);
  const deeper = below.value?.regions.length === 1 ? below.value.regions[0]!.region.path : null;
  const deepest = useDocument<TargetPageView>(
    deeper === null ? null : `${base}?${search({ region: deeper })}`,
  );
  const view = answer.value;
  if (answer.failure) return <Failed failure={answer.failure} retry={answer.retry} />;
  if (!view) return <div class="card bone bone-page" />;
  const inside =
    (deeper === null ? undefined : deepest.value) ?? (alone === null ? undefined : below.value) ?? view;
  const rows =
    inside.counties && inside.counties.length > inside.regions.length ? inside.counties : inside.regions;
  const school = router.place.value.query.get("school");
  const chosen = inside.schools.find((one) => one.id === school);
  const tally = view.target.tally;
  return (
    <>
      <section class="card">
        <header>
          <h2>{own.where(targetName(target, language))}</h2>
          <ul class="legend">
            {segmentsOf(tally)
              .filter((segment) => segment.size > 0)
              .map((segment) => (
                <li key={segment.key}>
                  <i class={`swatch soft-${segment.tone}`} />
                  {words.value.stateCount(own.verdicts[segment.key as "met"], segment.size)}
                </li>
              ))}
          </ul>
        </header>
        {inside.schools.length > 0 ? (
          <SchoolTiles rows={inside.schools} chosen={school} place={inside.region.at(-1)} />
        ) : rows.length > 0 ? (
          <Treemap rows={rows} groups={inside.regions} target={target.id} />
        ) : (
          <Quiet>{words.value.empty.region}</Quiet>
        )}
      </section>
      <div class="columns wide-first">
        <Progress view={view} />
        <Conditions view={view} />
      </div>
      <section class="card">
        <header>
          <h2>{inside.schools.length > 0 ? own.schools : own.regions}</h2>
          <p class="quiet">{inside.schools.length > 0 ? own.schoolsHint : own.regionsHint}</p>
          <Exports
            files={(["csv", "xlsx"] as const).map((format) => [
              format.toUpperCase(),
              `/api/v1${base}?${search({ region: inside.region.at(-1)?.path ?? region.path, format, lang: language })}`,
            ])}
          />
        </header>
        {inside.schools.length > 0 ? (
          <SchoolsTable rows={inside.schools} conditions={inside.conditions} chosen={school} />
        ) : (
          rows.length > 0 && <RegionsTable rows={rows} target={target.id} />
        )}
      </section>
      {target.definition.startsWith("TG-04") && <Sites region={region.path} />}
      {school !== null && (
        <EvidenceDrawer
          key={school}
          document={`${base}/evidence?${search({ school })}`}
          name={chosen ? nameIn(language, chosen) : ""}
          school={school}
        />
      )}
    </>
  );
}

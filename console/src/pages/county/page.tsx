import { Failed, Missing, Quiet, Skeleton, Welcome } from "../../parts/notice.tsx";
import { SentenceView } from "../../parts/sentence.tsx";
import { AsOf } from "../../parts/value.tsx";
import { useConsole, useDocument, useLive } from "../../state/context.ts";
import { patchCounty } from "../../state/patches.ts";
import { nameIn } from "../../text/name.ts";
import { ancestors } from "../../text/regions.ts";
import { countySentence } from "../../text/sentence.ts";
import type { CountyView, RegionsView, RegionView } from "../../views.ts";
import { usePlace } from "../title.ts";
import { CountyFigures } from "./figures.tsx";
import { SchoolDrawer } from "./school-drawer.tsx";
import { SchoolsTable } from "./schools-table.tsx";
import { Wall } from "./wall.tsx";

/** The first county when the address names none. */
export function CountyPage({ path }: { path: string | null }) {
  const answer = useDocument<RegionsView>("/regions");
  const regions = answer.value?.regions;
  const first = regions?.find((region) => region.level === "county") ?? regions?.[0];
  if (path === null && regions && !first) return <Welcome />;
  if (path === null && answer.failure) return <Failed failure={answer.failure} retry={answer.retry} />;
  if (path === null && !first) return <Skeleton tiles={20} />;
  const wanted = path ?? first!.path;
  return <County key={wanted} path={wanted} regions={regions ?? []} />;
}

function County({ path, regions }: { path: string; regions: readonly RegionView[] }) {
  const console = useConsole();
  const { router, minute: minutes, preferences } = console;
  const words = console.words.value;
  const language = preferences.language.value;
  const query = encodeURIComponent(path);
  const live = useLive<CountyView>({
    document: `/county?path=${query}`,
    stream: `view=county&path=${query}`,
    patch: patchCounty,
  });
  const view = live.view.value;
  usePlace(
    view ? nameIn(language, view.region) : words.county.title,
    view && { regions: ancestors(view.region, regions) },
  );
  if (live.failure.value) {
    return live.failure.value.status === 404 ? (
      <Missing />
    ) : (
      <Failed failure={live.failure.value} retry={live.retry} />
    );
  }
  if (!view) return <Skeleton tiles={20} />;
  if (view.schools.length === 0)
    return regions.length === 0 ? <Welcome /> : <Quiet>{words.empty.region}</Quiet>;

  const minute = minutes.value;
  const sentence = countySentence(view, words, language, minute, (school) => router.with({ school }));
  const school = view.schools.find((row) => row.id === router.place.value.query.get("school"));
  return (
    <>
      <div class="lead">
        <SentenceView sentence={sentence} />
        <AsOf at={live.at.value} kind="page" long />
      </div>
      <CountyFigures totals={view.totals} />
      <Wall schools={view.schools} chosen={school?.id} />
      <SchoolsTable schools={view.schools} chosen={school?.id ?? null} />
      {school && <SchoolDrawer key={school.id} school={school} />}
    </>
  );
}

import { useEffect } from "preact/hooks";
import { Mark } from "../../parts/mark.tsx";
import { Failed, Missing, Quiet, Skeleton, Welcome } from "../../parts/notice.tsx";
import { SentenceView } from "../../parts/sentence.tsx";
import { AsOf, Name } from "../../parts/value.tsx";
import { useConsole, useDocument } from "../../state/context.ts";
import { usePolled } from "../../state/polled.ts";
import { toDevice } from "../../state/router.ts";
import { backboneSentence } from "../../text/answers.ts";
import { nameIn, plain, withoutPlace } from "../../text/name.ts";
import { ancestors } from "../../text/regions.ts";
import type { BackboneLinkView, BackboneView, RegionsView } from "../../views.ts";
import { usePlace } from "../title.ts";
import { BackboneDrawer } from "./drawer.tsx";
import { BackboneFigures } from "./figures.tsx";
import { BackboneMap } from "./map.tsx";
import { BackboneTable } from "./table.tsx";
import { isTrouble } from "./trouble.ts";
import "../../styles/backbone.css";

/** What is wrong on the links of a region? */
export function BackbonePage({ path }: { path: string }) {
  const console = useConsole();
  const { router, minute: minutes, preferences } = console;
  const words = console.words.value;
  const language = preferences.language.value;
  const {
    value: view,
    failure,
    at,
    retry,
  } = usePolled<BackboneView>(`/backbone?region=${encodeURIComponent(path)}`);
  const regions = useDocument<RegionsView>("/regions").value?.regions;
  usePlace(
    view ? `${words.pages.backbone} ${nameIn(language, view.region)}` : words.pages.backbone,
    view && regions && { regions: ancestors(view.region, regions) },
  );
  const level = view?.region.level;
  useEffect(() => {
    if (level === "county") preferences.places.value = { ...preferences.places.peek(), county: path };
  }, [level, path]);
  if (failure) return failure.status === 404 ? <Missing /> : <Failed failure={failure} retry={retry} />;
  if (!view) return <Skeleton tiles={20} />;
  if (view.links.length === 0)
    return regions?.length === 0 ? <Welcome /> : <Quiet>{words.backbone.empty}</Quiet>;

  const { query } = router.place.value;
  const asked = query.get("only");
  const only = isTrouble(asked) ? asked : null;
  const link = view.links.find((one) => one.id === query.get("link"));
  const nodes = new Map(view.nodes.map((node) => [node.id, node]));
  const region = nameIn(language, view.region);
  const nameOf = (one: BackboneLinkView): string => {
    const node = nodes.get(one.from);
    if (node) return withoutPlace(nameIn(language, node), region);
    return one.schoolName
      ? withoutPlace(nameIn(language, { name: one.schoolName, nameEn: one.schoolNameEn }), region)
      : plain(one.name);
  };
  const minute = minutes.value;
  return (
    <>
      <div class="lead">
        <p class="overline">
          <Name text={nameIn(language, view.region)} />
          <span class="quiet">{words.pages.backbone}</span>
        </p>
        <SentenceView
          sentence={backboneSentence(view, words, minute, nameOf, (id) => router.with({ link: id }))}
        />
        <AsOf at={at} kind="page" long />
        <Partial view={view} />
      </div>
      <BackboneFigures totals={view.totals} />
      <BackboneMap view={view} chosen={link?.id ?? null} only={only} />
      <BackboneTable links={view.links} chosen={link?.id ?? null} only={only} nameOf={nameOf} region={path} />
      {link && (
        <BackboneDrawer
          key={link.id}
          link={link}
          name={nameOf(link)}
          isSchool={nodes.get(link.from)?.kind === "school"}
        />
      )}
    </>
  );
}

/** What the page does not show yet, or has seen without being told: said, never passed over. */
function Partial({ view }: { view: BackboneView }) {
  const { words } = useConsole();
  const { backbone: own } = words.value;
  const { left = 0, read, unregistered = [] } = view;
  const said = [
    left > 0 ? own.leftOut(left) : "",
    read && read.links < read.of ? own.reading(read.links, read.of) : "",
    unregistered.length > 0 ? own.unregistered(unregistered.length) : "",
  ].filter(Boolean);
  if (said.length === 0) return null;
  return (
    <ul class="partial">
      {said.map((text) => (
        <li key={text}>
          <Mark state="unknown" small /> {text}
        </li>
      ))}
      {unregistered.length > 0 && (
        <li>
          <details class="fold">
            <summary>{own.unregisteredList}</summary>
            <ul>
              {unregistered.slice(0, 50).map((one) => (
                <li key={`${one.device} ${one.interface}`}>
                  <a href={toDevice(one.device, one.interface)}>
                    <Name text={`${one.device} ${one.interface}`} />
                  </a>{" "}
                  → <Name text={one.toDevice} />
                </li>
              ))}
            </ul>
          </details>
        </li>
      )}
    </ul>
  );
}

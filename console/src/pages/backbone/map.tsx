// biome-ignore-all lint/a11y/noSvgWithoutTitle: the picture is described in one line and the table has the same links
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { Mark } from "../../parts/mark.tsx";
import { Name } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { percent, speed } from "../../text/format.ts";
import { nameIn, withoutPlace } from "../../text/name.ts";
import { byName, SERIOUSNESS } from "../../text/order.ts";
import type { BackboneLinkView, BackboneView, State } from "../../views.ts";
import { Legend } from "../county/wall.tsx";
import { layOut, type Spot, type Stub } from "./layout.ts";
import { type Branch, treeOf } from "./tree.ts";
import { has, type Trouble } from "./trouble.ts";

/** Wider lines carry more: 100 Mbit/s 1.5 px, 1 Gbit/s 3 px, 10 Gbit/s 4.5 px, 100 Gbit/s 6 px. */
function widthOf(capacity: number | null): number {
  if (capacity === null || capacity <= 0) return 1.5;
  return Math.max(1.5, Math.min(6, 1.5 + Math.log10(capacity / 1e8) * 1.5));
}

const worst = (links: readonly BackboneLinkView[]): State =>
  links.reduce<State>(
    (state, link) => (SERIOUSNESS[link.state] < SERIOUSNESS[state] ? link.state : state),
    "good",
  );

/** Regions before sites and schools, each by name. */
const byPlace = (a: Branch, b: Branch): number => byName(a.node, b.node);

/**
 * The tree from the province down to the schools, each link a line in the colour of its state. The marks open a link
 * by mouse or touch; the table below holds the same links for the keyboard, so the picture itself is described in
 * one line and left out of the order of tabs.
 */
export function BackboneMap({
  view,
  chosen,
  only,
}: {
  view: BackboneView;
  chosen: string | null;
  only: Trouble | null;
}) {
  const { words, preferences } = useConsole();
  const own = words.value.backbone;
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  useLayoutEffect(() => {
    width.value = box.current?.clientWidth ?? 960;
  }, []);
  useEffect(() => {
    const seen = new ResizeObserver(() => {
      const next = box.current?.clientWidth ?? 0;
      if (next > 0) width.value = next;
    });
    if (box.current) seen.observe(box.current);
    return () => seen.disconnect();
  }, []);
  const language = preferences.language.value;
  const tree = useMemo(() => treeOf(view.region, view.nodes, view.links), [view]);
  const layout = useMemo(() => layOut(tree, width.value || 960, byPlace), [tree, width.value]);
  const { links } = view.totals;
  return (
    <section class="card">
      <header>
        <h2>{own.map}</h2>
        <p class="quiet">{layout.dense ? own.mapHintDense : own.mapHint}</p>
        <Legend rows={view.links} />
      </header>
      <p class="hidden">{own.mapSummary(links.total, links.bad, links.watch, links.unknown)}</p>
      <div class="map-room" aria-hidden="true">
        <div ref={box} class={layout.dense ? "map dense" : "map"} style={{ height: `${layout.height}px` }}>
          <svg width="100%" height={layout.height}>
            {layout.buses.map((path) => (
              <path key={path} class="bus" d={path} />
            ))}
            {layout.stubs.map((stub) => (
              <Way key={stub.link.id} stub={stub} dim={only !== null && !has(stub.link, only)} />
            ))}
          </svg>
          {layout.spots.map((spot) => (
            <Place
              key={spot.branch.node.id}
              spot={spot}
              language={language}
              dense={layout.dense}
              chosen={chosen}
              only={only}
              place={nameIn(language, view.region)}
            />
          ))}
        </div>
      </div>
      <ul class="map-key">
        <li>
          <svg width="34" height="12" aria-hidden="true">
            <path class="way-key" stroke-width="1.5" d="M0 6H14" />
            <path class="way-key" stroke-width="4.5" d="M18 6H34" />
          </svg>
          {own.keyWidth}
        </li>
        <li>
          <svg width="34" height="12" aria-hidden="true">
            <path class="way-key" stroke-width="3" stroke-dasharray="5 4" d="M0 6H34" />
          </svg>
          {own.keyDashed}
        </li>
        <li>
          <svg width="34" height="12" aria-hidden="true">
            <path class="way is-unknown" stroke-width="5" d="M0 6H34" />
            <path class="way-core" stroke-width="2.500" d="M0 6H34" />
          </svg>
          {own.keyHollow}
        </li>
        <li>
          <span class="single">1</span>
          {own.keySingle}
        </li>
      </ul>
    </section>
  );
}

/** A line in the colour of its state; unknown is hollow, and dashed where nobody knows the other end. */
function Way({ stub, dim }: { stub: Stub; dim: boolean }) {
  const { link, x1, x2, y } = stub;
  const path = `M${x1} ${y}H${x2}`;
  const width = widthOf(link.capacity);
  const dash = link.to === null ? "5 4" : undefined;
  const hollow = link.state === "unknown";
  return (
    <g class={dim ? "dim" : undefined}>
      <path
        class={`way is-${link.state}`}
        stroke-width={hollow ? width + 2 : width}
        stroke-dasharray={dash}
        d={path}
      />
      {hollow && <path class="way-core" stroke-width={width} d={path} />}
    </g>
  );
}

function Place({
  spot,
  language,
  dense,
  chosen,
  only,
  place,
}: {
  spot: Spot;
  language: "zh" | "en";
  dense: boolean;
  chosen: string | null;
  only: Trouble | null;
  /** The region of the page: its name before each school's is left out. */
  place: string;
}) {
  const { router, words } = useConsole();
  const { branch, hub, x, y, width } = spot;
  const { node, links } = branch;
  const name = withoutPlace(nameIn(language, node), place);
  const state = links.length > 0 ? worst(links) : node.state;
  const first = [...links].sort((a, b) => SERIOUSNESS[a.state] - SERIOUSNESS[b.state])[0];
  const uses = links.flatMap((link) => (link.use === null ? [] : [link.use]));
  const use = uses.length > 0 ? Math.max(...uses) : null;
  const single = links.some((link) => link.resilience === "single");
  const dim = only !== null && links.length > 0 && !links.some((link) => has(link, only));
  const title = [
    name,
    ...links.map((link) => `${percent(link.use).text} / ${speed(link.capacity).text}`),
    single ? words.value.backbone.single : "",
  ].filter(Boolean);
  const face = (
    <>
      <Mark state={state} small={dense && !hub} />
      {(!dense || hub) && <Name text={name} />}
      {single && <span class="single">1</span>}
      {!dense && !hub && <span class="map-use">{percent(use).text}</span>}
      {hub && <span class="quiet">{words.value.levels[node.kind as "county"] ?? ""}</span>}
    </>
  );
  const classes = [
    "place",
    hub ? "hub" : "leaf",
    `is-${state}`,
    dim ? "dim" : "",
    links.some((link) => link.id === chosen) ? "chosen" : "",
  ].filter(Boolean);
  const style = { left: `${x}px`, top: `${y}px`, width: hub ? "auto" : `${width}px`, maxWidth: `${width}px` };
  return first ? (
    <a
      class={classes.join(" ")}
      style={style}
      href={router.with({ link: first.id })}
      tabIndex={-1}
      title={title.join(" · ")}
    >
      {face}
    </a>
  ) : (
    <span class={classes.join(" ")} style={style} title={title.join(" · ")}>
      {face}
    </span>
  );
}

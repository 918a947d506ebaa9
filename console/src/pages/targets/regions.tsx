import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { monthText } from "../../charts/ticks.ts";
import { SegmentsBar } from "../../parts/segments-bar.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { Name, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { toTargets } from "../../state/router.ts";
import { rateText } from "../../text/answers.ts";
import { count, ratio } from "../../text/format.ts";
import { nameIn } from "../../text/name.ts";
import { squarify, type Tile } from "../../text/squarify.ts";
import type { TargetPageView } from "../../views.ts";
import { countedOf, segmentsOf } from "./verdict.tsx";

/** Rows shown until a reader asks for all: the lowest rates first. */
const FIRST = 25;

type Row = TargetPageView["regions"][number];

const HEIGHT = 340;
/** Room for a city's name above its counties. */
const HEAD = 18;

/**
 * Regions as areas: each as large as it has schools, divided by verdict. The same numbers are in the table below,
 * so the picture itself is left out of the order of tabs.
 */
export function Treemap({
  rows,
  groups,
  target,
}: {
  rows: readonly Row[];
  /** The cities that the rows are counties of. */
  groups?: readonly Row[];
  target: string;
}) {
  const { words, preferences } = useConsole();
  const language = preferences.language.value;
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(960);
  useLayoutEffect(() => {
    width.value = box.current?.clientWidth || 960;
  }, []);
  useEffect(() => {
    const seen = new ResizeObserver(() => {
      const next = box.current?.clientWidth ?? 0;
      if (next > 0) width.value = next;
    });
    if (box.current) seen.observe(box.current);
    return () => seen.disconnect();
  }, []);
  const height = width.value < 600 ? HEIGHT * 1.3 : HEIGHT;
  const grouped = groups !== undefined && groups.length > 1 && rows !== groups;
  const blocks = squarify(grouped ? groups : rows, (row) => countedOf(row.tally), width.value, height);
  return (
    <div class="treemap-room" aria-hidden="true">
      <div ref={box} class="treemap" style={{ height: `${height}px` }}>
        {blocks.map((block) => {
          if (!grouped) return <RegionTile key={block.item.region.path} tile={block} target={target} />;
          const { item: city, x, y, width: w, height: h } = block;
          const inside = squarify(
            rows.filter((row) => row.region.parent === city.region.path),
            (row) => countedOf(row.tally),
            w - 3,
            h - HEAD - 3,
          );
          return (
            <div key={city.region.path}>
              <a
                class="tree-city"
                tabIndex={-1}
                href={toTargets(city.region.path, target)}
                style={{ left: `${x}px`, top: `${y}px`, width: `${w - 3}px` }}
              >
                {nameIn(language, city.region)} {rateText(city.tally, words.value)}
              </a>
              {inside.map((tile) => (
                <RegionTile
                  key={tile.item.region.path}
                  tile={{ ...tile, x: tile.x + x, y: tile.y + y + HEAD }}
                  target={target}
                />
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** A region divided by verdict: its parts are as wide as their shares. */
function RegionTile({ tile, target }: { tile: Tile<Row>; target: string }) {
  const { words, preferences } = useConsole();
  const { targets: own } = words.value;
  const { item, x, y, width: w, height: h } = tile;
  const name = nameIn(preferences.language.value, item.region);
  const { tally } = item;
  return (
    <a
      class="tree-tile"
      tabIndex={-1}
      href={toTargets(item.region.path, target)}
      title={`${name} ${ratio(tally.rate).text} · ${own.tallyText(
        count(tally.met + tally.declared).text,
        count(tally.notMet).text,
        count(tally.unknown).text,
      )}`}
      style={{
        left: `${x}px`,
        top: `${y}px`,
        width: `${Math.max(0, w - 2)}px`,
        height: `${Math.max(0, h - 2)}px`,
      }}
    >
      <span class="tree-parts">
        {segmentsOf(tally)
          .filter((segment) => segment.size > 0)
          .map((segment) => (
            <span
              key={segment.key}
              class={`soft-${segment.tone}`}
              style={{ width: `${(segment.size / countedOf(tally)) * 100}%` }}
            />
          ))}
      </span>
      {w > 34 && h > 22 && (
        <span class="tree-name">
          <Name text={name} />
          {h > 42 && <b>{rateText(tally, words.value)}</b>}
        </span>
      )}
    </a>
  );
}

export function RegionsTable({ rows, target }: { rows: readonly Row[]; target: string }) {
  const { router, words, preferences } = useConsole();
  const { targets: own, columns } = words.value;
  const language = preferences.language.value;
  const sorted = [...rows].sort((a, b) => (a.tally.rate ?? 2) - (b.tally.rate ?? 2));
  const cut = !router.place.value.query.has("all") && sorted.length > FIRST + 5;
  const list: Column<Row>[] = [
    {
      key: "region",
      head: own.region,
      class: "main",
      cell: (row) => (
        <a class="row-link" href={toTargets(row.region.path, target)}>
          <Name text={nameIn(language, row.region)} />
        </a>
      ),
    },
    {
      key: "rate",
      head: own.rate,
      number: true,
      cell: (row) => <span class="value">{rateText(row.tally, words.value)}</span>,
    },
    {
      key: "bar",
      head: columns.state,
      class: "bar",
      cell: (row) => <SegmentsBar segments={segmentsOf(row.tally)} of={countedOf(row.tally)} />,
    },
    {
      key: "met",
      head: own.verdicts.met,
      number: true,
      cell: (row) => <Value shown={count(row.tally.met)} />,
    },
    {
      key: "declared",
      head: own.verdicts.declared,
      number: true,
      cell: (row) => <Value shown={count(row.tally.declared)} />,
    },
    {
      key: "not",
      head: own.verdicts["not-met"],
      number: true,
      cell: (row) => <Value shown={count(row.tally.notMet)} />,
    },
    {
      key: "unknown",
      head: own.verdicts.unknown,
      number: true,
      cell: (row) => <Value shown={count(row.tally.unknown)} />,
    },
    {
      key: "na",
      head: own.verdicts["not-applicable"],
      number: true,
      cell: (row) => <Value shown={count(row.tally.notApplicable)} />,
    },
    { key: "pace", head: own.pace, class: "short", cell: (row) => paceText(row.pace.perMonth, own.perMonth) },
    {
      key: "reached",
      head: own.reachedHead,
      class: "short",
      cell: (row) => (row.pace.reached === null ? "–" : monthText(row.pace.reached, language)),
    },
  ];
  return (
    <>
      <Table
        caption={own.regions}
        columns={list}
        rows={cut ? sorted.slice(0, FIRST) : sorted}
        keyOf={(row) => row.region.path}
      />
      {cut && (
        <p class="card-foot">
          <a class="button" href={router.with({ all: "1" })}>
            {own.allRegions(sorted.length)}
          </a>
        </p>
      )}
    </>
  );
}

/** `每月 +1.2 个百分点`. */
export function paceText(perMonth: number | null, say: (points: string) => string): string {
  if (perMonth === null) return "–";
  const points = perMonth * 100;
  const text = Math.abs(points) < 0.05 ? "0" : `${points > 0 ? "+" : "\u2212"}${Math.abs(points).toFixed(1)}`;
  return say(text);
}

import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { monthText } from "../../charts/ticks.ts";
import { SegmentsBar } from "../../parts/segments-bar.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { Name, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { toTargets } from "../../state/router.ts";
import { count, ratio } from "../../text/format.ts";
import { nameIn } from "../../text/name.ts";
import { squarify } from "../../text/squarify.ts";
import type { TargetPageView } from "../../views.ts";
import { countedOf, segmentsOf } from "./verdict.tsx";

type Row = TargetPageView["regions"][number];

const HEIGHT = 320;

/**
 * Regions as areas: each as large as it has schools, divided by verdict. The same numbers are in the table below,
 * so the picture itself is left out of the order of tabs.
 */
export function Treemap({ rows, target }: { rows: readonly Row[]; target: string }) {
  const { words, preferences } = useConsole();
  const { targets: own } = words.value;
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
  const tiles = squarify(rows, (row) => countedOf(row.tally), width.value, height);
  return (
    <div class="treemap-room" aria-hidden="true">
      <div ref={box} class="treemap" style={{ height: `${height}px` }}>
        {tiles.map(({ item, x, y, width: w, height: h }) => {
          const name = nameIn(language, item.region);
          const { tally } = item;
          return (
            <a
              key={item.region.path}
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
              {w > 60 && h > 34 && (
                <span class="tree-name">
                  <Name text={name} />
                  {h > 46 && <b>{ratio(tally.rate).text}</b>}
                </span>
              )}
            </a>
          );
        })}
      </div>
    </div>
  );
}

export function RegionsTable({ rows, target }: { rows: readonly Row[]; target: string }) {
  const { words, preferences } = useConsole();
  const { targets: own, columns } = words.value;
  const language = preferences.language.value;
  const sorted = [...rows].sort((a, b) => (a.tally.rate ?? 2) - (b.tally.rate ?? 2));
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
    { key: "rate", head: own.rate, number: true, cell: (row) => <Value shown={ratio(row.tally.rate)} /> },
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
  return <Table caption={own.regions} columns={list} rows={sorted} keyOf={(row) => row.region.path} />;
}

/** `每月 +1.2 个百分点`. */
export function paceText(perMonth: number | null, say: (points: string) => string): string {
  if (perMonth === null) return "–";
  const points = perMonth * 100;
  const text = Math.abs(points) < 0.05 ? "0" : `${points > 0 ? "+" : "\u2212"}${Math.abs(points).toFixed(1)}`;
  return say(text);
}

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useConsole } from "../state/context.ts";
import { rate, speed } from "../text/format.ts";
import { type Cell, columns, p95, usualStep } from "../text/points.ts";
import { dateTime } from "../text/time.ts";
import type { Plot } from "./plot.ts";

export interface ChartData {
  readonly port: string;
  /** UTC ms. */
  readonly from: number;
  readonly to: number;
  readonly step: number | null;
  readonly above: readonly (readonly [number, number])[];
  readonly below: readonly (readonly [number, number])[];
}

/** bit/s, each direction. */
export interface Percentiles {
  readonly in: number | null;
  readonly out: number | null;
  /** Of what they are, for the hover. */
  readonly note: string;
}

interface Props {
  readonly percentiles?: Percentiles;
  readonly data: ChartData | undefined;
  /** bit/s. */
  readonly capacity: number | null;
  readonly name: string;
  readonly onZoom: (from: number, to: number) => void;
  readonly onReset: () => void;
}

const last = (cells: readonly Cell[]): number | null =>
  cells.findLast((cell) => cell !== null && cell !== undefined) ?? null;

/**
 * Traffic over time: in above, out below the axis. The drawing library is loaded when the first chart is shown.
 * The row above the drawing holds the values under the pointer, or the latest ones, so nothing pops up over
 * the data and nothing moves.
 */
export function Chart({ data, capacity, name, percentiles, onZoom, onReset }: Props) {
  const { words, preferences } = useConsole();
  const chart = words.value.chart;
  const theme = preferences.theme.value;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | undefined>(undefined);
  const act = useRef({ onZoom, onReset });
  act.current = { onZoom, onReset };
  const at = useSignal<number | null>(null);

  const table = data && columns(data.above, data.below, data.step);
  const inP95 = percentiles
    ? (percentiles.in ?? undefined)
    : data && p95(data.above.map(([, value]) => value));
  const outP95 = percentiles
    ? (percentiles.out ?? undefined)
    : data && p95(data.below.map(([, value]) => value));
  const inMax = Math.max(0, ...(data?.above ?? []).map(([, value]) => value));
  const outMax = Math.max(0, ...(data?.below ?? []).map(([, value]) => value));
  // A capacity ten times the traffic would press the traffic flat: then it is told in words.
  const near = capacity !== null && Math.max(inMax, outMax) >= capacity * 0.35;

  useEffect(() => {
    let gone = false;
    const box = place.current;
    if (!box) return;
    import("./plot.ts").then(({ createPlot }) => {
      if (gone) return;
      plot.current = createPlot(box, {
        onHover: (index) => {
          at.value = index;
        },
        onZoom: (from, to) => act.current.onZoom(from, to),
        onReset: () => act.current.onReset(),
      });
      draw();
    });
    return () => {
      gone = true;
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, []);

  function draw(): void {
    const current = latest.current;
    if (!current) return;
    plot.current?.show(current);
  }
  const latest = useRef<Parameters<Plot["show"]>[0] | undefined>(undefined);
  latest.current =
    data && table
      ? {
          from: data.from,
          to: data.to,
          step: data.step ?? Math.max(usualStep(data.above), usualStep(data.below)),
          ...table,
          inP95,
          outP95,
          capacity: near ? capacity : null,
        }
      : undefined;
  useEffect(draw, [data, near, theme, inP95, outP95]);

  const index = at.value;
  const hovered = table && index !== null && index < table.times.length ? index : null;
  const inNow = table ? (hovered === null ? last(table.above) : (table.above[hovered] ?? null)) : null;
  const outNow = table ? (hovered === null ? last(table.below) : (table.below[hovered] ?? null)) : null;
  const time = table && (hovered === null ? table.times.at(-1) : table.times[hovered]);
  return (
    <figure class="chart">
      <figcaption class="readout">
        <span class="readout-time">{time === undefined ? "" : dateTime(time)}</span>
        <span>
          <i class="key key-in" />
          {chart.in} <b>{rate(inNow).text}</b>
        </span>
        <span>
          <i class="key key-out" />
          {chart.out} <b>{rate(outNow).text}</b>
        </span>
        <span title={percentiles?.note ?? chart.p95Note}>
          <i class="key key-p95" />
          {chart.p95} <b>{rate(inP95).text}</b> / <b>{rate(outP95).text}</b>
        </span>
        {capacity !== null && (
          <span>
            {near && <i class="key key-capacity" />}
            {near ? (
              <>
                {chart.capacity} <b>{speed(capacity).text}</b>
              </>
            ) : (
              chart.capacityOut(speed(capacity).text)
            )}
          </span>
        )}
      </figcaption>
      <div
        class="plot"
        ref={place}
        role="img"
        aria-label={chart.summary(name, rate(inMax).text, rate(outMax).text)}
      />
      <p class="quiet chart-hint">
        {chart.zoom} · {chart.gap}
      </p>
    </figure>
  );
}

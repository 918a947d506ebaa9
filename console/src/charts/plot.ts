import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { rate } from "../text/format.ts";
import { type Cell, gapsOf } from "../text/points.ts";
import { moment, ZONE } from "../text/time.ts";

export interface PlotData {
  /** UTC ms. */
  readonly from: number;
  readonly to: number;
  /** Usual distance of points, ms. */
  readonly step: number;
  readonly times: readonly number[];
  /** bit/s. */
  readonly above: readonly Cell[];
  readonly below: readonly Cell[];
  readonly inP95: number | undefined;
  readonly outP95: number | undefined;
  /** bit/s; null leaves the line out. */
  readonly capacity: number | null;
}

export interface Plot {
  show(data: PlotData): void;
  destroy(): void;
}

interface Handlers {
  /** Index into the times, or null when the pointer has left. */
  readonly onHover: (index: number | null) => void;
  /** UTC ms. */
  readonly onZoom: (from: number, to: number) => void;
  readonly onReset: () => void;
}

const HEIGHT = 260;
const HEIGHT_NARROW = 220;

/** Colours of the present theme, as the stylesheet has them. */
function palette(box: Element) {
  const style = getComputedStyle(box);
  const color = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: color("--muted"),
    grid: color("--line"),
    zero: color("--line-strong"),
    in: color("--chart-in"),
    inFill: color("--chart-in-fill"),
    out: color("--chart-out"),
    outFill: color("--chart-out-fill"),
    limit: color("--bad"),
    p95: color("--muted"),
    hatch: color("--hatch"),
    font: `12px ${style.fontFamily}`,
  };
}

/** A uPlot drawing in `box`. Times go to uPlot in seconds, the out direction as negative numbers. */
export function createPlot(box: HTMLElement, handlers: Handlers): Plot {
  let data: PlotData | undefined;
  let drawn: uPlot | undefined;
  let theme = "";

  const height = (): number => (box.clientWidth < 600 ? HEIGHT_NARROW : HEIGHT);

  function range(): [number, number] {
    if (!data) return [0, 1];
    const max = (cells: readonly Cell[], limit: number | undefined): number =>
      Math.max(limit ?? 0, ...cells.map((cell) => cell ?? 0));
    const top = Math.max(max(data.above, data.inP95), 1);
    const bottom = Math.max(max(data.below, data.outP95), top * 0.15);
    const capacity = data.capacity;
    return [
      -(capacity !== null && bottom >= capacity * 0.6 ? Math.max(bottom, capacity) : bottom) * 1.08,
      (capacity !== null ? Math.max(top, capacity) : top) * 1.08,
    ];
  }

  /** A point alone makes no line: where there are few, each is drawn. */
  const few = (): boolean => (data?.times.length ?? 0) <= 40;

  /** No data is hatched: a gap must not read as zero. */
  function hatchGaps(plot: uPlot): void {
    if (!data || data.times.length === 0) return;
    const { ctx, bbox } = plot;
    const colors = palette(box);
    const pixel = uPlot.pxRatio;
    ctx.save();
    for (const [from, to] of gapsOf(data.times, data.above, data.from, data.to, data.step)) {
      const left = Math.max(bbox.left, plot.valToPos(from / 1000, "x", true));
      const right = Math.min(bbox.left + bbox.width, plot.valToPos(to / 1000, "x", true));
      if (right - left < 2) continue;
      ctx.save();
      ctx.beginPath();
      ctx.rect(left, bbox.top, right - left, bbox.height);
      ctx.clip();
      ctx.strokeStyle = colors.hatch;
      ctx.lineWidth = pixel;
      ctx.beginPath();
      for (let x = left - bbox.height; x < right; x += 7 * pixel) {
        ctx.moveTo(x, bbox.top + bbox.height);
        ctx.lineTo(x + bbox.height, bbox.top);
      }
      ctx.stroke();
      ctx.restore();
    }
    ctx.restore();
  }

  function line(plot: uPlot, value: number, color: string, dash: number[]): void {
    const { ctx, bbox } = plot;
    const y = Math.round(plot.valToPos(value, "y", true)) + 0.5;
    if (y < bbox.top || y > bbox.top + bbox.height) return;
    ctx.save();
    ctx.strokeStyle = color;
    ctx.lineWidth = uPlot.pxRatio * 1.25;
    ctx.setLineDash(dash.map((length) => length * uPlot.pxRatio));
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.restore();
  }

  function drawLines(plot: uPlot): void {
    if (!data) return;
    const colors = palette(box);
    line(plot, 0, colors.zero, []);
    if (data.inP95 !== undefined) line(plot, data.inP95, colors.p95, [2, 3]);
    if (data.outP95 !== undefined) line(plot, -data.outP95, colors.p95, [2, 3]);
    if (data.capacity !== null) {
      line(plot, data.capacity, colors.limit, [8, 4]);
      line(plot, -data.capacity, colors.limit, [8, 4]);
    }
  }

  function options(): uPlot.Options {
    const colors = palette(box);
    const axis = {
      stroke: colors.text,
      font: colors.font,
      grid: { stroke: colors.grid, width: 1 },
      ticks: { show: false },
    };
    return {
      width: box.clientWidth,
      height: height(),
      legend: { show: false },
      padding: [8, 4, 0, 0],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), ZONE),
      scales: {
        x: { time: true, range: () => [(data?.from ?? 0) / 1000, (data?.to ?? 1) / 1000] },
        y: { range },
      },
      axes: [
        {
          ...axis,
          space: 72,
          size: 30,
          values: (_plot, splits, _axis, _space, step) =>
            splits.map((seconds) => {
              const text = moment(seconds * 1000, seconds * 1000);
              const day = moment(seconds * 1000, seconds * 1000 + 86_400_000 * 1.0001).slice(0, 5);
              return step >= 86_400 || text === "00:00" ? day : text;
            }),
        },
        {
          ...axis,
          size: 76,
          space: 36,
          values: (_plot, splits) => splits.map((value) => (value === 0 ? "0" : rate(Math.abs(value)).text)),
        },
      ],
      series: [
        {},
        { stroke: colors.in, fill: colors.inFill, width: 1.25, points: { show: few, size: 5 } },
        { stroke: colors.out, fill: colors.outFill, width: 1.25, points: { show: few, size: 5 } },
      ],
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false, dist: 6 },
        points: { size: 6 },
        bind: {
          dblclick: () => () => {
            handlers.onReset();
            return null;
          },
        },
      },
      hooks: {
        drawClear: [hatchGaps],
        draw: [drawLines],
        setCursor: [
          (plot) =>
            handlers.onHover(
              plot.cursor.left === undefined || plot.cursor.left < 0 ? null : (plot.cursor.idx ?? null),
            ),
        ],
        setSelect: [
          (plot) => {
            const { left, width } = plot.select;
            if (width < 6) return;
            const from = Math.round(plot.posToVal(left, "x") * 1000);
            const to = Math.round(plot.posToVal(left + width, "x") * 1000);
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            if (to - from >= 60_000) handlers.onZoom(from, to);
          },
        ],
      },
    };
  }

  function draw(): void {
    if (!data || box.clientWidth === 0) return;
    const columns: uPlot.AlignedData = [
      data.times.map((at) => at / 1000),
      [...data.above],
      data.below.map((cell) => (cell === null || cell === undefined ? cell : -cell)),
    ];
    const now =
      getComputedStyle(box).getPropertyValue("--chart-in") + getComputedStyle(box).getPropertyValue("--bg");
    if (drawn && now !== theme) {
      drawn.destroy();
      drawn = undefined;
    }
    theme = now;
    if (drawn) drawn.setData(columns);
    else drawn = new uPlot(options(), columns, box);
  }

  const resized = new ResizeObserver(() => {
    if (drawn && box.clientWidth > 0) drawn.setSize({ width: box.clientWidth, height: height() });
    else draw();
  });
  resized.observe(box);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", draw);

  return {
    show(next) {
      data = next;
      draw();
    },
    destroy() {
      resized.disconnect();
      scheme.removeEventListener("change", draw);
      drawn?.destroy();
      drawn = undefined;
    },
  };
}

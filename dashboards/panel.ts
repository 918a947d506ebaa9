import { PanelBuilder as BarGauge } from "@grafana/grafana-foundation-sdk/bargauge";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import {
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as Stat } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeSeries } from "@grafana/grafana-foundation-sdk/timeseries";
import { quantity } from "../src/measurements/quantities.ts";
import type { UnitName } from "../src/measurements/units.ts";
import { DATASOURCE, type Language, type Text } from "./board.ts";
import { alias, influxQl, type Question } from "./query.ts";

interface Built {
  id(id: number): Built;
  gridPos(place: { x: number; y: number; w: number; h: number }): Built;
  build(): Panel;
}

export interface PanelMaker {
  readonly width: number;
  readonly height: number;
  make(language: Language): Built;
}

interface Common {
  readonly title: Text;
  readonly description?: Text;
  readonly questions: readonly Question[];
  readonly width?: number;
  readonly height?: number;
  /** Values from which the colour changes: green, then yellow, then red; reversed where more is better. */
  readonly limits?: readonly [watch: number, bad: number];
  readonly moreIsBetter?: boolean;
  readonly min?: number;
  readonly max?: number;
  /** Grafana's unit, where it is not the quantity's: after a factor. */
  readonly unit?: string;
}

export interface Curves extends Common {
  /** Share of each at the whole, or the sum of all. */
  readonly stacked?: "percent" | "normal";
}

/** Grafana's names of our units; what it has no name for is shown bare. */
const UNITS: Readonly<Partial<Record<UnitName, string>>> = {
  "bit/s": "bps",
  percent: "percent",
  percentRH: "humidity",
  ratio: "percentunit",
  degC: "celsius",
  W: "watt",
  kWh: "kwatth",
  V: "volt",
  A: "amp",
  dBm: "dBm",
  s: "s",
  "packet/s": "pps",
  ppm: "ppm",
  Hz: "hertz",
};

/** Curves over time. */
export function curves(options: Curves): PanelMaker {
  return {
    width: options.width ?? 12,
    height: options.height ?? 8,
    make(language) {
      const panel = prepared(new TimeSeries(), options, language)
        .drawStyle(GraphDrawStyle.Line)
        .lineWidth(1)
        .fillOpacity(options.stacked ? 40 : 5)
        .showPoints(VisibilityMode.Never)
        // A gap is a gap: nothing was measured.
        .spanNulls(false)
        .legend(
          new VizLegendOptionsBuilder()
            .displayMode(LegendDisplayMode.List)
            .placement(LegendPlacement.Bottom)
            .showLegend(true),
        )
        .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
      if (options.stacked)
        panel.stacking(
          new StackingConfigBuilder().mode(
            options.stacked === "percent" ? StackingMode.Percent : StackingMode.Normal,
          ),
        );
      return panel as unknown as Built;
    },
  };
}

/** One number, the newest. */
export function figure(options: Common): PanelMaker {
  return {
    width: options.width ?? 4,
    height: options.height ?? 4,
    make: (language) => prepared(new Stat(), options, language).reduceOptions(newest()) as unknown as Built,
  };
}

/** A bar for each series, the newest value, the greatest first. */
export function bars(options: Common): PanelMaker {
  return {
    width: options.width ?? 12,
    height: options.height ?? 8,
    make: (language) =>
      prepared(new BarGauge(), options, language)
        .orientation(VizOrientation.Horizontal)
        .reduceOptions(newest()) as unknown as Built,
  };
}

function newest(): ReduceDataOptionsBuilder {
  return new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false);
}

function prepared<T extends TimeSeries | Stat | BarGauge>(panel: T, options: Common, language: Language): T {
  const { title, description, questions, min, max } = options;
  const one = quantity(questions[0]!.quantity);
  panel.title(title[language]).datasource(DATASOURCE).thresholds(thresholds(options));
  if (description) panel.description(description[language]);
  const unit = options.unit ?? (questions[0]!.each === "count" ? undefined : UNITS[one.unit]);
  if (unit !== undefined) panel.unit(unit);
  if (min !== undefined) panel.min(min);
  if (max !== undefined) panel.max(max);
  for (const [i, question] of questions.entries())
    panel.withTarget(target(question, String.fromCharCode(65 + i)));
  return panel;
}

/** The SDK has no builder for InfluxQL: this is what Grafana's InfluxDB data source keeps of a query as text. */
function target(question: Question, refId: string): { build(): Dataquery } {
  const query = {
    refId,
    datasource: DATASOURCE,
    query: influxQl(question),
    rawQuery: true,
    resultFormat: "time_series",
    alias: alias(question),
  };
  return { build: () => query as unknown as Dataquery };
}

const GREEN = "green";
const YELLOW = "#EAB839";
const RED = "red";

function thresholds({ limits, moreIsBetter }: Common): ThresholdsConfigBuilder {
  const builder = new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute);
  if (!limits) return builder.steps([{ value: null, color: "blue" }]);
  const colors = moreIsBetter ? [RED, YELLOW, GREEN] : [GREEN, YELLOW, RED];
  return builder.steps(colors.map((color, i) => ({ value: i === 0 ? null : limits[i - 1]!, color })));
}

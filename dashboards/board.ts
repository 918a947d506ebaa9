import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { PanelMaker } from "./panel.ts";
import { type Scope, scopeConditions } from "./query.ts";

/** A text in both languages. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}
export type Language = keyof Text;

export interface Row {
  readonly title: Text;
  readonly panels: readonly PanelMaker[];
}

export interface Board {
  /** Name of its file and, with `campusd-` before it and the language behind, its uid. */
  readonly name: string;
  readonly title: Text;
  readonly description: Text;
  /** The deepest variable it has. */
  readonly scope: Scope;
  readonly rows: readonly Row[];
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana puts the data source in that its reader chose
export const DATASOURCE = { type: "influxdb", uid: "${ds}" } as const;
const TAG = "campusd";
/** Grafana's grid is 24 wide. */
const WIDTH = 24;

const SCOPE_NAMES: Readonly<Record<Scope, Text>> = {
  province: { zh: "省", en: "Province" },
  city: { zh: "市", en: "City" },
  county: { zh: "县", en: "County" },
  school: { zh: "学校", en: "School" },
  device: { zh: "设备", en: "Device" },
};

/** The board in one language, as Grafana imports and provisions it. */
export function build(board: Board, language: Language): object {
  const builder = new DashboardBuilder(board.title[language])
    .uid(`campusd-${board.name}-${language}`)
    .description(board.description[language])
    .tags([TAG, language])
    .timezone("browser")
    .time({ from: "now-6h", to: "now" })
    .refresh("1m")
    .editable()
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder("campusd")
        .type(DashboardLinkType.Dashboards)
        .tags([TAG, language])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    )
    .withVariable(new DatasourceVariableBuilder("ds").label("InfluxDB").type("influxdb"));
  for (const variable of variables(board.scope, language)) builder.withVariable(variable);
  let y = 0;
  let id = 0;
  const panels: Panel[] = [];
  for (const { title, panels: makers } of board.rows) {
    const row = new RowBuilder(title[language]).gridPos({ x: 0, y, w: WIDTH, h: 1 }).build();
    panels.push({ ...row, id: ++id } as unknown as Panel);
    y++;
    let x = 0;
    let high = 0;
    for (const { width, height, make } of makers) {
      if (x + width > WIDTH) {
        y += high;
        x = 0;
        high = 0;
      }
      panels.push(make(language).id(++id).gridPos({ x, y, w: width, h: height }).build());
      x += width;
      high = Math.max(high, height);
    }
    y += high;
  }
  // The builder places panels by itself; ours stand where they were put, each with an id of its own.
  return { ...builder.build(), panels };
}

/** One for each level, each asking only for what lies under those above it. */
function variables(deepest: Scope, language: Language): QueryVariableBuilder[] {
  const scopes: Scope[] = ["province", "city", "county", "school", "device"];
  return scopes.slice(0, scopes.indexOf(deepest) + 1).map((scope, i) => {
    const above = i === 0 ? "" : ` WHERE ${scopeConditions(scopes[i - 1]!)}`;
    const variable = new QueryVariableBuilder(scope)
      .label(SCOPE_NAMES[scope][language])
      .datasource(DATASOURCE)
      .query(`SHOW TAG VALUES FROM "device" WITH KEY = "${scope}"${above}`)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalAsc);
    return scope === "device" ? variable : variable.includeAll(true).allValue(".*").multi(true);
  });
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What the tests read of a board as Grafana keeps it. */
export interface BoardJson {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly PanelJson[];
  readonly templating: {
    readonly list: readonly { name: string; type: string; query: unknown; datasource?: unknown }[];
  };
}

interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { x: number; y: number; w: number; h: number };
  readonly datasource?: unknown;
  readonly targets?: readonly { refId: string; query: string; datasource: unknown }[];
}

const ROOT = join(import.meta.dirname, "../../dashboards/influxql");

/** Every committed board. */
export function boards(): {
  readonly language: "zh" | "en";
  readonly name: string;
  readonly board: BoardJson;
}[] {
  return (["zh", "en"] as const).flatMap((language) =>
    readdirSync(join(ROOT, language)).map((file) => ({
      language,
      name: file.replace(".json", ""),
      board: JSON.parse(readFileSync(join(ROOT, language, file), "utf8")) as BoardJson,
    })),
  );
}

/** Its panels without the titles of its rows. */
export function panelsOf(board: BoardJson): PanelJson[] {
  return board.panels.filter(({ type }) => type !== "row");
}

export function queriesOf(board: BoardJson): string[] {
  return panelsOf(board).flatMap(({ targets = [] }) => targets.map(({ query }) => query));
}

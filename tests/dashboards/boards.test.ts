import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { build } from "../../dashboards/board.ts";
import { BOARDS } from "../../dashboards/boards.ts";
import { influxQl } from "../../dashboards/query.ts";
import { boards, panelsOf, queriesOf } from "./read.ts";

describe.each(boards())("$language/$name", ({ language, name, board }) => {
  it("has ids of its own, and a uid that no other board has", () => {
    expect(board.uid).toBe(`campusd-${name}-${language}`);
    const ids = board.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => Number.isInteger(id) && id > 0)).toBe(true);
  });

  it("has panels that stand within the grid and never on each other", () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of board.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x} ${y}`), `${title} stands on another`).toBeUndefined();
          taken.set(`${x} ${y}`, title);
        }
    }
  });

  it("asks the data source that its reader chooses, and nothing else", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own
    const chosen = { type: "influxdb", uid: "${ds}" };
    expect(board.templating.list[0]).toMatchObject({ name: "ds", type: "datasource", query: "influxdb" });
    for (const panel of panelsOf(board)) {
      expect(panel.datasource).toEqual(chosen);
      expect(panel.targets?.length).toBeGreaterThan(0);
      for (const target of panel.targets!) expect(target.datasource).toEqual(chosen);
      expect(new Set(panel.targets!.map(({ refId }) => refId)).size).toBe(panel.targets!.length);
    }
    for (const variable of board.templating.list.slice(1)) expect(variable.datasource).toEqual(chosen);
  });

  it("uses no variable that it does not have", () => {
    const known = new Set(board.templating.list.map((variable) => variable.name));
    const used = new Set(
      queriesOf(board).flatMap((query) => [...query.matchAll(/\/\^\$(\w+)\$\//g)].map((match) => match[1]!)),
    );
    expect([...used].filter((variable) => !known.has(variable))).toEqual([]);
  });

  it("says the same in its language as the other does in its own", () => {
    const other = boards().find((one) => one.name === name && one.language !== language)!.board;
    expect(queriesOf(board)).toEqual(queriesOf(other));
    expect(board.panels.map(({ gridPos }) => gridPos)).toEqual(other.panels.map(({ gridPos }) => gridPos));
    const titles = [board.title, ...board.panels.map(({ title }) => title)].join("");
    expect(/\p{Script=Han}/u.test(titles)).toBe(language === "zh");
  });
});

describe("the set", () => {
  it("is what the description makes of it", () => {
    for (const { name, language, board } of boards())
      expect(JSON.parse(JSON.stringify(build(BOARDS.find((one) => one.name === name)!, language)))).toEqual(
        board,
      );
    expect(boards().map(({ name }) => name)).toEqual(
      expect.arrayContaining(["province", "backbone", "school", "wifi", "ipv6", "device", "campusd"]),
    );
  });

  it("has different uids", () => {
    const uids = boards().map(({ board }) => board.uid);
    expect(new Set(uids).size).toBe(uids.length);
  });

  it("refuses a quantity that is not in the list", () => {
    expect(() => influxQl({ quantity: "wifi.happiness", each: "mean", by: [], scope: "school" })).toThrow(
      /wifi\.happiness/,
    );
  });
});

describe("provisioning and compose", () => {
  const folder = join(import.meta.dirname, "../../dashboards");
  const read = (file: string) => parse(readFileSync(join(folder, file), "utf8"));

  it("mounts what there is, and listens on loopback alone", () => {
    const { services, volumes } = read("compose.yaml") as {
      services: Record<string, { image: string; ports: string[]; volumes: string[] }>;
      volumes: Record<string, unknown>;
    };
    for (const [name, service] of Object.entries(services)) {
      expect(service.image, name).toMatch(/^[\w/.-]+:[\w.-]+$/);
      for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:/);
      for (const volume of service.volumes) {
        const source = volume.split(":")[0]!;
        if (!source.startsWith(".")) expect(Object.keys(volumes)).toContain(source);
        else if (source !== "./etc") expect(existsSync(join(folder, source)), source).toBe(true);
      }
    }
  });

  it("names the database that Grafana asks and the folder that the boards are mounted at", () => {
    const sources = read("provisioning/datasources.yaml");
    expect(sources.datasources[0]).toMatchObject({ type: "influxdb", jsonData: { version: "InfluxQL" } });
    const text = readFileSync(join(folder, "compose.yaml"), "utf8");
    for (const [, variable] of JSON.stringify(sources).matchAll(/\$\{(\w+)\}/g))
      expect(text).toContain(`${variable}:`);
    expect(text).toContain(`:${read("provisioning/dashboards.yaml").providers[0].options.path}:ro`);
  });
});

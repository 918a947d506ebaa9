import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { settingsJsonSchema, settingsMarkdown } from "../../src/settings/documentation.ts";
import { loadSettings } from "../../src/settings/load.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

describe("what is generated from the schema", () => {
  test("docs/settings.md is up to date", () => expect(read("docs/settings.md")).toBe(settingsMarkdown()));

  test("docs/campusd.schema.json is up to date", () =>
    expect(JSON.parse(read("docs/campusd.schema.json"))).toEqual(settingsJsonSchema()));

  test("every key has a meaning, and its default is the one that is used", () => {
    for (const line of settingsMarkdown()
      .split("\n")
      .filter((line) => line.startsWith("| `"))) {
      const cells = line.split(" | ");
      expect(cells).toHaveLength(4);
      expect(cells[3], line).toMatch(/\w.*\. ?/);
    }
    expect(settingsMarkdown()).toContain("| `snmp.timeout` | duration, 100ms to 1m | `2s` |");
    expect(settingsMarkdown()).toContain("| `store.url` | URL | required |");
  });
});

describe("examples/campusd.yaml", () => {
  const path = new URL("../../examples/campusd.yaml", import.meta.url).pathname;

  test("is taken", () => {
    const env = { CAMPUSD_BOARDS_PASSWORD: "a", CAMPUSD_MQTT_PASSWORD: "b", CAMPUSD_COMMUNITY: "c" };
    const settings = loadSettings(path, { env });
    expect(settings.node.id).toBe("xihu-county-1");
    expect(settings.mqtt.connections[0]?.protocolVersion).toBe(5);
    expect(Object.keys(settings.credentials)).toEqual(["switches"]);
  });

  test("says what is missing when its environment is not set", () => {
    expect(() => loadSettings(path)).toThrow(
      /CAMPUSD_BOARDS_PASSWORD is not set[\s\S]*CAMPUSD_COMMUNITY is not set/,
    );
  });

  test("names the schema for editors", () => {
    expect(read("examples/campusd.yaml").split("\n")[0]).toBe(
      "# yaml-language-server: $schema=../docs/campusd.schema.json",
    );
  });
});

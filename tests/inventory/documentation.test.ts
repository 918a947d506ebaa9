import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CSV_COLUMNS, normalizeName } from "../../src/inventory/csv-columns.ts";
import { inventoryJsonSchema, inventoryMarkdown } from "../../src/inventory/documentation.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("docs/inventory.md is up to date", () => expect(read("docs/inventory.md")).toBe(inventoryMarkdown()));

test("docs/inventory.schema.json is up to date", () =>
  expect(JSON.parse(read("docs/inventory.schema.json"))).toEqual(inventoryJsonSchema()));

test.each(Object.entries(CSV_COLUMNS))("no two columns of %s have one name", (_, columns) => {
  const names = columns.flatMap((column) => [...new Set(column.names.map(normalizeName))]);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test("examples/inventory.yaml names the schema for editors", () => {
  expect(read("examples/inventory.yaml")).toMatch(
    /^# yaml-language-server: \$schema=\.\.\/docs\/inventory\.schema\.json\n/,
  );
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DEVICE_STALE, FRESHNESS, THRESHOLDS } from "../../src/api/rules.ts";
import { POINTS_CHOSEN } from "../../src/api/time-range.ts";
import { ERROR_CODES } from "../../src/errors/codes.ts";
import { errorsMarkdown } from "../../src/errors/errors-markdown.ts";
import { TAG_KEYS } from "../../src/measurements/series.ts";
import { DOCUMENT, FakeCampus, serve } from "./campus.ts";

const docs = join(import.meta.dirname, "..", "..", "docs");
const api = readFileSync(join(docs, "api.md"), "utf8");

describe("docs/errors.md", () => {
  it("is what src/errors/codes.ts says; run npm run generate when it is not", () => {
    expect(readFileSync(join(docs, "errors.md"), "utf8")).toBe(errorsMarkdown());
  });

  it("has a row for each code, and keeps a pipe in a text out of the columns", () => {
    for (const code of Object.keys(ERROR_CODES)) expect(errorsMarkdown()).toContain(`| \`${code}\` |`);
    const info = { http: 400, retryable: true, meaning: "a | b", remedy: "c\nd" };
    expect(errorsMarkdown({ E_X: info })).toContain("| `E_X` | a \\| b | c d | yes | 400 |");
  });
});

describe("docs/api.md", () => {
  it("says every limit as the code has it", () => {
    for (const [name, value] of Object.entries(THRESHOLDS))
      expect(api).toContain(`| \`${name}\` | ${value} |`);
    for (const [name, ms] of Object.entries(FRESHNESS))
      expect(api).toContain(`| \`${name}\` | ${ms / 60_000} min |`);
    expect(api).toContain(`older than ${DEVICE_STALE / 60_000} minutes`);
    expect(api).toContain(`${POINTS_CHOSEN.toLocaleString("en")} points`);
    for (const tag of TAG_KEYS) expect(api).toContain(`\`${tag}\``);
  });

  it("lists every route", async () => {
    const server = await serve(new FakeCampus(DOCUMENT));
    try {
      const { json } = await server.get("/api/v1/openapi.json");
      for (const path of Object.keys((json as { paths: object }).paths))
        expect(api).toContain(`| \`GET ${path}`);
    } finally {
      await server.server.close();
    }
  });
});

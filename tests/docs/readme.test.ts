import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { ROOT } from "../support/process.ts";

const run = promisify(execFile);

function commands(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((match) => match[1]!.trim().split("\n"));
}

function links(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  return [...text.matchAll(/\]\(([^)#\s]+)\)/g)]
    .map((match) => match[1]!)
    .filter((target) => !/^https?:/.test(target));
}

/** Run by others: npm ci by .ci/run, npm start by tests/e2e (the same command without npm), npm test by itself. */
const RUN_ELSEWHERE = new Set(["npm ci", "npm start", "npm test"]);

describe("README", () => {
  it("names the same commands in both languages", () => {
    expect(commands("README.zh-CN.md")).toEqual(commands("README.md"));
    expect(commands("README.md")).toEqual(expect.arrayContaining([...RUN_ELSEWHERE]));
  });

  it.each(commands("README.md").filter((command) => !RUN_ELSEWHERE.has(command)))(
    "`%s` works",
    async (command) => {
      const { stdout } = await run("sh", ["-c", command], { cwd: ROOT, timeout: 50_000 });
      expect(stdout.length).toBeGreaterThan(20);
    },
  );

  it("npm start is the demo, and npm test is the runner that CI calls", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    expect(scripts["start"]).toMatch(/node --max-semi-space-size=2 src\/main\.ts demo$/);
    expect(scripts["test"]).toBe("node tests/run.ts");
    expect(readFileSync(join(ROOT, ".ci/run"), "utf8")).toMatch(/^npm test --silent$/m);
  });

  it.each(["README.md", "README.zh-CN.md"])("%s shows pictures that are there", (page) => {
    const pictures = links(page).filter((target) => target.endsWith(".png"));
    expect(pictures.length).toBeGreaterThan(0);
    expect(pictures.filter((target) => !existsSync(join(ROOT, target)))).toEqual([]);
  });
});

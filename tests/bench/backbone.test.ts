import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

it("npm run bench -- backbone --quick reads a month, serves the page, and ends with its numbers as JSON", {
  timeout: 120_000,
}, async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(root, "bench/run.ts"), "backbone", "--quick"],
    { cwd: root, timeout: 110_000 },
  );
  const report = JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, unknown>;
  expect(report).toMatchObject({
    bench: "backbone",
    quick: true,
    links: 20,
    samples: 20 * 2 * 3 * 288,
    read: { links: 20, of: 20 },
    percentiles: 20,
    both: 20,
  });
  for (const name of ["startMs", "startTurnMs", "roundMs", "pageKb"])
    expect(report[name], name).toBeGreaterThan(0);
});

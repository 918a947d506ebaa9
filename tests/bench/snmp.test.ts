import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

it("npm run bench -- snmp --quick reads, stores and compares, and ends with its numbers as JSON", {
  timeout: 180_000,
}, async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(root, "bench/run.ts"), "snmp", "--quick"],
    {
      cwd: root,
      timeout: 170_000,
    },
  );
  const report = JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, never>;
  expect(report).toMatchObject({
    bench: "snmp",
    quick: true,
    growth: [{ devices: 20, up: 20, refusedBatches: 0, droppedSamples: 0 }],
    faults: { devices: 20, dead: 2, slow: 2, up: 16 },
  });
  const us = report["usAVarbind"] as Record<string, number>;
  for (const name of [
    "campusd, to the embedded store",
    "campusd, without the store",
    "campusd over v3, to the store",
  ])
    expect(us[name], name).toBeGreaterThan(0);
  // Every column of an interface is a sample; rates and the use of the line come on top.
  expect(report["samplesAVarbind"]).toBeGreaterThan(1);
  expect(report["varbindsAPacket"]).toBeGreaterThan(50);
});

it("names the benches when none is asked for", async () => {
  const { stderr } = await promisify(execFile)(process.execPath, [join(root, "bench/run.ts"), "--help"], {
    cwd: root,
  });
  expect(stderr).toContain("snmp");
});
